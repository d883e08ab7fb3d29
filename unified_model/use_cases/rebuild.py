"""Rebuild: make everything derived anew from the unified records. The golden side comes out byte for byte the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from unified_model.store import golden_rows
from unified_model.store.engine import Store
from unified_model.use_cases.rekey import renew
from unified_model.use_cases.resolve import Guard, Progress, ResolveCounts, resolve


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
    renew(store, clock=clock, actor=actor, action="store.rebuild", cause="rebuild", guard=guard)
    counts = resolve(store, clock=clock, progress=progress, guard=guard)
    with store.read() as conn:
        after = golden_rows.fingerprint(conn)
    return counts, [name for name in before if before[name] != after[name]]
