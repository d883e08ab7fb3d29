"""The org's log of deletions: also of what was deleted for good, and left no other trace. It reaches back 15 days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.persons import table_of
from connectors.salesforce.refusals import Refusal
from connectors.salesforce.values import id18, moment_of, stamp, stamp_of
from unified_model.errors import CursorExpired
from unified_model.records import SourceRecord

RECORDS = 2_000
FORGOTTEN = frozenset(("INVALID_REPLICATION_DATE",))
TOO_MANY = frozenset(("EXCEEDED_ID_LIMIT",))
SHORTEST = timedelta(minutes=4)


class Deletions(NamedTuple):
    """Some deleted records, without values; and until when the log is known, on the last of a span."""

    records: list[SourceRecord]
    covered: datetime | None


def deletions(client: SalesforceClient, object: str, start: datetime, end: datetime) -> Iterator[Deletions]:
    """Deletions from `start` to `end` (more than a minute later). CursorExpired when the log does not reach back."""
    params = {"start": _minute(start), "end": stamp_of(end)[:19] + "Z"}
    try:
        body = client.get(f"sobjects/{table_of(object)}/deleted/", params, about=object).body
    except Refusal as refusal:
        if refusal.code in FORGOTTEN:
            raise _forgotten(client, object, start) from None
        if refusal.code not in TOO_MANY or end - start < SHORTEST:
            raise
        middle = start + (end - start) / 2
        yield from deletions(client, object, start, middle)
        yield from deletions(client, object, middle - SHORTEST / 2, end)
        return
    earliest = body.get("earliestDateAvailable")
    if earliest and _moment(earliest) > start:
        raise _forgotten(client, object, start)
    gone = [
        SourceRecord(object, id18(row["id"]), {}, _moment(row["deletedDate"]), deleted=True)
        for row in body.get("deletedRecords") or ()
    ]
    covered = min(_moment(body.get("latestDateCovered") or stamp_of(end)), end)
    for first in range(0, len(gone), RECORDS):
        rest = len(gone) - first > RECORDS
        yield Deletions(gone[first : first + RECORDS], None if rest else covered)
    if not gone:
        yield Deletions([], covered)


def _forgotten(client: SalesforceClient, object: str, start: datetime) -> CursorExpired:
    return CursorExpired(
        f"{client.system} ({object}): deletions since {start:%Y-%m-%d} are not in the org's log any more.",
        "Everything is read again; what was deleted meanwhile shows when the copy is compared record by record.",
    )


def _minute(moment: datetime) -> str:
    """The log ignores seconds, so it is asked from the minute before."""
    return stamp_of(moment.replace(second=0))[:19] + "Z"


def _moment(text: str) -> datetime:
    return moment_of(stamp(text))
