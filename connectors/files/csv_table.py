"""A CSV or TSV file as a table: encoding, dialect and header are settled once, then it is read as often as needed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from connectors.files.csv_rows import CsvRows, RowBlock, readable
from connectors.files.dialect import Dialect, allow_long_fields, decide_dialect, hinted_delimiter
from connectors.files.encoding import EncodingDecision, Recoded, decide_encoding, decode_marking, keeps_ascii
from connectors.files.lines import MAX_LINE, Oversize, line_blocks, split_lines
from connectors.files.opening import ByteStream, SourceFile
from connectors.files.settings import FileSettings
from connectors.files.tables import Note, name_columns
from unified_model.errors import NeedsOperator

HEAD = 1 << 18
_UTF8_MARK = b"\xef\xbb\xbf"
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "If it is a workbook, rename it to .xlsx."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook or a protected one", "Rename it to .xls, or save it as .xlsx or CSV."),
    (b"%PDF", "a PDF document", "Export the table as CSV or XLSX."),
    (b"\x89PNG", "a picture", "Export the table as CSV or XLSX."),
    (b"\x7fELF", "a program", "Export the table as CSV or XLSX."),
)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\x0c\x1b")


class _Head(NamedTuple):
    """The lines up to the header, the header's cells, the dialect."""

    skipped: int
    cells: list[str]
    dialect: Dialect


class CsvTable:
    """One text file, opened. It holds nothing but what it found out; every pass opens the file again."""

    def __init__(self, file: SourceFile, settings: FileSettings) -> None:
        allow_long_fields()
        self.file = file
        start = _start(file)
        _refuse_binary(file, start, settings.encoding)
        self.encoding: EncodingDecision = decide_encoding(lambda: ByteStream(file), settings.encoding)
        self._codec = self.encoding.encoding.replace("utf-8-sig", "utf-8")
        text, whole = self._head()
        head = _read_head(file, text, settings, whole)
        self.dialect: Dialect = head.dialect
        self._skipped = head.skipped
        self.columns, self.unnamed, self.originals = name_columns(head.cells)
        self.notes: tuple[Note, ...] = tuple(self._notes())
        self.blank = 0
        """Blank records that the last whole pass met."""

    def blocks(self) -> Iterator[RowBlock]:
        rows = CsvRows(self._line_codec, self.dialect, len(self.columns), self._skipped)
        with ByteStream(self.file) as stream:
            yield from rows.read(line_blocks(self._reader(stream).read))
        self.blank = rows.blank

    @property
    def place_prefix(self) -> str:
        return f"{self.file.shown}:"

    @property
    def _line_codec(self) -> str:
        """The encoding of the blocks of lines: the file's own, or UTF-8 where it had to be recoded."""
        return self._codec if keeps_ascii(self._codec) else "utf-8"

    def _reader(self, stream: ByteStream) -> ByteStream | Recoded | _Unmarked:
        if not keeps_ascii(self._codec):
            return Recoded(stream, self._codec)
        return _Unmarked(stream) if self._codec == "utf-8" else stream

    def _head(self) -> tuple[str, bool]:
        """The first lines as text, whole ones only, and whether they are the whole file."""
        with ByteStream(self.file) as stream:
            reader = self._reader(stream)
            blocks = line_blocks(reader.read, block=HEAD)
            first = next(blocks, b"")
            if isinstance(first, Oversize):
                raise NeedsOperator(
                    f"{self.file.shown} is no table: its first line has more than {MAX_LINE:,} bytes.",
                    "Check that it is the file you mean.",
                )
            return decode_marking(first, self._line_codec), next(blocks, None) is None

    def _notes(self) -> Iterator[Note]:
        if self.encoding.doubtful:
            yield Note(
                f"Its encoding was guessed: {self.encoding.reason}.",
                f'Look at some names, then set encoding = "{self.encoding.encoding}" (or another one) in the settings.',
                doubt=True,
            )
        if self.dialect.certainty < 0.9:
            yield Note(
                f"Only {self.dialect.certainty:.0%} of its first lines have as many columns as the header.",
                "Set delimiter, quote or header_row in the settings.",
            )


class _Unmarked:
    """A UTF-8 stream without its byte order mark."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._begun = False

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        if not self._begun:
            self._begun = True
            data = data.removeprefix(_UTF8_MARK) or self._stream.read(size)
        return data


def _start(file: SourceFile) -> bytes:
    with ByteStream(file) as stream:
        start = stream.read(1 << 16)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise NeedsOperator(f"{file.shown} is empty: it has not even a header.", "Export it again.")
    return start


def _refuse_binary(file: SourceFile, start: bytes, declared: str) -> None:
    """A sentence for what is no text at all. A few control characters are dirt, many are another kind of file."""
    for magic, what, remedy in _MAGIC:
        if start.startswith(magic):
            raise NeedsOperator(f"{file.shown} is not a text file: it is {what}.", remedy)
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or (declared and not keeps_ascii(declared)):
        return
    controls = len(start) - len(start.translate(None, _CONTROLS))
    zeros = start.count(0)
    if controls > max(32, 0.06 * len(start)):
        if zeros > 0.3 * len(start):
            raise NeedsOperator(
                f"{file.shown} looks like UTF-16 without a byte order mark.",
                'Set encoding = "utf-16-le" (or "utf-16-be") in the settings.',
            )
        raise NeedsOperator(f"{file.shown} is not a text file.", "Export the table as CSV or XLSX.")


def _read_head(file: SourceFile, text: str, settings: FileSettings, whole: bool) -> _Head:
    """Find the header: behind blank lines and a `sep=` line, or where the settings say."""
    lines = split_lines(text)
    delimiter = settings.delimiter
    if settings.header_row:
        at = settings.header_row - 1
    else:
        at = sum(1 for _ in takewhile(lambda line: not line.strip(), lines))
        if at < len(lines) and (hint := hinted_delimiter(lines[at])):
            delimiter = delimiter or hint
            at += 1
    if at >= len(lines):
        raise NeedsOperator(f"{file.shown} has no line {at + 1} to hold the header.", "Correct header_row.")
    body = "".join(lines[at:])
    if not delimiter and file.path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")):
        tabbed = decide_dialect(body, "\t", settings.quote, whole=whole)
        dialect = tabbed if tabbed.columns > 1 else decide_dialect(body, "", settings.quote, whole=whole)
    else:
        dialect = decide_dialect(body, delimiter, settings.quote, whole=whole)
    if dialect.columns <= 1 and not delimiter:
        raise NeedsOperator(
            f"{file.shown} seems to have one column only.",
            "Set delimiter in the settings: to what separates its columns, or to a comma if it has only one.",
        )
    reader = csv.reader(lines[at:], **dialect.options())
    try:
        cells = next(reader)
    except (csv.Error, StopIteration):
        raise NeedsOperator(
            f"The header of {file.shown} (line {at + 1}) can't be read: its quotes don't match.",
            "Correct that line, or set header_row or quote in the settings.",
        ) from None
    if not any(cell.strip() for cell in cells):
        raise NeedsOperator(f"Line {at + 1} of {file.shown} names no column.", "Set header_row in the settings.")
    if readable("".join(cells)) != "".join(cells):
        raise NeedsOperator(
            f"The header of {file.shown} is not valid {settings.encoding or 'text'}.", "Set encoding in the settings."
        )
    return _Head(at + reader.line_num, cells, dialect)
