"""Updates: read what the records hold, decide, send what differs, and read again whatever is not certain.

Each write is sent on the condition that its record was not edited since it was read, so nobody's edit is overwritten;
one that was edited comes back and is decided anew. Collections spare calls and have no such condition: there the time
between reading and writing is kept short, and measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from connectors.salesforce.batches import in_batches, parent_columns, side_by_side
from connectors.salesforce.deciding import STAMPS, Row, after_loss, compare
from connectors.salesforce.results import result
from connectors.salesforce.rounds import Rounds
from connectors.salesforce.survivors import follow
from connectors.salesforce.tasks import Task
from connectors.salesforce.values import from_json, moment_of, stamp

SECOND = timedelta(seconds=1)


def update(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """Bring every task to its result. Several ops on one record go one after the other."""
    sender = rounds.sender
    parents = parent_columns(sender.fields)[:1]
    columns = sorted({name for task in tasks for name in task.values} | set(parents))
    columns += [name for name in STAMPS if name in sender.fields]
    conditional = sender.options.conditional
    for task in tasks:
        task.apart = max(task.apart, int(conditional))
    size = sender.read_size(columns) if conditional else sender.options.records
    for start in range(0, len(tasks), size):
        some = tasks[start : start + size]
        while open_tasks := rounds.begin(some):
            first = {task.target: task for task in reversed(open_tasks)}
            _round(rounds, list(first.values())[::-1], columns, parents)


def _round(rounds: Rounds, tasks: Sequence[Task], columns: Sequence[str], parents: Sequence[str]) -> None:
    began = rounds.monotonic()
    rows = rounds.sender.rows([str(task.target) for task in tasks], columns)
    read_at = rounds.sender.client.server_time() - timedelta(seconds=rounds.monotonic() - began)
    missing, sending = [], []
    for task in tasks:
        row = rows.get(str(task.target))
        if row is None:
            missing.append(task)
        elif not _decided(rounds, task, row) and not _too_fresh(rounds, task, row, read_at):
            sending.append(task)
    if missing:
        follow(rounds, missing)
    _send(rounds, side_by_side(sending, lambda task: [(task.row or {}).get(name) for name in parents]), began)
    _after(rounds, [task for task in sending if task.result is None])


def _decided(rounds: Rounds, task: Task, row: Row) -> bool:
    """Whether the task is done by what its record holds; otherwise `sent` is what to send."""
    fields = rounds.sender.fields
    if task.cause and task.cause.code == "INVALID_CROSS_REFERENCE_KEY":
        rounds.refuse(task)  # the record is here: what it refers to is gone
    elif task.sent is not None and task.row is not None:
        fate = after_loss(fields, task.sent, task.row, row)
        if fate == "applied":
            rounds.settle(task, "updated", task.target, "found_applied", "Its answer was lost; the record holds it.")
        elif fate == "unclear":
            theirs = {name: row.get(name) for name in task.sent}
            conflict(rounds, task, theirs, "edited_since", "Its answer was lost, and somebody edited the record since")
    if task.result is not None:
        return True
    base = {} if task.followed and task.op.base is None else task.op.base
    verdict = compare(fields, task.values, base, row)
    if verdict.kind == "conflict":
        conflict(rounds, task, verdict.columns, "edited", "Somebody edited the record")
    elif verdict.kind == "unchanged" and task.maybe_before:
        rounds.settle(task, "updated", task.target, "applied_before", "It was applied before.")
    elif verdict.kind == "unchanged":
        rounds.settle(task, "unchanged", task.target)
    task.row, task.columns, task.sent = row, verdict.columns, None
    return task.result is not None


def conflict(rounds: Rounds, task: Task, theirs: Mapping[str, Any], reason: str, what: str) -> None:
    fields = rounds.sender.fields
    found = {name: None if value is None else from_json(fields[name]["type"])(value) for name, value in theirs.items()}
    detail = f"{what}: Salesforce {rounds.sender.object} {task.target} holds something else in {', '.join(found)}."
    made = result(task.op, "conflict", task.target, reason, detail)
    task.result = made._replace(fields=tuple(found), found=found)


def _too_fresh(rounds: Rounds, task: Task, row: Row, read_at: datetime) -> bool:
    """Whether it was edited in the very second it was read in: another edit in that second would not move its stamp."""
    edited = _edited(row)
    if not rounds.sender.options.conditional or edited is None or task.held == edited:
        return False
    if edited < read_at.replace(microsecond=0):
        return False
    task.held = edited
    rounds.wait(1.1)
    return True


def _send(rounds: Rounds, tasks: Sequence[Task], began: float) -> None:
    options, sender = rounds.sender.options, rounds.sender
    together = [task for task in tasks if task.apart == 0]
    for batch in in_batches(together, lambda task: task.columns, options.records, options.most_bytes):
        records = [{"id": task.target, **task.columns} for task in batch]
        rounds.send(batch, lambda records=records: sender.collection("PATCH", records), "updated")  # type: ignore[misc]
        rounds.exposure.add(len(batch), rounds.monotonic() - began)
    for apart, most in ((1, options.singles), (2, 1)):
        some = [task for task in tasks if min(task.apart, 2) == apart]
        for batch in in_batches(some, lambda task: task.columns, most, options.most_bytes):
            parts = [_part(sender.object, task) for task in batch]
            rounds.send(batch, lambda parts=parts: sender.singles(parts), "updated")  # type: ignore[misc]


def _part(object: str, task: Task) -> dict[str, Any]:
    edited = _edited(task.row or {})
    condition = {"If-Unmodified-Since": format_datetime(edited, usegmt=True)} if edited else {}
    path = f"sobjects/{object}/{task.target}"
    return {"method": "PATCH", "path": path, "headers": condition, "body": task.columns}


def _edited(row: Row) -> datetime | None:
    """The stamp of the last change, in whole seconds as HTTP tells time, never before it."""
    told = row.get("SystemModstamp") or row.get("LastModifiedDate")
    if not told:
        return None
    moment = moment_of(stamp(str(told)))
    return moment if not moment.microsecond else moment.replace(microsecond=0) + SECOND


def _after(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """What needs no further look is final; whatever goes again goes on condition."""
    converted = []
    for task in tasks:
        apart, task.apart = task.apart, max(task.apart, 1)
        if task.unsure or task.cause is None:
            continue
        if task.cause.kind == "converted":
            converted.append(task)
        elif task.cause.kind == "taken" or (task.cause.kind == "duplicate" and (task.cause.other_id or apart)):
            rounds.refuse(task)
    if converted:
        _explain_converted(rounds, converted)


def _explain_converted(rounds: Rounds, tasks: Sequence[Task]) -> None:
    """A converted lead takes no edits: say which contact it became."""
    for task in tasks:
        rounds.refuse(task)
    traces = rounds.sender.traces([str(task.target) for task in tasks])
    for task in tasks:
        contact = (traces.get(str(task.target)) or {}).get("ConvertedContactId")
        if task.result is not None and contact:
            detail = f"{task.result.detail} The lead became the contact {contact}: write to that."
            task.result = task.result._replace(other_id=str(contact), detail=detail)
