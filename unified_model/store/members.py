"""Who belongs to whom: membership, its history, and the ledger of every customer id ever issued."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, func, select

from unified_model.records import NaturalKey
from unified_model.store.bulk import rows_by_keys, write_rows
from unified_model.store.tables.identity import id_ledger, membership, membership_history
from unified_model.store.tables.landing import source, source_record, source_record_version

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class Issued(NamedTuple):
    """A ledger row: an id, the record that anchors it, and its place in the order of issue."""

    customer_id: str
    anchor: int
    sequence: int


class Member(NamedTuple):
    """A source record as clustering and survivorship need it."""

    id: int
    key: NaturalKey
    source_id: int
    kind: str
    implied: bool
    modified_at: datetime | None
    """The source's stamp of the newest version; a newer copy with the same values does not count."""
    deleted: bool


def customers_of(conn: Connection, records: Sequence[int]) -> dict[int, tuple[str, datetime]]:
    """Record -> (customer id, since)."""
    rows = rows_by_keys(conn, membership, "record", records, ("record", "customer_id", "since"))
    return {record: (customer, since) for record, customer, since in rows}


def members_of(conn: Connection, customers: Sequence[str]) -> dict[str, list[int]]:
    """Customer id -> its records."""
    found: dict[str, list[int]] = {}
    for customer, record in rows_by_keys(conn, membership, "customer_id", customers, ("customer_id", "record")):
        found.setdefault(customer, []).append(record)
    return found


def issued_to(conn: Connection, anchors: Sequence[int]) -> list[Issued]:
    """Every ledger row anchored at one of the records."""
    rows = rows_by_keys(conn, id_ledger, "anchor", anchors, ("customer_id", "anchor", "sequence"))
    return [Issued(*row) for row in rows]


def resolve_id(conn: Connection, customer_id: str) -> str | None:
    """The customer that an id, current or retired, stands for now; None: never issued."""
    query = (
        select(membership.c.customer_id)
        .join(id_ledger, id_ledger.c.anchor == membership.c.record)
        .where(id_ledger.c.customer_id == customer_id)
    )
    return conn.execute(query).scalar()


def issue(conn: Connection, rows: Sequence[tuple[str, int, int, datetime]]) -> None:
    """Enter new ids (id, anchor, sequence, time) into the ledger."""
    write_rows(conn, id_ledger, ("customer_id", "anchor", "sequence", "issued_at"), list(rows))


def move(
    conn: Connection,
    arrivals: Sequence[tuple[int, str, datetime]],
    departures: Sequence[tuple[int, datetime, datetime, str, str]],
) -> None:
    """Write where records belong now (record, customer, since) and where they belonged
    (record, since, until, customer, cause). A record that arrives from nowhere has no departure."""
    moved = {row[0] for row in departures}
    places = ("record", "customer_id", "since")
    write_rows(conn, membership, places, [row for row in arrivals if row[0] in moved], on_conflict="update")
    write_rows(conn, membership, places, [row for row in arrivals if row[0] not in moved])
    columns = ("record", "since", "until", "customer_id", "cause")
    write_rows(conn, membership_history, columns, list(departures), on_conflict="ignore")


def records_by_id(conn: Connection, records: Sequence[int]) -> dict[int, Member]:
    """Source records by surrogate key."""
    installations = dict(conn.execute(select(source.c.id, source.c.installation)).tuples().all())
    columns = ("id", "source_id", "object", "record_id", "kind", "implied", "modified_at", "deleted_at", "payload")
    found: dict[int, Member] = {}
    touched = []
    for id_, source_id, object_, record_id, kind, implied, modified_at, deleted_at, newer in rows_by_keys(
        conn, source_record, "id", records, columns
    ):
        key = NaturalKey(installations[source_id], object_, record_id)
        found[id_] = Member(id_, key, source_id, kind, implied, modified_at, deleted_at is not None)
        if newer is not None:
            touched.append(id_)
    for id_, stamp in _stamps_of_versions(conn, touched).items():
        found[id_] = found[id_]._replace(modified_at=stamp)
    return found


