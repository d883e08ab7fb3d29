"""What a rebuild and a remap need of the store: derived rows dropped or marked stale, and records page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, func, literal, or_, select, update

from unified_model.store.bulk import rows_by_keys, update_rows
from unified_model.store.codec import decode
from unified_model.store.queue import LINKS
from unified_model.store.tables.golden import customer
from unified_model.store.tables.identity import blocking_key, blocking_key_log, key_stat, link, resolve_queue, review
from unified_model.store.tables.landing import source_record, source_record_version
from unified_model.store.tables.unified import organization_record, person_record
from unified_model.store.types import utc_from_text

UNIFIED = {"person": person_record, "organization": organization_record}


class Stored(NamedTuple):
    """A record as the store holds it, ready to be read through a mapping again."""

    id: int
    record_id: str
    version: int
    payload: dict[str, Any]
    modified_at: datetime | None
    field_since: dict[str, datetime]
    mapped_hash: str
    identity_hash: str
    versioned: tuple[dict[str, Any], datetime | None] | None
    """Payload and stamp of the newest version, where `payload` is a newer copy that was not worth one."""


def drop_derived(conn: Connection) -> None:
    """Empty everything that is derived from unified records alone, and mark golden rows stale."""
    for table in (link, review, key_stat, blocking_key, blocking_key_log, resolve_queue):
        conn.execute(delete(table))
    conn.execute(update(customer).values(golden_hash=""))


def forms_by_page(conn: Connection, kind: str, size: int) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """Every (record, folded form) of a kind, `size` at a time."""
    table = UNIFIED[kind]
    query = select(table.c.record, table.c.match_form).order_by(table.c.record)
    result = conn.execute(query, execution_options={"yield_per": size})
    for part in result.partitions(size):
        yield [(row[0], row[1] or {}) for row in part]


def queue_everything(conn: Connection, seq: int, cause: str) -> None:
    """Put every record that has a unified form into the resolve queue."""
    columns = ("record", "stage", "seq", "cause")
    for table in UNIFIED.values():
        literals = select(table.c.record, literal(LINKS), literal(seq), literal(cause))
        conn.execute(resolve_queue.insert().from_select(columns, literals))


def stale_records(
    conn: Connection, source_id: int, object: str, kind: str, versions: tuple[str, str], limit: int
) -> list[int]:
    """Records whose unified form was made by another mapping or normaliser than these versions."""
    table = UNIFIED[kind]
    made_by = (table.c.mapping_version != versions[0], table.c.normaliser_version != versions[1])
    query = (
        select(source_record.c.id)
        .outerjoin(table, table.c.record == source_record.c.id)
        .where(
            and_(source_record.c.source_id == source_id, source_record.c.object == object),
            or_(table.c.record.is_(None), *made_by),
        )
        .order_by(source_record.c.id)
        .limit(limit)
    )
    return list(conn.execute(query).scalars())


def count_stale(conn: Connection, source_id: int, object: str, kind: str, versions: tuple[str, str]) -> int:
    """How many records `stale_records` would give without a limit."""
    table = UNIFIED[kind]
    query = (
        select(func.count())
        .select_from(source_record.outerjoin(table, table.c.record == source_record.c.id))
        .where(
            source_record.c.source_id == source_id,
            source_record.c.object == object,
            or_(
                table.c.record.is_(None),
                table.c.mapping_version != versions[0],
                table.c.normaliser_version != versions[1],
            ),
        )
    )
    return conn.execute(query).scalar_one()


def kinds_of(conn: Connection, source_id: int, object: str) -> set[str]:
    """As what the records of an object were read until now."""
    c = source_record.c
    query = select(c.kind).where(c.source_id == source_id, c.object == object).distinct()
    return set(conn.execute(query).scalars())


def stored_records(conn: Connection, ids: Sequence[int]) -> list[Stored]:
    """The newest raw payload of each record, with the times of its columns."""
    columns = ("id", "record_id", "version", "payload", "modified_at", "mapped_hash", "identity_hash", "deleted_at")
    heads = {row[0]: row for row in rows_by_keys(conn, source_record, "id", ids, columns)}
    newest: dict[int, Any] = {}
    names = ("record", "version", "payload", "field_since", "modified_at")
    for row in rows_by_keys(conn, source_record_version, "record", ids, names):
        if row[2] is not None and (row[0] not in newest or newest[row[0]][1] < row[1]):
            newest[row[0]] = row
    found = []
    for id_ in ids:
        _, record_id, version, payload, modified_at, mapped, identity, deleted_at = heads[id_]
        last = newest.get(id_)
        if deleted_at is not None and last:
            payload = None  # what a source shows of a deleted record is not read: it stays what it was
        raw = decode(payload) if payload is not None else decode(last[2]) if last else {}
        since = decode(last[3]) or {} if last else {}
        times = {name: utc_from_text(at) for name, at in since.items()}
        versioned = (decode(last[2]) or {}, last[4]) if payload is not None and last else None
        found.append(Stored(id_, record_id, version, raw, modified_at, times, mapped, identity, versioned))
    return found


def write_hashes(conn: Connection, rows: Sequence[tuple[str, str, str, int]]) -> None:
    """Set (kind, mapped hash, identity hash) of records: one that nobody read until now gets its kind."""
    update_rows(conn, source_record, ("id",), ("kind", "mapped_hash", "identity_hash"), list(rows))


def customers_by_page(conn: Connection, size: int) -> Iterator[list[str]]:
    """Every customer id, `size` at a time."""
    after = ""
    while True:
        query = select(customer.c.id).where(customer.c.id > after).order_by(customer.c.id).limit(size)
        page = list(conn.execute(query).scalars())
        if not page:
            return
        yield page
        after = page[-1]
