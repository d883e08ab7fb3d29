"""Rows as HubSpot gives them, whichever way they were read: one form of them for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connectors.http.retry import Busy
from connectors.hubspot.client import Answer

Row = Mapping[str, Any]
"""A record as it came: `id`, `properties`, `archived`, ..."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GONE = frozenset(("OBJECT_NOT_FOUND",))


class Rows(NamedTuple):
    """A page of them, and what the vendor calls the place after it; None: there is no more."""

    rows: list[Row]
    after: str | None
    total: int | None = None


def rows_of(system: str, answer: Answer, *, about: str) -> Rows:
    """The rows of a list, a search or a batch. Busy when the answer has not the form of one."""
    body = answer.body
    results = body.get("results") if isinstance(body, Mapping) else None
    if not isinstance(results, list) or not all(isinstance(row, Mapping) for row in results):
        raise Busy(f"An answer of {system} ({about}) lacks its records.", "The next run goes on from here.", lost=True)
    paging = body.get("paging")
    coming = paging.get("next") if isinstance(paging, Mapping) else None
    after = coming.get("after") if isinstance(coming, Mapping) else None
    total = body.get("total")
    return Rows(results, None if after is None else str(after), total if isinstance(total, int) else None)


def records_of(system: str, answer: Answer, *, about: str) -> Rows:
    """The same, of records: each has its id, a number, and its properties."""
    page = rows_of(system, answer, about=about)
    if not all(str(row.get("id")).isdigit() and isinstance(row.get("properties"), Mapping) for row in page.rows):
        raise Busy(f"{system} ({about}): a record came without id or properties.", "Run again later.", lost=True)
    return page


def refuse_broken(system: str, answer: Answer, *, about: str) -> None:
    """Busy when a batch went through in part for another reason than that records are not there (any more)."""
    errors = answer.body.get("errors") if isinstance(answer.body, Mapping) else None
    broken = [error for error in errors or () if error.get("category") not in _GONE]
    if broken:
        kinds = ", ".join(sorted({str(error.get("category") or error.get("status")) for error in broken}))
        raise Busy(
            f"{system} ({about}): some records of a batch could not be read ({kinds}).",
            "The next run goes on from here.",
        )


def distinct(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows by id, each once."""
    return {str(row["id"]): row for row in rows}


def by_number(ids: Iterable[str]) -> list[str]:
    """Ids in their order: they differ in length, so never as text."""
    return sorted(ids, key=int)


def in_runs(ids: Sequence[str], length: int) -> Iterable[Sequence[str]]:
    """Ids, so many at a time."""
    return (ids[start : start + length] for start in range(0, len(ids), length))


def milliseconds(moment: datetime) -> int:
    """Epoch milliseconds of a moment."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(text: Any) -> datetime | None:
    """A time as a property holds it: ISO, or epoch milliseconds; None when it is neither."""
    if not isinstance(text, str) or not text:
        return None
    try:
        if text.isdigit() and len(text) > 8:
            return _EPOCH + timedelta(milliseconds=int(text))
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
