"""Pull: what changed in a source system since last time is landed in the store, page by page.

A pull holds its source's lease, writes one `sync_run` row and leaves its cursor behind each page, so that it can be
stopped, killed and repeated at any point. A source that fails does not concern the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, NamedTuple

from flows.columns import refuse_lost_columns, remember_columns
from flows.hub import Hub
from flows.lease import Held, lease_held
from flows.reports import PullReport, State
from flows.watch import Watch
from flows.wiring import OpenSource, open_source
from unified_model.errors import CursorExpired, NeedsOperator, Rejected, Retry, UnsiloError, UsageError

if TYPE_CHECKING:
    from connectors.contract import Mode, ObjectCapabilities
    from unified_model.records import Page
    from unified_model.use_cases.page import LandCounts

Step = Callable[[str, Callable[[], None]], None]
"""How a checkpointed piece of work is called: straight, or as a Prefect task. The text says what it is."""


UNBALANCED = "The counts of this run do not balance: something read was not accounted for. Please report it."


class _Manner(NamedTuple):
    """How this pull goes about it."""

    mode: Mode
    accept_deletes: bool
    step: Step
    prefect_run: str | None


def straight(_name: str, work: Callable[[], None]) -> None:
    """Call it here and now."""
    work()


def pull_source(
    hub: Hub,
    label: str,
    watch: Watch,
    *,
    full: bool = False,
    accept_deletes: bool = False,
    step: Step = straight,
    prefect_run: str | None = None,
) -> PullReport:
    """Pull every object of one source. A source's trouble is told in the report; only wrong usage is raised."""
    started = time.monotonic()
    try:
        with open_source(hub, label) as source:
            report = _pull(
                hub, source, watch, _Manner("full" if full else "changes", accept_deletes, step, prefect_run)
            )
    except UsageError:
        raise
    except UnsiloError as error:
        report = PullReport(label, "failed", error=str(error), retry=isinstance(error, Retry))
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _pull(hub: Hub, source: OpenSource, watch: Watch, manner: _Manner) -> PullReport:
    """Pin the installation, take the lease, keep the run's row, land object by object."""
    from unified_model.store.leases import source_lease
    from unified_model.store.runs import finish_run, start_run
    from unified_model.store.sources import ensure_source
    from unified_model.use_cases.page import LandCounts

    installation = source.connector.installation()
    known = ensure_source(
        hub.store,
        source.label,
        installation.id,
        installation.kind,
        hub.clock(),
        doubtful=source.doubtful(),
        one_record_a_customer=source.unique,
    )
    with lease_held(hub, source_lease(known.installation)) as held:
        run = start_run(hub.store, "pull", hub.clock(), source_id=known.id, prefect_run=manner.prefect_run)
        counts = LandCounts()
        state: State = "failed"
        error: str | None = "The run was ended from outside."
        try:
            state, error = _land_objects(
                hub, source, watch, manner, held, _Target(known.id, known.installation, run), counts
            )
        except Exception as unforeseen:
            error = f"An error nobody foresaw ({type(unforeseen).__name__})."
            raise
        finally:
            finish_run(hub.store, run, state, hub.clock(), counts=asdict(counts), error=error)
    return replace(PullReport(source.label, state, run=run, error=error), **asdict(counts))


class _Target(NamedTuple):
    source_id: int
    installation: str
    run: int


def _land_objects(
    hub: Hub, source: OpenSource, watch: Watch, manner: _Manner, held: Held, target: _Target, counts: LandCounts
) -> tuple[State, str | None]:
    """Land every object; one that fails leaves the others their turn. Adds to `counts` as it goes."""
    should_stop = held.asked(watch.should_stop)
    errors: list[str] = []
    for capabilities in source.connector.describe():
        if should_stop():
            break
        try:
            manner.step(
                f"land {source.label} {capabilities.object}",
                lambda c=capabilities: _land(hub, source, watch, manner, held, target, c, counts),  # type: ignore[misc]
            )
        except (NeedsOperator, Rejected, Retry) as error:
            errors.append(str(error))
    if errors:
        return "failed", " ".join(errors)
    if not counts.balanced():
        return "failed", UNBALANCED
    if watch.should_stop():
        return "stopped", None
    return ("done_with_rejects" if counts.rejected else "done"), None


def _land(
    hub: Hub,
    source: OpenSource,
    watch: Watch,
    manner: _Manner,
    held: Held,
    target: _Target,
    capabilities: ObjectCapabilities,
    counts: LandCounts,
) -> None:
    """Land one object from its cursor on; adds to `counts` page by page, also when it ends in an error."""
    from unified_model.use_cases.land import LandingOrder, land

    mapping = source.mapping(capabilities.object)
    columns = [*source.columns[capabilities.object], *source.settings.options.get("exclude_fields", ())]
    refuse_lost_columns(
        hub.store, target.installation, capabilities.object, mapping, columns, accept=manner.accept_deletes
    )
    order = LandingOrder(
        target.source_id,
        capabilities.object,
        target.run,
        deletes_by_absence=capabilities.deletes == "absence",
        max_vanishing_share=capabilities.max_vanishing_share,
        accept_vanishing=manner.accept_deletes,
    )

    def read(cursor: str | None) -> Iterator[Page]:
        try:
            yield from source.connector.read(
                capabilities.object, None if manner.mode == "full" else cursor, manner.mode
            )
        except CursorExpired:
            # Our place is lost: read everything; what is known already counts as unchanged.
            yield from source.connector.read(capabilities.object, None, "full")

    land(
        hub.store,
        order,
        source.mapping(capabilities.object),
        read,
        clock=hub.clock,
        progress=watch.progress("pull", source.label),
        should_stop=held.asked(watch.should_stop),
        guard=held.guard,
        counts=counts,
    )
    remember_columns(hub.store, target.installation, capabilities.object, mapping, columns)
