"""Pull: what changed in a source system since last time is landed in the store, page by page.

A pull holds its source's lease, writes one `sync_run` row and leaves its cursor behind each page, so that it can be
stopped, killed and repeated at any point. A source that fails does not concern the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from flows.columns import refuse_lost_columns, remember_columns, with_hidden
from flows.hub import Hub
from flows.lease import Held, lease_held
from flows.reconcile import as_sentence, is_due, reconcile_object
from flows.reports import PullReport, State
from flows.watch import Watch
from flows.wiring import OpenSource, open_source
from unified_model.errors import CursorExpired, NeedsOperator, Rejected, Retry, UnsiloError, UsageError

if TYPE_CHECKING:
    from connectors.contract import Mode, ObjectCapabilities
    from unified_model.mapping.rows import ObjectMapping
    from unified_model.proof import Proof
    from unified_model.records import Page
    from unified_model.store.sources import Source
    from unified_model.use_cases.land import LandingOrder
    from unified_model.use_cases.page import LandCounts

Step = Callable[[str, Callable[[], None]], None]
"""How a checkpointed piece of work is called: straight, or as a Prefect task. The text says what it is."""


UNBALANCED = "The counts of this run do not balance: something read was not accounted for. Please report it."


class _Manner(NamedTuple):
    """How this pull goes about it."""

    mode: Mode
    accept_deletes: bool
    reconcile: bool
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
    reconcile: bool = False,
    step: Step = straight,
    prefect_run: str | None = None,
) -> PullReport:
    """Pull every object of one source. A source's trouble is told in the report; only wrong usage is raised.

    `reconcile`: prove the copy of every object that can be listed, also of those whose proof is young.
    """
    started = time.monotonic()
    manner = _Manner("full" if full else "changes", accept_deletes, reconcile, step, prefect_run)
    try:
        with open_source(hub, label) as source:
            report = _pull(hub, source, watch, manner)
    except UsageError:
        raise
    except UnsiloError as error:
        state: State = "paused" if _is_pause(error) else "failed"
        report = PullReport(label, state, error=str(error), retry=isinstance(error, Retry))
        _keep_failure(hub, label, report, prefect_run)
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _keep_failure(hub: Hub, label: str, report: PullReport, prefect_run: str | None) -> None:
    """A source that could not even be opened has a failed run, so that `unsilo status` tells of it."""
    from unified_model.store.runs import finish_run, start_run
    from unified_model.store.sources import sources

    if report.run is not None or report.retry:
        return
    with hub.store.read() as conn:
        known = next((one for one in sources(conn) if one.label == label), None)
    if known is not None:
        run = start_run(hub.store, "pull", hub.clock(), source_id=known.id, prefect_run=prefect_run)
        finish_run(hub.store, run, "failed", hub.clock(), error=report.error)


def _pull(hub: Hub, source: OpenSource, watch: Watch, manner: _Manner) -> PullReport:
    """Pin the installation, take the lease, keep the run's row, land object by object."""
    from unified_model.store.leases import source_lease
    from unified_model.store.runs import finish_run, start_run
    from unified_model.use_cases.page import LandCounts

    known = _first_contact(hub, source)
    with lease_held(hub, source_lease(known.installation)) as held:
        run = start_run(hub.store, "pull", hub.clock(), source_id=known.id, prefect_run=manner.prefect_run)
        pulled = _Pulled(LandCounts())
        state: State = "failed"
        error: str | None = "The run was ended from outside."
        try:
            state, error = _land_objects(hub, source, watch, manner, held, _Target(known, run), pulled)
        except UsageError as wrong:
            error = str(wrong)
            raise
        except UnsiloError as trouble:
            state = "paused" if _is_pause(trouble) else "failed"
            error, pulled.retry = str(trouble), isinstance(trouble, Retry)
        except Exception as unforeseen:
            error = f"An error nobody foresaw ({type(unforeseen).__name__})."
            raise
        finally:
            extra = {"warnings": pulled.warnings} if pulled.warnings else None
            finish_run(hub.store, run, state, hub.clock(), counts=asdict(pulled.counts), extra=extra, error=error)
    now = hub.clock()
    return replace(
        PullReport(
            source.label,
            state,
            run=run,
            error=error,
            retry=pulled.retry,
            warnings=tuple(pulled.warnings),
            proofs=tuple({**proof._asdict(), "says": as_sentence(proof, now)} for proof in pulled.proofs),
        ),
        **asdict(pulled.counts),
    )


def _first_contact(hub: Hub, source: OpenSource) -> Source:
    """Who answers, pinned. What is wrong with a source's own secrets stops this source and no other."""
    from unified_model.store.sources import ensure_source

    try:
        installation = source.connector.installation()
    except UsageError as error:
        raise NeedsOperator(error.message, error.remedy) from error
    return ensure_source(
        hub.store,
        source.label,
        installation.id,
        installation.kind,
        hub.clock(),
        doubtful=source.doubtful(),
        one_record_a_customer=source.unique,
    )


class _Target(NamedTuple):
    source: Source
    run: int


@dataclass(slots=True)
class _Pulled:
    """What a pull has to tell, as it goes."""

    counts: LandCounts
    warnings: list[str] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    retry: bool = False
    """Everything that went wrong will pass by itself."""


