"""A table of a file, whatever its form: named columns, rows as text, defects, and what should be known about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from connectors.files.csv_rows import RowBlock
from connectors.files.opening import SourceFile


class Note(NamedTuple):
    """Something a person should know about a table. `doubt`: what was read may be wrong, not only incomplete."""

    message: str
    remedy: str = ""
    doubt: bool = False


class Table(Protocol):
    """An opened table. `columns` has a name for each position; those of `unnamed` were made up."""

    @property
    def file(self) -> SourceFile: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def unnamed(self) -> Sequence[int]: ...
    @property
    def originals(self) -> Sequence[str]:
        """Names as they stand in the file."""

    @property
    def notes(self) -> Sequence[Note]: ...
    @property
    def blank(self) -> int:
        """Rows without a single value that the last whole pass met."""

    def blocks(self) -> Iterator[RowBlock]:
        """All rows and defects from the start, in order; can be called again."""

    @property
    def place_prefix(self) -> str:
        """With a line's number behind it: where a row is, for people."""


class Header(NamedTuple):
    """Names of the columns, each once, the positions that had none, and the names as they stand in the file."""

    columns: tuple[str, ...]
    unnamed: tuple[int, ...]
    originals: tuple[str, ...]


def name_columns(cells: Sequence[str]) -> Header:
    """Trimmed names in order. The second `name` becomes `name (2)`, a missing one `column 5`."""
    taken = {cell.strip() for cell in cells}
    columns: list[str] = []
    unnamed = []
    for position, cell in enumerate(cells):
        name = cell.strip()
        if not name:
            unnamed.append(position)
            name = _free(f"column {position + 1}", taken)
        elif name in columns:
            name = _free(name, taken)
        taken.add(name)
        columns.append(name)
    return Header(tuple(columns), tuple(unnamed), tuple(cell.strip() for cell in cells))


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    return candidate


def kept_places(table: Table, excluded: Sequence[str]) -> list[int]:
    """Positions of the columns that may be taken in. A name left out leaves out every column that has it."""
    names = {name.strip().casefold() for name in excluded}
    both = zip(table.columns, table.originals, strict=True)
    return [place for place, pair in enumerate(both) if not names & {name.casefold() for name in pair}]
