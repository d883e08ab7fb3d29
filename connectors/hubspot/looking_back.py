"""What became of a write, by the history of what it wrote: was it applied, what did it replace, who edited it since.

Asked after every write, and before anything is sent again whose answer was lost, or that an earlier run may have sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.deciding import PEOPLE, Row, Trace, reaches, trace
from connectors.hubspot.outcomes import LIFECYCLE_BACKWARD, NOT_TAKEN, OVERWRITTEN, result
from connectors.hubspot.rendering import alike
from connectors.hubspot.rounds import Rounds
from connectors.hubspot.tasks import Task


def must_look(task: Task) -> bool:
    """Whether its history has to be seen before anything is sent."""
    return task.unsure or (task.op.repeated and not task.looked)


def look_back(rounds: Rounds, tasks: Sequence[Task]) -> None:
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


def find_ours(rounds: Rounds, task: Task, row: Row) -> None:
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


def _traced_by_base(rounds: Rounds, task: Task, row: Row) -> dict[str, Trace]:
    """Traces of an op of which nothing is remembered but what it believes. A value like ours that is older than what
    the op believes proves nothing."""
    properties, base = rounds.sender.properties, task.op.base
    traces = {}
    for name, value in task.values.items():
        if base is not None and alike(properties[name], base.get(name), value):
            continue  # it was not sent
        believed = [] if base is None else [base.get(name)]
        found = _traced(rounds, task, row, name, believed)
        if found.kind == "edited" and found.overwrote and _is_older(rounds, row, name, value, believed):
            found = Trace("absent")
        if found.kind == "absent" and alike(properties[name], row.values.get(name), value):
            continue  # others wrote the same
        traces[name] = found
    return traces


def _is_older(rounds: Rounds, row: Row, name: str, value: str, believed: Sequence[Any]) -> bool:
    """Whether what the op believes came after the value that is like ours."""
    known = rounds.sender.properties[name]
    for version in row.histories.get(name, ()):
        if any(alike(known, version.value, each) for each in believed):
            return True
        if version.source not in PEOPLE and alike(known, version.value, value):
            return False
    return False


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
    rounds.conflict(task, theirs, OVERWRITTEN, what)


def _tell_edited(rounds: Rounds, task: Task, row: Row) -> None:
    properties = rounds.sender.properties
    theirs = {
        name: row.values.get(name)
        for name, value in task.values.items()
        if not alike(properties[name], row.values.get(name), value)
    }
    if theirs:
        rounds.conflict(task, theirs, "edited_since", "Its answer was lost, and somebody edited the record since")


def _tell_dropped(rounds: Rounds, task: Task, row: Row, names: Sequence[str]) -> None:
    before, properties = (task.row.values if task.row else {}), rounds.sender.properties
    theirs = {name: row.values.get(name) for name in names}
    if any(not alike(properties[name], value, before.get(name)) for name, value in theirs.items()):
        rounds.conflict(task, theirs, NOT_TAKEN, "Somebody edited the record, and HubSpot did not take ours")
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


def _sent_columns(tasks: Sequence[Task]) -> list[str]:
    return sorted({name for task in tasks for name in task.columns})
