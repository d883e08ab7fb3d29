"""Check: what would go wrong in a sync, found out before anything is read or written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, cast

from flows.secrets import store_url
from flows.settings import Settings
from flows.sync import chosen_sources
from flows.wiring import OpenSource, opened
from unified_model.errors import NeedsOperator, UnsiloError

if TYPE_CHECKING:
    from connectors.contract import Finding, Limited, Provisions
    from unified_model.store.status import Place


class Remark(NamedTuple):
    """One finding: ok, warning or error; what about; what was found and what to do."""

    level: str
    subject: str
    message: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        return " ".join(part for part in (self.message, self.remedy) if part)


def check_everything(
    settings: Settings, labels: Sequence[str] = (), *, fix: bool = False
) -> Iterator[tuple[str, Remark]]:
    """(source or `store`, remark), one after the other. `fix`: make what is missing first, where that is possible."""
    remark, places = _store(settings)
    yield "store", remark
    for label in chosen_sources(settings, labels):
        told: set[str] = set()  # what stops one look at the source may stop the next just the same
        for remark in _source(settings, label, places.get(label), fix):
            if remark.sentence not in told:
                told.add(remark.sentence)
                yield label, remark


def _store(settings: Settings) -> tuple[Remark, dict[str, Place]]:
    """What is to be said of the store, and how far it has read each source."""
    from unified_model.store.connect import place_for
    from unified_model.store.schema import SCHEMA_VERSION, too_new, too_old
    from unified_model.store.status import read_places, read_status

    places: dict[str, Place] = {}
    try:
        found = read_status(store_url(settings))
        if found is None:
            place_for(store_url(settings))
        elif found["schema"] > SCHEMA_VERSION:
            raise too_new(settings.store_url, found["schema"])
        elif found["schema"] < SCHEMA_VERSION and not settings.store_url.startswith("sqlite"):
            raise too_old(settings.store_url, found["schema"])
        else:
            places = read_places(store_url(settings))
    except UnsiloError as error:
        return Remark("error", "store", error.message, error.remedy), places
    if found is None:
        return Remark("ok", "store", f"{settings.store_url} will be made by the first sync."), places
    return Remark("ok", "store", f"{settings.store_url} answers (schema {found['schema']})."), places


def _source(settings: Settings, label: str, place: Place | None, fix: bool) -> Iterator[Remark]:
    """The connector's own findings, whether each object's mapping fits its columns, and what the next pull costs."""
    try:
        with opened(settings, settings.source(label), place.installation if place else None) as source:
            if fix:
                yield from _provided(source)
            for finding in source.connector.check():
                yield _remark(finding, label)
            if source.is_api:
                yield from _raw_objects(source)
                yield from _forecast(source, place.cursors if place else {})
            else:
                yield from _mappings(source)
    except UnsiloError as error:
        yield Remark("error", label, error.message.removeprefix(f"{label}: "), error.remedy)


def _provided(source: OpenSource) -> Iterator[Remark]:
    """What the connector could make of what is missing."""
    if not hasattr(source.connector, "provision"):
        yield Remark("ok", source.label, f"There is nothing at {source.label} that Unsilo could make.")
        return
    for finding in cast("Provisions", source.connector).provision():
        yield _remark(finding, source.label)


def _mappings(source: OpenSource) -> Iterator[Remark]:
    from unified_model.mapping.rows import unmapped

    for info in source.connector.discover():
        if info.object in source.unreadable:
            yield Remark("error", info.object, source.unreadable[info.object])
            continue
        mapping = source.mappings[info.object]
        missing = [row.column for row in mapping.rows if row.column not in info.fields]
        if missing:
            names = ", ".join(missing)
            yield Remark(
                "warning", info.object, f"{info.object} has no column {names}, which the mapping reads.",
                "Correct the mapping, or the file.",
            )  # fmt: skip
        left = unmapped(mapping, info.fields)
        taken = f"{len(info.fields)} columns of {info.object}, {len(info.fields) - len(left)} of them read"
        yield Remark("ok", info.object, f"{taken}{'; raw only: ' + ', '.join(left) if left else ''}.")


def _raw_objects(source: OpenSource) -> Iterator[Remark]:
    raw = [one.object for one in source.connector.describe() if one.object not in source.mappings]
    if raw:
        yield Remark("ok", source.label, f"Without a mapping, so kept raw with every field: {', '.join(raw)}.")


def _forecast(source: OpenSource, cursors: Mapping[str, str]) -> Iterator[Remark]:
    """How many calls going on from where the store stands would take; what a first read takes is told elsewhere."""
    if not cursors or not hasattr(source.connector, "forecast"):
        return
    limited, calls = cast("Limited", source.connector), 0
    for capabilities in source.connector.describe():
        with suppress(NeedsOperator):  # told by the connector's own check
            calls += limited.forecast(capabilities.object, cursors.get(capabilities.object))
    yield Remark("ok", source.label, f"The next pull takes about {calls:,} calls.")


def _remark(finding: Finding, label: str) -> Remark:
    named = finding.subject == label or re.search(rf"(?<!\w){re.escape(finding.subject)}(?!\w)", finding.message)
    message = finding.message.removeprefix(f"{label}: ") if named else f"{finding.subject}: {finding.message}"
    return Remark(finding.level, finding.subject, message, finding.remedy)
