"""The org's state: records, the log of deletions, transactions that are not yet visible, and who may see what.

Time stands in whole seconds in every stamp, as Salesforce's do. A write is stamped when it is made and seen when it
commits; between the two its row is locked and readers see what was there before.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulators.clock import Clock
from simulators.faults import Faults, Profile
from simulators.salesforce.errors import Refusal, no_such_type
from simulators.salesforce.fields import Field, Row
from simulators.salesforce.ids import full_id, make_id
from simulators.salesforce.objects import OBJECTS, ObjectType

BIN_DAYS = 15
Key = tuple[str, str]
"""Object and id of a record."""


@dataclass(frozen=True)
class Pending:
    """Rows stamped at `stamped` that will be seen at `commits`."""

    stamped: datetime
    commits: datetime
    rows: dict[Key, Row]


@dataclass
class Cursor:
    """An open result: the rows to come, and how to show one."""

    rows: list[Row]
    object: ObjectType
    paths: tuple[tuple[str, ...], ...]
    size: int
    used: datetime


@dataclass
class Org:
    """One org. `tables` holds every record that is not purged, deleted ones included."""

    clock: Clock
    seed: int
    faults: Faults
    host: str = "http://127.0.0.1"
    tables: dict[str, dict[str, Row]] = field(default_factory=lambda: {each.name: {} for each in OBJECTS.values()})
    counters: dict[str, int] = field(default_factory=dict)
    deletions: dict[str, dict[str, datetime]] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    schema_changed: dict[str, datetime] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    user_id: str = ""
    user_name: str = "hub@example.com"
    lock_next_row: bool = False
    duplicate_rules: dict[str, str] = field(default_factory=dict)
    allow_save: bool = False
    """Whether the request at hand saves in spite of an alert."""

    def __post_init__(self) -> None:
        self.random = random.Random(f"org {self.seed}")
        self.id = make_id("00D", self.seed + 1)
        self.born = self.stamp()
        self.undo: list[tuple[Key, Row | None, datetime | None]] | None = None

    @property
    def profile(self) -> Profile:
        return self.faults.profile

    def stamp(self) -> datetime:
        """Now, in whole seconds."""
        return self.clock.now().replace(microsecond=0)

    def object(self, name: str) -> ObjectType:
        """The object of this name; refused as INVALID_TYPE if there is none."""
        found = OBJECTS.get(name.lower())
        if found is None:
            raise no_such_type(name)
        return found

    def object_of(self, record_id: str) -> ObjectType | None:
        """The object that an id's prefix tells."""
        return next((each for each in OBJECTS.values() if record_id.startswith(each.prefix)), None)

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
        table[record_id] = row

    def log_deletion(self, kind: ObjectType, record_id: str, moment: datetime | None) -> None:
        """Note when a record was deleted; None takes the note back."""
        log = self.deletions.setdefault(kind.name, {})
        if moment is None:
            log.pop(record_id, None)
        else:
            log[record_id] = moment

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is put inside, or nothing of it."""
        outer, self.undo = self.undo, []
        try:
            yield
        except BaseException:
            for (name, record_id), before, deleted in reversed(self.undo):
                kind = OBJECTS[name.lower()]
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

    def check_unlocked(self, record_id: str) -> None:
        """Refuse a write to a row that an open transaction holds."""
        if (
            self.lock_next_row
            or record_id in self.locked
            or any(record_id == key[1] for each in self.pending for key in each.rows)
        ):
            self.lock_next_row = False
            raise _locked(record_id)

    def settle(self) -> None:
        """Let time do its work: commit what is due, empty the recycle bin of what is too old."""
        now = self.clock.now()
        for each in sorted((each for each in self.pending if each.commits <= now), key=lambda each: each.commits):
            self.pending.remove(each)
            for (name, record_id), row in each.rows.items():
                self.tables[name][record_id] = row
        oldest = now - timedelta(days=BIN_DAYS)
        for name, log in self.deletions.items():
            for record_id in [each for each, moment in log.items() if moment < oldest]:
                del log[record_id]
                self.tables[name].pop(record_id, None)

    def hide(self, kind: ObjectType, name: str, *, hidden: bool) -> None:
        """Take a field from the user's sight, or give it back."""
        found = kind.field(name)
        if found is None:
            raise Refusal(400, "INVALID_FIELD", f"{kind.name} has no field {name}")
        (self.hidden.add if hidden else self.hidden.discard)((kind.name, found.name))
        self.schema_changed[kind.name] = self.stamp()


def _locked(record_id: str) -> Refusal:
    message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
    return Refusal(400, "UNABLE_TO_LOCK_ROW", message)
