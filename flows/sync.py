"""Sync, the main job: pull every source, then resolve. One source's failure does not keep the others waiting."""

from __future__ import annotations

import time
from collections.abc import Sequence

from flows.hub import Hub
from flows.pull import pull_source
from flows.reports import PullReport, SyncReport
from flows.resolve import resolve_identities
from flows.settings import Settings
from flows.watch import Watch
from unified_model.errors import UsageError


def sync_all(
    hub: Hub,
    watch: Watch,
    labels: Sequence[str] = (),
    *,
    full: bool = False,
    accept_deletes: bool = False,
    reconcile: bool = False,
) -> SyncReport:
    """Pull the named sources (all of them when none is named), then resolve what they brought."""
    started = time.monotonic()
    pulls: list[PullReport] = []
    for label in chosen_sources(hub.settings, labels):
        if watch.should_stop():
            pulls.append(PullReport(label, "stopped"))
        else:
            pulls.append(pull_source(hub, label, watch, full=full, accept_deletes=accept_deletes, reconcile=reconcile))
    resolve = None if watch.should_stop() else resolve_identities(hub, watch)
    return SyncReport(tuple(pulls), resolve, round(time.monotonic() - started, 3))


def chosen_sources(settings: Settings, labels: Sequence[str] = ()) -> list[str]:
    """The named sources, checked, or all of them; without any source there is nothing to do."""
    if not settings.sources:
        raise UsageError(f"{settings.path} names no source.", "Add one with `unsilo init PATH ...` or by hand.")
    return [settings.source(label).label for label in labels] or list(settings.sources)
