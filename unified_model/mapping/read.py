"""Compile a mapping into a function that reads one source record as a person or an organization.

It runs once for every record of every pull, a million times in a first sync, so the mapping is taken apart once and
what is left for a record is a few loops over tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from unified_model.entities import Affiliation, Consent, ContactPoint, OrganizationRecord, PersonRecord
from unified_model.mapping.names import split_name
from unified_model.mapping.rows import ADDRESS_PARTS, FieldRow, ObjectMapping, parse_field, read_name, validate
from unified_model.mapping.transforms import TRANSFORMS, TimeForm, clean
from unified_model.records import SourceRecord

Read = Callable[[Any], Any]
"""A column's raw value -> its unified value, or None."""
Column = tuple[str, Read]


class _Plan(NamedTuple):
    """A mapping's rows by what they fill."""

    singles: tuple[tuple[str, str, Read], ...]
    """Column, attribute, reader; in reverse order, so that the first row of a field is set last."""
    points: tuple[tuple[str, str, str | None, Read], ...]
    addresses: tuple[tuple[str | None, tuple[tuple[str, str, Read], ...]], ...]
    """Label and its columns with their part; part `""`: the whole address in one column."""
    companies: tuple[tuple[str, str, Read], ...]
    consents: tuple[tuple[str, str, str, Read, Column | None], ...]
    external_ids: tuple[tuple[str, str, Read], ...]
    custom: tuple[tuple[str, str, Read], ...]


def reader(mapping: ObjectMapping) -> Callable[[SourceRecord], PersonRecord | OrganizationRecord]:
    """The compiled mapping. UsageError when a row is wrong; the function itself never raises on any payload."""
    validate(mapping)
    plan = _plan(mapping)
    return _person_reader(mapping, plan) if mapping.kind == "person" else _organization_reader(mapping, plan)


def key_reader(mapping: ObjectMapping) -> Callable[[Mapping[str, Any]], str | None]:
    """Payload -> the record's lasting id as text, or None when the cell is empty or the mapping has no key."""
    column, read = mapping.key, key_cell_reader(mapping)
    if column is None:
        return lambda payload: None
    return lambda payload: read(payload.get(column)) or None


def key_cell_reader(mapping: ObjectMapping) -> Read:
    """Cell of the key's column -> the id as text; nothing for an empty one."""
    row = next((row for row in mapping.rows if row.column == mapping.key and row.read), None)
    return _row_reader(row, mapping) if row else clean


def modified_reader(mapping: ObjectMapping) -> Callable[[Mapping[str, Any]], Any]:
    """Payload -> the source's own stamp (aware UTC), or None."""
    column = mapping.modified
    if column is None:
        return lambda payload: None
    row = next((row for row in mapping.rows if row.column == column), None)
    read = _row_reader(row or FieldRow(column, "modified_at"), mapping)
    return lambda payload: read(payload.get(column))


def fate_reader(mapping: ObjectMapping) -> Callable[[Mapping[str, Any]], tuple[bool, str | None]]:
    """Payload -> (deleted, id of the record it was merged into), for exports that keep what was deleted."""
    deleted, merged_into = mapping.deleted, mapping.merged_into
    if deleted is None and merged_into is None:
        return lambda payload: (False, None)
    flag = TRANSFORMS["flag"].read
    form = TimeForm(mapping.zone, mapping.date_order)

    def read(payload: Mapping[str, Any]) -> tuple[bool, str | None]:
        survivor = clean(payload.get(merged_into)) if merged_into else None
        return (bool(deleted and flag(payload.get(deleted), form)) or survivor is not None, survivor)

    return read


def _person_reader(mapping: ObjectMapping, plan: _Plan) -> Callable[[SourceRecord], PersonRecord]:
    singles, companies = plan.singles, plan.companies
    splits = any(attribute == "full_name" for _, attribute, _ in singles)
    others = _others(plan)

    def read(record: SourceRecord) -> PersonRecord:
        get = record.payload.get
        person = PersonRecord()
        for column, attribute, read_value in singles:
            raw = get(column)
            if raw is not None and raw != "" and (value := read_value(raw)) is not None:
                setattr(person, attribute, value)
        if person.modified_at is None:
            person.modified_at = record.modified_at
        if splits and person.full_name is not None:
            _fill_name(person, person.full_name)
        if companies:
            company = None
            for column, attribute, read_value in companies:
                raw = get(column)
                if raw is not None and raw != "" and (value := read_value(raw)) is not None:
                    if company is None:
                        company = Affiliation(title=person.job_title)
                    setattr(company, attribute, value)
            if company is not None and (company.name or company.domain or company.website or company.reference):
                person.affiliations.append(company)
        others(get, person)
        return person

    return read


def _organization_reader(mapping: ObjectMapping, plan: _Plan) -> Callable[[SourceRecord], OrganizationRecord]:
    singles = plan.singles
    others = _others(plan)

    def read(record: SourceRecord) -> OrganizationRecord:
        get = record.payload.get
        organization = OrganizationRecord()
        for column, attribute, read_value in singles:
            raw = get(column)
            if raw is not None and raw != "" and (value := read_value(raw)) is not None:
                setattr(organization, attribute, value)
        if organization.modified_at is None:
            organization.modified_at = record.modified_at
        others(get, organization)
        return organization

    return read


