"""The flow `sync_all`: every source's pull, then the resolve. Entry point: `flows.deployed.sync.sync_all`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.deployed.current import called_by, current_watch, hand_over
from flows.deployed.outcome import final_state, sync_message
from flows.deployed.pull import pull_source
from flows.deployed.resolve import resolve_identities
from flows.reports import PullReport, ResolveReport, SyncReport
from flows.settings import load_settings
from flows.sync import chosen_sources


@flow(name="sync_all", flow_run_name="sync", persist_result=False)
def sync_all(
    settings: str = "unsilo.toml",
    sources: list[str] | None = None,
    full: bool = False,
    accept_deletes: bool = False,
    reconcile: bool = False,
) -> State[Any]:
    """Pull every source (or those named), then resolve. A source that fails does not keep the others waiting."""
    started = time.monotonic()
    watch = current_watch()
    pulls: list[PullReport] = []
    resolved: ResolveReport | None = None
    with called_by(watch) as caller:
        for label in chosen_sources(load_settings(Path(settings)), sources or []):
            if watch.should_stop():
                pulls.append(PullReport(label, "stopped"))
                continue
            state = pull_source(label, settings, full, accept_deletes, reconcile, return_state=True)
            pulls.append(caller.reports.get(label) or PullReport(label, "failed", error=state.message))
        if not watch.should_stop():
            state = resolve_identities(settings, return_state=True)
            resolved = caller.reports.get("resolve") or ResolveReport("failed", error=state.message)
    report = SyncReport(tuple(pulls), resolved, round(time.monotonic() - started, 3))
    hand_over("sync", report)
    return final_state(report.state, sync_message(report))
