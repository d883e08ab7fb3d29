"""Which connector serves which kind of source, opened with what the settings say. The one place that knows kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.hub import Hub
from flows.mappings import mapping_of
from flows.settings import Settings, SourceSettings, nearest
from unified_model.errors import NeedsOperator, UsageError

if TYPE_CHECKING:
    from connectors.contract import Connector
    from unified_model.mapping.rows import ObjectMapping

Mappings = dict[str, "ObjectMapping"]


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source system, opened: its connector, how its objects are read, and what should be doubted of them.

    The connector shares `mappings`, which `learn_mappings` fills: columns are only known once a source is open.
    """

    settings: SourceSettings
    connector: Connector
    mappings: Mappings
    doubts_of: Callable[[str], str | None]
    unreadable: dict[str, str] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Object -> the columns it has now."""

    @property
    def label(self) -> str:
        return self.settings.label

    @property
    def unique(self) -> bool:
        """The settings declare that no two of its records are one customer."""
        return bool(self.settings.options.get("unique", False))

    def learn_mappings(self) -> None:
        """Find out how each object is read. One that can't be is kept for `mapping` to tell why."""
        for info in self.connector.discover():
            if info.note and not info.fields:
                self.unreadable[info.object] = info.note
                continue
            self.columns[info.object] = tuple(info.fields)
            try:
                self.mappings[info.object] = mapping_of(self.settings, info.object, info.fields)
            except NeedsOperator as error:
                self.unreadable[info.object] = str(error)

    def mapping(self, object: str) -> ObjectMapping:
        """How an object's records are read. NeedsOperator when it can't be opened."""
        if object in self.unreadable:
            raise NeedsOperator(self.unreadable[object])
        return self.mappings[object]

    def doubtful(self) -> str | None:
        """Why what this source says should be doubted: as the settings say, else as the connector found."""
        said: str | None = self.settings.options.get("doubtful")
        return said or next(filter(None, map(self.doubts_of, self.mappings)), None)


def _files(settings: Settings, source: SourceSettings, installation: str) -> OpenSource:
    from connectors.files.connector import open_files

    mappings: Mappings = {}
    connector = open_files(source.label, source.options, mappings, base=settings.folder, installation=installation)
    return OpenSource(source, connector, mappings, connector.doubts)


KINDS: Mapping[str, Callable[[Settings, SourceSettings, str], OpenSource]] = {"files": _files}
"""Kind of source -> how it is opened; libraries of a kind are loaded only when one of it is opened."""


@contextmanager
def open_source(hub: Hub, label: str) -> Iterator[OpenSource]:
    """The source of that label with its connector; closed at the end."""
    with opened(hub.settings, hub.settings.source(label), _installation(hub, label)) as source:
        yield source


@contextmanager
def opened(settings: Settings, source: SourceSettings, installation: str) -> Iterator[OpenSource]:
    """A source opened without a store: `installation` is who it is taken to be if it can't tell itself."""
    if source.kind not in KINDS:
        raise UsageError(
            f"Unsilo doesn't know the kind of source '{source.kind}'.", nearest(source.kind, KINDS, "Kinds are")
        )
    one = KINDS[source.kind](settings, source, installation)
    try:
        one.learn_mappings()
        yield one
    finally:
        one.connector.close()


def _installation(hub: Hub, label: str) -> str:
    """Files have no id of their own: theirs is the label they were first given, which outlives a renaming."""
    from unified_model.store.sources import sources

    with hub.store.read() as conn:
        return next((one.installation for one in sources(conn, removed=True) if one.label == label), label)
