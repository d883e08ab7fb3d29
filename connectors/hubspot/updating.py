"""Updates: compare with what the records hold, send what differs, and look at the history of what was written.

HubSpot knows no write on condition. The time between comparing and writing is kept short, batch by batch, and what
people wrote in it and ours replaced is found in the history and told: `conflict`, reason `overwritten`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.deciding import Row, Trace, compare, reaches, trace
from connectors.hubspot.lifecycle import STAGE, is_backward
from connectors.hubspot.outcomes import LIFECYCLE_BACKWARD, NOT_TAKEN, OVERWRITTEN, result
from connectors.hubspot.rendering import alike
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
        history = _must_look(some[0])
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
        _look_back(rounds, [task for task in sending if task.stored is not None])
        _after(rounds, [task for task in sending if task.result is None and not task.unsure])
    if missing:
        _tell_missing(rounds, missing)


def _by_need(tasks: Sequence[Task]) -> list[list[Task]]:
    """Those whose history decides first: those that are only compared are then sent at once."""
    parted = ([task for task in tasks if _must_look(task)], [task for task in tasks if not _must_look(task)])
    return [some for some in parted if some]


def _must_look(task: Task) -> bool:
    return task.unsure or (task.op.repeated and not task.looked)


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
    if _must_look(task):
        _find_ours(rounds, task, row)
        task.looked = True
    task.stored = None
    if task.result is not None:
        return True
    base = {} if task.followed and task.op.base is None else task.op.base
    verdict = compare(rounds.sender.properties, task.values, base, row)
    columns = dict(verdict.columns)
    if verdict.kind == "conflict":
        conflict(rounds, task, columns, "edited", "Somebody edited the record")
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


def conflict(rounds: Rounds, task: Task, theirs: Mapping[str, Any], reason: str, what: str) -> None:
    """Tell what the columns hold (or held) instead."""
    detail = f"{what}: {', '.join(theirs)} of HubSpot {rounds.sender.object} {task.target}."
    made = result(task.op, "conflict", task.target, reason, detail)
    task.result = made._replace(fields=tuple(theirs), found=dict(theirs))


# What became of a write: its answer was lost, or it was sent by an earlier run


def _find_ours(rounds: Rounds, task: Task, row: Row) -> None:
    """See by the history whether it was applied; without a result it was not, and is compared anew."""
    if task.unsure and task.row is not None:
        traces = {name: _traced(rounds, task, row, name, [task.row.values.get(name)]) for name in task.sent or ()}
        absent = [name for name, found in traces.items() if found.kind == "absent"]
        if absent:
            if not all(reaches(row.histories.get(name, ()), task.row.updated_ms) for name in absent):
                _tell_edited(rounds, task, row)
            return
    else:
        traces = _traced_by_base(rounds, task, row)
        if any(found.kind == "absent" for found in traces.values()):
            return  # a write is applied whole, or not at all
    overwritten = {name: found.replaced for name, found in traces.items() if found.overwrote}
    if overwritten:
        _tell_overwritten(rounds, task, overwritten)
    elif any(found.kind == "edited" for found in traces.values()):
        _tell_edited(rounds, task, row)
    elif task.unsure and traces:
        _settle_updated(rounds, task, "found_applied", "Its answer was lost; the record holds it.")


def _traced_by_base(rounds: Rounds, task: Task, row: Row) -> dict[str, Trace]:
    """Traces of an op of which nothing is remembered but what it believes. An old value that was the same as ours
    proves nothing: unless it replaced what the op believes, it is none of ours."""
    properties, base = rounds.sender.properties, task.op.base
    traces = {}
    for name, value in task.values.items():
        if base is not None and alike(properties[name], base.get(name), value):
            continue  # it was not sent
        believed = [] if base is None else [base.get(name)]
        found = _traced(rounds, task, row, name, believed)
        if found.kind == "edited" and found.overwrote:
            found = Trace("absent")
        if found.kind == "absent" and alike(properties[name], row.values.get(name), value):
            continue  # others wrote the same
        traces[name] = found
    return traces


def _traced(rounds: Rounds, task: Task, row: Row, name: str, believed: Sequence[Any]) -> Trace:
    """Our value of one column in its history; where the portal gives none, what it holds has to do."""
    known, versions = rounds.sender.properties[name], row.histories.get(name) or ()
    if not versions:
        return Trace("latest" if alike(known, row.values.get(name), task.values[name]) else "absent")
    since = task.row.updated_ms if task.row and task.unsure else None
    found = trace(known, versions, [task.values[name]], believed, since)
    stored = (task.stored or {}).get(name)
    if found.kind == "absent" and stored and known.type == "string":
        found = trace(known, versions, [stored], believed, since)  # the portal spells some texts its own way
    return found


def _tell_overwritten(rounds: Rounds, task: Task, theirs: Mapping[str, Any]) -> None:
    rounds.exposure.overwritten += 1
    what = "Somebody edited the record just before ours was written, and ours replaced it"
    conflict(rounds, task, theirs, OVERWRITTEN, what)


def _tell_edited(rounds: Rounds, task: Task, row: Row) -> None:
    properties = rounds.sender.properties
    theirs = {
        name: row.values.get(name)
        for name, value in task.values.items()
        if not alike(properties[name], row.values.get(name), value)
    }
    if theirs:
        conflict(rounds, task, theirs, "edited_since", "Its answer was lost, and somebody edited the record since")


def _look_back(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """What an answered write replaced."""
    if not tasks:
        return
    rows = rounds.sender.rows([str(task.target) for task in tasks], _sent_columns(tasks), history=True)
    for task in tasks:
        row = rows.get(str(task.target))
        if row is None or row.id != task.target:
            rounds.settle(task, "updated", task.target)  # somebody archived or merged it since
        else:
            _judge(rounds, task, row)


def _sent_columns(tasks: Sequence[Task]) -> list[str]:
    return sorted({name for task in tasks for name in task.columns})


def _judge(rounds: Rounds, task: Task, row: Row) -> None:
    before = task.row.values if task.row else {}
    overwritten: dict[str, Any] = {}
    dropped: list[str] = []
    for name, value in task.columns.items():
        known = rounds.sender.properties[name]
        found = _traced(rounds, task, row, name, [before.get(name)])
        if found.overwrote:
            overwritten[name] = found.replaced
        elif found.kind == "absent" and not alike(known, (task.stored or {}).get(name, value), value):
            dropped.append(name)
    if overwritten:
        _tell_overwritten(rounds, task, overwritten)
    elif dropped:
        _tell_dropped(rounds, task, row, dropped)
    else:
        _settle_updated(rounds, task)


def _tell_dropped(rounds: Rounds, task: Task, row: Row, names: Sequence[str]) -> None:
    before, properties = (task.row.values if task.row else {}), rounds.sender.properties
    theirs = {name: row.values.get(name) for name in names}
    if any(not alike(properties[name], value, before.get(name)) for name, value in theirs.items()):
        conflict(rounds, task, theirs, NOT_TAKEN, "Somebody edited the record, and HubSpot did not take ours")
        return
    detail = f"HubSpot answered that it was done, and kept its own value of {', '.join(names)}."
    part = len(names) < len(task.columns)
    made = result(task.op, "updated" if part else "rejected", task.target, NOT_TAKEN, detail)
    task.result = made._replace(fields=tuple(names))


def _settle_updated(rounds: Rounds, task: Task, reason: str = "", detail: str = "") -> None:
    rounds.settle(task, "updated", task.target, reason, detail)
    if task.held_back and task.result is not None:
        told = f"{', '.join(task.held_back)} was left out: HubSpot moves it forward only."
        task.result = task.result._replace(reason=LIFECYCLE_BACKWARD, detail=told, fields=task.held_back)


# What was refused, and what is not there


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
