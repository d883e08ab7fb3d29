"""Resolve: what was landed is matched, grouped and consolidated into golden records, chunk by chunk.

One resolver a store, by lease. Whatever ends it, the queue says what is left, and the next one goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flows.hub import Hub
from flows.lease import lease_held
from flows.reports import ResolveReport, State
from flows.watch import Watch
from unified_model.errors import Retry, UnsiloError, UsageError

PATIENCE_S = 300.0
"""How long to wait for another resolver: it may have looked at the queue just before we filled it."""


def resolve_identities(
    hub: Hub, watch: Watch, *, prefect_run: str | None = None, patience_s: float = PATIENCE_S
) -> ResolveReport:
    """Resolve everything that waits. Trouble with the store is told in the report; only wrong usage is raised."""
    started = time.monotonic()
    try:
        report = _resolve(hub, watch, prefect_run, patience_s)
    except UsageError:
        raise
    except UnsiloError as trouble:
        report = ResolveReport("failed", error=str(trouble), retry=isinstance(trouble, Retry))
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _resolve(hub: Hub, watch: Watch, prefect_run: str | None, patience_s: float) -> ResolveReport:
    from unified_model.store.leases import RESOLVE
    from unified_model.store.runs import finish_run, start_run
    from unified_model.use_cases.resolve import resolve

    with lease_held(hub, RESOLVE, patience_s=patience_s, should_stop=watch.should_stop) as held:
        run = start_run(hub.store, "resolve", hub.clock(), prefect_run=prefect_run)
        state: State = "failed"
        counts: Mapping[str, Any] = {}
        error: str | None = "The run was ended from outside."
        try:
            figures = resolve(
                hub.store,
                clock=hub.clock,
                progress=watch.progress("resolve"),
                should_stop=held.asked(watch.should_stop),
                guard=held.guard,
            )
            counts = asdict(figures)
            state, error = ("stopped" if figures.stopped else "done"), None
        except UnsiloError as trouble:
            error = str(trouble)
        except Exception as unforeseen:
            error = f"An error nobody foresaw ({type(unforeseen).__name__})."
            raise
        finally:
            finish_run(hub.store, run, state, hub.clock(), extra=counts, error=error)
    return ResolveReport(state, counts, run=run, error=error)
