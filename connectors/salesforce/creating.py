"""Creates: sent once, and looked for by their external id whenever it is not certain that they are not there yet.

A create is never an upsert: where the external id is unique, a second create is refused by the org itself, so that
not even a request that arrives late makes two, and nothing that people changed since is overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.salesforce.batches import in_batches, parent_columns, side_by_side
from connectors.salesforce.deciding import Row
from connectors.salesforce.rendering import Field
from connectors.salesforce.results import result
from connectors.salesforce.rounds import Rounds, unknown
from connectors.salesforce.survivors import survivor, trace
from connectors.salesforce.tasks import Task
from connectors.salesforce.values import id18


def create(rounds: Rounds, tasks: Sequence[Task]) -> list[Task]:
    """Bring every task to its result; upserts that found their record come back with it, to be updated."""
    for task in tasks:
        task.columns = task.values
    found: list[Task] = []
    while waiting := rounds.begin(task for task in tasks if task.target is None):
        for column in sorted({task.op.guard[0] for task in waiting if task.op.guard}):
            unique = bool(rounds.sender.fields[column].get("unique"))
            looking = [
                task for task in waiting if task.op.guard and task.op.guard[0] == column and _looks(task, unique)
            ]
            if looking:
                _look(rounds, looking, column, unique)
        for task in waiting:
            if task.op.guard is None and task.maybe_before and task.result is None:
                task.result = unknown(
                    task, "It may have been created before, and without an external id nothing tells."
                )
        found += [task for task in waiting if task.target is not None and task.result is None]
        sending = [task for task in waiting if task.result is None and task.target is None]
        _send(rounds, _first_of_each(rounds, sending))
    return found


def _first_of_each(rounds: Rounds, tasks: Sequence[Task]) -> list[Task]:
    """The tasks without those that would make a record for an external id a second time: they look again."""
    first: dict[tuple[str, Any], Task] = {}
    chosen = []
    for task in tasks:
        guard = task.op.guard
        key = (guard[0], _folded(rounds.sender.fields[guard[0]], task.values[guard[0]])) if guard else ("", task.place)
        if first.setdefault(key, task) is task:
            chosen.append(task)
        else:
            task.looked = False
    return chosen


def _looks(task: Task, unique: bool) -> bool:
    """Whether a record with the task's external id has to be looked for before anything is sent."""
    taken = task.cause is not None and task.cause.kind == "taken"
    return not task.looked and (task.unsure or taken or not unique or task.op.repeated or task.op.action == "upsert")


def _look(rounds: Rounds, tasks: Sequence[Task], column: str, unique: bool) -> None:
    field = rounds.sender.fields[column]
    rows = rounds.sender.by_guard(column, [task.values[column] for task in tasks])
    by_value: dict[Any, list[Row]] = {}
    for row in rows:
        by_value.setdefault(_folded(field, row[column]), []).append(row)
    merged = [str(row["Id"]) for row in rows if row.get("IsDeleted") and row.get("MasterRecordId")]
    traces = trace(rounds.sender, merged) if merged else {}
    for task in tasks:
        task.looked = True
        _judge(rounds, task, by_value.get(_folded(field, task.values[column]), []), traces, unique)


def _judge(rounds: Rounds, task: Task, rows: Sequence[Row], traces: Mapping[str, Row], unique: bool) -> None:
    ends = {str(row["Id"]) if str(row["Id"]) not in traces else survivor(traces, str(row["Id"])): row for row in rows}
    live = [end for end, row in ends.items() if not (traces.get(end) or row).get("IsDeleted")]
    column = task.op.guard[0] if task.op.guard else ""
    if len(live) > 1:
        detail = f"Several records of Salesforce {rounds.sender.object} hold this {column}: {', '.join(live[:5])}."
        made = result(task.op, "duplicate", None, "several_records", f"{detail} Merge them, or choose one.")
        task.result = made._replace(fields=(column,), other_id=live[0])
    elif live:
        _found(rounds, task, live[0], moved=live[0] not in {str(row["Id"]) for row in rows})
    elif rows and task.maybe_before:
        detail = "It was created, and deleted by somebody since."
        rounds.settle(task, "created", str(rows[0]["Id"]), "deleted_since", detail)
    elif rows and task.op.action == "upsert":
        detail = f"Salesforce {rounds.sender.object} {rows[0]['Id']} was deleted by somebody; it is not made again."
        rounds.settle(task, "rejected", str(rows[0]["Id"]), "ENTITY_IS_DELETED", detail)
    elif task.unsure and not unique:
        task.result = unknown(task, f"It may still arrive, and {column} does not keep a second one out.")
    elif task.cause and task.cause.kind == "taken" and not task.unsure:
        rounds.refuse(task)  # another unique field is taken
    else:
        task.sent = None


def _found(rounds: Rounds, task: Task, record_id: str, *, moved: bool) -> None:
    if task.maybe_before:
        reason = "merged_into" if moved else "found_applied" if task.lost else "applied_before"
        rounds.settle(task, "created", record_id, reason, "It was created; its external id is there.")
    elif task.op.action == "upsert":
        task.target, task.sent, task.cause = id18(record_id), None, None
    else:
        rounds.settle(task, "unchanged", record_id, "exists", "A record with this external id is there already.")


def _send(rounds: Rounds, tasks: Sequence[Task]) -> None:
    sender, options = rounds.sender, rounds.sender.options
    parents = parent_columns(sender.fields)
    ordered = side_by_side(tasks, lambda task: [task.columns.get(name) for name in parents])
    full = None
    for apart, most in ((0, options.records), (1, options.singles), (2, 1)):
        some = [task for task in ordered if min(task.apart, 2) == apart and task.result is None]
        for batch in in_batches(some, lambda task: task.columns, most, options.most_bytes):
            if full is not None:
                for task in batch:
                    task.cause = full
                    rounds.refuse(task)
                continue
            _request(rounds, batch, apart)
            full = next((task.cause for task in batch if task.cause and task.cause.kind == "full"), None)


def _request(rounds: Rounds, batch: Sequence[Task], apart: int) -> None:
    sender = rounds.sender
    records = [dict(task.columns) for task in batch]
    if apart == 0:
        rounds.send(batch, lambda: sender.collection("POST", records), "created")
    elif apart == 1:
        parts = [{"method": "POST", "path": f"sobjects/{sender.object}", "body": record} for record in records]
        rounds.send(batch, lambda: sender.singles(parts), "created")
    else:
        rounds.send(batch, lambda: [sender.single(records[0])], "created")
    for task in batch:
        if task.result is not None or task.cause is None or task.unsure:
            continue
        kind = task.cause.kind
        if kind == "duplicate" and task.cause.other_id is None and apart < 2:
            task.apart, task.tries = apart + 1, task.tries - 1  # only a request of its own names the other record
        elif kind in ("duplicate", "gone", "moved", "converted") or (kind == "taken" and task.op.guard is None):
            rounds.refuse(task)


def _folded(field: Field, value: Any) -> str:
    """An external id as the org compares it."""
    text = str(value)
    return text if field.get("caseSensitive") else text.casefold()
