"""The resolve queue: records whose identity or golden values must be worked out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from unified_model.store.bulk import rows_by_keys
from unified_model.store.tables.identity import resolve_queue
from unified_model.store.tables.landing import source_record

LINKS, VALUES = 0, 1

# Written out, because these three run for every record of a first sync.
_ENQUEUE = """
insert into resolve_queue (record, stage, seq, cause) values ({mark}, {mark}, {mark}, {mark})
on conflict (record) do update set
    stage = case when resolve_queue.stage < excluded.stage then resolve_queue.stage else excluded.stage end,
    seq = excluded.seq,
    cause = excluded.cause
"""
_ADVANCE = "update resolve_queue set stage = 1 where record = {mark} and seq = {mark}"
_DRAIN = "delete from resolve_queue where record = {mark} and seq = {mark} and stage = 1"


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
    mark = "%s" if conn.dialect.name == "postgresql" else "?"
    rows = [(record, stages[record], seq, cause) for record in sorted(stages)]
    conn.exec_driver_sql(_ENQUEUE.format(mark=mark), rows)


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
    _run(conn, _ADVANCE, done)


def drain(conn: Connection, done: Iterable[Waiting]) -> None:
    """Take resolved records out of the queue, except those asked for again meanwhile."""
    _run(conn, _DRAIN, done)


def _run(conn: Connection, sql: str, done: Iterable[Waiting]) -> None:
    mark = "%s" if conn.dialect.name == "postgresql" else "?"
    rows = [(w.record, w.seq) for w in done]
    if rows:
        conn.exec_driver_sql(sql.format(mark=mark), rows)
