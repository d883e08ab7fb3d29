"""Reconcile: prove that the store holds what the source holds, and mend what differs.

The source lists what there is, a few columns a record; the store is asked for the same, batch by batch. What it lacks
or holds otherwise is read again; what the source no longer lists is looked up one by one and then marked deleted,
unless suspiciously much is gone. One pass finds hard deletes, missed records, widened access and formulas that drifted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from unified_model.collecting import rare_collections
from unified_model.errors import NeedsOperator
from unified_model.mapping.rows import ObjectMapping
from unified_model.proof import Proof
from unified_model.records import Page, SourceRecord
from unified_model.store import landing
from unified_model.store.codec import decode, encode_bytes
from unified_model.store.engine import Store
from unified_model.store.proofs import proof_of, save_proof
from unified_model.use_cases.land import LandingOrder, page_work
from unified_model.use_cases.page import Guard, LandCounts, PageWork, land_page

RECORDS_A_BATCH = 2_000
"""Records compared, or read again, at a time."""


class Listed(Protocol):
    """A record as the source lists it."""

    @property
    def record_id(self) -> str:
        """Its id."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Some of its columns, as a full read gives them."""


class Source(NamedTuple):
    """How the other side is asked."""

    outline: Callable[[], Iterator[Sequence[Listed]]]
    """Every live record, each once; an error when not all could be listed."""
    get: Callable[[Sequence[str]], Sequence[SourceRecord]]
    """Records as they are now, deleted ones as such as long as the source knows them; unknown ones are left out."""
    hidden: Callable[[], frozenset[str]] = frozenset
    """Columns that the source has hidden since it was read: what `get` does not show of them is not empty."""


@dataclass(slots=True)
class _Comparison:
    """One reconcile as it goes."""

    work: PageWork
    source: Source
    now: Callable[[], datetime]
    guard: Guard | None
    counts: LandCounts
    trackless: bool
    """What can't even be looked up any more was erased, not deleted."""
    listed: int = 0
    """Records that the source has, each counted once."""
    missing: int = 0
    differing: int = 0
    deleted: int = 0
    erased: int = 0


def reconcile(
    store: Store,
    order: LandingOrder,
    mapping: ObjectMapping | None,
    source: Source,
    *,
    clock: Callable[[], datetime],
    progress: Callable[[str, int, int | None], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    guard: Guard | None = None,
    counts: LandCounts | None = None,
    trackless: bool = False,
) -> Proof | None:
    """Compare an object with its source and mend the copy; returns what was found, or None when asked to stop.

    What is read again is added to `counts`. `trackless`: the source would still know what was only deleted since the
    store last heard of it, so that what it does not know was erased. NeedsOperator when more records are gone than may
    vanish at once: nothing is deleted then. Memory is bounded by the batch, and a bit for each record of the store.
    """
    begun = clock()
    work = page_work(store, order, mapping)
    work.seen = bytearray()
    found = _Comparison(work, source, clock, guard, counts if counts is not None else LandCounts(), trackless)
    with rare_collections():
        for listed in source.outline():
            for start in range(0, len(listed), RECORDS_A_BATCH):
                _compare(found, listed[start : start + RECORDS_A_BATCH])
                if progress:
                    progress("compare", found.listed, None)
                if should_stop and should_stop():
                    return None
        _settle_absent(found, order)
    with store.read() as conn:
        hub = landing.count_live(conn, order.source_id, order.object)
        before = proof_of(conn, order.source_id, order.object)
    alike = found.listed == hub
    proven = begun if alike else before.proven_at if before else None
    proof = Proof(
        order.object, found.listed, hub, found.missing, found.differing, found.deleted, found.erased, begun, proven
    )
    with store.begin() as unit:
        if guard:
            guard(unit.conn)
        save_proof(unit.conn, order.source_id, order.run, proof)
        unit.commit()
    return proof


def _compare(found: _Comparison, listed: Sequence[Listed]) -> None:
    """A batch of the source's list against the store; what is lacking or differs is read again."""
    work = found.work
    told = {one.record_id: one.values for one in listed}
    with work.store.read() as conn:
        known = landing.known_records(conn, work.source_id, work.object, list(told))
        payloads = landing.newest_payloads(conn, known.values())
    wanted, met = [], 0
    for record_id, values in told.items():
        held = known.get(record_id)
        if held is not None and work.has_met(held.id):
            continue  # listed twice
        if held is not None and held.deleted_at is None and _alike(values, payloads.get(held.id, {}), work.hidden):
            work.met(held.id)
            met += 1
        else:
            wanted.append(record_id)
    found.listed += met
    if wanted:
        unknown = {key for key in wanted if key not in known or known[key].deleted_at is not None}
        _read_again(found, wanted, unknown)


def _read_again(found: _Comparison, ids: Sequence[str], unknown: Collection[str] = ()) -> set[str]:
    """Read records again and store them; returns those that the source answered."""
    answered = {record.record_id: record for record in found.source.get(ids)}
    counts = _store(found, list(answered.values()))
    alive = [key for key, record in answered.items() if not record.deleted]
    missed = sum(key in unknown for key in alive)
    found.listed += len(alive)
    found.missing += missed
    found.differing += max(0, counts.stored - counts.deleted - missed)
    return set(answered)


def _store(found: _Comparison, records: Sequence[SourceRecord]) -> LandCounts:
    page = Page(records, (), "", read=len(records), hidden=found.work.hidden | found.source.hidden())
    counts = land_page(found.work, page, found.now(), found.guard, None)
    found.counts.add(counts)
    found.deleted += counts.deleted
    return counts


def _alike(values: Mapping[str, Any], payload: Mapping[str, Any], hidden: frozenset[str]) -> bool:
    """Whether the store holds these values; what the source does not show now says nothing."""
    told = {name: value for name, value in values.items() if name not in hidden}
    held = {name: payload.get(name) for name in told}
    return told == held or decode(encode_bytes(told)) == held


def _settle_absent(found: _Comparison, order: LandingOrder) -> None:
    """What the store holds and the source did not list: looked up, then marked deleted."""
    known, absent = 0, []
    with found.work.store.read() as conn:
        for surrogate, record_id in landing.live_ids(conn, order.source_id, order.object):
            known += 1
            if not found.work.has_met(surrogate):
                absent.append(record_id)
    most = known if order.accept_vanishing else max(1, int(order.max_vanishing_share * known))
    if len(absent) > max(most, RECORDS_A_BATCH):
        raise _too_many(order, len(absent), known)  # too many to ask for each
    gone: list[str] = []
    for batch in _batches(absent):
        answered = _read_again(found, batch)
        gone += [key for key in batch if key not in answered]
    if len(gone) > most:
        raise _too_many(order, len(gone), known)
    erased = found.trackless
    for batch in _batches(gone):
        _store(found, [SourceRecord(order.object, key, {}, deleted=True, erased=erased) for key in batch])
    found.erased = len(gone) if erased else 0


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), RECORDS_A_BATCH):
        yield ids[start : start + RECORDS_A_BATCH]


def _too_many(order: LandingOrder, absent: int, known: int) -> NeedsOperator:
    return NeedsOperator(
        f"{absent:,} of {known:,} known records of {order.object} are not in the source any more, more than the "
        f"{order.max_vanishing_share:.0%} that may vanish at once; none was deleted.",
        "Check what the integration user may see; if they are really gone, repeat with --accept-deletes.",
    )
