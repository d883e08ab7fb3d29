"""A sheet of a workbook as a table: every cell as the text a person sees, integers without `.0`, dates in ISO form.

The library reads a sheet whole, so memory follows the sheet (about 1.5 kB a row); its size is checked before.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from connectors.files.csv_rows import Defect, Row, RowBlock
from connectors.files.opening import ALWAYS_FINE, MAX_RATIO, SourceFile, plain_errors
from connectors.files.settings import FileSettings
from connectors.files.tables import Note, name_columns
from unified_model.errors import NeedsOperator, UnsiloError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MAX_UNPACKED = 4 << 30
MOST_ROWS = 1_048_576
"""Rows of a full sheet: an export that has just as many was probably cut off there."""
ROWS_A_BLOCK = 1_000
_OLE = b"\xd0\xcf\x11\xe0"
_DEFLATE_LIMIT = 1_032
"""No deflated byte unpacks to more than so many."""


class Workbook:
    """A workbook, checked and opened."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self._kept: CalamineSheet | None = None
        file.stamp()
        _refuse_bombs(file)
        with _plain_errors(file), plain_errors(file.shown):
            from python_calamine import CalamineWorkbook, SheetTypeEnum

            self._book: CalamineWorkbook = CalamineWorkbook.from_path(str(file.path))
            self._sheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]

    def sheets_with_data(self) -> list[str]:
        """Names of the sheets that hold anything, the hidden ones too. A single sheet is not looked into."""
        names = [sheet.name for sheet in self._sheets]
        return names if len(names) < 2 else [name for name in names if self._sheet(name).start]

    def is_hidden(self, name: str) -> bool:
        from python_calamine import SheetVisibleEnum

        return any(sheet.name == name and sheet.visible != SheetVisibleEnum.Visible for sheet in self._sheets)

    def height(self, name: str) -> int:
        """Number of the last row that holds anything."""
        end = self._sheet(name).end
        return end[0] + 1 if end else 0

    def rows(self, name: str) -> Iterator[list[Any]]:
        """Rows from the top of the sheet. NeedsOperator when there is no such sheet."""
        if all(sheet.name != name for sheet in self._sheets):
            names = ", ".join(sheet.name for sheet in self._sheets)
            raise NeedsOperator(f"{self.file.shown} has no sheet '{name}'.", f"Its sheets are: {names}.")
        with _plain_errors(self.file):
            yield from self._sheet(name).iter_rows()

    def _sheet(self, name: str) -> CalamineSheet:
        """A sheet, taken apart. That takes long, and it is wanted several times in a row: the last one is kept."""
        if self._kept is None or self._kept.name != name:
            self._kept = None
            with _plain_errors(self.file):
                self._kept = self._book.get_sheet_by_name(name)
        return self._kept

    def close(self) -> None:
        self._kept = None
        self._book.close()


class SheetTable:
    """One sheet of a workbook."""

    def __init__(self, book: Workbook, sheet: str, settings: FileSettings) -> None:
        self.file = book.file
        self.sheet = sheet
        self._book = book
        self.blank = 0
        self._header_row, cells = self._find_header(settings.header_row)
        header = name_columns([_text(cell) for cell in cells])
        self.columns, self.unnamed, self.originals = header
        self.notes: Sequence[Note] = tuple(self._notes())

    def blocks(self) -> Iterator[RowBlock]:
        width, blank = len(self.columns), 0
        rows: list[Row] = []
        defects: list[Defect] = []
        for line, cells in enumerate(self._book.rows(self.sheet), start=1):
            if line <= self._header_row:
                continue
            values = [cell if type(cell) is str else _text(cell) for cell in cells]
            if any(values):
                rows.append((line, values if len(values) == width else values[:width]))
            else:
                blank += 1
            if len(rows) == ROWS_A_BLOCK:
                yield RowBlock(rows, defects)
                rows, defects = [], []
        yield RowBlock(rows, defects)
        self.blank = blank

    @property
    def place_prefix(self) -> str:
        return f"{self.file.shown}#{self.sheet}:"

    def _find_header(self, wanted: int) -> tuple[int, list[Any]]:
        for line, cells in enumerate(self._book.rows(self.sheet), start=1):
            if line == wanted or (not wanted and any(_text(cell).strip() for cell in cells)):
                return line, cells
        if wanted:
            raise NeedsOperator(f"{self.file.shown}#{self.sheet} has no row {wanted}.", "Correct header_row.")
        raise NeedsOperator(f"{self.file.shown}#{self.sheet} is empty: it has not even a header.", "Export it again.")

    def _notes(self) -> Iterator[Note]:
        if self._book.is_hidden(self.sheet):
            yield Note(
                f"The sheet '{self.sheet}' is hidden; it is read all the same.", "Name the sheet to read in sheet."
            )
        height = self._book.height(self.sheet)
        if height >= MOST_ROWS:
            yield Note(
                f"The sheet '{self.sheet}' has {height:,} rows, the most a sheet can hold: it was probably cut off.",
                "Export it as CSV.",
                doubt=True,
            )


