"""Reconcile: when an object's copy is proven against its source, and with what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from flows.hub import Hub
from flows.wiring import OpenSource

if TYPE_CHECKING:
    from connectors.contract import ObjectCapabilities, Outlines
    from unified_model.proof import Proof
    from unified_model.use_cases.land import LandingOrder
    from unified_model.use_cases.page import Guard, LandCounts

RECONCILE_DAYS = 7.0


def is_due(hub: Hub, source: OpenSource, source_id: int, capabilities: ObjectCapabilities, since: datetime) -> bool:
    """Whether the last proof of an object is too old; `since` is when its source was met, the first full read."""
    from unified_model.store.proofs import proof_of

    days = float(source.settings.options.get("reconcile_days", RECONCILE_DAYS))
    if not capabilities.outlined or days <= 0:
        return False
    with hub.store.read() as conn:
        last = proof_of(conn, source_id, capabilities.object)
    return hub.clock() - (last.compared_at if last else since) >= timedelta(days=days)


def reconcile_object(
    hub: Hub,
    source: OpenSource,
    order: LandingOrder,
    since: datetime,
    bin_days: int | None,
    *,
    progress: Callable[[str, int, int | None], None],
    should_stop: Callable[[], bool],
    guard: Guard,
    counts: LandCounts,
) -> Proof | None:
    """Compare an object with its source and mend the copy; None when stopped. Errors as of any read.

    `since` is when its source was met; `bin_days` for how long what was deleted there can be looked up.
    """
    from unified_model.store.proofs import proof_of
    from unified_model.use_cases.reconcile import Source, reconcile

    lister = cast("Outlines", source.connector)
    with hub.store.read() as conn:
        last = proof_of(conn, order.source_id, order.object)
    heard = last.compared_at if last else since
    before = _shown(source, order.object)  # as it was read just now; listing looks anew
    return reconcile(
        hub.store,
        order,
        source.mapping(order.object),
        Source(
            lambda: lister.outline(order.object),
            lambda ids: source.connector.get(order.object, ids),
            lambda: before - shown if (shown := _shown(source, order.object)) else frozenset(),
        ),
        clock=hub.clock,
        progress=progress,
        should_stop=should_stop,
        guard=guard,
        counts=counts,
        trackless=bin_days is not None and hub.clock() - heard < timedelta(days=bin_days),
    )


def _shown(source: OpenSource, object: str) -> frozenset[str]:
    """Columns of an object that the source shows, as far as it was asked; none when it can't be asked."""
    return frozenset(name for info in source.connector.discover() if info.object == object for name in info.fields)


def as_sentence(proof: Proof, now: datetime) -> str:
    """`Contact: source 118,204, hub 118,204, proven 03:10`; with what was mended on the way."""
    figures = f"{proof.object}: source {proof.source_count:,}, hub {proof.hub_count:,}"
    mended = [
        f"{count:,} {what}"
        for count, what in (
            (proof.missing, "missed and read"), (proof.differing, "differing and read again"),
            (proof.deleted - proof.erased, "gone and marked deleted"), (proof.erased, "erased by the vendor"),
        )
        if count
    ]  # fmt: skip
    if proof.proven_at is None:
        figures += ", not proven"
    else:
        form = "%H:%M" if proof.proven_at.date() == now.date() else "%Y-%m-%d %H:%M"
        figures += f", {'proven' if proof.holds else 'last proven'} {proof.proven_at:{form}}"
    return f"{figures} ({', '.join(mended)})" if mended else figures
