"""Landing: pages of source records become versions, unified records and blocking keys, one transaction a page.

Law 1 is kept here: every record of a page is counted once: stored, unchanged, repeated, rejected or suppressed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from unified_model.collecting import rare_collections
from unified_model.errors import NeedsOperator
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import Page, SourceRecord
from unified_model.store import dead_letters, landing
from unified_model.store.engine import Store
from unified_model.use_cases.page import Guard, LandCounts, PageWork, land_page
from unified_model.use_cases.unify import unifier

Clock = Callable[[], datetime]
Progress = Callable[[str, int, int | None], None]
DELETES_A_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class LandingOrder:
    """What to land: one object of one source, under a run that already has its row."""

    source_id: int
    object: str
    run: int
    deletes_by_absence: bool = False
    max_vanishing_share: float = 0.10
    accept_vanishing: bool = False
    """A person has confirmed that so many records really are gone."""
    volatile: tuple[str, ...] = ()
    """Of an object without a mapping: columns whose change alone makes no version."""


def land(
    store: Store,
    order: LandingOrder,
    mapping: ObjectMapping | None,
    read: Callable[[str | None], Iterator[Page]],
    *,
    clock: Clock,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    guard: Guard | None = None,
    counts: LandCounts | None = None,
) -> LandCounts:
    """Read an object from its stored cursor on and land every page; returns what became of the records.

    Without a mapping the records are kept as they come, every version of them, and nothing is made of them.

    `counts`, when given, is added to page by page, so that it also tells of a read that ended in an error.

    `read(cursor)` yields pages. `guard(conn)` is called inside each write transaction and raises when the lease is
    lost. Stops between pages when asked to. NeedsOperator when too many records of a snapshot are missing.
    """
    with store.read() as conn:
        cursor = landing.load_cursor(conn, order.source_id, order.object)
    work = page_work(store, order, mapping)
    total = counts if counts is not None else LandCounts()
    work.seen = bytearray() if order.deletes_by_absence else None
    with rare_collections():
        for page in read(cursor):
            # Absence can only be judged after one whole read, so a snapshot's cursor moves with its last page alone.
            total.add(land_page(work, page, clock(), guard, page.cursor if work.seen is None else None))
            if progress:
                progress("read", total.read, None)
            if page.complete and work.seen is not None:
                total.deleted += _delete_absent(work, order, page, clock, guard)
            if should_stop and should_stop():
                break
    return total


def page_work(store: Store, order: LandingOrder, mapping: ObjectMapping | None) -> PageWork:
    """What landing an object's pages needs."""
    with store.read() as conn:
        letters = dead_letters.open_ones(conn, order.source_id, order.object)
        hidden = landing.hidden_columns(conn, order.source_id, order.object)
    unify = unifier(mapping) if mapping is not None else None
    return PageWork(
        store, order.source_id, order.object, order.run, mapping, unify, order.volatile, hidden, open_letters=letters
    )


def _delete_absent(work: PageWork, order: LandingOrder, page: Page, clock: Clock, guard: Guard | None) -> int:
    """Delete the records that a whole snapshot no longer holds, unless suspiciously many are missing."""
    with work.store.read() as conn:
        live = list(landing.live_ids(conn, order.source_id, order.object))
    missing = [record_id for surrogate, record_id in live if not work.has_met(surrogate)]
    if len(missing) > order.max_vanishing_share * len(live) and not order.accept_vanishing:
        raise NeedsOperator(
            f"{len(missing):,} of {len(live):,} known records of {order.object} are missing from the snapshot, "
            f"more than the {order.max_vanishing_share:.0%} that may vanish at once; none was deleted.",
            "Check that the export is whole; if they are really gone, repeat with --accept-deletes.",
        )
    for start in range(0, len(missing), DELETES_A_PAGE):
        gone = [SourceRecord(order.object, key, {}, deleted=True) for key in missing[start : start + DELETES_A_PAGE]]
        land_page(work, Page(gone, (), page.cursor, read=len(gone), hidden=work.hidden), clock(), guard, None)
    land_page(work, Page((), (), page.cursor, read=0, hidden=work.hidden), clock(), guard, page.cursor)
    return len(missing)
