"""Runs: one row a stage of work, from start to end, with counts that balance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, func, select

from unified_model.store.codec import decode
from unified_model.store.engine import Store
from unified_model.store.tables.landing import source, sync_run

Stage = Literal["pull", "resolve", "push"]
EndState = Literal["done", "done_with_warnings", "done_with_rejects", "paused", "failed", "stopped", "abandoned"]
COUNTS = ("read", "stored", "unchanged", "repeated", "rejected", "suppressed", "deleted")


class Run(NamedTuple):
    """A run as people see it; `source` is the label, None for a resolve."""

    id: int
    source: str | None
    stage: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    read: int
    stored: int
    unchanged: int
    repeated: int
    rejected: int
    suppressed: int
    deleted: int
    counts: dict[str, Any] | None
    error: str | None
    prefect_run: str | None


def start_run(
    store: Store, stage: Stage, now: datetime, *, source_id: int | None = None, prefect_run: str | None = None
) -> int:
    """A new running row; returns its id. The caller holds the lease of its stage.

    Runs of the same source and stage that never ended (their process died) become `abandoned`.
    """
    (run,) = store.allocate("run", 1, ordered=True)
    same = (sync_run.c.stage == stage) & sync_run.c.source_id.is_not_distinct_from(source_id)
    dead = sync_run.update().where(same, sync_run.c.state == "running")
    fresh = {"id": run, "source_id": source_id, "stage": stage, "state": "running", "started_at": now}
    with store.begin() as work:
        work.conn.execute(dead.values(state="abandoned", ended_at=now, error="The process ended without a word."))
        work.conn.execute(sync_run.insert().values(**fresh, prefect_run=prefect_run, **dict.fromkeys(COUNTS, 0)))
        work.commit()
    return run


def record_counts(
    conn: Connection, run: int, counts: Mapping[str, int], extra: Mapping[str, Any] | None = None
) -> None:
    """Set the counts of a run that still works, within the transaction they speak of."""
    values: dict[str, Any] = {name: counts[name] for name in COUNTS if name in counts}
    if extra is not None:
        values["counts"] = dict(extra)
    if values:
        conn.execute(sync_run.update().where(sync_run.c.id == run).values(values))


def finish_run(
    store: Store,
    run: int,
    state: EndState,
    now: datetime,
    *,
    counts: Mapping[str, int] | None = None,
    extra: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> None:
    """End a run. `counts` are the seven figures of reading, `extra` any further ones, `error` one sentence."""
    with store.begin() as work:
        record_counts(work.conn, run, counts or {}, extra)
        ended = sync_run.update().where(sync_run.c.id == run)
        work.conn.execute(ended.values(state=state, ended_at=now, error=error))
        work.commit()


def newest_runs(conn: Connection, limit: int = 20) -> list[Run]:
    """The newest runs, newest first."""
    return _runs(conn, select(sync_run.c.id).order_by(sync_run.c.started_at.desc(), sync_run.c.id.desc()).limit(limit))


def last_run_of_each(conn: Connection) -> list[Run]:
    """The newest run of every (source, stage), newest first."""
    place = func.row_number().over(
        partition_by=(sync_run.c.source_id, sync_run.c.stage),
        order_by=(sync_run.c.started_at.desc(), sync_run.c.id.desc()),
    )
    ranked = select(sync_run.c.id, place.label("place")).subquery()
    return _runs(conn, select(ranked.c.id).where(ranked.c.place == 1))


def _runs(conn: Connection, ids: Any) -> list[Run]:
    columns = [c for c in sync_run.columns if c.name not in {"source_id", "counts"}]
    rows = conn.execute(
        select(source.c.label, sync_run.c.counts, *columns)
        .select_from(sync_run.outerjoin(source, source.c.id == sync_run.c.source_id))
        .where(sync_run.c.id.in_(ids))
        .order_by(sync_run.c.started_at.desc(), sync_run.c.id.desc())
    ).mappings()
    return [
        Run(source=row["label"], counts=decode(row["counts"]), **{c.name: row[c.name] for c in columns}) for row in rows
    ]
