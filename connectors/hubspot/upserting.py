"""Which record holds a unique value: asked before an upsert, and whenever a create may have been applied already.

The portal's own upsert is not used: it writes over what people changed, unseen. An upsert is a look, and then a create
or an update. The look is by the unique property itself, which knows what a search shows only later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.hubspot.deciding import Row
from connectors.hubspot.refusals import RefusedRecord
from connectors.hubspot.rounds import Rounds
from connectors.hubspot.taken import holders
from connectors.hubspot.tasks import Task
from connectors.hubspot.updating import ARCHIVED


def look(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """Settle those whose record is there already, or was; an upsert's then has a `target`, to be updated."""
    for column in sorted({task.guard[0] for task in tasks if task.guard}):
        asking = [task for task in tasks if task.guard and task.guard[0] == column]
        values = [task.values[column] for task in asking]
        live = holders(rounds, column, values)
        gone = _in_the_bin(rounds, column, [value for value in values if value.strip().casefold() not in live])
        for task in asking:
            key = task.values[column].strip().casefold()
            _judge(rounds, task, live.get(key), gone.get(key))
            task.looked = True


def _in_the_bin(rounds: Rounds, column: str, values: Sequence[str]) -> Mapping[str, Row]:
    if not values:
        return {}
    try:
        rows = rounds.sender.archived_by_value(column, values)
    except RefusedRecord:
        return {}  # not every portal looks there by value
    return {str(row.values.get(column)).strip().casefold(): row for row in rows}


def _judge(rounds: Rounds, task: Task, live: Row | None, gone: Row | None) -> None:
    object, op = rounds.sender.object, task.op
    if live is not None and task.maybe_before:
        reason = "found_applied" if task.lost else "applied_before"
        rounds.settle(task, "created", live.id, reason, "It was created; its unique property is there.")
    elif live is not None and op.action == "upsert":
        task.target, task.sent, task.cause = live.id, None, None
        task.values = {name: value for name, value in task.values.items() if name != (task.guard or ("",))[0]}
    elif live is not None:
        detail = f"HubSpot {object} {live.id} has this unique property already."
        rounds.settle(task, "unchanged", live.id, "exists", detail)
    elif gone is not None and task.maybe_before:
        rounds.settle(task, "created", gone.id, "deleted_since", "It was created, and deleted by somebody since.")
    elif gone is not None and (op.action == "upsert" or (task.cause and task.cause.kind == "taken")):
        detail = f"HubSpot {object} {gone.id} was deleted by somebody; it is not made again."
        rounds.settle(task, "rejected", gone.id, ARCHIVED, detail)
    else:
        task.sent = None
