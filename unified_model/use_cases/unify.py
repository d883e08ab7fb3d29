"""One source record to everything the store keeps of it: unified form, folded form, blocking keys, three hashes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from unified_model.entities import ORGANIZATION_FIELDS, PERSON_FIELDS, Kind, OrganizationRecord, PersonRecord
from unified_model.identity.forms import add_own_id, organization_form, person_form
from unified_model.identity.keys import key_hashes_of
from unified_model.mapping.read import own_id_reader, reader
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import SourceRecord
from unified_model.store.codec import digest, encode, encode_bytes

UnifiedRecord = PersonRecord | OrganizationRecord


class Unified(NamedTuple):
    """A source record in its unified form, with what matching needs."""

    record: UnifiedRecord
    form: dict[str, Any]
    form_text: str
    mapped_hash: str
    identity_hash: str


Unify = Callable[[Sequence[SourceRecord]], list[Unified]]


def unifier(mapping: ObjectMapping) -> Unify:
    """A function that maps, normalises and hashes some records: each step for all of them, then the next."""
    read, own_id = reader(mapping), own_id_reader(mapping)
    volatile = mapping.volatile_fields
    fold: Callable[[Any], dict[str, Any]] = person_form if mapping.kind == "person" else organization_form

    def unify(sources: Sequence[SourceRecord]) -> list[Unified]:
        records = [read(source) for source in sources]
        hashes = [hash_of_mapped(record, volatile) for record in records]
        forms = [fold(record) for record in records]
        if own_id is not None:
            system, as_written = own_id
            for form, source in zip(forms, sources, strict=True):
                add_own_id(form, system, as_written(source.record_id) or source.record_id)
        texts = [encode_bytes(form) for form in forms]
        return [
            Unified(record, form, text.decode(), mapped_hash, digest(text))
            for record, form, text, mapped_hash in zip(records, forms, texts, hashes, strict=True)
        ]

    return unify


_MAPPED = {
    PersonRecord: tuple(name for name in PERSON_FIELDS if name != "modified_at"),
    OrganizationRecord: tuple(name for name in ORGANIZATION_FIELDS if name != "modified_at"),
}
_mapped = {kind: attrgetter(*names) for kind, names in _MAPPED.items()}
_point = attrgetter("kind", "raw", "label", "parts", "verified", "since", "until", "column")
_affiliation = attrgetter("name", "domain", "website", "reference", "title", "since", "until")


def hash_of_mapped(record: UnifiedRecord, volatile: Collection[str] = ()) -> str:
    """Hash of the unified form without the change stamp and volatile fields: a touch that changes no value is none.

    `volatile` are single-valued or custom fields that come from volatile columns only. What the normaliser makes of the
    form is no part of it. Plain tuples are hashed, because they encode twice as fast as the records themselves.
    """
    values, custom = _mapped[type(record)](record), record.custom
    if volatile:
        named = zip(_MAPPED[type(record)], values, strict=True)
        values = tuple([None if name in volatile else value for name, value in named])
        custom = {name: value for name, value in custom.items() if f"custom.{name}" not in volatile}
    affiliations = map(_affiliation, record.affiliations) if isinstance(record, PersonRecord) else ()
    parts = (values, [*map(_point, record.points)], [*affiliations], record.consents, record.external_ids, custom)
    return digest(encode_bytes(parts))


def hash_of_raw(payload: Mapping[str, Any], volatile: Collection[str] = ()) -> str:
    """Hash of a payload that no mapping reads, without its volatile columns."""
    rest = dict(payload)  # copied and cut: half the time of choosing the others one by one
    for name in volatile:
        rest.pop(name, None)
    return digest(encode_bytes(rest))


def key_hashes(kind: Kind, form: dict[str, Any] | None) -> set[int]:
    """The blocking keys of a folded form."""
    return set(key_hashes_of(kind, form)) if form else set()


_person_fields, _organization_fields = attrgetter(*PERSON_FIELDS), attrgetter(*ORGANIZATION_FIELDS)


def unified_row(
    record_id: int, kind: str, unified: Unified, versions: tuple[str, str], since: str | None
) -> tuple[Any, ...]:
    """A row of person_record or organization_record, in the order of `unified_columns`."""
    record = unified.record
    fields = _person_fields if kind == "person" else _organization_fields
    return (
        record_id,
        *fields(record),
        encode(record.consents) if record.consents else None,
        encode(record.external_ids) if record.external_ids else None,
        encode(record.custom) if record.custom else None,
        since,
        unified.form_text,
        *versions,
    )


def point_cells(record_id: int, record: UnifiedRecord) -> list[Any]:
    """A unified record's rows of contact_point, as the table's columns are ordered: all values in one list."""
    cells: list[Any] = []
    for position, p in enumerate(record.points):
        cells += (
            record_id, position, p.kind, p.raw, p.canonical, p.label, encode(p.parts) if p.parts else None, p.verified,
            p.since, p.until, p.column,
        )  # fmt: skip
    return cells


def field_times(
    columns: Mapping[str, Any], before: Mapping[str, Any], before_since: Mapping[str, datetime], stamp: datetime | None
) -> dict[str, datetime]:
    """Raw columns whose value is as old as an earlier version, with that version's time; the rest dates from now."""
    if stamp is None and not before_since:
        return {}
    since: dict[str, datetime] = {}
    for name, value in columns.items():
        if before.get(name) == value:
            held = before_since.get(name, stamp)
            if held is not None:
                since[name] = held
    return since


def unified_since(mapping: ObjectMapping, raw_since: Mapping[str, datetime]) -> dict[str, datetime]:
    """Times of raw columns as times of unified fields; a field of several columns dates from the newest of them."""
    times: dict[str, datetime] = {}
    newer: set[str] = set()
    for row in mapping.rows:
        held = raw_since.get(row.column)
        if held is None:
            newer.add(row.field)
        elif row.field not in times or times[row.field] < held:
            times[row.field] = held
    return {field: at for field, at in times.items() if field not in newer}
