"""Rebuild: make everything derived anew from the unified records. The golden side comes out byte for byte the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from unified_model.store import audit, golden_rows, rebuilding
from unified_model.store.bulk import write_rows
from unified_model.store.engine import Store
from unified_model.store.tables.identity import blocking_key_log
from unified_model.use_cases.resolve import Guard, Progress, ResolveCounts, resolve
from unified_model.use_cases.unify import key_hashes

RECORDS_A_PAGE = 5_000


def rebuild(
    store: Store,
    *,
    clock: Callable[[], datetime],
    actor: str,
    progress: Progress | None = None,
    guard: Guard | None = None,
) -> tuple[ResolveCounts, list[str]]:
    """Drop links, keys and reviews, mark golden values stale, and resolve everything again.

    Returns the counts and the names of golden tables that came out different (none, unless the store was damaged or
    records were waiting). Killed half way, the next resolve finishes it. Call it under the resolve lease.
    """
    with store.read() as conn:
        before = golden_rows.fingerprint(conn)
    (seq,) = store.allocate("queue", 1)
    with store.begin() as work:
        if guard:
            guard(work.conn)
        rebuilding.drop_derived(work.conn)
        rebuilding.queue_everything(work.conn, seq, "rebuild")
        log_every_key(store, work.conn)
        audit.append(work.conn, at=clock(), actor=actor, action="store.rebuild")
        work.commit()
    counts = resolve(store, clock=clock, progress=progress, guard=guard)
    with store.read() as conn:
        after = golden_rows.fingerprint(conn)
    return counts, [name for name in before if before[name] != after[name]]


def log_every_key(store: Store, conn: Any) -> None:
    """Write the blocking keys of every record into the log."""
    for kind in ("organization", "person"):
        for page in rebuilding.forms_by_page(conn, kind, RECORDS_A_PAGE):
            keys = [(key, record, 1) for record, form in page for key in sorted(key_hashes(kind, form))]
            places = store.allocate("blocking_key_log", len(keys), ordered=True)
            rows = [(seq, *key) for seq, key in zip(places, keys, strict=True)]
            write_rows(conn, blocking_key_log, ("seq", "key", "record", "op"), rows)
