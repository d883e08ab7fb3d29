"""Landing rows: what the store already knows of a page's records, and writing a page in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, select, update

from unified_model.store.bulk import OnConflict, delete_rows, rows_by_keys, write_cells, write_rows
from unified_model.store.codec import decode, encode
from unified_model.store.plain import cells_of_columns
from unified_model.store.queue import enqueue
from unified_model.store.tables.identity import blocking_key_log
from unified_model.store.tables.landing import (
    cursor,
    hidden_column,
    record_alias,
    source_record,
    source_record_version,
)
from unified_model.store.tables.unified import affiliation, contact_point, organization_record, person_record
from unified_model.store.types import utc_from_text

RECORD_COLUMNS = (
    "id", "source_id", "object", "record_id", "kind", "implied", "version", "raw_hash", "mapped_hash", "identity_hash",
    "payload", "modified_at", "landed_at", "deleted_at", "run_id",
)  # fmt: skip
VERSION_COLUMNS = (
    "record", "version", "payload", "modified_at", "landed_at", "deleted", "field_since", "mapping_version", "run_id",
)  # fmt: skip
AFFILIATION_COLUMNS = ("record", "position", "organization", "name", "domain", "reference", "title", "since", "until")
UNIFIED = {"person": person_record, "organization": organization_record}


class Known(NamedTuple):
    """What the store holds of a source record, as far as landing must know."""

    id: int
    version: int
    raw_hash: str
    mapped_hash: str
    identity_hash: str
    deleted_at: datetime | None
    kind: str


class Newest(NamedTuple):
    """The newest version of a record that is no deletion: payload, stamp, times of its columns."""

    payload: dict[str, Any]
    modified_at: datetime | None
    field_since: dict[str, datetime]


@dataclass(slots=True)
class Batch:
    """Rows of one page, ready to be written. `replaced` are records whose points and affiliations are written anew."""

    all_new: bool = False
    """No record of it is in the store yet, so that none is looked for."""
    records: list[tuple[Any, ...]] = field(default_factory=list)
    versions: list[tuple[Any, ...]] = field(default_factory=list)
    persons: list[tuple[Any, ...]] = field(default_factory=list)
    organizations: list[tuple[Any, ...]] = field(default_factory=list)
    points: list[Any] = field(default_factory=list)
    """Values of contact_point, row after row, as most rows are of this table."""
    affiliations: list[tuple[Any, ...]] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    deleted: list[tuple[int, int]] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    key_records: list[int] = field(default_factory=list)
    key_ops: list[int] = field(default_factory=list)
    queue: dict[int, int] = field(default_factory=dict)
    aliases: list[tuple[Any, ...]] = field(default_factory=list)
    separated: list[tuple[Any, ...]] = field(default_factory=list)
    """Records that their vendor took out of a merge: (source, object, record id, cause) of the alias that is void."""

    def log_keys(self, record: int, held: Collection[int], lost: Collection[int] = ()) -> None:
        """Log that a record holds these keys now and has lost those. Three lists, as there are many of them."""
        self.keys += held
        self.keys += lost
        self.key_records += [record] * (len(held) + len(lost))
        self.key_ops += [1] * len(held)
        self.key_ops += [-1] * len(lost)

    def want(self, record: int, stage: int) -> None:
        """Ask for a record to be resolved; stage 0 (links) includes stage 1 (values)."""
        self.queue[record] = min(stage, self.queue.get(record, stage))


def known_records(conn: Connection, source_id: int, object: str, ids: Sequence[str]) -> dict[str, Known]:
    """What the store holds of these record ids."""
    rows = rows_by_keys(
        conn,
        source_record,
        "record_id",
        ids,
        ("record_id", "id", "version", "raw_hash", "mapped_hash", "identity_hash", "deleted_at", "kind"),
        equal={"source_id": source_id, "object": object},
    )
    return {row[0]: Known(*row[1:]) for row in rows}


def survivors_of(conn: Connection, source_id: int, object: str, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Record id -> (object, record id) that it was merged or converted into, as far as the store has been told."""
    mine = {"source_id": source_id, "object": object}
    columns = ("record_id", "survivor_object", "survivor_record_id")
    return {row[0]: (row[1], row[2]) for row in rows_by_keys(conn, record_alias, "record_id", ids, columns, equal=mine)}


