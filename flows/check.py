"""Check: what would go wrong in a sync, found out before anything is read or written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from flows.secrets import store_url
from flows.settings import Settings
from flows.sync import chosen_sources
from flows.wiring import opened
from unified_model.errors import UnsiloError

if TYPE_CHECKING:
    from connectors.contract import Finding


class Remark(NamedTuple):
    """One finding: ok, warning or error; what about; what was found and what to do."""

    level: str
    subject: str
    message: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        return " ".join(part for part in (self.message, self.remedy) if part)


def check_everything(settings: Settings, labels: Sequence[str] = ()) -> Iterator[tuple[str, Remark]]:
    """(source or `store`, remark), one after the other."""
    yield "store", _store(settings)
    for label in chosen_sources(settings, labels):
        told: set[str] = set()  # what stops one look at the source may stop the next just the same
        for remark in _source(settings, label):
            if remark.sentence not in told:
                told.add(remark.sentence)
                yield label, remark


def _store(settings: Settings) -> Remark:
    from unified_model.store.connect import place_for
    from unified_model.store.schema import SCHEMA_VERSION, too_new, too_old
    from unified_model.store.status import read_status

    try:
        found = read_status(store_url(settings))
        if found is None:
            place_for(store_url(settings))
        elif found["schema"] > SCHEMA_VERSION:
            raise too_new(settings.store_url, found["schema"])
        elif found["schema"] < SCHEMA_VERSION and not settings.store_url.startswith("sqlite"):
            raise too_old(settings.store_url, found["schema"])
    except UnsiloError as error:
        return Remark("error", "store", error.message, error.remedy)
    if found is None:
        return Remark("ok", "store", f"{settings.store_url} will be made by the first sync.")
    return Remark("ok", "store", f"{settings.store_url} answers (schema {found['schema']}).")


def _source(settings: Settings, label: str) -> Iterator[Remark]:
    """The connector's own findings, then whether each object's mapping fits its columns."""
    from unified_model.mapping.rows import unmapped

    try:
        with opened(settings, settings.source(label), label) as source:
            for finding in source.connector.check():
                yield _remark(finding)
            for info in source.connector.discover():
                if info.object in source.unreadable:
                    yield Remark("error", info.object, source.unreadable[info.object])
                    continue
                mapping = source.mapping(info.object)
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
    except UnsiloError as error:
        yield Remark("error", label, error.message, error.remedy)


def _remark(finding: Finding) -> Remark:
    named = finding.subject in finding.message
    message = finding.message if named else f"{finding.subject}: {finding.message}"
    return Remark(finding.level, finding.subject, message, finding.remedy)
