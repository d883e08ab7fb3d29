"""What the connector suite stands on: a source system it may change at will, and clients that keep what they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from connectors.contract import Connector, Mode
from unified_model.errors import CursorExpired, UnsiloError
from unified_model.records import Page, Reject

Fields = Mapping[str, str]


class World(Protocol):
    """A rehearsed source system with one main object, whose records have the fields of `record(number)`.

    A connector's own test file gives one of these; the suite does the rest. `cannot` names the behaviours the source
    can't have, each with its reason; a behaviour that is neither there nor a test of the suite must be a method here.
    """

    object: str
    page_size: int
    overlap: int
    """Records that a change query may read again beside the changed ones; -1: it reads everything."""
    cannot: Mapping[str, str]

    def open(self, **scope: Any) -> Connector:
        """A connector over this source; `scope` are settings such as `exclude_fields`."""

    def truth(self) -> Mapping[str, Fields]:
        """The records there are, by id."""

    def put(self, records: Mapping[str, Fields]) -> None:
        """Create or change records; the source stamps them."""

    def remove(self, *ids: str) -> None:
        """Delete records as this source really deletes."""

    def soft_delete(self, record_id: str) -> None:
        """Delete a record so that the source still tells of it."""

    def merge(self, loser: str, survivor: str) -> None:
        """Merge two records; the source tells which one is left."""

    def naive(self, behaviour: str) -> Client:
        """A client of a few lines, as anybody would write it, that gets this behaviour wrong."""

    def shuffle(self) -> None:
        """From now on the source hands records over in another order."""

    def change_unstamped(self, record_id: str, name: str, value: str) -> None:
        """Change a value without the source's own stamp moving."""

    def add_field(self, name: str, value: str) -> None:
        """Give every record a further field."""

    def drop_field(self, name: str) -> None:
        """Take a field away from the whole object."""

    def add_object(self, name: str, records: Mapping[str, Fields]) -> None:
        """A further object beside the main one."""

    def damage(self) -> None:
        """Make one record in the middle impossible to read."""

    def fail(self) -> AbstractContextManager[None]:
        """While it lasts, reading the main object fails before its end."""

    def forbid(self) -> AbstractContextManager[None]:
        """While it lasts, the main object may not be read."""

    def expired(self, cursor: str) -> str:
        """The cursor as it would be if the source no longer knew its place."""


def record(number: int) -> Fields:
    """A record of the main object."""
    return {"name": f"Person {number}", "city": "Berlin", "note": f"note {number}"}


def people(count: int, start: int = 0) -> dict[str, Fields]:
    """Some records by id."""
    return {str(10_000 + number): record(number) for number in range(start, start + count)}


class Client(Protocol):
    """Something that pulls a source and keeps the records: ours, or a naive one."""

    state: dict[str, Mapping[str, Any]]

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        """Read what is new; `pages`: die after so many."""


@dataclass(slots=True)
class Ledger:
    """The engine in miniature: applies pages, moves the cursor with each, deletes what a whole read lacks."""

    world: World
    scope: Mapping[str, Any] = field(default_factory=dict)
    state: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    cursor: str | None = None
    read: list[str] = field(default_factory=list)
    """Ids in the order in which the last pull gave them."""
    changed: set[str] = field(default_factory=set)
    rejects: list[Reject] = field(default_factory=list)
    complete: bool = False
    survivors: dict[str, str] = field(default_factory=dict)
    """Record that took the place of a merged one."""

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        """Read from the cursor on; a lost place means everything."""
        self.read, self.changed, self.rejects, self.complete = [], set(), [], False
        connector = self.world.open(**self.scope)
        try:
            self._apply(connector.read(self.world.object, self.cursor, mode), pages)
        except CursorExpired:
            self._apply(connector.read(self.world.object, None, "full"), pages)
        finally:
            connector.close()

    def pull_disturbed(self, disturb: Callable[[], None]) -> None:
        """Pull, and change the source after the first page. It may end in an error: the next pull makes good."""

        def disturbed(stream: Iterator[Page]) -> Iterator[Page]:
            for number, page in enumerate(stream):
                yield page
                if number == 0:
                    disturb()

        connector = self.world.open(**self.scope)
        try:
            with suppress(UnsiloError):
                self._apply(disturbed(connector.read(self.world.object, self.cursor)), None)
        finally:
            connector.close()

    def _apply(self, stream: Iterator[Page], pages: int | None) -> None:
        for number, page in enumerate(stream, start=1):
            assert page.read == len(page.records) + len(page.rejects) + page.repeated, "counts must balance"
            for one in page.records:
                self.read.append(one.record_id)
                payload = None if one.deleted else dict(one.payload)
                if one.merged_into:
                    self.survivors[one.record_id] = one.merged_into
                if self.state.get(one.record_id) != payload:
                    self.changed.add(one.record_id)
                if payload is None:
                    self.state.pop(one.record_id, None)
                else:
                    self.state[one.record_id] = payload
            self.rejects += page.rejects
            self.cursor, self.complete = page.cursor, page.complete
            if page.complete:
                self.state = {key: self.state[key] for key in dict.fromkeys(self.read) if key in self.state}
            if number == pages:
                return

    def survivor_of(self, record_id: str) -> str:
        """The record that a merged one has become, over any number of merges."""
        while record_id in self.survivors:
            record_id = self.survivors[record_id]
        return record_id

    def holds(self) -> dict[str, dict[str, Any]]:
        """What it holds, by id, in the words of `World.truth`."""
        names = {name for fields in self.world.truth().values() for name in fields}
        return {
            key: {name: value for name, value in payload.items() if name in names}
            for key, payload in self.state.items()
        }
