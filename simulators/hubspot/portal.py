"""The portal's state: records, what search sees of them, associations, merges, erasures, and who is at work.

A write is made in a transaction: all of it, or nothing. What search shows of it comes later; what follows from it
later still waits in `later`. Whatever a request does runs as `source`, which the gate sets from its token.
"""

import contextlib
import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from simulators.clock import Clock
from simulators.faults import Faults, Profile
from simulators.hubspot.association_types import AssociationTypes
from simulators.hubspot.errors import Refusal, locked, no_such_type
from simulators.hubspot.groups import Group
from simulators.hubspot.index import SearchIndex
from simulators.hubspot.links import Links
from simulators.hubspot.object_type import ObjectType, Property
from simulators.hubspot.objects import OBJECTS
from simulators.hubspot.owners import Owner
from simulators.hubspot.pace import Pace
from simulators.hubspot.pipelines import PIPELINES, Pipeline
from simulators.hubspot.rows import PERSON, Row, Source, iso, milliseconds
from simulators.hubspot.switches import PORTAL_ID, Switches
from simulators.hubspot.tables import Table
from simulators.hubspot.validation import Validation
from simulators.hubspot.versions import VALIDATING

BIN_DAYS = 90
USUAL_INDEX_S = 2
PARTNERS_OF_CUSTOM = ("contacts", "companies", "deals", "tickets", "calls", "emails", "meetings", "notes", "tasks")
"""The types that records of a custom object can be associated with."""
SOURCES: dict[str, Callable[[Source], str | None]] = {
    "hs_object_source": lambda source: source.type,
    "hs_object_source_id": lambda source: source.id,
    "hs_object_source_label": lambda source: source.label or source.type,
}
"""Properties that tell who made a record."""
FIRST_NEW_ID = 20_000_000_001
"""Ids that the portal gives have eleven digits; older ones may be shorter."""


