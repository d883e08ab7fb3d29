"""Deletes: only what is still as we believe it, and never a second record."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.salesforce.batches import in_batches
from connectors.salesforce.deciding import Row, compare
from connectors.salesforce.rounds import Rounds
from connectors.salesforce.tasks import Task
from connectors.salesforce.updating import conflict
from connectors.salesforce.values import id18


def delete(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """Bring every task to its result. What is gone already is unchanged; a merge is never followed."""
    sender = rounds.sender
    columns = sorted({name for task in tasks for name in task.op.base or () if name in sender.fields})
    size = sender.options.records
    for start in range(0, len(tasks), size):
        some = tasks[start : start + size]
        while waiting := rounds.begin(some):
            first = {task.target: task for task in reversed(waiting)}
            _round(rounds, list(first.values())[::-1], columns)


def _round(rounds: Rounds, tasks: Sequence[Task], columns: Sequence[str]) -> None:
    sender, options = rounds.sender, rounds.sender.options
    rows = sender.rows([str(task.target) for task in tasks], columns)
    missing = [task for task in tasks if str(task.target) not in rows]
    traces = sender.traces([str(task.target) for task in missing]) if missing else {}
    for task in missing:
        _gone(rounds, task, traces.get(str(task.target)))
    sending = [
        task for task in tasks if str(task.target) in rows and not _differs(rounds, task, rows[str(task.target)])
    ]
    for apart in (False, True):
        some = [task for task in sending if bool(task.apart) == apart]
        for batch in in_batches(some, lambda task: task.target, 1 if apart else options.records, options.most_bytes):
            ids = [str(task.target) for task in batch]
            rounds.send(batch, lambda ids=ids: sender.delete(ids), "deleted")  # type: ignore[misc]
            for task in batch:
                if task.result is None and task.cause and task.cause.kind in ("taken", "duplicate", "converted"):
                    rounds.refuse(task)


def _gone(rounds: Rounds, task: Task, left: Row | None) -> None:
    if left is not None and not left.get("IsDeleted"):
        task.tries += 1  # restored, or not to be seen a moment ago
    elif left is not None and left.get("MasterRecordId"):
        into = id18(str(left["MasterRecordId"]))
        rounds.settle(task, "unchanged", task.target, "merged_into", f"It was merged into {into} by somebody.")
    elif task.maybe_before:
        rounds.settle(task, "deleted", task.target, "found_applied", "It is gone.")
    else:
        rounds.settle(task, "unchanged", task.target, "ENTITY_IS_DELETED", "It was deleted before.")


def _differs(rounds: Rounds, task: Task, row: Row) -> bool:
    """Whether somebody changed what we believe the record holds."""
    task.sent = None
    base = {name: value for name, value in (task.op.base or {}).items() if name in rounds.sender.fields}
    verdict = compare(rounds.sender.fields, base, base, row)
    if verdict.kind == "conflict":
        conflict(rounds, task, verdict.columns, "edited", "Somebody edited the record")
    return task.result is not None
