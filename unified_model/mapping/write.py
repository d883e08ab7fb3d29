"""The other direction of a mapping: unified values -> the columns of the source system."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from unified_model.entities import OrganizationRecord, PersonRecord
from unified_model.mapping.rows import FieldRef, FieldRow, ObjectMapping, parse_field, write_name
from unified_model.mapping.transforms import TRANSFORMS, TimeForm

Value = str | datetime | tuple[str, ...] | bool | None


def to_vendor(mapping: ObjectMapping, values: Mapping[str, Any]) -> dict[str, Any]:
    """Field -> value becomes column -> raw value, for the fields given and no others.

    None clears a column (the writer knows how its vendor spells that). Consent is never cleared: silence is no consent.
    Of several columns of one field the first takes the value; several e-mails or phones (a tuple) fill them in turn.
    """
    form = TimeForm(mapping.zone, mapping.date_order)
    raw: dict[str, Any] = {}
    taken: dict[str, int] = {}
    for row in mapping.rows:
        name = write_name(row, mapping.kind)
        if name is None or not _is_given(row.field, values):
            continue
        ref = parse_field(row.field, mapping.kind)
        transform = TRANSFORMS[name]
        many = transform.makes == "many"
        turn = taken.get(row.field, 0)
        taken[row.field] = sys.maxsize if many else turn + 1
        value = values[row.field] if row.field in values else _composed_name(values)
        if ref.family == "point":
            value = _point_value(value, turn, many=many)
        elif turn and ref.family == "address":
            value = None  # the first column of the part took it whole
        elif turn:
            continue
        if value is not None:
            raw[row.column] = transform.write(value, form)
        elif ref.family != "consent":
            raw[row.column] = None
    return raw


def values_of(mapping: ObjectMapping, record: PersonRecord | OrganizationRecord) -> dict[str, Any]:
    """What a record holds in the mapping's fields: what `to_vendor` takes, and None where it holds nothing."""
    return {row.field: _value_of(row, parse_field(row.field, mapping.kind), mapping, record) for row in mapping.rows}


def _value_of(row: FieldRow, ref: FieldRef, mapping: ObjectMapping, record: PersonRecord | OrganizationRecord) -> Any:
    if ref.family == "single":
        return getattr(record, ref.name)
    if ref.family == "point":
        columns = mapping.columns_of(row.field)
        found = tuple(point.raw for column in columns for point in record.points if point.column == column)
        return found or None
    if ref.family == "address":
        address = next((point for point in record.points if point.kind == "address" and point.label == ref.label), None)
        if address is None:
            return None
        return (address.parts or {}).get(ref.part) if ref.part else address.raw
    if ref.family == "company":
        affiliations = record.affiliations if isinstance(record, PersonRecord) else []
        return getattr(affiliations[0], ref.name) if affiliations else None
    if ref.family == "consent":
        consent = next(
            (each for each in record.consents if (each.channel, each.purpose) == (ref.name, ref.label)), None
        )
        return None if consent is None else consent.evidenced_at if ref.part else consent.status
    return (record.external_ids if ref.family == "external_id" else record.custom).get(ref.name)


def _is_given(field: str, values: Mapping[str, Any]) -> bool:
    return field in values or (field == "full_name" and ("given_name" in values or "family_name" in values))


def _composed_name(values: Mapping[str, Any]) -> str | None:
    """A full name from its parts, for systems that have one column for it."""
    parts = (values.get(part) for part in ("prefix", "given_name", "middle_name", "family_name", "suffix"))
    return " ".join(part for part in parts if part) or None


def _point_value(value: Any, turn: int, *, many: bool) -> Any:
    if value is None or isinstance(value, str):
        value = (value,) if value else ()
    if many:
        return tuple(value[turn:]) or None
    return value[turn] if turn < len(value) else None
