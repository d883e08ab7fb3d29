"""Deletes: into the recycle bin, only what is still as we believe it, and never the survivor of a merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.deciding import Row
from connectors.hubspot.outcomes import OVERWRITTEN
from connectors.hubspot.rendering import alike
from connectors.hubspot.rounds import Rounds
from connectors.hubspot.tasks import Task
from connectors.hubspot.updating import ARCHIVED


def delete(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """Bring every task to its result. What is gone already is unchanged; a merge is told and not followed."""
    while waiting := rounds.begin(tasks):
        first = {task.target: task for task in reversed(waiting)}
        for batch in rounds.batches(list(first.values())[::-1], lambda _: {}):
            _step(rounds, batch)


def _step(rounds: Rounds, tasks: Sequence[Task]) -> None:
    sender = rounds.sender
    columns = sorted({name for task in tasks for name in task.op.base or () if name in sender.properties})
    rows = sender.rows([str(task.target) for task in tasks], columns)
    _tell_gone(rounds, [task for task in tasks if str(task.target) not in rows])
    sending = []
    for task in tasks:
        row = rows.get(str(task.target))
        if row is not None and row.id != task.target:
            rounds.settle(task, "unchanged", task.target, "merged_into", f"It was merged into {row.id} by somebody.")
        elif row is not None and not _differs(rounds, task, row):
            sending.append(task)
    if not sending:
        return
    ids = [str(task.target) for task in sending]
    rounds.send(sending, lambda: sender.archive(ids))
    done = [task for task in sending if task.stored is not None]
    _look_back(rounds, [task for task in done if task.op.base], columns)
    for task in sending:
        if task.result is None and task.stored is not None:
            rounds.settle(task, "deleted", task.target)
        elif task.result is None and task.cause and task.cause.kind in ("taken", "rejected"):
            rounds.refuse(task)


def _look_back(rounds: Rounds, tasks: Sequence[Task], columns: Sequence[str]) -> None:
    """What people changed between looking and deleting is told; it is in the recycle bin with the rest."""
    if not tasks:
        return
    rows = rounds.sender.rows([str(task.target) for task in tasks], columns, archived=True)
    for task in tasks:
        row = rows.get(str(task.target))
        if row is not None and (theirs := _theirs(rounds, task, row)):
            what = "Somebody edited the record just before it was deleted, and it is in the recycle bin with that"
            rounds.conflict(task, theirs, OVERWRITTEN, what)


def _tell_gone(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """Twice is once: what we deleted is deleted, what others deleted is unchanged."""
    if not tasks:
        return
    archived = rounds.sender.rows([str(task.target) for task in tasks], (), archived=True)
    for task in tasks:
        if task.maybe_before:
            rounds.settle(task, "deleted", task.target, "found_applied", "It is gone.")
        elif str(task.target) in archived:
            rounds.settle(task, "unchanged", task.target, ARCHIVED, "It was deleted before.")
        else:
            rounds.settle(task, "unchanged", task.target, "OBJECT_NOT_FOUND", "It was deleted for good before.")


def _differs(rounds: Rounds, task: Task, row: Row) -> bool:
    """Whether somebody changed what we believe the record holds."""
    task.sent = None
    theirs = _theirs(rounds, task, row)
    if theirs:
        rounds.conflict(task, theirs, "edited", "Somebody edited the record")
    return bool(theirs)


def _theirs(rounds: Rounds, task: Task, row: Row) -> Mapping[str, Any]:
    """Columns that hold something else than we believe."""
    properties = rounds.sender.properties
    base = {name: value for name, value in (task.op.base or {}).items() if name in properties}
    return {
        name: row.values.get(name)
        for name, value in base.items()
        if not alike(properties[name], row.values.get(name), value)
    }
