"""Where the work runs: as a Prefect run when a Prefect API is configured, else in this process without any server.

The functions are the same either way; Prefect is imported only when it is used, because that alone takes seconds.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.hub import open_hub
from flows.pull import pull_source
from flows.reports import PullReport, ResolveReport, SyncReport
from flows.resolve import resolve_identities
from flows.settings import Settings
from flows.sync import chosen_sources, sync_all
from flows.watch import Watch


def prefect_api(environment: Mapping[str, str] = os.environ) -> str | None:
    """Address of the configured Prefect API: `PREFECT_API_URL`, else that of the active profile; None: none is."""
    if "PREFECT_API_URL" in environment:
        return environment["PREFECT_API_URL"] or None
    home = Path(environment.get("PREFECT_HOME", "~/.prefect")).expanduser()
    file = Path(environment.get("PREFECT_PROFILES_PATH", home / "profiles.toml"))
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    active = environment.get("PREFECT_PROFILE", document.get("active"))
    profile = document.get("profiles", {}).get(active, {})
    return profile.get("PREFECT_API_URL") or None


def run_sync(
    settings: Settings,
    watch: Watch,
    labels: Sequence[str] = (),
    *,
    full: bool = False,
    accept_deletes: bool = False,
    reconcile: bool = False,
    in_process: bool = False,
) -> SyncReport:
    """Pull the named sources (all when none is named) and resolve."""
    chosen_sources(settings, labels)
    if prefect_api() and not in_process:
        from flows.deployed.calls import call_sync_all

        return call_sync_all(
            settings, watch, list(labels), full=full, accept_deletes=accept_deletes, reconcile=reconcile
        )
    with open_hub(settings) as hub:
        return sync_all(hub, watch, labels, full=full, accept_deletes=accept_deletes, reconcile=reconcile)


def run_pull(
    settings: Settings,
    watch: Watch,
    labels: Sequence[str] = (),
    *,
    full: bool = False,
    accept_deletes: bool = False,
    reconcile: bool = False,
    in_process: bool = False,
) -> SyncReport:
    """Pull the named sources (all when none is named)."""
    chosen = chosen_sources(settings, labels)
    pulls: list[PullReport] = []
    if prefect_api() and not in_process:
        from flows.deployed.calls import call_pull_source

        pulls = [
            call_pull_source(settings, watch, one, full=full, accept_deletes=accept_deletes, reconcile=reconcile)
            for one in chosen
        ]
    else:
        with open_hub(settings) as hub:
            pulls = [
                pull_source(hub, one, watch, full=full, accept_deletes=accept_deletes, reconcile=reconcile)
                for one in chosen
            ]
    return SyncReport(tuple(pulls), None, sum(pull.seconds for pull in pulls))


def run_resolve(settings: Settings, watch: Watch, *, in_process: bool = False) -> ResolveReport:
    """Match and consolidate everything that waits."""
    if prefect_api() and not in_process:
        from flows.deployed.calls import call_resolve_identities

        return call_resolve_identities(settings, watch)
    with open_hub(settings, upgrade="auto") as hub:
        return resolve_identities(hub, watch)
