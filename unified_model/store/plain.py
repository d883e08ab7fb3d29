"""Values on their way in and out of the store: text both backends can hold, times as text, batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from unified_model.errors import Rejected
from unified_model.store.types import utc_from_text, utc_text

Row = tuple[Any, ...]
Cells = list[Any]


def storable(text: str) -> str:
    """The same text as every backend can hold it: NUL becomes U+2400, a lone surrogate `\\udXXX` spelled out.

    For columns; JSON keeps NULs as they are and spells out lone surrogates by itself (`codec.encode`).
    """
    if "\0" in text:
        text = text.replace("\0", "␀")
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def cells_of(rows: Sequence[Row], width: int) -> Cells:
    """The values of all rows, one after the other. ValueError when a row has not as many as there are columns."""
    cells = list(chain.from_iterable(rows))
    if len(cells) != len(rows) * width:
        raise ValueError(f"rows of {width} columns were expected")
    return cells


def rows_of(cells: Cells, width: int) -> list[Row]:
    """The reverse of `cells_of`."""
    return list(zip(*[iter(cells)] * width, strict=True))


def cells_of_columns(columns: Sequence[Sequence[Any]]) -> Cells:
    """The values of all rows, one after the other, of values given column by column."""
    width = len(columns)
    cells: Cells = [None] * (width * len(columns[0]))
    for position, values in enumerate(columns):
        cells[position::width] = values
    return cells


def refuse_odd_text(table: str, columns: Sequence[str], cells: Cells, text: Sequence[int]) -> None:
    """`Rejected` if any text holds what PostgreSQL can't (NUL) or UTF-8 can't (half a pair).

    One search a column of the whole batch, so that it costs next to nothing.
    """
    for position in text:
        joined = "".join(filter(None, cells[position :: len(columns)]))
        if "\0" in joined or not (joined.isascii() or _is_utf8(joined)):
            raise Rejected(
                f"A text for {table}.{columns[position]} holds a NUL character or half of a surrogate pair.",
                "Pass it through `storable` before it is written.",
            )


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def refuse_naive_times(cells: Cells, width: int, times: Sequence[int]) -> None:
    """A time without a zone is a defect: nobody knows when it was."""
    for position in times:
        for value in cells[position::width]:
            if value is not None and value.tzinfo is None:
                raise ValueError("a time without a zone reached the store")


_NUMBERS = {False: 0, True: 1, None: None}


def spell(cells: Cells, width: int, times: Sequence[int], booleans: Sequence[int]) -> None:
    """Put what SQLite keeps in the place of times (fixed-width UTC text) and truth values (whole numbers)."""
    for position in times:
        told = cells[position::width]
        if any(told):
            cells[position::width] = [value and utc_text(value) for value in told]
    for position in booleans:
        cells[position::width] = map(_NUMBERS.__getitem__, cells[position::width])


def times_of_texts(rows: list[Row], times: Sequence[int], booleans: Sequence[int]) -> list[Row]:
    """What SQLite gave, with aware datetimes and bools where the columns are."""
    if not rows or not (times or booleans):
        return rows
    cells = list(zip(*rows, strict=True))
    for position in times:
        cells[position] = tuple([None if v is None else utc_from_text(v) for v in cells[position]])
    for position in booleans:
        cells[position] = tuple([None if v is None else bool(v) for v in cells[position]])
    return list(zip(*cells, strict=True))
