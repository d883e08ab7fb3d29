"""Who pulls and pushes in the connector suite: the engine in miniature, and the base of naive clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from connectors.contract import Mode, ObjectCapabilities, Op, OpResult, Outlines, Writes
from tests.contract.connector_world import Changes, Fields
from unified_model.errors import CursorExpired, NeedsOperator, UnsiloError
from unified_model.records import Page, Reject, SourceRecord

UNCONFIRMED = ("retry", "unknown")
BATCH = 100


@dataclass
class Client:
    """Something that keeps a copy of a source and writes to it: ours, or a naive one."""

    world: Any
    state: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What it holds, by key, in the suite's words."""
    read: list[str] = field(default_factory=list)
    """Keys in the order in which the last pull gave them."""
    changed: set[str] = field(default_factory=set)
    """Keys of what it takes for changes by others in the last pull."""
    survivors: dict[str, str] = field(default_factory=dict)
    """Key of the record that took the place of a merged one."""

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        """Read what is new; `pages`: die after so many."""
        raise NotImplementedError

    def reconcile(self) -> None:
        """Compare the whole copy with the source."""
        self.pull("full")

    def create(self, records: Mapping[str, Fields]) -> None:
        """Write new records, each with its key as external id."""
        raise NotImplementedError

    def update(self, changes: Mapping[str, Changes]) -> None:
        """Change records in one go."""
        raise NotImplementedError

    def deliver(self) -> None:
        """Write again what was not confirmed."""
        raise NotImplementedError


