"""The org's state: records, the log of deletions, transactions that are not yet visible, and who may see what.

Time stands in whole seconds in every stamp, as Salesforce's do. A write is stamped when it is made and seen when it
commits; between the two its row is locked and readers see what was there before.
"""

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from simulators.clock import Clock
from simulators.faults import Faults, Profile
from simulators.salesforce.errors import Refusal, no_such_type
from simulators.salesforce.fields import Field, Record, Row
from simulators.salesforce.ids import full_id, make_id
from simulators.salesforce.objects import FEATURES, OBJECTS, ObjectType
from simulators.salesforce.quota import Quota
from simulators.salesforce.rows import Table
from simulators.salesforce.switches import Switches

BIN_DAYS = 15
ARCHIVED_AFTER = timedelta(days=365)
ACTIVITIES = {"Task": "ActivityDate", "Event": "EndDateTime"}
"""Objects whose old records are archived, and what tells their age."""
Key = tuple[str, str]
"""Object and id of a record."""


class _TakenBackError(Exception):
    """Ends a rehearsal."""


@dataclass(frozen=True)
class Pending:
    """Rows stamped at `stamped` that will be seen at `commits`."""

    stamped: datetime
    commits: datetime
    rows: dict[Key, Row]


@dataclass
class Cursor:
    """An open result of a query, and how many rows of it make a page."""

    result: Any
    size: int
    used: datetime
    of_children: bool = False


