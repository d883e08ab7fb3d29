"""Resolve: from queued records to golden customers. One resolver a store; whole components a chunk.

apply the key log -> link organizations, then persons -> gather whole components -> cluster -> ids -> golden values
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from unified_model.collecting import rare_collections
from unified_model.identity.keys import rule_of
from unified_model.identity.model import MatchModel
from unified_model.resolution.blocking import apply_key_log
from unified_model.resolution.decided import decided
from unified_model.resolution.gathering import gather, in_batches
from unified_model.resolution.linking import link_records
from unified_model.resolution.settling import Settled, Settlement, settle
from unified_model.store import models as stored_models
from unified_model.store import queue
from unified_model.store.engine import Store
from unified_model.store.keys import in_chunks, oversize_by_rule
from unified_model.store.queue import Waiting
from unified_model.store.sources import unique_sources
from unified_model.use_cases.models.active import active_models
from unified_model.use_cases.rekey import renew_outdated_keys

KINDS = ("organization", "person")
WAITING_A_ROUND = 50_000
RECORDS_A_BATCH = 1_500
REQUESTS_A_DRAIN = 10_000
IDS_A_BEGINNING = 4_000

Progress = Callable[[str, int, int | None], None]
Guard = Callable[[Any], None]


@dataclass(slots=True)
class ResolveCounts:
    """What a resolve did: records settled, links found, and what happened to customers."""

    records: int = 0
    links: int = 0
    created: int = 0
    updated: int = 0
    merged: int = 0
    split: int = 0
    revived: int = 0
    too_common: dict[str, int] = field(default_factory=dict)
    """What values share -> how many of them too many records hold to compare them all: these found no duplicates."""
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    stopped: bool = False

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the wall and CPU seconds of a block to a stage."""
        start, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
            self.cpu_seconds[stage] = self.cpu_seconds.get(stage, 0.0) + time.process_time() - cpu


def customer_ids() -> Callable[[], str]:
    """Makes ids: opaque random text of 120 bits, no kind and no order inside.

    Some thousand ids made one after the other share their random beginning, so that a first sync of a million writes
    its indexes in a few places at a time and not all over.
    """
    made, beginning = 0, ""

    def new_id() -> str:
        nonlocal made, beginning
        if made % IDS_A_BEGINNING == 0:
            beginning = secrets.token_hex(4)
        made += 1
        return beginning + secrets.token_hex(11)

    return new_id


def resolve(
    store: Store,
    *,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    guard: Guard | None = None,
    new_id: Callable[[], str] | None = None,
) -> ResolveCounts:
    """Work off the resolve queue. Safe to stop or kill between any two transactions; the next call goes on.

    `guard(conn)` is called inside each write transaction and raises when the lease is lost.
    """
    counts = ResolveCounts()
    with rare_collections():
        renew_outdated_keys(store, clock=clock, guard=guard)
        _work_off(store, counts, clock, progress, should_stop, guard, new_id or customer_ids())
    with store.read() as conn:
        for code, keys in sorted(oversize_by_rule(conn).items()):
            if rule_of(code).cap:
                counts.too_common[f"{rule_of(code).kind}: {rule_of(code).says}"] = keys
    return counts


def _work_off(
    store: Store,
    counts: ResolveCounts,
    clock: Callable[[], datetime],
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
    guard: Guard | None,
    new_id: Callable[[], str],
) -> None:
    """Round after round until nothing waits; a round can leave work for the next one."""
    models = active_models(store, clock)
    while not (should_stop and should_stop()):
        with counts.timed("index"):
            applied = apply_key_log(store, guard, progress)
        linked = 0
        with counts.timed("link"):
            for kind in KINDS:
                records, links = link_records(store, kind, models[kind], guard, progress, should_stop)
                linked += records
                counts.links += links
        if should_stop and should_stop():
            break
        if not _of_one_model(store, guard):
            continue
        with counts.timed("settle"):
            settled = _settle_round(store, models, counts, clock, progress, should_stop, guard, new_id)
        if not (applied or linked or settled):
            return
    counts.stopped = True


def _of_one_model(store: Store, guard: Guard | None) -> bool:
    """Whether all links come from the models in use: clusters are never formed from those of two models."""
    with store.read() as conn:
        kinds = stored_models.changing(conn)
        if not kinds:
            return True
        if stored_models.waits_for_links(conn, kinds):
            return False
        former = stored_models.has_former_links(conn)
    with store.begin() as work:
        if guard:
            guard(work.conn)
        stored_models.end_change(work.conn, drop_former=former)
        work.commit()
    return True


def _settle_round(
    store: Store,
    models: dict[str, MatchModel],
    counts: ResolveCounts,
    clock: Callable[[], datetime],
    progress: Progress | None,
    should_stop: Callable[[], bool] | None,
    guard: Guard | None,
    new_id: Callable[[], str],
) -> int:
    """Settle everything that waits for values; returns how many records were settled."""
    done = 0
    with store.read() as conn:
        total = queue.count(conn)
    lowest = min(model.merge for model in models.values())
    while not (should_stop and should_stop()):
        with store.read() as conn:
            waiting = {w.record: w for w in queue.take_values(conn, WAITING_A_ROUND)}
        if not waiting:
            break
        to_gather = [(set(waiting), False)]
        answered: list[Waiting] = []
        while to_gather:
            changed, entire = to_gather.pop()
            with store.read() as conn:
                # Never older than the requests at hand: none that a decision has made is worked off without it.
                work = Settlement(store, models, decided(conn), unique_sources(conn), new_id, guard)
                gathered = gather(conn, changed, work.decided, lowest, entire=entire)
                waiting.update(queue.waiting_among(conn, sorted(gathered.inner - waiting.keys())))
            again = Settled()
            for batch in in_batches(gathered.groups, RECORDS_A_BATCH):
                if should_stop and should_stop():
                    _drain(store, answered, guard)
                    return done
                settled = settle(work, gathered, batch, waiting, clock())
                _count(counts, settled.happened)
                done += settled.happened["records"]
                answered += settled.answered
                again.open |= settled.open
                again.entire |= settled.entire
                if progress:
                    progress("settle", done, max(total, done))
            to_gather += [each for each in ((again.open, False), (again.entire, True)) if each[0]]
        _drain(store, answered, guard)
    return done


def _drain(store: Store, answered: list[Waiting], guard: Guard | None) -> None:
    """Take fulfilled requests out of the queue, in its order: batch by batch they lie all over it.

    Killed before, the next resolve settles them once more and finds everything as it is.
    """
    answered.sort(key=lambda request: request.record)
    for part in in_chunks(len(answered), REQUESTS_A_DRAIN):
        with store.begin() as work:
            if guard:
                guard(work.conn)
            queue.drain(work.conn, answered[part])
            work.commit()


def _count(counts: ResolveCounts, happened: Counter[str]) -> None:
    for name in ("records", "created", "updated", "merged", "split", "revived"):
        setattr(counts, name, getattr(counts, name) + happened[name])
