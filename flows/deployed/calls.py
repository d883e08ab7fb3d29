"""Calling the flows from the command line: the work happens in this process, Prefect keeps the book.

A flow that Prefect itself could not run (its API broke off, say) is a failed report, never a silent success.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from flows.reports import PullReport, ResolveReport, SyncReport
from flows.runner import prefect_api
from flows.settings import Settings
from flows.watch import Watch
from unified_model.errors import NeedsOperator

REACH_TIMEOUT_S = 5.0


def call_sync_all(
    settings: Settings, watch: Watch, labels: Sequence[str], *, full: bool, accept_deletes: bool, reconcile: bool
) -> SyncReport:
    """`sync_all` as a Prefect run."""
    _prepare()
    from flows.deployed.current import called_by
    from flows.deployed.sync import sync_all

    with called_by(watch) as caller:
        state = sync_all(str(settings.path.resolve()), list(labels), full, accept_deletes, reconcile, return_state=True)
    failed = SyncReport(tuple(PullReport(label, "failed", error=_why(state)) for label in labels or settings.sources))
    return caller.reports.get("sync") or failed


def call_pull_source(
    settings: Settings, watch: Watch, label: str, *, full: bool, accept_deletes: bool, reconcile: bool
) -> PullReport:
    """`pull_source` as a Prefect run."""
    _prepare()
    from flows.deployed.current import called_by
    from flows.deployed.pull import pull_source

    with called_by(watch) as caller:
        state = pull_source(label, str(settings.path.resolve()), full, accept_deletes, reconcile, return_state=True)
    return caller.reports.get(label) or PullReport(label, "failed", error=_why(state))


def call_resolve_identities(settings: Settings, watch: Watch) -> ResolveReport:
    """`resolve_identities` as a Prefect run."""
    _prepare()
    from flows.deployed.current import called_by
    from flows.deployed.resolve import resolve_identities

    with called_by(watch) as caller:
        state = resolve_identities(str(settings.path.resolve()), return_state=True)
    return caller.reports.get("resolve") or ResolveReport("failed", error=_why(state))


def _prepare() -> None:
    """Before Prefect is imported: is its API there at all, and is it quiet?"""
    # Prefect looks up an outside host unless told not to; its own log would run through our progress bars.
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    api = prefect_api()
    if api is not None:
        _reach(api)


def _reach(api: str) -> None:
    if not api.startswith(("http://", "https://")):
        raise NeedsOperator("PREFECT_API_URL is no http address.", "Write it as http://127.0.0.1:4200/api.")
    try:
        urllib.request.urlopen(f"{api.rstrip('/')}/health", timeout=REACH_TIMEOUT_S).close()  # noqa: S310
    except urllib.error.HTTPError:
        return  # it answered; whether it lets us in is told by the run itself
    except (OSError, ValueError) as error:
        raise NeedsOperator(
            f"The Prefect API at {api} can't be reached.",
            "Start it (`prefect server start`), or unset PREFECT_API_URL, or run with --in-process.",
        ) from error


def _why(state: Any) -> str:
    return f"Prefect ended the run as {state.name}: {state.message or 'no reason given'}."
