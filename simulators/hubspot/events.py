"""What people and the platform do to records, past the gate: edits, imports, new stamps, calculations."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulators.hubspot.derived import derive
from simulators.hubspot.errors import Refusal
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.reactions import after_write
from simulators.hubspot.rows import CALCULATED, PERSON, Row, parse_id
from simulators.hubspot.uniqueness import find_by
from simulators.hubspot.value_types import EMAILS
from simulators.hubspot.versions import find_version
from simulators.hubspot.writing import change, create, prepared
from simulators.web import Call

WRITING = ("update", "upsert")


def existing(portal: Portal, kind: ObjectType, record_id: object) -> Row:
    """The record that goes by this id, in the recycle bin or not; ValueError if there is none."""
    number = parse_id(record_id)
    row = None if number is None else portal.row(kind, number)
    if row is None:
        raise ValueError(f"there is no {kind.singular} {record_id}")
    return row


def edit(
    portal: Portal, kind: ObjectType, ids: Sequence[object], sent: Mapping[str, Any], index_s: float | None
) -> None:
    """A person writes the same values into some records; locks do not stop them."""
    with portal.acting(PERSON), portal.transaction():
        for record_id in ids:
            row = existing(portal, kind, record_id)
            values = prepared(portal, kind, row, sent)
            written = change(portal, kind, row, {**values, **derive(portal, kind, row, values)}, index_s=index_s)
            after_write(portal, kind, row, written)


def add(portal: Portal, kind: ObjectType, records: Sequence[Mapping[str, Any]], index_s: float | None) -> list[str]:
    """A person makes records: each {properties, associations?, id?}; gives their ids. An `id` must be a free one."""
    with portal.acting(PERSON), portal.transaction():
        made = [
            create(
                portal,
                kind,
                each["properties"],
                each.get("associations") or (),
                record_id=parse_id(each["id"]) if "id" in each else None,
                index_s=index_s,
            )
            for each in records
        ]
    return [str(row.id) for row in made]


def touch(portal: Portal, kind: ObjectType, ids: Sequence[object], at: int) -> None:
    """A job of the platform's gives records one identical stamp and changes nothing else."""
    for record_id in ids:
        portal.put(kind, replace(existing(portal, kind, record_id), modified=at, updated=at))


def calculate(portal: Portal, kind: ObjectType, name: str, values: Mapping[str, str]) -> None:
    """The platform calculates a property of some records anew; no stamp moves."""
    found = kind.properties.get(name)
    if found is None or not found.calculated:
        raise ValueError(f"{name} is no calculated property of {kind.plural}")
    with portal.acting(CALCULATED), portal.transaction():
        for record_id, value in values.items():
            change(portal, kind, existing(portal, kind, record_id), {name: str(value)}, stamps=False)


def edit_meanwhile(portal: Portal, call: Call) -> None:
    """A person writes a text that a request is about to write, into one of its records, a moment before."""
    aims = _aims(portal, call)
    if aims:
        kind, row, name = portal.random.choice(aims)
        with contextlib.suppress(Refusal):
            edit(portal, kind, [row.id], {name: f"Edit {portal.random.randrange(1_000_000):06d}"}, None)


def _aims(portal: Portal, call: Call) -> list[tuple[ObjectType, Row, str]]:
    """Plain text properties that a request would write, with their records."""
    found = find_version(call.method, call.path)
    parts = [] if found is None else found.path.strip("/").split("/")
    if parts[:2] != ["crm", "objects"] or len(parts) < 4:
        return []
    try:
        kind, sent = portal.kind(parts[2]), json.loads(call.body)
    except (Refusal, ValueError):
        return []
    if not isinstance(sent, dict):
        return []
    inputs: list[Any] = [{**sent, "id": parts[3], "idProperty": call.query.get("idProperty")}]
    if call.method == "POST":
        inputs = sent.get("inputs") or [] if parts[-2] == "batch" and parts[-1] in WRITING else []
    elif call.method != "PATCH":
        return []
    return [
        (kind, row, name)
        for each in inputs
        if isinstance(each, dict) and isinstance(each.get("properties"), dict)
        for row in (_aimed_at(portal, kind, each),)
        if row is not None and not row.archived
        for name in each["properties"]
        if _is_plain(portal, kind, name)
    ]


def _aimed_at(portal: Portal, kind: ObjectType, sent: Mapping[str, Any]) -> Row | None:
    id_property = sent.get("idProperty")
    try:
        if id_property and id_property != "hs_object_id":
            return find_by(portal, kind, str(id_property), str(sent.get("id")))
        return existing(portal, kind, sent.get("id"))
    except (Refusal, ValueError):
        return None


def _is_plain(portal: Portal, kind: ObjectType, name: str) -> bool:
    found = kind.properties.get(name)
    return (
        found is not None
        and portal.sees(kind, name)
        and found.type == "string"
        and found.writable
        and not found.unique
        and name not in EMAILS
    )
