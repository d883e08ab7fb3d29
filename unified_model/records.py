"""What a connector hands over: source records, rejects and pages, exactly as the source system holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

Payload = Mapping[str, Any]
"""A record's raw fields by the vendor's own names; files give text only, APIs JSON values."""


class SourceRecord(NamedTuple):
    """One record as its system holds it. `modified_at` is the source's own stamp (aware UTC) or None."""

    object: str
    record_id: str
    payload: Payload
    modified_at: datetime | None = None
    deleted: bool = False
    merged_into: str | None = None
    """Record id of the survivor, of the same object, when the vendor merged this record away."""
    place: str = ""
    """Where it was read, for people: `in/fair.csv:17`."""
    converted_into: tuple[str, str] | None = None
    """(object, record id) of what the vendor made of this record (a lead's contact); this record stays as it is."""
    erased: bool = False
    """Deleted, and not as records are deleted there: the vendor forgot it, as when a person asked to be forgotten."""


class Reject(NamedTuple):
    """Something that was read but cannot become a record; `raw` keeps its text whole (bounded by the reader)."""

    object: str
    place: str
    """`file:line` or the vendor's own address of the record."""
    reason: str
    """A stable code: `row_too_short`, `duplicate_key`, `bad_encoding`, ..."""
    detail: str
    """One sentence for a person, with the remedy."""
    raw: str
    record_id: str | None = None


class Page(NamedTuple):
    """Some records and the cursor that covers them; both are stored in one transaction.

    `read` counts everything the page covers: records + rejects + repeated. `complete` is true on the last page of a
    read that covered the whole object, so that what was not in it is gone (if the source declares that).
    """

    records: Sequence[SourceRecord]
    rejects: Sequence[Reject]
    cursor: str
    read: int
    repeated: int = 0
    complete: bool = False
    hidden: frozenset[str] = frozenset()
    """Columns read earlier that the source does not show now: what the store holds of them stands."""


class NaturalKey(NamedTuple):
    """The lasting name of a source record. `source` is the installation's own id, not its label."""

    source: str
    object: str
    record_id: str

    def __str__(self) -> str:
        return f"{self.source}/{self.object}/{self.record_id}"
