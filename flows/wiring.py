"""Which connector serves which kind of source, opened with what the settings say. The one place that knows kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.hub import Hub
from flows.mappings import mapping_of
from flows.settings import Settings, SourceSettings, nearest
from unified_model.errors import UsageError

if TYPE_CHECKING:
    from connectors.contract import Connector
    from unified_model.mapping.rows import ObjectMapping


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source system, opened: its connector and how its objects are read."""

    settings: SourceSettings
    connector: Connector
    _headers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.settings.label

    @property
    def doubtful(self) -> str | None:
        """Why what this source says should be doubted, as the settings say."""
        return self.settings.options.get("doubtful")

    @property
    def unique(self) -> bool:
        """The settings declare that no two of its records are one customer."""
        return bool(self.settings.options.get("unique", False))

    def mapping(self, object: str) -> ObjectMapping:
        """How an object's records are read."""
        if not self._headers:
            self._headers.update({info.object: tuple(info.fields) for info in self.connector.discover()})
        return mapping_of(self.settings, object, self._headers.get(object, ()))


def _files(settings: Settings, source: SourceSettings, installation: str) -> Connector:
    from connectors.files.connector import FileConnector

    from connectors.files.settings import settings_of

    return FileConnector(settings_of(source.options, settings.folder), installation)


KINDS: Mapping[str, Callable[[Settings, SourceSettings, str], Connector]] = {"files": _files}
"""Kind of source -> how its connector is opened; libraries of a kind are loaded only when one of it is opened."""


@contextmanager
def open_source(hub: Hub, label: str) -> Iterator[OpenSource]:
    """The source of that label with its connector; closed at the end."""
    source = hub.settings.source(label)
    with opened(hub.settings, source, _installation(hub, label)) as one:
        yield one


@contextmanager
def opened(settings: Settings, source: SourceSettings, installation: str) -> Iterator[OpenSource]:
    """A source opened without a store: `installation` is who it is taken to be if it can't tell itself."""
    if source.kind not in KINDS:
        raise UsageError(
            f"Unsilo doesn't know the kind of source '{source.kind}'.", nearest(source.kind, KINDS, "Kinds are")
        )
    connector = KINDS[source.kind](settings, source, installation)
    try:
        yield OpenSource(source, connector)
    finally:
        connector.close()


def _installation(hub: Hub, label: str) -> str:
    """Files have no id of their own: theirs is the label they were first given, which outlives a renaming."""
    from unified_model.store.sources import sources

    with hub.store.read() as conn:
        return next((one.installation for one in sources(conn, removed=True) if one.label == label), label)