@dataclass
class Org:
    """One org. `tables` holds every record that is not purged, deleted ones included."""

    clock: Clock
    seed: int
    faults: Faults
    host: str = "http://127.0.0.1"
    features: frozenset[str] = frozenset()
    objects: dict[str, ObjectType] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    deletions: dict[str, dict[str, datetime]] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    schema_changed: dict[str, datetime] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    user_id: str = ""
    user_name: str = "hub@example.com"
    switches: Switches = field(default_factory=Switches)
    quota: Quota = field(default_factory=Quota)
    unshared: set[str] = field(default_factory=set)
    """Ids of records that sharing keeps from the user."""
    lock_next_row: bool = False
    duplicate_rules: dict[str, str] = field(default_factory=dict)
    allow_save: bool = False
    """Whether the request at hand saves in spite of an alert."""

    def __post_init__(self) -> None:
        self.random = random.Random(f"org {self.seed}")
        self.id = make_id("00D", self.seed + 1)
        self.born = self.stamp()
        self.undo: list[tuple[Key, Row | None, datetime | None]] | None = None
        self._archived_on = date.min
        self._names: dict[str, str] = {}
        self._make_objects()

    def _make_objects(self) -> None:
        for name, kind in OBJECTS.items():
            if name not in self.objects and kind.feature in (None, *self.features):
                self.objects[name] = kind.with_features(self.features)
                self._names[kind.prefix] = name
                self.tables[kind.name] = Table()

    @property
    def profile(self) -> Profile:
        return self.faults.profile

    def stamp(self) -> datetime:
        """Now, in whole seconds."""
        return self.clock.now().replace(microsecond=0)

    def object(self, name: str) -> ObjectType:
        """The object of this name; refused as INVALID_TYPE if there is none."""
        found = self.objects.get(name.lower())
        if found is None:
            raise no_such_type(name)
        return found

    def object_of(self, record_id: str) -> ObjectType | None:
        """The object that an id's prefix tells."""
        name = self._names.get(record_id[:3])
        return None if name is None else self.objects[name]

    def add_field(self, kind: ObjectType, added: Field) -> None:
        """Give an object a field that it did not have, as its administrator does; records hold the field's default."""
        if kind.field(added.name) is not None:
            raise Refusal(400, "DUPLICATE_DEVELOPER_NAME", f"{kind.name} has a field {added.name} already")
        self.objects[kind.name.lower()] = replace(kind, fields=(*kind.fields, added))
        self.schema_changed[kind.name] = self.stamp()
        if added.default is not None:
            table = self.tables[kind.name]
            table.update({key: Record({**row, added.name: added.default}) for key, row in table.items()})

    def switch_on(self, feature: str) -> None:
        """Switch on what can't be switched off again: person accounts, or several currencies."""
        if feature not in FEATURES:
            raise Refusal(400, "INVALID_ARGUMENT", f"there is no feature {feature}; there are {', '.join(FEATURES)}")
        if feature in self.features:
            return
        self.features |= {feature}
        for name in list(self.objects):
            for added in OBJECTS[name].fields:
                if added.feature == feature:
                    self.add_field(self.objects[name], added)
        self._make_objects()

    def visible(self, kind: ObjectType) -> list[Field]:
        """The fields that the user may see."""
        return [each for each in kind.fields if (kind.name, each.name) not in self.hidden]

    def field(self, kind: ObjectType, name: str) -> Field | None:
        """A field that the user may see."""
        found = kind.field(name)
        return None if found is None or (kind.name, found.name) in self.hidden else found

    def new_id(self, kind: ObjectType) -> str:
        self.counters[kind.name] = self.counters.get(kind.name, 0) + 1
        return make_id(kind.prefix, self.counters[kind.name])

    def row(self, kind: ObjectType, record_id: str) -> Row | None:
        """The record with this id in either form, deleted ones included."""
        whole = full_id(record_id)
        return None if whole is None else self.tables[kind.name].get(whole)

    def put(self, kind: ObjectType, row: Row) -> None:
        """Write one row, unless an open transaction holds it; inside a transaction it can be taken back."""
        record_id = str(row["Id"])
        table = self.tables[kind.name]
        if any((kind.name, record_id) in each.rows for each in self.pending):
            raise _locked(record_id)
        if self.undo is not None:
            removed = self.deletions.get(kind.name, {}).get(record_id)
            self.undo.append(((kind.name, record_id), table.get(record_id), removed))
        table[record_id] = Record(row)

    def drop(self, kind: ObjectType, record_id: str) -> None:
        """Take a row away for good; inside a transaction it can come back."""
        gone = self.tables[kind.name].pop(record_id, None)
        if self.undo is not None and gone is not None:
            removed = self.deletions.get(kind.name, {}).get(record_id)
            self.undo.append(((kind.name, record_id), gone, removed))

    def log_deletion(self, kind: ObjectType, record_id: str, moment: datetime | None) -> None:
        """Note when a record was deleted; None takes the note back."""
        log = self.deletions.setdefault(kind.name, {})
        if moment is None:
            log.pop(record_id, None)
        else:
            log[record_id] = moment

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is put inside, or nothing of it."""
        outer, self.undo = self.undo, []
        try:
            yield
        except BaseException:
            for (name, record_id), before, deleted in reversed(self.undo):
                kind = self.object(name)
                if before is None:
                    self.tables[name].pop(record_id, None)
                else:
                    self.tables[name][record_id] = before
                self.log_deletion(kind, record_id, deleted)
            raise
        else:
            if outer is not None:
                outer.extend(self.undo)
        finally:
            self.undo = outer

    def rehearse(self, work: Callable[[], None]) -> dict[Key, Row]:
        """The rows that some work would write, once all of it is done; nothing of it stays."""
        rows: dict[Key, Row] = {}
        with contextlib.suppress(_TakenBackError), self.transaction():
            work()
            assert self.undo is not None
            rows = {(name, each): self.tables[name][each] for (name, each), _, _ in self.undo}
            raise _TakenBackError
        return rows

    def check_unlocked(self, record_id: str) -> None:
        """Refuse a write to a row that an open transaction holds."""
        if (
            self.lock_next_row
            or record_id in self.locked
            or any(record_id == key[1] for each in self.pending for key in each.rows)
        ):
            self.lock_next_row = False
            raise _locked(record_id)

    def check_unreferenced(self, record_id: str) -> None:
        """Refuse to take away a row that an open transaction is pointing something at."""
        if any(record_id in row.values() for each in self.pending for row in each.rows.values()):
            raise _locked(record_id)

    def settle(self) -> None:
        """Let time do its work: commit what is due, empty the recycle bin of what is too old."""
        now = self.clock.now()
        for each in sorted((each for each in self.pending if each.commits <= now), key=lambda each: each.commits):
            self.pending.remove(each)
            for (name, record_id), row in each.rows.items():
                self.tables[name][record_id] = Record(row)
        if now.date() > self._archived_on:
            self._archive(now)
        oldest = now - timedelta(days=BIN_DAYS)
        for name, log in self.deletions.items():
            for record_id in [each for each, moment in log.items() if moment < oldest]:
                del log[record_id]
                self.tables[name].pop(record_id, None)

    def _archive(self, now: datetime) -> None:
        """What the platform does once a day: closed tasks and past events of more than a year ago are archived."""
        self._archived_on, moment = now.date(), now.replace(microsecond=0)
        for name, age in ACTIVITIES.items():
            table = self.tables[name]
            for record_id, row in table.items():
                if not row.get("IsArchived") and row.get("IsClosed", True) and _is_older(row.get(age), now):
                    table[record_id] = Record({**row, "IsArchived": True, "SystemModstamp": moment})

    def hide(self, kind: ObjectType, name: str, *, hidden: bool) -> None:
        """Take a field from the user's sight, or give it back."""
        found = kind.field(name)
        if found is None:
            raise Refusal(400, "INVALID_FIELD", f"{kind.name} has no field {name}")
        (self.hidden.add if hidden else self.hidden.discard)((kind.name, found.name))
        self.schema_changed[kind.name] = self.stamp()


def _is_older(value: object, now: datetime) -> bool:
    day = value.date() if isinstance(value, datetime) else value
    return isinstance(day, date) and day < (now - ARCHIVED_AFTER).date()


def _locked(record_id: str) -> Refusal:
    message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return Refusal(400, "UNABLE_TO_LOCK_ROW", message)
