"""Writes records: checked, stamped, remembered in their history. Each function is one record's write.

Whoever calls holds a transaction open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulators.hubspot.associations import associate_new
from simulators.hubspot.derived import derive
from simulators.hubspot.filters import parse_time
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.reactions import after_write
from simulators.hubspot.requirements import check_requirements
from simulators.hubspot.rows import Row, Version
from simulators.hubspot.uniqueness import check_unique, tidy_addresses
from simulators.hubspot.values import checked

KEPT_VERSIONS = {"contacts": 45}
OTHERS_KEEP = 20


def create(
    portal: Portal,
    kind: ObjectType,
    sent: Mapping[str, Any],
    associations: Sequence[Any] = (),
    *,
    record_id: int | None = None,
    index_s: float | None = None,
) -> Row:
    """A new record; refused if anything about it is. `record_id` is given it instead of a fresh one."""
    values = prepared(portal, kind, None, sent)
    return add(portal, kind, values, associations, record_id=record_id, index_s=index_s)


def prepared(portal: Portal, kind: ObjectType, before: Row | None, sent: Mapping[str, Any]) -> dict[str, str]:
    """The values that a write keeps, out of those sent; refused if anything about them is."""
    values = tidy_addresses(kind, before, checked(portal, kind, before, sent))
    check_requirements(portal, kind, before, values)
    check_unique(portal, kind, before, values)
    return values


def add(
    portal: Portal,
    kind: ObjectType,
    values: Mapping[str, str],
    associations: Sequence[Any] = (),
    *,
    record_id: int | None = None,
    index_s: float | None = None,
) -> Row:
    """A new record of values that are checked."""
    now = portal.now()
    number = portal.new_id(kind) if record_id is None else portal.claim_id(kind, record_id)
    every = {**values, **derive(portal, kind, None, values)}
    kept = {name: value for name, value in every.items() if value != ""}
    created = parse_time(kept.pop(kind.created, "")) or now
    row = Row(number, kept, created, now, now, portal.source)
    portal.put(kind, row, index_s)
    if associations:
        associate_new(portal, kind, row, associations)
    after_write(portal, kind, None, row)
    return portal.tables[kind.plural][number]


def update(portal: Portal, kind: ObjectType, row: Row, sent: Mapping[str, Any], *, index_s: float | None = None) -> Row:
    """The record with the properties that were sent; the others stay."""
    portal.check_unlocked(kind, row.id)
    values = prepared(portal, kind, row, sent)
    written = change(portal, kind, row, {**values, **derive(portal, kind, row, values)}, index_s=index_s)
    after_write(portal, kind, row, written)
    return portal.tables[kind.plural][row.id]


def change(
    portal: Portal,
    kind: ObjectType,
    row: Row,
    values: Mapping[str, str],
    *,
    stamps: bool = True,
    index_s: float | None = None,
) -> Row:
    """The record with values that are checked, by whoever acts; without `stamps` it does not look modified."""
    now = portal.now()
    history = dict(row.history)
    values = tidy_addresses(kind, row, values)
    for name, value in values.items():
        if value != (row.values.get(name) or ""):
            most = KEPT_VERSIONS.get(kind.plural, OTHERS_KEEP)
            history[name] = (Version(value, now, portal.source), *row.versions(name))[:most]
    kept = {**row.values, **{name: value for name, value in values.items() if value != "" or name in row.values}}
    created = parse_time(kept.pop(kind.created, "")) or row.created
    written = replace(row, values=kept, history=history, created=created)
    if stamps:
        written = replace(written, modified=max(now, row.modified), updated=max(now, row.updated))
    portal.put(kind, written, index_s)
    return written
