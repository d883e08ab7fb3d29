"""Golden rows: what survivorship reads of a customer's records, and writing what it decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select

from unified_model.store.bulk import delete_rows, rows_by_keys, write_rows
from unified_model.store.codec import decode, encode
from unified_model.store.tables.golden import change, consent, customer, customer_contact_point, organization, person
from unified_model.store.tables.unified import affiliation, contact_point, organization_record, person_record
from unified_model.store.types import UtcTime

GOLDEN = {"person": person, "organization": organization}
UNIFIED = {"person": person_record, "organization": organization_record}
JSON_COLUMNS = ("consents", "external_ids", "custom", "field_since")
POINT_COLUMNS = tuple(c.name for c in customer_contact_point.columns)
CONSENT_COLUMNS = tuple(c.name for c in consent.columns)
CUSTOMER_COLUMNS = tuple(c.name for c in customer.columns)
CHANGE_COLUMNS = tuple(c.name for c in change.columns)


_LIVING = """
select 1 from affiliation join source_record on source_record.id = affiliation.record
where affiliation.organization = k.value and source_record.deleted_at is null
"""


@dataclass(slots=True)
class GoldenBatch:
    """Rows of some customers, ready to be written. `retired` are ids that no longer stand for a customer.

    `changes` are rows of the feed without their number.
    """

    customers: list[tuple[Any, ...]] = field(default_factory=list)
    persons: list[tuple[Any, ...]] = field(default_factory=list)
    organizations: list[tuple[Any, ...]] = field(default_factory=list)
    points: list[tuple[Any, ...]] = field(default_factory=list)
    consents: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)


def unified_values(conn: Connection, kind: str, records: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Unified fields of records by surrogate key, JSON decoded; those that a record leaves empty are left out."""
    table = UNIFIED[kind]
    names = [c.name for c in table.columns if c.name not in ("match_form", "mapping_version", "normaliser_version")]
    found = {}
    for row in rows_by_keys(conn, table, "record", records, names):
        values = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for name in JSON_COLUMNS:
            if name in values:
                values[name] = decode(values[name])
        found[values.pop("record")] = values
    return found


