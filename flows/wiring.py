"""Which connector serves which kind of source, opened with what the settings say. The one place that knows kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from flows.hub import Clock, Hub, utc_now
from flows.keepers import SpendingFile, TokenFile
from flows.mappings import api_mappings, mapping_of
from flows.secrets import secret
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
    doubts_of: Callable[[str], str | None] = lambda _object: None
    volatile: tuple[str, ...] = ()
    """Columns of its objects without a mapping whose change alone makes no version."""
    is_api: bool = False
    """Its mappings are known beforehand, and it tells by itself which columns it does not show any more."""
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
        if self.is_api:
            return
        for info in self.connector.discover():
            if info.note and not info.fields:
                self.unreadable[info.object] = info.note
                continue
            self.columns[info.object] = tuple(info.fields)
            try:
                self.mappings[info.object] = mapping_of(self.settings, info.object, info.fields)
            except NeedsOperator as error:
                self.unreadable[info.object] = str(error)

    def mapping(self, object: str) -> ObjectMapping | None:
        """How an object's records are read; None: they are kept raw. NeedsOperator when it can't be opened."""
        if object in self.unreadable:
            raise NeedsOperator(self.unreadable[object])
        return self.mappings.get(object) if self.is_api else self.mappings[object]

    def doubtful(self) -> str | None:
        """Why what this source says should be doubted: as the settings say, else as the connector found."""
        said: str | None = self.settings.options.get("doubtful")
        return said or next(filter(None, map(self.doubts_of, self.mappings)), None)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What opening a source may need."""

    settings: Settings
    source: SourceSettings
    installation: str | None
    """Who it was at first contact; None: it has not been met."""
    clock: Clock


def _files(opening: _Opening) -> OpenSource:
    from connectors.files.connector import open_files

    mappings: Mappings = {}
    source = opening.source
    # Files have no id of their own: theirs is the label they were first given, which outlives a renaming.
    installation = opening.installation or source.label
    connector = open_files(
        source.label, source.options, mappings, base=opening.settings.folder, installation=installation
    )
    return OpenSource(source, connector, mappings, connector.doubts)


def _salesforce(opening: _Opening) -> OpenSource:
    from connectors.salesforce.connector import open_salesforce
    from connectors.salesforce.mapping import STANDARD, VOLATILE
    from connectors.salesforce.settings import OBJECTS

    settings, source = opening.settings, opening.source
    read_secret = partial(secret, settings, source.label)
    mappings = api_mappings(source, source.options.get("objects") or OBJECTS, STANDARD, VOLATILE)
    connector = open_salesforce(
        source.label,
        source.options,
        mappings,
        secret=read_secret,
        tokens=TokenFile(settings, source.label, partial(read_secret, "refresh_token")),
        spending=SpendingFile(settings, source.label),
        installation=opening.installation,
        clock=opening.clock,
    )
    return OpenSource(source, connector, mappings, volatile=VOLATILE, is_api=True)


def _hubspot(opening: _Opening) -> OpenSource:
    from connectors.hubspot.connector import open_hubspot
    from connectors.hubspot.mapping import STANDARD, VOLATILE
    from connectors.hubspot.settings import OBJECTS, plural

    settings, source = opening.settings, opening.source
    objects = [plural(str(name)) for name in source.options.get("objects") or OBJECTS]
    mappings = api_mappings(source, objects, STANDARD, VOLATILE)
    connector = open_hubspot(
        source.label,
        source.options,
        mappings,
        secret=partial(secret, settings, source.label),
        spending=SpendingFile(settings, source.label),
        installation=opening.installation,
        clock=opening.clock,
    )
    return OpenSource(source, connector, mappings, volatile=VOLATILE, is_api=True)


KINDS: Mapping[str, Callable[[_Opening], OpenSource]] = {
    "files": _files,
    "salesforce": _salesforce,
    "hubspot": _hubspot,
}
"""Kind of source -> how it is opened; libraries of a kind are loaded only when one of it is opened."""


@contextmanager
def open_source(hub: Hub, label: str) -> Iterator[OpenSource]:
    """The source of that label with its connector; closed at the end."""
    with opened(hub.settings, hub.settings.source(label), _installation(hub, label), hub.clock) as source:
        yield source


@contextmanager
def opened(
    settings: Settings, source: SourceSettings, installation: str | None = None, clock: Clock = utc_now
) -> Iterator[OpenSource]:
    """A source opened without a store: `installation` is who it was at first contact, if that is known."""
    if source.kind not in KINDS:
        raise UsageError(
            f"Unsilo doesn't know the kind of source '{source.kind}'.", nearest(source.kind, KINDS, "Kinds are")
        )
    one = KINDS[source.kind](_Opening(settings, source, installation, clock))
    try:
        one.learn_mappings()
        yield one
    finally:
        one.connector.close()


def _installation(hub: Hub, label: str) -> str | None:
    """Who the source of this label was at first contact."""
    from unified_model.store.sources import sources

    with hub.store.read() as conn:
        return next((one.installation for one in sources(conn, removed=True) if one.label == label), None)
