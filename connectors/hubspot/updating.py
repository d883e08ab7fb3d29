"""Updates: compare with what the records hold, send what differs, and look at the history of what was written.

HubSpot knows no write on condition. The time between comparing and writing is kept short, batch by batch, and what
people wrote in it and ours replaced is found in the history and told: `conflict`, reason `overwritten`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.hubspot.deciding import Row, compare
from connectors.hubspot.lifecycle import STAGE, is_backward
from connectors.hubspot.looking_back import find_ours, look_back, must_look
from connectors.hubspot.outcomes import LIFECYCLE_BACKWARD, result
from connectors.hubspot.rounds import Rounds
from connectors.hubspot.taken import explain
from connectors.hubspot.tasks import Task

ARCHIVED = "ARCHIVED"
NOT_FOUND = "OBJECT_NOT_FOUND"


def update(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """Bring every task to its result. Several ops on one record go one after the other."""
    while waiting := rounds.begin(tasks):
        first = {task.target: task for task in reversed(waiting)}
        for batch in rounds.batches(list(first.values())[::-1], lambda task: task.values):
            _step(rounds, batch)


def _step(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """One batch: read, decide, send, look."""
    began = rounds.monotonic()
    sending: list[Task] = []
    missing: list[Task] = []
    for some in _by_need(tasks):
        history = must_look(some[0])
        rows = rounds.sender.rows([str(task.target) for task in some], _columns(some), history=history)
        for task in some:
            row = rows.get(str(task.target))
            if row is None:
                missing.append(task)
            elif row.id != task.target:
                follow(task, row.id)
            elif not _decided(rounds, task, row):
                sending.append(task)
    if sending:
        records = [(str(task.target), task.columns) for task in sending]
        rounds.send(sending, lambda: rounds.sender.update(records))
        rounds.exposure.add(len(sending), rounds.monotonic() - began)
        look_back(rounds, [task for task in sending if task.stored is not None])
        _after(rounds, [task for task in sending if task.result is None and not task.unsure])
    if missing:
        _tell_missing(rounds, missing)


def _by_need(tasks: Sequence[Task]) -> list[list[Task]]:
    """Those whose history decides first: those that are only compared are then sent at once."""
    parted = ([task for task in tasks if must_look(task)], [task for task in tasks if not must_look(task)])
    return [some for some in parted if some]


def _columns(tasks: Sequence[Task]) -> list[str]:
    return sorted({name for task in tasks for name in task.values})


def follow(task: Task, survivor: str) -> None:
    """Point a task at the survivor of its record. What was lost may have been seen by whoever merged: then only
    values and histories of the survivor tell that it was applied."""
    task.target, task.row, task.cause = survivor, None, None
    task.tries += 1


def _decided(rounds: Rounds, task: Task, row: Row) -> bool:
    """Whether the task is done by what its record holds, or held; otherwise `columns` is what to send."""
    if task.cause and task.cause.kind == "gone":
        task.cause = None  # it is there again
    if must_look(task):
        find_ours(rounds, task, row)
        task.looked = True
    task.stored = None
    if task.result is not None:
        return True
    base = {} if task.followed and task.op.base is None else task.op.base
    verdict = compare(rounds.sender.properties, task.values, base, row)
    columns = dict(verdict.columns)
    if verdict.kind == "conflict":
        rounds.conflict(task, columns, "edited", "Somebody edited the record")
    elif verdict.kind == "unchanged" and task.maybe_before:
        rounds.settle(task, "updated", task.target, "applied_before", "It was applied before.")
    elif verdict.kind == "unchanged":
        rounds.settle(task, "unchanged", task.target)
    else:
        _hold_back(rounds, task, row, columns)
    task.row, task.columns, task.sent = row, columns, None
    return task.result is not None


def _hold_back(rounds: Rounds, task: Task, row: Row, columns: dict[str, Any]) -> None:
    """Take out what the portal would drop; an op of nothing else is refused."""
    known = rounds.sender.properties.get(STAGE)
    task.held_back = ()
    if STAGE not in columns or known is None or not is_backward(known, row.values.get(STAGE), columns[STAGE]):
        return
    del columns[STAGE]
    task.held_back = (STAGE,)
    if not columns:
        detail = "HubSpot moves the lifecycle stage forward only. Set it back in HubSpot, or let HubSpot's stage stand."
        made = result(task.op, "rejected", task.target, LIFECYCLE_BACKWARD, detail)
        task.result = made._replace(fields=task.held_back)


def _after(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """A refusal is final; where another record has the value, it is named."""
    explain(rounds, [task for task in tasks if task.cause and task.cause.kind in ("taken", "rejected")])


def _tell_missing(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """The records are not there: archived, or gone for good, or hidden."""
    object = rounds.sender.object
    rows = rounds.sender.rows([str(task.target) for task in tasks], (), archived=True)
    for task in tasks:
        if str(task.target) in rows:
            detail = f"HubSpot {object} {task.target} was deleted by somebody; it may be restored within 90 days."
            rounds.settle(task, "rejected", task.target, ARCHIVED, detail)
        else:
            detail = f"HubSpot {object} {task.target} is deleted for good, or hidden from the token."
            rounds.settle(task, "rejected", task.target, NOT_FOUND, detail)
