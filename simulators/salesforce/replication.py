"""Ids that changed and ids that were deleted, within a span of time, as the org's own log has them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from simulators.clock import parse_moment
from simulators.salesforce.describe import find
from simulators.salesforce.errors import Refusal
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import BIN_DAYS, Org
from simulators.salesforce.values import moment_text
from simulators.web import Answer, Call

UPDATED_DAYS = 30


def answer_updated(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """Ids changed, up to 30 days back; covered only up to the oldest open transaction."""
    kind = _replicated(org, names)
    start, end = _span(call)
    if start < org.clock.now() - timedelta(days=UPDATED_DAYS):
        raise _out_of_log("startDate cannot be more than 30 days ago")
    ids = [
        record_id
        for record_id, row in org.tables[kind.name].items()
        if not row.get("IsDeleted") and record_id not in org.unshared and start <= _stamp(row) <= end
    ]
    return Answer(200, {"ids": ids, "latestDateCovered": moment_text(_covered(org, kind, end))})


def answer_deleted(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """Ids deleted, up to 15 days back, hard deletions included."""
    kind = _replicated(org, names)
    start, end = _span(call)
    earliest = (org.clock.now() - timedelta(days=BIN_DAYS)).replace(microsecond=0)
    if start < org.clock.now() - timedelta(days=BIN_DAYS):
        raise _out_of_log("startDate before org's replication-enabled date, or the log is purged")
    log = org.deletions.get(kind.name, {})
    deleted = [
        {"id": record_id, "deletedDate": moment_text(moment)}
        for record_id, moment in log.items()
        if start <= moment <= end
    ]
    covered = moment_text(_covered(org, kind, end))
    answer = {"deletedRecords": deleted, "earliestDateAvailable": moment_text(earliest), "latestDateCovered": covered}
    return Answer(200, answer)


def _replicated(org: Org, names: dict[str, str]) -> ObjectType:
    kind = find(org, names["object"])
    if not kind.deletable:
        raise Refusal(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {kind.name} does not support replication")
    return kind


def _stamp(row: Any) -> datetime:
    moment = row["SystemModstamp"]
    assert isinstance(moment, datetime)
    return moment


def _span(call: Call) -> tuple[datetime, datetime]:
    """Start and end; seconds are ignored."""
    try:
        start, end = (parse_moment(call.query[name]).replace(second=0, microsecond=0) for name in ("start", "end"))
    except KeyError as absent:
        raise Refusal(400, "MISSING_ARGUMENT", f"{absent.args[0]} is missing") from None
    except ValueError as problem:
        raise Refusal(400, "INVALID_REPLICATION_DATE", f"not a date and time: {problem}") from None
    if end - start < timedelta(minutes=1):
        raise _out_of_log("endDate must be at least one minute greater than startDate")
    return start, end


def _covered(org: Org, kind: ObjectType, end: datetime) -> datetime:
    waiting = [each.stamped for each in org.pending if any(name == kind.name for name, _ in each.rows)]
    return min([end, org.clock.now().astimezone(UTC), *waiting]).replace(microsecond=0)


def _out_of_log(message: str) -> Refusal:
    return Refusal(400, "INVALID_REPLICATION_DATE", message)