def points_of(conn: Connection, records: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Contact points of records, in the records' own order."""
    names = [c.name for c in contact_point.columns]
    found: dict[int, list[dict[str, Any]]] = {}
    for row in sorted(rows_by_keys(conn, contact_point, "record", records, names), key=itemgetter(0, 1)):
        values = dict(zip(names, row, strict=True))
        if values["parts"] is not None:
            values["parts"] = decode(values["parts"])
        found.setdefault(values["record"], []).append(values)
    return found


def employers_of(conn: Connection, records: Sequence[int]) -> dict[int, str]:
    """The company that each person's record names first."""
    rows = rows_by_keys(conn, affiliation, "record", records, ("record", "position", "name", "until"))
    found: dict[int, str] = {}
    for record, _, name, until in sorted(rows, key=itemgetter(0, 1)):
        if name and until is None and record not in found:
            found[record] = name
    return found


def employed_at(conn: Connection, organizations: Sequence[int]) -> set[int]:
    """Organizations, among these, that some record not deleted still names."""
    if not organizations:
        return set()
    given: Any = (list(organizations),)
    values = "unnest(%s::bigint[]) as k(value)"
    if conn.dialect.name == "sqlite":
        given, values = (encode(list(organizations)),), "json_each(?) as k"
    query = f"select k.value from {values} where exists ({_LIVING})"
    return set(conn.exec_driver_sql(query, given).scalars())


def first_companies(conn: Connection, persons: Sequence[int]) -> dict[int, int]:
    """Person's record -> the record of the company that it names first."""
    rows = rows_by_keys(conn, affiliation, "record", persons, ("record", "position", "organization"))
    return {record: company for record, position, company in rows if position == 0 and company is not None}


def golden_hashes(conn: Connection, customers: Sequence[str]) -> dict[str, str]:
    """Customer -> hash of its golden values, for those that stand."""
    return dict(rows_by_keys(conn, customer, "id", customers, ("id", "golden_hash")))


def rows_of_customers(conn: Connection, customers: Sequence[str]) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """Golden rows as they stand, by customer and table; rows of one table in no order."""
    found: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
    for table in (*GOLDEN.values(), customer_contact_point, consent):
        for row in rows_by_keys(conn, table, "customer_id", customers, [c.name for c in table.columns]):
            found.setdefault(row[0], {}).setdefault(table.name, []).append(tuple(row))
    return found


def golden_values(conn: Connection, kind: str, customers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Golden rows by customer; JSON columns decoded, times aware."""
    table = GOLDEN[kind]
    names = [c.name for c in table.columns]
    found = {}
    for row in rows_by_keys(conn, table, "customer_id", customers, names):
        values = dict(zip(names, row, strict=True))
        for name in ("external_ids", "custom", "provenance"):
            values[name] = decode(values[name])
        found[values["customer_id"]] = values
    return found


def reach_of(conn: Connection, customers: Sequence[str]) -> dict[str, list[str]]:
    """Contact points of customers as `kind:canonical`, sorted."""
    found: dict[str, list[str]] = {}
    columns = ("customer_id", "kind", "canonical")
    for id_, kind, canonical in rows_by_keys(conn, customer_contact_point, "customer_id", customers, columns):
        found.setdefault(id_, []).append(f"{kind}:{canonical}")
    return {id_: sorted(points) for id_, points in found.items()}


@cache
def golden_columns(kind: str) -> tuple[str, ...]:
    """Columns of a golden table, in order."""
    return tuple(c.name for c in GOLDEN[kind].columns)


def write_golden(conn: Connection, batch: GoldenBatch) -> None:
    """Write what changed; the rows of customers that did not change are left alone."""
    stale = [*batch.changed, *batch.retired]
    if stale:
        delete_rows(conn, customer_contact_point, ("customer_id",), stale)
        delete_rows(conn, consent, ("customer_id",), stale)
    if batch.retired:
        delete_rows(conn, customer, ("id",), batch.retired)
        for table in GOLDEN.values():
            delete_rows(conn, table, ("customer_id",), batch.retired)
    held = frozenset(batch.changed)
    for table, columns, rows in (
        (customer, CUSTOMER_COLUMNS, batch.customers),
        (person, golden_columns("person"), batch.persons),
        (organization, golden_columns("organization"), batch.organizations),
    ):
        write_rows(conn, table, columns, [row for row in rows if row[0] in held], on_conflict="update")
        write_rows(conn, table, columns, [row for row in rows if row[0] not in held])
    write_rows(conn, customer_contact_point, POINT_COLUMNS, batch.points)
    write_rows(conn, consent, CONSENT_COLUMNS, batch.consents)
    # One resolver at a time holds the lease, so the feed's order is simply the next number.
    last = conn.execute(select(func.max(change.c.seq))).scalar() or 0
    numbered = [(last + n, *row) for n, row in enumerate(batch.changes, start=1)]
    write_rows(conn, change, CHANGE_COLUMNS, numbered)


def fingerprint(conn: Connection) -> dict[str, str]:
    """Hash of every golden table, membership and the crosswalk's shape: equal stores give equal hashes.

    Rows are taken in the order of their keys; times of membership are left out (they tell when, not what).
    """
    from hashlib import blake2b

    from unified_model.store.codec import encode_bytes
    from unified_model.store.tables.identity import membership

    hashes = {}
    for table in (customer, person, organization, customer_contact_point, consent, membership):
        columns = [c for c in table.columns if not (table is membership and isinstance(c.type, UtcTime))]
        total = blake2b(digest_size=16)
        query = select(*columns).order_by(*table.primary_key.columns)
        for row in conn.execute(query, execution_options={"yield_per": 10_000}):
            total.update(encode_bytes(list(row)))
        hashes[table.name] = total.hexdigest()
    return hashes