def newest_versions(conn: Connection, known: Iterable[Known]) -> dict[int, Newest]:
    """Payload and times of the newest version of each record; deletions are passed over: a restore loses nothing."""
    rows = rows_by_keys(
        conn,
        source_record_version,
        "record",
        [k.id for k in known],
        ("record", "version", "payload", "modified_at", "field_since"),
        equal={"deleted": False},
    )
    found = {}
    for record, _, payload, modified_at, since in sorted(rows, key=lambda row: row[:2]):
        times = {k: utc_from_text(v) for k, v in (decode(since) or {}).items()}
        found[record] = Newest(decode(payload) or {}, modified_at, times)
    return found


def newest_payloads(conn: Connection, known: Iterable[Known]) -> dict[int, dict[str, Any]]:
    """The newest raw payload of each record, deleted ones included."""
    ids = [k.id for k in known]
    versions = rows_by_keys(conn, source_record_version, "record", ids, ("record", "version", "payload"))
    found = {row[0]: row[2] for row in sorted(versions, key=_place) if row[2] is not None}
    found.update(row for row in rows_by_keys(conn, source_record, "id", ids, ("id", "payload")) if row[1] is not None)
    return {record: decode(payload) for record, payload in found.items()}


def _place(row: tuple[Any, ...]) -> tuple[int, int]:
    return row[0], row[1]


