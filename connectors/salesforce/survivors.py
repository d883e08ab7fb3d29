"""Where a record went that is no longer there: into another by a merge, into the recycle bin, or away for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.salesforce.deciding import Row
from connectors.salesforce.rounds import Rounds
from connectors.salesforce.sending import Sender
from connectors.salesforce.tasks import Task
from connectors.salesforce.values import id18

LONGEST_CHAIN = 20


def follow(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """Point each task at the survivor of its record; one whose record is deleted is done."""
    object = rounds.sender.object
    traces = trace(rounds.sender, [str(task.target) for task in tasks])
    for task in tasks:
        end = survivor(traces, str(task.target))
        left = traces.get(end)
        if left is None:
            detail = f"Salesforce {object} {end} is deleted for good, or hidden from the hub's user."
            rounds.settle(task, "rejected", end, "NOT_FOUND", detail)
        elif left.get("IsDeleted"):
            detail = f"Salesforce {object} {end} was deleted by somebody; it may still be in the recycle bin."
            rounds.settle(task, "rejected", end, "ENTITY_IS_DELETED", detail)
        else:
            # What was lost may have been seen by whoever merged: then only the wanted values tell that it was applied.
            task.target, task.row, task.cause = end, {}, None
            task.tries += 1


def trace(sender: Sender, ids: Sequence[str]) -> dict[str, Row]:
    """What is left of these records and of all they were merged into, by id."""
    known: dict[str, Row] = {}
    wanted = set(ids)
    for _ in range(LONGEST_CHAIN):
        if not wanted:
            break
        known.update(sender.traces(sorted(wanted)))
        masters = {id18(str(row["MasterRecordId"])) for row in known.values() if row.get("MasterRecordId")}
        wanted = masters - known.keys()
    return known


def survivor(traces: Mapping[str, Row], record_id: str) -> str:
    """The end of a chain of merges."""
    for _ in range(LONGEST_CHAIN):
        row = traces.get(record_id)
        if row is None or not row.get("IsDeleted") or not row.get("MasterRecordId"):
            break
        record_id = id18(str(row["MasterRecordId"]))
    return record_id