def _stamps_of_versions(conn: Connection, records: Sequence[int]) -> dict[int, datetime | None]:
    """The source's stamp of each record's newest version that is no deletion."""
    columns = ("record", "version", "modified_at")
    rows = rows_by_keys(conn, source_record_version, "record", records, columns, equal={"deleted": False})
    return {record: stamp for record, _, stamp in sorted(rows, key=lambda row: row[:2])}


def count_of_kind(conn: Connection, kind: str) -> int:
    """How many source records are of a kind."""
    return conn.execute(select(func.count()).where(source_record.c.kind == kind)).scalar_one()


def records_of_kind(conn: Connection, kind: str) -> list[int]:
    """Every source record of a kind, by surrogate key."""
    return list(conn.execute(select(source_record.c.id).where(source_record.c.kind == kind)).scalars())


def in_natural_order(conn: Connection, kind: str) -> Array:
    """Every source record of a kind, in the order of natural keys."""
    import numpy as np

    found = []
    c = source_record.c
    installations = sorted(conn.execute(select(source.c.installation, source.c.id)).tuples().all())
    for _, source_id in installations:
        query = select(c.id).where(c.source_id == source_id, c.kind == kind).order_by(c.object, c.record_id)
        found.append(np.fromiter(conn.execute(query).scalars(), np.int64))
    return np.concatenate(found) if found else np.empty(0, np.int64)


def keys_by_record(conn: Connection, records: Sequence[int]) -> dict[int, NaturalKey]:
    """Natural keys of source records."""
    installations = dict(conn.execute(select(source.c.id, source.c.installation)).tuples().all())
    rows = rows_by_keys(conn, source_record, "id", records, ("id", "source_id", "object", "record_id"))
    return {id_: NaturalKey(installations[source_id], object_, name) for id_, source_id, object_, name in rows}


def records_by_key(conn: Connection, keys: Sequence[NaturalKey]) -> dict[NaturalKey, int]:
    """Surrogate keys of source records; keys that the store has not met are left out."""
    installations = dict(conn.execute(select(source.c.installation, source.c.id)).tuples().all())
    wanted: dict[tuple[int, str], list[NaturalKey]] = {}
    for key in keys:
        if key.source in installations:
            wanted.setdefault((installations[key.source], key.object), []).append(key)
    found = {}
    for (source_id, object_), some in wanted.items():
        rows = rows_by_keys(
            conn,
            source_record,
            "record_id",
            sorted({key.record_id for key in some}),
            ("record_id", "id"),
            equal={"source_id": source_id, "object": object_},
        )
        surrogates: dict[str, int] = dict(rows)
        found.update({key: surrogates[key.record_id] for key in some if key.record_id in surrogates})
    return found


def records_named(conn: Connection, installation: str, name: str) -> dict[NaturalKey, int]:
    """Records of an installation that people may mean by `object/record id` or by `record id` alone."""
    owner = conn.execute(select(source.c.id).where(source.c.installation == installation)).scalar_one()
    names = {name, *(name[place + 1 :] for place, letter in enumerate(name) if letter == "/")}
    c = source_record.c
    found = {}
    for object_ in _objects_of(conn, owner):
        query = select(c.id, c.record_id, c.implied).where(
            c.source_id == owner, c.object == object_, c.record_id.in_(sorted(names))
        )
        for id_, record_id, implied in conn.execute(query):
            if name == f"{object_}/{record_id}" or (name == record_id and not implied):
                found[NaturalKey(installation, object_, record_id)] = id_
    exact = {key: id_ for key, id_ in found.items() if name == f"{key.object}/{key.record_id}"}
    return exact or found


def _objects_of(conn: Connection, source_id: int) -> Iterator[str]:
    """The objects of a source, by hops along the index: a `distinct` would walk over every record."""
    c, last = source_record.c, ""
    while True:
        query = select(func.min(c.object)).where(c.source_id == source_id, c.object > last)
        found = conn.execute(query).scalar()
        if found is None:
            return
        yield found
        last = found
