"""Remap: the stored raw records are read again with today's mapping, without asking the sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from flows.hub import Hub
from flows.lease import lease_held
from flows.sync import chosen_sources
from flows.watch import Watch
from flows.wiring import OpenSource, open_source

if TYPE_CHECKING:
    from unified_model.store.runs import EndState
    from unified_model.use_cases.remap import RemapCounts


def preview_remap(hub: Hub, labels: Sequence[str] = ()) -> list[dict[str, int | str]]:
    """A row an object: how many records would be read again, and how many of a sample would change."""
    from unified_model.store.sources import source_by_label
    from unified_model.use_cases import remap

    rows: list[dict[str, int | str]] = []
    for label in chosen_sources(hub.settings, labels):
        with open_source(hub, label) as source:
            with hub.store.read() as conn:
                known = source_by_label(conn, label)
            for one in source.connector.describe():
                mapping = source.mapping(one.object)
                if mapping is not None:
                    found = remap.preview(hub.store, known.id, one.object, mapping)
                    rows.append({"source": label, "object": one.object, **found})
    return rows


def remap_sources(hub: Hub, watch: Watch, labels: Sequence[str] = ()) -> list[dict[str, int | str]]:
    """Read every stale record again; a row an object with what changed."""
    rows: list[dict[str, int | str]] = []
    for label in chosen_sources(hub.settings, labels):
        with open_source(hub, label) as source:
            rows += [{"source": label, "object": name, **asdict(counts)} for name, counts in _remap(hub, source, watch)]
    return rows


def _remap(hub: Hub, source: OpenSource, watch: Watch) -> list[tuple[str, RemapCounts]]:
    from unified_model.store.leases import source_lease
    from unified_model.store.runs import finish_run, start_run
    from unified_model.store.sources import source_by_label
    from unified_model.use_cases.remap import remap

    with hub.store.read() as conn:
        known = source_by_label(conn, source.label)
    done: list[tuple[str, RemapCounts]] = []
    with lease_held(hub, source_lease(known.installation)) as held:
        run = start_run(hub.store, "pull", hub.clock(), source_id=known.id)
        ended = False
        try:
            for one in source.connector.describe():
                mapping = source.mapping(one.object)
                if mapping is None:
                    continue
                counts = remap(
                    hub.store,
                    known.id,
                    one.object,
                    mapping,
                    run=run,
                    clock=hub.clock,
                    progress=watch.progress("remap", source.label),
                    should_stop=held.asked(watch.should_stop),
                    guard=held.guard,
                )
                done.append((one.object, counts))
            ended = True
        finally:
            state: EndState = "failed" if not ended else "stopped" if watch.should_stop() else "done"
            extra = {"remapped": sum(counts.records for _, counts in done)}
            finish_run(hub.store, run, state, hub.clock(), extra=extra)
    return done
