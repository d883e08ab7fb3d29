"""Values on their way in and out of the store: text both backends can hold, times as text, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from unified_model.errors import Rejected
from unified_model.store.types import utc_from_text, utc_text

Row = tuple[Any, ...]
Cells = list[tuple[Any, ...]]


def storable(text: str) -> str:
    """The same text as every backend can hold it: NUL becomes U+2400, a lone surrogate `\\udXXX` spelled out.

    For columns; JSON keeps NULs as they are and spells out lone surrogates by itself (`codec.encode`).
    """
    if "\0" in text:
        text = text.replace("\0", "␀")
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def refuse_odd_text(
    table: str, columns: Sequence[str], rows: Sequence[Row], text: Sequence[int], needed: Sequence[int] = ()
) -> Cells:
    """The batch by columns; `Rejected` if any text holds what PostgreSQL can't (NUL) or UTF-8 can't (half a pair).

    One search a column of the whole batch, so that it costs next to nothing. Without text and `needed` columns there
    is nothing to lay out, and nothing is.
    """
    if not (text or needed):
        return []
    cells: Cells = list(zip(*rows, strict=True))
    for position in text:
        joined = "".join(filter(None, cells[position]))
        if "\0" in joined or not (joined.isascii() or _is_utf8(joined)):
            raise Rejected(
                f"A text for {table}.{columns[position]} holds a NUL character or half of a surrogate pair.",
                "Pass it through `storable` before it is written.",
            )
    return cells


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def refuse_naive_times(cells: Cells, times: Sequence[int]) -> None:
    """A time without a zone is a defect: nobody knows when it was."""
    for position in times:
        if not any(cells[position]):
            continue
        last = None
        for value in cells[position]:
            if value is not last and value is not None:
                last = value
                if value.tzinfo is None:
                    raise ValueError("a time without a zone reached the store")


def texts_of_times(rows: Sequence[Row], cells: Cells, times: Sequence[int]) -> Iterable[Row]:
    """The rows with the times at these positions as fixed-width UTC text."""
    told = [position for position in times if any(cells[position])]
    if not told:
        return rows
    for position in told:
        cells[position] = tuple(_time_texts(cells[position]))
    return zip(*cells, strict=True)


def _time_texts(values: Iterable[datetime | None]) -> Iterable[str | None]:
    last: datetime | None = None
    text: str | None = None
    for value in values:
        if value is None:
            yield None
        elif value is last:  # a batch often carries one and the same landing time
            yield text
        else:
            last, text = value, utc_text(value)
            yield text


def times_of_texts(rows: list[Row], times: Sequence[int], booleans: Sequence[int]) -> list[Row]:
    """What SQLite gave, with aware datetimes and bools where the columns are."""
    if not rows or not (times or booleans):
        return rows
    cells: Cells = list(zip(*rows, strict=True))
    for position in times:
        cells[position] = tuple([None if v is None else utc_from_text(v) for v in cells[position]])
    for position in booleans:
        cells[position] = tuple([None if v is None else bool(v) for v in cells[position]])
    return list(zip(*cells, strict=True))
