"""Rows for the store's tests: name only what the test is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table

from unified_model.store.bulk import write_rows
from unified_model.store.codec import encode
from unified_model.store.engine import Store
from unified_model.store.tables.golden import change, customer, customer_contact_point, organization, person
from unified_model.store.tables.identity import id_ledger, membership, membership_history
from unified_model.store.tables.landing import record_alias, source, source_record, source_record_version
from unified_model.store.tables.unified import affiliation
from unified_model.store.types import Json

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

_DEFAULTS: dict[str, dict[str, Any]] = {
    "source": {"kind": "files", "created_at": NOON, "one_record_a_customer": False},
    "source_record": {
        "object": "Contact", "kind": "person", "implied": False, "version": 1, "raw_hash": "r", "mapped_hash": "m",
        "identity_hash": "i", "landed_at": NOON, "run_id": 1,
    },
    "source_record_version": {
        "version": 1, "landed_at": NOON, "deleted": False, "mapping_version": "1", "run_id": 1,
    },
    "record_alias": {"object": "Contact", "survivor_object": "Contact", "cause": "merge", "at": NOON},
    "customer": {"kind": "person", "state": "active", "records": 1, "sources": 1, "golden_hash": "g"},
    "customer_contact_point": {"kind": "email", "is_primary": False, "verified": False, "provenance": []},
    "membership": {"since": NOON},
    "id_ledger": {"issued_at": NOON},
    "affiliation": {"position": 0},
}  # fmt: skip


def put(conn: Connection, table: Table, **values: Any) -> None:
    """One row; JSON columns are given as values."""
    row = {**_DEFAULTS.get(table.name, {}), **values}
    for name, value in row.items():
        if isinstance(table.c[name].type, Json) and value is not None:
            row[name] = encode(value)
    write_rows(conn, table, tuple(row), [tuple(row.values())])


@contextmanager
def writing(store: Store) -> Iterator[Connection]:
    """A unit of work that commits when the block ends well."""
    with store.begin() as work:
        yield work.conn
        work.commit()


def scenario(store: Store) -> None:
    """Ada in two systems with her employer; Bob deleted in one; an id that moved on; a vendor's merge."""
    with writing(store) as conn:
        put(conn, source, id=1, label="emea", installation="org-1")
        put(conn, source, id=2, label="fair", installation="fair")
        records = ((1, 1, "003A"), (2, 2, "17"), (3, 1, "003B"), (5, 1, "003C"))
        for key, system, record_id in records:
            gone = NOON if record_id == "003B" else None
            put(conn, source_record, id=key, source_id=system, record_id=record_id, modified_at=NOON, deleted_at=gone)
        put(conn, source_record, id=4, source_id=2, object="Contact/company", record_id="Äcme|", kind="organization",
            implied=True)  # fmt: skip
        for key in (1, 2, 3):
            put(conn, source_record_version, record=key, payload={"Name": f"raw {key}"})
        put(conn, source_record_version, record=5, payload=None, deleted=True)
        put(conn, record_alias, source_id=1, record_id="003C", survivor_record_id="003A")
        put(conn, customer, id="ada", records=3, sources=2)
        put(conn, customer, id="bob", state="inactive")
        put(conn, customer, id="acme", kind="organization")
        won = [0, "most recent", NOON.isoformat()]
        told = {"records": [["fair", "Contact", "17"]], "fields": {"display_name": won, "created_at": won}}
        put(conn, person, customer_id="ada", display_name="Ada Ångström", company="Äcme", created_at=NOON,
            email="ada@x.org", provenance=told)  # fmt: skip
        put(conn, person, customer_id="bob")
        put(conn, organization, customer_id="acme", name="Äcme", display_name="Äcme")
        put(conn, customer_contact_point, customer_id="ada", canonical="a@y.org", value='"A" <a@y.org>', rank=1)
        put(conn, customer_contact_point, customer_id="ada", canonical="ada@x.org", value="Ada@x.org", rank=0)
        for record, owner in ((1, "ada"), (2, "ada"), (5, "bob"), (3, "bob"), (4, "acme")):
            put(conn, membership, record=record, customer_id=owner)
        for sequence, (alias, anchor) in enumerate((("ada", 1), ("bob", 3), ("acme", 4), ("old", 2), ("moved", 5))):
            put(conn, id_ledger, customer_id=alias, anchor=anchor, sequence=sequence)
        put(conn, membership_history, record=2, customer_id="old", since=NOON, until=NOON, cause="landed")
        put(conn, change, seq=1, customer_id="old", kind="merged", after={"into": ["ada"]}, cause="landed", at=NOON)
        put(conn, change, seq=2, customer_id="ada", kind="split", after={"into": ["bob", "moved"]}, at=NOON)
        put(conn, change, seq=3, customer_id="ada", kind="created", after={"name": "\0"}, at=NOON)
        put(conn, change, seq=4, customer_id="ada", kind="updated", after={"name": "A"}, at=NOON)
        put(conn, affiliation, record=1, organization=None, name="Other")
        put(conn, affiliation, record=2, organization=4, name="Äcme")