@dataclass
class Ledger(Client):
    """The engine in miniature: applies pages, moves the cursor with each, reconciles, delivers until confirmed."""

    scope: Mapping[str, Any] = field(default_factory=dict)
    object: str = ""
    raw: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Payloads by record id."""
    cursor: str | None = None
    rejects: list[Reject] = field(default_factory=list)
    complete: bool = False
    converted: dict[str, tuple[str, str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    erased: set[str] = field(default_factory=set)
    """Keys of records that the source has forgotten, as far as can be told."""
    heard: datetime | None = None
    """When it first met the source, or compared with it last."""
    outbox: list[Op] = field(default_factory=list)
    results: dict[str, OpResult] = field(default_factory=dict)
    """The last result of each op."""
    _expected: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.object = self.object or self.world.object

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        """Read from the cursor on; a lost place means everything."""
        self._begin()
        connector = self.world.open(**self.scope)
        try:
            self._apply(connector.read(self.object, self.cursor, mode), pages)
        except CursorExpired:
            self._apply(connector.read(self.object, None, "full"), pages)
        finally:
            connector.close()

    def pull_disturbed(self, disturb: Callable[[], None]) -> None:
        """Pull, and change the source after the first page. It may end in an error: the next pull makes good."""

        def disturbed(stream: Iterator[Page]) -> Iterator[Page]:
            for number, page in enumerate(stream):
                yield page
                if number == 0:
                    disturb()

        self._begin()
        connector = self.world.open(**self.scope)
        try:
            with suppress(UnsiloError):
                self._apply(disturbed(connector.read(self.object, self.cursor)), None)
        finally:
            connector.close()

    def reconcile(self) -> None:
        """Compare by the outline, or read everything where the source has none."""
        connector = self.world.open(**self.scope)
        try:
            [capabilities] = [one for one in connector.describe() if one.object == self.object]
            if capabilities.outlined:
                self._begin()
                self._compare(connector, capabilities)
                return
        finally:
            connector.close()
        self.pull("full")

    def create(self, records: Mapping[str, Fields]) -> None:
        self.write(
            [
                Op(f"create {key}", "create", self.world.columns(fields, new=True), guard=self.world.guard(key))
                for key, fields in records.items()
            ]
        )

    def update(self, changes: Mapping[str, Changes]) -> None:
        self.write([self.update_op(key, self.world.columns(words)) for key, words in changes.items()])

    def update_op(self, key: str, columns: Mapping[str, Any]) -> Op:
        """An update of raw columns, with what we believe they hold."""
        record_id = self.world.id_of(key)
        held = self.raw.get(record_id, {})
        base = {column: held.get(column) for column in columns}
        return Op(f"update {key} {sorted(columns)}", "update", columns, record_id, base)

    def write(self, ops: Sequence[Op]) -> list[OpResult]:
        """Put ops into the outbox, deliver it once; the last result of each op."""
        self.outbox += ops
        self.deliver()
        return [self.results[op.id] for op in ops]

    def deliver(self) -> None:
        ops = self.outbox
        connector = self.world.open(**self.scope)
        try:
            results = cast(Writes, connector).write(self.object, ops)
        finally:
            connector.close()
        assert [one.op for one in results] == [op.id for op in ops], "a result for every op, in their order"
        self.outbox = []
        for op, result in zip(ops, results, strict=True):
            self.results[op.id] = result
            if result.outcome in UNCONFIRMED:
                self.outbox.append(op._replace(repeated=True))
            elif result.outcome in ("created", "updated", "unchanged") and result.record_id:
                wanted = dict([op.guard] if op.guard else []) | dict(op.changes)
                self._expected[result.record_id] = {**self._expected.get(result.record_id, {}), **wanted}

    def survivor_of(self, key: str) -> str:
        """The record that a merged one has become, over any number of merges."""
        while key in self.survivors:
            key = self.survivors[key]
        return key

    def holds(self) -> dict[str, dict[str, Any]]:
        """What it holds, by key, in the words of `World.truth`."""
        names = {name for fields in self.world.truth().values() for name in fields}
        return {
            key: {name: value for name, value in words.items() if name in names} for key, words in self.state.items()
        }

    def _begin(self) -> None:
        self.heard = self.heard or self.world.now()
        self.read, self.changed, self.rejects, self.complete = [], set(), [], False

    def _apply(self, stream: Iterator[Page], pages: int | None) -> None:
        for number, page in enumerate(stream, start=1):
            assert page.read == len(page.records) + len(page.rejects) + page.repeated, "counts must balance"
            self.hidden = page.hidden
            for one in page.records:
                self._take(one)
            self.rejects += page.rejects
            self.cursor, self.complete = page.cursor, page.complete
            if page.complete:
                seen = set(self.read)
                for record_id in [each for each in self.raw if self.world.key_of(each) not in seen]:
                    self._drop(record_id)
            if number == pages:
                return

    def _take(self, one: SourceRecord) -> None:
        key = self.world.key_of(one.record_id)
        self.read.append(key)
        if one.merged_into:
            self.survivors[key] = self.world.key_of(one.merged_into)
        if one.converted_into:
            self.converted[one.record_id] = one.converted_into
        before = self.raw.get(one.record_id)
        if one.deleted:
            if before is not None:
                self.changed.add(key)
            if one.erased:
                self.erased.add(key)
            self._drop(one.record_id)
            return
        kept = {column: value for column, value in (before or {}).items() if column in self.hidden}
        payload = {**kept, **one.payload}
        if self._differs(one.record_id, before, payload):
            self.changed.add(key)
        self.raw[one.record_id] = payload
        self.state[key] = self.world.words(self.object, payload)

    def _differs(self, record_id: str, before: Mapping[str, Any] | None, payload: Mapping[str, Any]) -> bool:
        """Whether somebody else changed a record: our own writes and stamps aside."""
        wanted = {**(before or {}), **self._expected.pop(record_id, {})}
        if not wanted:
            return True
        columns = set(wanted) | (set(payload) if before is not None else set())
        return any(
            self._value(payload, column) != self._value(wanted, column) for column in columns - self.world.volatile
        )

    def _value(self, payload: Mapping[str, Any], column: str) -> Any:
        value = payload.get(column)
        return None if isinstance(value, str) and value in self.world.empty else value

    def _drop(self, record_id: str) -> None:
        self.raw.pop(record_id, None)
        self.state.pop(self.world.key_of(record_id), None)

    def _compare(self, connector: Any, capabilities: ObjectCapabilities) -> None:
        """Re-read what the outline tells otherwise; look up, then drop what it lacks.

        What the source would still know if it had only been deleted, and does not, was erased.
        """
        begun, bin_days = self.world.now(), capabilities.bin_days
        trackless = bin_days is not None and begun - (self.heard or begun) < timedelta(days=bin_days)
        seen, stale = set[str](), list[str]()
        for block in cast(Outlines, connector).outline(self.object):
            for line in block:
                held = self.raw.get(line.record_id)
                assert line.record_id not in seen, "an outline tells each record once"
                seen.add(line.record_id)
                if held is None or any(held.get(column) != value for column, value in line.values.items()):
                    stale.append(line.record_id)
        gone = [record_id for record_id in self.raw if record_id not in seen]
        if len(gone) > capabilities.max_vanishing_share * len(self.raw):
            raise NeedsOperator(f"{len(gone)} of {len(self.raw)} records are missing.", "Look at the source first.")
        for ids in (stale, gone):
            for start in range(0, len(ids), BATCH):
                for one in connector.get(self.object, ids[start : start + BATCH]):
                    self._take(one)
        for record_id in gone:
            if self.world.key_of(record_id) not in self.read:
                self._take(SourceRecord(self.object, record_id, {}, deleted=True, erased=trackless))
        self.heard = begun