class Portal:
    """One portal. Types of objects are named by their plural everywhere inside.

    kinds         types of objects
    tables        every record that is not gone for good
    indexes       what search sees of each table
    links         associations
    association_types  their kinds
    merged        old id -> the id it was merged into; chains are not cut short
    erased        ids that were deleted for good under GDPR
    blocked_addresses  of erased contacts, which people and imports can't use again
    merges        (type, id) -> the merges that a record and all that went into it took part in
    locked        (type, id) of records that other work holds
    hidden        (type, property) that the token may not see
    groups        the groups of each type's properties, by name, besides those that its properties name
    """

    pace: Pace
    """How many calls its apps make; the gate keeps it."""

    def __init__(self, clock: Clock, seed: int, faults: Faults, address: str) -> None:
        self.clock, self.seed, self.faults, self.address = clock, seed, faults, address
        self.id, self.time_zone, self.currency = PORTAL_ID, "Europe/Berlin", "EUR"
        self.random = random.Random(f"portal {seed}")
        self.switches = Switches()
        self.validation = Validation()
        self.kinds: dict[str, ObjectType] = {}
        self.tables: dict[str, Table] = {}
        self.indexes: dict[str, SearchIndex] = {}
        self.merged: dict[str, dict[int, int]] = {}
        self.erased: dict[str, set[int]] = {}
        self.links = Links(self.log)
        self.association_types = AssociationTypes()
        self.owners: dict[int, Owner] = {}
        self.pipelines: dict[str, tuple[Pipeline, ...]] = dict(PIPELINES)
        self.blocked_addresses: set[str] = set()
        """E-mail addresses of erased contacts, in lower case."""
        self.merges: dict[tuple[str, int], int] = {}
        self.locked: set[tuple[str, int]] = set()
        self.lock_next_row = self.refuse_next_row = False
        self.hidden: set[tuple[str, str]] = set()
        self.groups: dict[str, dict[str, Group]] = {}
        self.source: Source = PERSON
        self.version = ""
        """Of the path of the request at hand."""
        self.scopes: frozenset[str] | None = None
        """What the token of the request at hand may; None: all."""
        self.born = self.now()
        self._names: dict[str, str] = {}
        self._last_ids: dict[str, int] = {}
        self._undo: list[Callable[[], None]] | None = None
        self._written: list[tuple[str, int, Row | None, Row | None, int]] = []
        self._later: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        for kind in OBJECTS:
            self.add_kind(kind)

    @property
    def profile(self) -> Profile:
        return self.faults.profile

    def now(self) -> int:
        """Epoch milliseconds."""
        return milliseconds(self.clock.now())

    @property
    def validating(self) -> bool:
        """Whether the request at hand has to keep the portal's own validation."""
        return self.switches.validation_2026_09 and self.version in VALIDATING

    def add_kind(self, kind: ObjectType) -> None:
        """Let there be a type of object."""
        self.tables[kind.plural] = Table()
        self.indexes[kind.plural] = SearchIndex(self.tables[kind.plural])
        self.merged[kind.plural], self.erased[kind.plural] = {}, set()
        self.change_kind(kind)
        if kind.custom:
            for other in PARTNERS_OF_CUSTOM:
                self.association_types.connect(kind.plural, other)

    def change_kind(self, kind: ObjectType) -> None:
        """Put a changed type in its place (see `ObjectType.with_property`)."""
        self.kinds[kind.plural] = kind
        self._names |= dict.fromkeys(kind.names, kind.plural)

    def remove_kind(self, kind: ObjectType) -> None:
        """Let there be a type of object no more."""
        for held in (self.kinds, self.tables, self.indexes, self.merged, self.erased, self.groups, self.pipelines):
            held.pop(kind.plural, None)
        self._names = {name: plural for name, plural in self._names.items() if plural != kind.plural}

    def kind(self, name: str) -> ObjectType:
        """The type that goes by this name: plural, singular, number (0-1) or full name; refused if there is none."""
        found = self.find_kind(name)
        if found is None:
            raise no_such_type(name)
        return found

    def find_kind(self, name: str) -> ObjectType | None:
        """The type that goes by this name; None if there is none."""
        found = self._names.get(name.lower())
        return None if found is None else self.kinds[found]

    def visible(self, kind: ObjectType) -> list[Property]:
        """The properties that the token may see and that are not archived."""
        return [each for each in kind.properties.values() if self.sees(kind, each.name)]

    def sees(self, kind: ObjectType, name: str) -> bool:
        """Whether there is a property of this name that the token may see; people see them all."""
        found = kind.properties.get(name)
        hidden = (kind.plural, name) in self.hidden and self.source.type != PERSON.type
        return found is not None and not found.archived and not hidden

    def value(self, kind: ObjectType, row: Row, name: str) -> str | None:
        """What a record shows of a property; None for what was never set."""
        if name == "hs_object_id":
            return str(row.id)
        held = row.values.get(name)
        if held:
            return self._in_ms(kind, name, held) if self.switches.dates_in_ms else held
        if held is not None:
            # Cleared: texts stay behind empty, everything else is as if it had never been set.
            return held if name in kind.properties and kind.properties[name].type == "string" else None
        if name == kind.modified:
            return iso(row.modified)
        if name in SOURCES:
            return SOURCES[name](row.source)
        return iso(row.created) if name == kind.created else None

    def _in_ms(self, kind: ObjectType, name: str, held: str) -> str:
        """A day as older portals tell it: the milliseconds of its midnight in UTC."""
        found = kind.properties.get(name)
        if found is None or found.type != "date":
            return held
        return str(milliseconds(datetime.combine(date.fromisoformat(held), time(), UTC)))

    def row(self, kind: ObjectType, record_id: int) -> Row | None:
        """The record that goes by this id, archived or not; of a merged one, what it was merged into."""
        return self.tables[kind.plural].get(self.survivor(kind, record_id))

    def survivor(self, kind: ObjectType, record_id: int) -> int:
        """The id that a record goes by after all merges."""
        merged = self.merged[kind.plural]
        while record_id in merged:
            record_id = merged[record_id]
        return record_id

    def new_id(self, kind: ObjectType) -> int:
        """An id that no record of the type had before."""
        last = self._last_ids.get(kind.plural, FIRST_NEW_ID) + 1 + self.random.randrange(40)
        self._last_ids[kind.plural] = last
        return last

    def claim_id(self, kind: ObjectType, record_id: int) -> int:
        """Use an id that was chosen elsewhere; ValueError if it is, or was, in use."""
        taken = record_id in self.tables[kind.plural] or record_id in self.merged[kind.plural]
        if taken or record_id in self.erased[kind.plural]:
            raise ValueError(f"{kind.plural} {record_id} is in use")
        if record_id >= FIRST_NEW_ID:
            self._last_ids[kind.plural] = max(record_id, self._last_ids.get(kind.plural, 0))
        return record_id

    def put(self, kind: ObjectType, row: Row, index_s: float | None = None) -> None:
        """Write one record; search sees it `index_s` later (None: what the switch says)."""
        self._write(kind, row.id, row, index_s)

    def drop(self, kind: ObjectType, record_id: int, index_s: float | None = None) -> None:
        """Take a record away for good."""
        self._write(kind, record_id, None, index_s)

    def _write(self, kind: ObjectType, record_id: int, row: Row | None, index_s: float | None) -> None:
        table = self.tables[kind.plural]
        before = table.get(record_id)
        self.log(lambda: _restore(table, record_id, before))
        _restore(table, record_id, row)
        delay = self._delay_s() if index_s is None else index_s
        due = self.now() + int(delay * 1_000)
        written = (kind.plural, record_id, before, row, due)
        if self._undo is None:
            self._tell_index(*written)
        else:
            self._written.append(written)

    def _delay_s(self) -> float:
        """Until search sees a write: what the switch says, or in a bad profile up to much longer."""
        usual, latest = self.switches.index_s, self.profile.latest_index_s
        return usual if latest <= USUAL_INDEX_S else self.random.uniform(min(usual, latest), latest)

    def _tell_index(self, plural: str, record_id: int, before: Row | None, row: Row | None, due: int) -> None:
        self.indexes[plural].note(record_id, before, row, due)

    def log(self, take_back: Callable[[], None]) -> None:
        """Say how to take back what is being done, should the transaction fail."""
        if self._undo is not None:
            self._undo.append(take_back)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing of it; transactions may lie in one another."""
        outer, self._undo, first = self._undo, [], len(self._written)
        try:
            yield
        except BaseException:
            done, self._undo = self._undo, None
            for take_back in reversed(done):
                take_back()
            del self._written[first:]
            self._undo = outer
            raise
        if outer is not None:
            outer.extend(self._undo)
            self._undo = outer
            return
        self._undo = None
        written, self._written = self._written, []
        for each in written:
            self._tell_index(*each)

    def check_unlocked(self, kind: ObjectType, record_id: int) -> None:
        """Refuse a write to a record that other work holds: 423."""
        if self.lock_next_row or (kind.plural, record_id) in self.locked:
            self.lock_next_row = False
            raise locked(record_id)

    @contextlib.contextmanager
    def acting(self, source: Source) -> Iterator[None]:
        """Write as somebody else inside."""
        own, self.source = self.source, source
        try:
            yield
        finally:
            self.source = own

    def later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Do something once this many seconds have passed on the portal's clock, unless the transaction fails."""
        planned = (self.now() + int(delay_s * 1_000), next(self._order), action)
        heapq.heappush(self._later, planned)
        self.log(lambda: self._give_up(planned))

    def _give_up(self, planned: tuple[int, int, Callable[[], None]]) -> None:
        self._later.remove(planned)
        heapq.heapify(self._later)

    def settle(self) -> None:
        """Let time do its work: what waits, what search sees, what the recycle bin gives up."""
        now = self.now()
        while self._later and self._later[0][0] <= now:
            _, _, action = heapq.heappop(self._later)
            with contextlib.suppress(Refusal), self.transaction():
                action()
        for index in self.indexes.values():
            index.settle(now)
        self._empty_bin(now - int(timedelta(days=BIN_DAYS).total_seconds()) * 1_000)

    def _empty_bin(self, oldest: int) -> None:
        from simulators.hubspot.deleting import purge

        for plural, table in self.tables.items():
            for record_id in table.expired(oldest):
                purge(self, self.kinds[plural], record_id)


def _restore(table: Table, record_id: int, row: Row | None) -> None:
    if row is not None:
        table[record_id] = row
    elif record_id in table:
        del table[record_id]