def _fill_name(person: PersonRecord, full_name: str) -> None:
    """Parts out of the full name, unless the record brings its own."""
    if person.given_name is None and person.family_name is None and person.middle_name is None:
        prefix, person.given_name, person.middle_name, person.family_name, suffix = split_name(full_name)
        person.prefix = person.prefix or prefix
        person.suffix = person.suffix or suffix


def _others(plan: _Plan) -> Callable[[Callable[[str], Any], PersonRecord | OrganizationRecord], None]:
    """What persons and organizations share: contact points, consents, external ids, custom fields."""
    points, addresses, consents, external_ids, custom = (
        plan.points,
        plan.addresses,
        plan.consents,
        plan.external_ids,
        plan.custom,
    )

    def fill(get: Callable[[str], Any], into: PersonRecord | OrganizationRecord) -> None:
        for column, kind, label, read_value in points:
            raw = get(column)
            if raw is None or raw == "" or (value := read_value(raw)) is None:
                continue
            if type(value) is str:
                into.points.append(ContactPoint(kind, value, None, label, column=column))  # type: ignore[arg-type]
            else:
                into.points.extend(ContactPoint(kind, one, None, label, column=column) for one in value)  # type: ignore[arg-type]
        for label, columns in addresses:
            address = _address(get, label, columns)
            if address is not None:
                into.points.append(address)
        for column, channel, purpose, read_value, evidence in consents:
            raw = get(column)
            if raw is not None and raw != "" and (status := read_value(raw)) is not None:
                evidenced_at = evidence[1](get(evidence[0])) if evidence else None
                into.consents.append(Consent(channel, purpose, status, None, evidenced_at, f"{column} = {clean(raw)}"))
        for column, name, read_value in external_ids:
            value = read_value(get(column))
            if value is not None:
                into.external_ids.setdefault(name, value)
        for column, name, read_value in custom:
            value = read_value(get(column))
            if value is not None:
                into.custom.setdefault(name, value)

    return fill


def _address(
    get: Callable[[str], Any], label: str | None, columns: tuple[tuple[str, str, Read], ...]
) -> ContactPoint | None:
    """The columns of one label make one address; `raw` is its parts in a line."""
    parts: dict[str, str] = {}
    first = ""
    for column, part, read_value in columns:
        raw = get(column)
        if raw is None or raw == "" or (value := read_value(raw)) is None:
            continue
        first = first or column
        parts[part] = f"{parts[part]} {value}" if part in parts else value
    if not first:
        return None
    whole = parts.pop("", None)
    line = ", ".join(filter(None, (whole, *parts.values())))
    return ContactPoint("address", line, None, label, parts or None, column=first)


def _plan(mapping: ObjectMapping) -> _Plan:
    singles, points, companies, consents, external_ids, custom = [], [], [], [], [], []
    addresses: dict[str | None, list[tuple[str, str, Read]]] = {}
    evidence: dict[tuple[str, str | None], Column] = {}
    for row in mapping.rows:
        ref = parse_field(row.field, mapping.kind)
        read = _row_reader(row, mapping)
        if ref.family == "single":
            singles.append((row.column, ref.name, read))
        elif ref.family == "point":
            points.append((row.column, ref.name, ref.label, read))
        elif ref.family == "address":
            addresses.setdefault(ref.label, []).append((row.column, ref.part or "", read))
        elif ref.family == "company":
            companies.append((row.column, ref.name, read))
        elif ref.family == "consent" and ref.part:
            evidence[ref.name, ref.label] = (row.column, read)
        elif ref.family == "consent":
            consents.append((row.column, ref.name, ref.label or "", read))
        elif ref.family == "external_id":
            external_ids.append((row.column, ref.name, read))
        else:
            custom.append((row.column, ref.name, read))
    order = {part: place for place, part in enumerate(("", *ADDRESS_PARTS))}
    return _Plan(
        tuple(reversed(singles)),
        tuple(points),
        tuple((label, tuple(sorted(columns, key=lambda each: order[each[1]]))) for label, columns in addresses.items()),
        tuple(reversed(companies)),
        tuple((*consent, evidence.get((consent[1], consent[2]))) for consent in consents),
        tuple(external_ids),
        tuple(custom),
    )


def own_id_reader(mapping: ObjectMapping) -> tuple[str, Read] | None:
    """The system's name for the ids of the object, and what reads one as others write it; None: nobody refers to it."""
    if mapping.own_id is None:
        return None
    return parse_field(mapping.own_id.field, mapping.kind).name, _row_reader(mapping.own_id, mapping)


def _row_reader(row: FieldRow, mapping: ObjectMapping) -> Read:
    name = read_name(row, mapping.kind)
    if name == "text":
        return clean
    transform, form = TRANSFORMS[name].read, TimeForm(mapping.zone, mapping.date_order)
    return lambda raw: transform(raw, form)
