"""The resolve queue: records whose identity or golden values must be worked out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from unified_model.store.bulk import rows_by_keys
from unified_model.store.tables.identity import resolve_queue
from unified_model.store.tables.landing import source_record

LINKS, VALUES = 0, 1


class Waiting(NamedTuple):
    """A queued record. `seq` tells this request from a newer one for the same record."""

    record: int
    seq: int
    cause: str | None
    kind: str


def enqueue(conn: Connection, stages: Mapping[int, int], seq: int, cause: str) -> None:
    """Ask for records to be resolved. A waiting request keeps its lower stage and takes the newer sequence."""
    if not stages:
        return
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    wanted = insert(resolve_queue)
    lower = case((resolve_queue.c.stage < wanted.excluded.stage, resolve_queue.c.stage), else_=wanted.excluded.stage)
    statement = wanted.on_conflict_do_update(
        index_elements=["record"],
        set_={"stage": lower, "seq": wanted.excluded.seq, "cause": wanted.excluded.cause},
    )
    rows = [{"record": r, "stage": stages[r], "seq": seq, "cause": cause} for r in sorted(stages)]
    conn.execute(statement, rows)


def take(conn: Connection, stage: int, limit: int | None = None, kind: str | None = None) -> list[Waiting]:
    """Waiting records of a stage, by surrogate key (a storage order, without meaning)."""
    queue = resolve_queue.c
    query = (
        select(queue.record, queue.seq, queue.cause, source_record.c.kind)
        .join(source_record, source_record.c.id == queue.record)
        .where(queue.stage == stage)
        .order_by(queue.record)
    )
    if kind is not None:
        query = query.where(source_record.c.kind == kind)
    if limit is not None:
        query = query.limit(limit)
    return [Waiting(*row) for row in conn.execute(query)]


def waiting_among(conn: Connection, records: Sequence[int]) -> dict[int, Waiting]:
    """Requests for values among these records."""
    rows = rows_by_keys(conn, resolve_queue, "record", records, ("record", "seq", "cause"), equal={"stage": VALUES})
    return {record: Waiting(record, seq, cause, "") for record, seq, cause in rows}


def waiting_at_stage(conn: Connection, stage: int) -> set[int]:
    """Every record waiting at a stage."""
    return set(conn.execute(select(resolve_queue.c.record).where(resolve_queue.c.stage == stage)).scalars())


def count(conn: Connection) -> int:
    """How many records wait."""
    return conn.execute(select(func.count()).select_from(resolve_queue)).scalar_one()


def advance(conn: Connection, done: Sequence[Waiting]) -> None:
    """Move records from links to values, except those asked for again meanwhile."""
    statement = (
        update(resolve_queue)
        .where(resolve_queue.c.record == bindparam("key"), resolve_queue.c.seq == bindparam("number"))
        .values(stage=VALUES)
    )
    _run(conn, statement, done)


def drain(conn: Connection, done: Iterable[Waiting]) -> None:
    """Take resolved records out of the queue, except those asked for again meanwhile."""
    statement = delete(resolve_queue).where(
        resolve_queue.c.record == bindparam("key"),
        resolve_queue.c.seq == bindparam("number"),
        resolve_queue.c.stage == VALUES,
    )
    _run(conn, statement, list(done))


def _run(conn: Connection, statement: object, done: Sequence[Waiting]) -> None:
    if done:
        conn.execute(statement, [{"key": w.record, "number": w.seq} for w in done])  # type: ignore[call-overload]
