"""The resolve queue: records whose identity or golden values must be worked out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, exists, func, select

from unified_model.store.bulk import rows_by_keys
from unified_model.store.tables.identity import resolve_queue
from unified_model.store.tables.landing import source_record

LINKS, VALUES, WORTH = 0, 1, 2
"""Stages: the record has changed, so links, then values; values alone; the worth of a key has changed, so links, and
values only if any link did. Two different requests for one record add up to the first."""

# Written out, because these run for every record of a first sync.
_ENQUEUE = """
insert into resolve_queue (record, stage, seq, cause) values ({mark}, {mark}, {mark}, {mark})
on conflict (record) do update set
    stage = case when resolve_queue.stage = excluded.stage then excluded.stage else 0 end,
    seq = excluded.seq,
    cause = excluded.cause
"""
_ADVANCE = "update resolve_queue set stage = 1 where record between {mark} and {mark} and seq = {mark}"
_DROP = "delete from resolve_queue where record between {mark} and {mark} and seq = {mark} and stage = 2"
_DRAIN = "delete from resolve_queue where record between {mark} and {mark} and seq = {mark} and stage = 1"


class Waiting(NamedTuple):
    """A queued record. `seq` tells this request from a newer one for the same record."""

    record: int
    seq: int
    cause: str | None
    kind: str
    stage: int = VALUES


def enqueue(conn: Connection, stages: Mapping[int, int], seq: int, cause: str) -> None:
    """Ask for records to be resolved: record -> stage. A request that waits already takes the newer sequence."""
    if not stages:
        return
    mark = "%s" if conn.dialect.name == "postgresql" else "?"
    rows = [(record, stages[record], seq, cause) for record in sorted(stages)]
    conn.exec_driver_sql(_ENQUEUE.format(mark=mark), rows)


def enqueue_source(conn: Connection, source_id: int, seq: int, cause: str) -> None:
    """Ask for values of every person and organization of a source."""
    c = source_record.c
    query = select(c.id).where(c.source_id == source_id, c.kind.in_(("person", "organization")))
    enqueue(conn, dict.fromkeys(conn.execute(query).scalars(), VALUES), seq, cause)


def take_links(conn: Connection, kind: str) -> list[Waiting]:
    """Records of a kind waiting for links, by surrogate key (a storage order, without meaning)."""
    return [Waiting(*row) for row in conn.execute(_taking(kind).where(resolve_queue.c.stage != VALUES))]


def take_values(conn: Connection, limit: int) -> list[Waiting]:
    """Records waiting for values alone, by surrogate key."""
    return [Waiting(*row) for row in conn.execute(_taking().where(resolve_queue.c.stage == VALUES).limit(limit))]


def _taking(kind: str | None = None) -> Select[Any]:
    queue = resolve_queue.c
    query = (
        select(queue.record, queue.seq, queue.cause, source_record.c.kind, queue.stage)
        .join(source_record, source_record.c.id == queue.record)
        .order_by(queue.record)
    )
    return query if kind is None else query.where(source_record.c.kind == kind)


def waiting_among(conn: Connection, records: Sequence[int]) -> dict[int, Waiting]:
    """Requests for values among these records."""
    rows = rows_by_keys(conn, resolve_queue, "record", records, ("record", "seq", "cause"), equal={"stage": VALUES})
    return {record: Waiting(record, seq, cause, "") for record, seq, cause in rows}


def waiting_for_links(conn: Connection) -> set[int]:
    """Every record waiting for links."""
    return set(conn.execute(select(resolve_queue.c.record).where(resolve_queue.c.stage != VALUES)).scalars())


def all_wait_for_links(conn: Connection) -> bool:
    """Whether every person and organization waits for links, as in a first sync."""
    record, waits = source_record.c, resolve_queue.c
    asked = exists().where(waits.record == record.id, waits.stage != VALUES)
    left_out = select(record.id).where(record.kind.in_(("person", "organization")), ~asked).limit(1)
    return conn.execute(left_out).first() is None


def count(conn: Connection) -> int:
    """How many records wait."""
    return conn.execute(select(func.count()).select_from(resolve_queue)).scalar_one()


def advance(conn: Connection, done: Sequence[Waiting]) -> None:
    """Move records from links to values, except those asked for again meanwhile."""
    _run(conn, _ADVANCE, done)


def drop(conn: Connection, done: Sequence[Waiting]) -> None:
    """Take records out of the queue whose links turned out the same, except those asked for again meanwhile."""
    _run(conn, _DROP, done)


def drain(conn: Connection, done: Iterable[Waiting]) -> None:
    """Take resolved records out of the queue, except those asked for again meanwhile."""
    _run(conn, _DRAIN, done)


def _run(conn: Connection, sql: str, done: Iterable[Waiting]) -> None:
    mark = "%s" if conn.dialect.name == "postgresql" else "?"
    runs = _runs(done)
    if runs:
        conn.exec_driver_sql(sql.format(mark=mark), runs)


def _runs(done: Iterable[Waiting]) -> list[tuple[int, int, int]]:
    """(first record, last record, sequence) of requests that follow one another: what landed together makes one run."""
    runs: list[tuple[int, int, int]] = []
    first = last = seq = -1
    for each in done:
        if each.record != last + 1 or each.seq != seq:
            if seq >= 0:
                runs.append((first, last, seq))
            first, seq = each.record, each.seq
        last = each.record
    if seq >= 0:
        runs.append((first, last, seq))
    return runs
