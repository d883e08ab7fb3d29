"""Which objects a file source has: each file is one, named by its stem, unless the settings make one of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from connectors.files.opening import SourceFile, find_files
from connectors.files.settings import FileSettings
from connectors.files.workbook import Workbook
from unified_model.errors import NeedsOperator, UnsiloError, UsageError


class Part(NamedTuple):
    """A file, or one sheet of a workbook (empty: its only sheet, or the first that holds data)."""

    file: SourceFile
    sheet: str = ""

    @property
    def name(self) -> str:
        """Its name in a cursor."""
        return f"{self.file.name}#{self.sheet}" if self.sheet else self.file.name


Catalogue = dict[str, list[Part]]
"""Object -> its parts, in the order in which they are read."""


def catalogue(settings: FileSettings) -> Catalogue:
    """The objects to read, in the order of their names.

    `contacts.csv` is the object `contacts`. A workbook with data in several sheets has an object `book#Sheet` for each,
    unless `sheet` picks one. `object` makes all files parts of one object. UsageError when `objects` names none.
    """
    files = find_files(settings)
    found: Catalogue = {}
    if settings.object:
        found[settings.object] = [Part(file, settings.sheet if file.is_workbook else "") for file in files]
    else:
        for file, name in zip(files, _names(files), strict=True):
            sheets = _sheets(file, settings)
            for sheet in sheets:
                found[f"{name}#{sheet}" if len(sheets) > 1 else name] = [Part(file, sheet)]
    if not settings.objects:
        return found
    for wanted in settings.objects:
        if wanted not in found:
            raise UsageError(f"{settings.path} has no object '{wanted}'.", f"It has: {', '.join(found)}.")
    return {name: parts for name, parts in found.items() if name in settings.objects}


def _names(files: Iterable[SourceFile]) -> list[str]:
    """Stems; where two files share one, their whole names."""
    files = list(files)
    stems = Counter(file.stem for file in files)
    return [file.stem if stems[file.stem] == 1 else file.name for file in files]


def _sheets(file: SourceFile, settings: FileSettings) -> list[str]:
    """Sheets of a workbook to read. A workbook that can't be opened says so when it is read, not here."""
    if not file.is_workbook or settings.sheet:
        return [settings.sheet if file.is_workbook else ""]
    try:
        book = Workbook(file)
    except UnsiloError:
        return [""]
    try:
        sheets = book.sheets_with_data()
    finally:
        book.close()
    return sheets if len(sheets) > 1 else [""]


def sheet_of(book: Workbook, wanted: str) -> str:
    """The sheet a part means. NeedsOperator when the workbook holds no data."""
    sheets = book.sheets_with_data()
    if wanted or sheets:
        return wanted or next((sheet for sheet in sheets if not book.is_hidden(sheet)), sheets[0])
    raise NeedsOperator(f"{book.file.shown} is empty: none of its sheets holds data.", "Export it again.")