def _land_objects(
    hub: Hub, source: OpenSource, watch: Watch, manner: _Manner, held: Held, target: _Target, pulled: _Pulled
) -> tuple[State, str | None]:
    """Land every object; one that fails leaves the others their turn. Adds to `pulled` as it goes."""
    should_stop = held.asked(watch.should_stop)
    errors: list[UnsiloError] = []
    for capabilities in source.connector.describe():
        if should_stop():
            break
        one = _Object(hub, source, watch, manner, held, target, capabilities, pulled)
        try:
            manner.step(f"land {source.label} {capabilities.object}", lambda one=one: one.pull())  # type: ignore[misc]
        except (NeedsOperator, Rejected, Retry, CursorExpired) as error:
            errors.append(error)
    if errors:
        pulled.retry = all(isinstance(error, Retry) for error in errors)
        return "paused" if all(map(_is_pause, errors)) else "failed", " ".join(dict.fromkeys(map(str, errors)))
    if not pulled.counts.balanced():
        return "failed", UNBALANCED
    if watch.should_stop():
        return "stopped", None
    if pulled.counts.rejected:
        return "done_with_rejects", None
    return ("done_with_warnings" if pulled.warnings else "done"), None


def _is_pause(error: UnsiloError) -> bool:
    """Whether the system, or our budget of it, names a time after which it will go on."""
    return isinstance(error, Retry) and error.after_s is not None


@dataclass(frozen=True, slots=True)
class _Object:
    """One object's turn in a pull."""

    hub: Hub
    source: OpenSource
    watch: Watch
    manner: _Manner
    held: Held
    target: _Target
    capabilities: ObjectCapabilities
    pulled: _Pulled

    def pull(self) -> None:
        """Land the object from its cursor on, then prove the copy when that is wanted or due."""
        from unified_model.use_cases.land import LandingOrder

        capabilities, source = self.capabilities, self.source
        mapping = source.mapping(capabilities.object)
        order = LandingOrder(
            self.target.source.id,
            capabilities.object,
            self.target.run,
            deletes_by_absence=capabilities.deletes == "absence",
            max_vanishing_share=capabilities.max_vanishing_share,
            accept_vanishing=self.manner.accept_deletes,
            volatile=source.volatile,
        )
        before = self._hidden(order)
        try:
            place_was_lost = self._land(order) if source.is_api or mapping is None else self._land_whole(order, mapping)
            if capabilities.outlined and not self.held.asked(self.watch.should_stop)():
                due = is_due(self.hub, source, order.source_id, capabilities, self.target.source.created_at)
                if self.manner.reconcile or place_was_lost or due:
                    self._reconcile(order, capabilities.bin_days)
        finally:
            self._warn_of(order.object, self._hidden(order) - before)

    def _land_whole(self, order: LandingOrder, mapping: ObjectMapping) -> bool:
        """Land an object whose missing columns can't be told from cleared ones: it must be whole."""
        columns = [*self.source.columns[order.object], *self.source.settings.options.get("exclude_fields", ())]
        known = (self.hub.store, self.target.source.installation, order.object, mapping, columns)
        refuse_lost_columns(*known, accept=self.manner.accept_deletes)
        lost = self._land(order)
        remember_columns(*known)
        return lost

    def _warn_of(self, object: str, gone: frozenset[str]) -> None:
        """Columns that the source does not show any more."""
        if gone:
            self.pulled.warnings.append(
                f"{self.source.label}: {object} no longer shows {', '.join(sorted(gone))}; what was read of it "
                f"stands. Give the integration user access to it again, or put it into exclude_fields."
            )

    def _hidden(self, order: LandingOrder) -> frozenset[str]:
        from unified_model.store.landing import hidden_columns

        with self.hub.store.read() as conn:
            return hidden_columns(conn, order.source_id, order.object)

    def _land(self, order: LandingOrder) -> bool:
        """Land what is new; returns whether our place was lost, so that everything was read."""
        from unified_model.use_cases.land import land

        connector, manner, lost = self.source.connector, self.manner, False

        def read(cursor: str | None) -> Iterator[Page]:
            nonlocal lost
            try:
                yield from connector.read(order.object, cursor, manner.mode)
            except CursorExpired:
                # Our place is lost: read everything; what is known already counts as unchanged. The old place still
                # tells which columns were read, so that one hidden since is not taken for empty.
                lost = True
                yield from connector.read(order.object, cursor, "full")

        def read_showing(cursor: str | None) -> Iterator[Page]:
            excluded = self.source.settings.options.get("exclude_fields", ())
            yield from with_hidden(read(cursor), self._hidden(order), order.object, excluded)

        land(
            self.hub.store,
            order,
            self.source.mapping(order.object),
            read_showing if self.source.is_api else read,
            clock=self.hub.clock,
            progress=self.watch.progress("pull", self.source.label),
            should_stop=self.held.asked(self.watch.should_stop),
            guard=self.held.guard,
            counts=self.pulled.counts,
        )
        return lost

    def _reconcile(self, order: LandingOrder, bin_days: int | None) -> None:
        proof = reconcile_object(
            self.hub,
            self.source,
            order,
            self.target.source.created_at,
            bin_days,
            progress=self.watch.progress("pull", self.source.label),
            should_stop=self.held.asked(self.watch.should_stop),
            guard=self.held.guard,
            counts=self.pulled.counts,
        )
        if proof is not None:
            self.pulled.proofs.append(proof)