def _text(cell: Any) -> str:
    """A cell as text: `4915112345678`, `0.1`, `TRUE`, `2024-03-04`, `2024-03-04T05:06:07`."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return str(cell)


@contextmanager
def _plain_errors(file: SourceFile) -> Iterator[None]:
    """Turn the library's errors, its panics on broken files among them, into a sentence."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as error:
        raise NeedsOperator(f"{file.shown} is protected by a password.", "Save a copy without one.") from error
    except CalamineError as error:
        raise _unreadable(file) from error
    except UnsiloError:
        raise
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(file) from error


def _unreadable(file: SourceFile) -> NeedsOperator:
    return NeedsOperator(f"{file.shown} is damaged or no workbook.", "Save it again as .xlsx, or export it as CSV.")


def _refuse_bombs(file: SourceFile) -> None:
    """Check what an archive unpacks to before the library does: by its own word and, where that may lie, counting."""
    with plain_errors(file.shown):
        with file.path.open("rb") as stream:
            start = stream.read(8)
        if not start:
            raise NeedsOperator(f"{file.shown} is empty.", "Export it again.")
        if start.startswith(_OLE) or not start.startswith(b"PK"):
            return
        try:
            with zipfile.ZipFile(file.path) as archive:
                _check_archive(file, archive)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
            raise _unreadable(file) from error


def _check_archive(file: SourceFile, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    packed = file.path.stat().st_size
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise NeedsOperator(f"{file.shown} holds a part whose path leads out of it.", "Don't use this file.")
    declared = sum(member.file_size for member in members)
    limit = min(MAX_UNPACKED, max(ALWAYS_FINE, MAX_RATIO * packed))
    overlapping = sum(member.compress_size for member in members) > packed
    if declared > limit or overlapping:
        raise _bomb(file)
    if packed * _DEFLATE_LIMIT > limit and _unpacked(file, archive, limit) > limit:
        raise _bomb(file)


def _unpacked(file: SourceFile, archive: zipfile.ZipFile, limit: int) -> int:
    """Bytes that really come out, counted up to just over the limit and never kept."""
    total = 0
    with file.path.open("rb") as stream:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_DEFLATED:
                total += member.file_size
                continue
            stream.seek(member.header_offset + 26)
            lengths = stream.read(4)
            stream.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), 1)
            total += _inflated(stream.read(member.compress_size), limit - total)
            if total > limit:
                break
    return total


def _inflated(data: bytes, limit: int) -> int:
    inflate, total = zlib.decompressobj(-15), 0
    while data and total <= limit:
        total += len(inflate.decompress(data, 1 << 20))
        data = inflate.unconsumed_tail
    return total


def _bomb(file: SourceFile) -> NeedsOperator:
    return NeedsOperator(
        f"{file.shown} unpacks to far more than a workbook of its size holds: it was not opened.",
        "Don't use this file, or save it again as CSV if you trust it.",
    )
