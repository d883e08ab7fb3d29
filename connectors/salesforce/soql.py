"""Queries as text: windows of time, keyset positions, lists of ids. Names come from describe, values are quoted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote_plus

LONGEST_URL = 14_000
"""Bytes of an address with its query; the org takes 16,384 with headers."""


class Position(NamedTuple):
    """The last record that was read, in the order of stamp and id."""

    stamp: str
    id: str


class Span(NamedTuple):
    """From `since` (None: from the beginning) until just before `until`; beyond `after` when part of it was read."""

    since: str | None
    until: str
    after: Position | None = None


def select(columns: Iterable[str], object: str, conditions: Sequence[str] = (), order: str = "", limit: int = 0) -> str:
    """A query over all rows that meet every condition."""
    text = f"SELECT {', '.join(columns)} FROM {object}"
    met = [condition for condition in conditions if condition]
    if met:
        text += f" WHERE {' AND '.join(met)}"
    if order:
        text += f" ORDER BY {order}"
    return text + (f" LIMIT {limit}" if limit else "")


def within(field: str, span: Span) -> str:
    """The condition of a window, without its edges being lost or read twice."""
    until = f"{field} < {instant(span.until)}"
    if span.after is not None:
        at = instant(span.after.stamp)
        return f"(({field} = {at} AND Id > {text(span.after.id)}) OR ({field} > {at} AND {until}))"
    return until if span.since is None else f"{field} >= {instant(span.since)} AND {until}"


def one_of(ids: Iterable[str]) -> str:
    """Records by their ids."""
    return f"Id IN ({', '.join(map(text, ids))})"


def bracketed(condition: str) -> str:
    """A person's own condition, so that its OR does not reach beyond it."""
    return f"({condition})" if condition else ""


def text(value: str) -> str:
    """A string literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def instant(stamp: str) -> str:
    """A datetime literal."""
    return f"{stamp[:19]}Z" if stamp[19:] == ".000Z" else stamp


def fits_url(query: str) -> bool:
    """Whether a query may travel in an address."""
    return len(quote_plus(query)) <= LONGEST_URL


def chunks_of(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Runs of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