def match_forms(conn: Connection, kind: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Folded forms by record."""
    rows = rows_by_keys(conn, UNIFIED[kind], "record", ids, ("record", "match_form"))
    return {record: decode(form) or {} for record, form in rows}


def form_texts(conn: Connection, kind: str, ids: Sequence[int]) -> list[tuple[int, str]]:
    """(record, folded form as it is stored) of records: equal forms are equal texts."""
    return rows_by_keys(conn, UNIFIED[kind], "record", ids, ("record", "match_form"))


def organizations_of(conn: Connection, persons: Sequence[int]) -> dict[int, set[int]]:
    """Organizations that persons' records name, by person record."""
    found: dict[int, set[int]] = {}
    for record, organization in rows_by_keys(conn, affiliation, "record", persons, ("record", "organization")):
        if organization is not None:
            found.setdefault(record, set()).add(organization)
    return found


def named_by_others(conn: Connection, organizations: Sequence[int], persons: Sequence[int]) -> set[int]:
    """Organizations, among these, that some record names which is neither deleted nor one of these persons."""
    if not organizations:
        return set()
    given: tuple[Any, Any] = (list(organizations), list(persons))
    keys, listed = "unnest(%s::bigint[]) as k(value)", "(select unnest(%s::bigint[]))"
    if conn.dialect.name == "sqlite":
        given = (encode(organizations), encode(persons))
        keys, listed = "json_each(?) as k", "(select value from json_each(?))"
    found = conn.exec_driver_sql(
        f"""
        select k.value
        from {keys}
        where exists (
            select 1
            from affiliation a
            join source_record r on r.id = a.record
            where a.organization = k.value and r.deleted_at is null and a.record not in {listed}
        )
        """,
        given,
    )
    return set(found.scalars())


def write_batch(
    conn: Connection, batch: Batch, places: Sequence[int], queue_seq: int, cause: str, now: datetime, run: int
) -> None:
    """Write a page's rows. `places` are as many places in the key log as the batch has key changes."""
    if batch.deleted:
        mark_deleted(conn, batch.deleted, now, run)
    on_conflict: OnConflict = "error" if batch.all_new else "update"
    write_rows(conn, source_record, RECORD_COLUMNS, batch.records, on_conflict=on_conflict)
    write_rows(conn, source_record_version, VERSION_COLUMNS, batch.versions)
    if batch.replaced:
        delete_rows(conn, contact_point, ("record",), batch.replaced)
        delete_rows(conn, affiliation, ("record",), batch.replaced)
    for table, rows in ((person_record, batch.persons), (organization_record, batch.organizations)):
        if rows:
            write_rows(conn, table, tuple(c.name for c in table.columns), rows, on_conflict=on_conflict)
    if batch.points:
        write_cells(conn, contact_point, tuple(c.name for c in contact_point.columns), batch.points)
    if batch.affiliations:
        write_rows(conn, affiliation, AFFILIATION_COLUMNS, batch.affiliations)
    if batch.separated:
        delete_rows(conn, record_alias, ("source_id", "object", "record_id", "cause"), batch.separated)
    if batch.erased:
        mark_erased(conn, batch.erased, now)
    if batch.aliases:
        write_rows(conn, record_alias, tuple(c.name for c in record_alias.columns), batch.aliases, on_conflict="update")
    if batch.key_ops:
        logged = cells_of_columns((places, batch.keys, batch.key_records, batch.key_ops))
        write_cells(conn, blocking_key_log, ("seq", "key", "record", "op"), logged)
    enqueue(conn, batch.queue, queue_seq, cause)


def load_cursor(conn: Connection, source_id: int, object: str) -> str | None:
    """The cursor stored with the last page of this object."""
    where = (cursor.c.source_id == source_id) & (cursor.c.object == object)
    return conn.execute(select(cursor.c.value).where(where)).scalar()


def save_cursor(
    conn: Connection, source_id: int, object: str, value: str, until: datetime | None, now: datetime
) -> None:
    """Move the cursor; call it in the transaction that stores the page it covers."""
    row = (source_id, object, value, until, now)
    write_rows(conn, cursor, tuple(c.name for c in cursor.columns), [row], on_conflict="update")


def hidden_columns(conn: Connection, source_id: int, object: str) -> frozenset[str]:
    """Columns of an object that its source did not show when it was read last."""
    where = (hidden_column.c.source_id == source_id) & (hidden_column.c.object == object)
    return frozenset(conn.execute(select(hidden_column.c.name).where(where)).scalars())


def note_hidden(
    conn: Connection, source_id: int, object: str, gone: Iterable[str], shown: Iterable[str], now: datetime
) -> None:
    """Remember which columns a source no longer shows, and forget those it shows again."""
    delete_rows(conn, hidden_column, ("source_id", "object", "name"), [(source_id, object, name) for name in shown])
    rows = [(source_id, object, name, now) for name in sorted(gone)]
    write_rows(conn, hidden_column, ("source_id", "object", "name", "since"), rows, on_conflict="ignore")


def live_ids(conn: Connection, source_id: int, object: str) -> Iterable[tuple[int, str]]:
    """(surrogate, record id) of every record of the object that is not deleted."""
    query = select(source_record.c.id, source_record.c.record_id).where(_live(source_id, object))
    for row in conn.execute(query, execution_options={"yield_per": 20_000}):
        yield row[0], row[1]


def count_live(conn: Connection, source_id: int, object: str) -> int:
    """How many records of the object are not deleted."""
    return conn.execute(select(func.count()).where(_live(source_id, object))).scalar_one()


def _live(source_id: int, object: str) -> Any:
    c = source_record.c
    return and_(c.source_id == source_id, c.object == object, c.deleted_at.is_(None))


def mark_deleted(conn: Connection, rows: Sequence[tuple[int, int]], now: datetime, run: int) -> None:
    """Delete records: (surrogate, new version) each. The last payload stays readable on the record."""
    last = source_record_version.c
    payload = (
        select(last.payload)
        .where(last.record == source_record.c.id, last.version == source_record.c.version)
        .scalar_subquery()
    )
    statement = (
        update(source_record)
        .where(source_record.c.id == bindparam("key"))
        .values(
            payload=func.coalesce(source_record.c.payload, payload),
            deleted_at=now,
            version=bindparam("number"),
            landed_at=now,
            run_id=run,
        )
    )
    conn.execute(statement, [{"key": record, "number": version} for record, version in rows])


def mark_erased(conn: Connection, records: Sequence[int], now: datetime) -> None:
    """Note that the vendor erased these, which are deleted."""
    statement = update(source_record).where(source_record.c.id == bindparam("key")).values(erased_at=now)
    conn.execute(statement, [{"key": record} for record in records])
