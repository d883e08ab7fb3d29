"""Builders for tests: records, mappings, small worlds of sources over one store. Name only what a test is about."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from unified_model.identity.model import read_model, shipped_model
from unified_model.mapping.rows import FieldRow, ObjectMapping
from unified_model.records import Page, Reject, SourceRecord
from unified_model.store import decisions, models, sources
from unified_model.store.decisions import Decision
from unified_model.store.engine import Store, open_store
from unified_model.use_cases import decide
from unified_model.use_cases.land import LandingOrder, land
from unified_model.use_cases.page import LandCounts
from unified_model.use_cases.resolve import ResolveCounts, resolve

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    """So many hours after Monday morning."""
    return MONDAY + timedelta(hours=hours)


def _rows(fields: dict[str, str]) -> tuple[FieldRow, ...]:
    return tuple(FieldRow(column, field) for column, field in fields.items())


CONTACTS = ObjectMapping(
    "Contact",
    "person",
    _rows({
        "First": "given_name", "Last": "family_name", "Title": "job_title", "Born": "birth_date",
        "Email": "email:work", "Email2": "email:home", "Phone": "phone:work",
        "Company": "company.name", "Site": "company.website",
        "City": "address:mailing.locality", "Zip": "address:mailing.postal_code",
        "OptIn": "consent:email.marketing", "OptInAt": "consent:email.marketing.evidenced_at",
        "Erp": "external_id:erp", "Shoe": "custom.shoe", "Modified": "modified_at",
    }),
    key="Id",
)  # fmt: skip
"""Persons of every test source. A column it does not map (`Note`) stays raw."""

ACCOUNTS = ObjectMapping(
    "Account",
    "organization",
    _rows({
        "Name": "name", "Domain": "domain", "Industry": "industry", "Phone": "phone:work",
        "City": "address:billing.locality", "Modified": "modified_at",
    }),
    key="Id",
)  # fmt: skip
"""Organizations of every test source."""

LEADS = replace(CONTACTS, object="Lead")
"""Persons, too; a vendor makes a contact of one some day."""

MAPPINGS = {mapping.object: mapping for mapping in (CONTACTS, ACCOUNTS, LEADS)}


def contact(record_id: str = "1", *, modified: datetime | None = None, **columns: Any) -> SourceRecord:
    """A person's record; columns by their own names: `contact("7", First="Ann", Email="ann@x.org")`."""
    return _record("Contact", record_id, modified, columns)


def account(record_id: str = "1", *, modified: datetime | None = None, **columns: Any) -> SourceRecord:
    """An organization's record."""
    return _record("Account", record_id, modified, columns)


def lead(record_id: str = "1", *, modified: datetime | None = None, **columns: Any) -> SourceRecord:
    """The record of a person who is no contact yet."""
    return _record("Lead", record_id, modified, columns)


def case(record_id: str = "1", *, modified: datetime | None = None, **columns: Any) -> SourceRecord:
    """A record of an object that no mapping reads."""
    return _record("Case", record_id, modified, columns)


def _record(object: str, record_id: str, modified: datetime | None, columns: dict[str, Any]) -> SourceRecord:
    payload = {"Id": record_id, **{name: value for name, value in columns.items() if value is not None}}
    if modified is not None:
        payload["Modified"] = modified.isoformat()
    return SourceRecord(object, record_id, payload, modified, place=f"test:{record_id}")


def deleted(record_id: str = "1", *, object: str = "Contact", merged_into: str | None = None) -> SourceRecord:
    """A record's deletion, or its merge into another."""
    return SourceRecord(object, record_id, {}, None, deleted=True, merged_into=merged_into)


def reject(place: str = "test:9", *, reason: str = "row_too_short", raw: str = "a,b", **more: Any) -> Reject:
    """Something that could not be read."""
    detail = more.pop("detail", "The row has too few cells; correct it.")
    return Reject(more.pop("object", "Contact"), place, reason, detail, raw, **more)


def page(records: Iterable[SourceRecord] = (), rejects: Iterable[Reject] = (), **more: Any) -> Page:
    """A page with honest counts."""
    some, bad = list(records), list(rejects)
    repeated = more.pop("repeated", 0)
    read = more.pop("read", len(some) + len(bad) + repeated)
    return Page(some, bad, more.pop("cursor", "next"), read, repeated, **more)


class TickingClock:
    """A second later at every call, from a set start: no test reads the wall clock."""

    def __init__(self, start: datetime = MONDAY + timedelta(days=30)) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class World:
    """Some sources over one store. `land` and `resolve` as the hub does them; every source has Contact and Account."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.runs = store, TickingClock(), 0
        self.counts: list[LandCounts] = []
        self.unique: frozenset[str] = frozenset()
        """Sources that declare that no two of their records are one customer."""

    def source(self, label: str) -> sources.Source:
        """The source of this label, made at first mention; its installation is `<label>-1`."""
        alone = label in self.unique
        now = self.clock()
        return sources.ensure_source(self.store, label, f"{label}-1", "files", now, one_record_a_customer=alone)

    def limit_size(self, records: int) -> None:
        """Use the shipped models with another limit of records a customer; comes before the first resolve."""
        for kind in ("person", "organization"):
            document = json.loads(shipped_model(kind).to_json())
            document["unsilo"]["size_limit"] = records
            model = read_model(json.dumps(document))
            with self.store.begin() as work:
                models.activate(work.conn, model.version, model.kind, model.document, self.clock())
                work.commit()

    def land(self, label: str, *records: SourceRecord, **more: Any) -> LandCounts:
        """Land records of one object as one page."""
        return self.land_pages(label, [page(records)], **more)

    def land_pages(self, label: str, pages: Sequence[Page], *, object: str = "", **order: Any) -> LandCounts:
        """Land pages of one object in one read."""
        objects = {r.object for p in pages for r in (*p.records, *p.rejects)}
        name = object or next(iter(objects), "Contact")
        self.runs += 1
        ordered = LandingOrder(self.source(label).id, name, self.runs, **order)
        counts = land(self.store, ordered, MAPPINGS.get(name), lambda cursor: iter(pages), clock=self.clock)
        self.counts.append(counts)
        return counts

    def resolve(self, **how: Any) -> ResolveCounts:
        """Work off the queue."""
        return resolve(self.store, clock=self.clock, **how)

    def decide(self, a: str, b: str, kind: str) -> Decision:
        """`same` or `different`, by a person; records are named `label/object/id`."""
        return decide.decide(self.store, a, b, kind, actor="ann", reason=None, clock=self.clock)

    def choose(self, customer: str, field: str, record: str) -> Decision:
        """A person picks whose value of a field is golden."""
        return decide.choose_field(self.store, customer, field, record, actor="ann", reason=None, clock=self.clock)

    def unmerge(self, name: str) -> Decision:
        """A person takes a record out of its customer."""
        return decide.unmerge(self.store, name, actor="ann", reason=None, clock=self.clock)

    def split(self, name: str, *groups: Sequence[str]) -> Decision:
        """A person tears a customer into groups of records; those not named stay together."""
        return decide.split(self.store, name, groups, actor="ann", reason=None, clock=self.clock)

    def undo(self, number: int) -> Decision:
        """A person takes a decision back."""
        return decide.undo(self.store, number, actor="ann", reason=None, clock=self.clock)

    def decisions(self) -> list[Decision]:
        """Every decision ever made."""
        with self.store.read() as conn:
            return decisions.all_decisions(conn)

    def put(self, made: Iterable[Decision]) -> None:
        """Enter decisions as they stand, unchecked: another store's, say. Comes before the first resolve."""
        with self.store.begin() as work:
            for one in made:
                decisions.append(work.conn, one)
            work.commit()


@cache
def _template() -> Path:
    """An empty store's file, made once a process: copying it is many times faster than making it."""
    folder = Path(tempfile.mkdtemp(prefix="unsilo-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_store(f"sqlite:///{folder / 'empty.db'}").close()
    return folder / "empty.db"


def new_store_file(folder: Path, name: str = "unsilo.db") -> Path:
    """A new empty SQLite store in a folder."""
    return Path(shutil.copyfile(_template(), folder / name))


@contextmanager
def new_world(folder: Path | None = None) -> Iterator[World]:
    """A world over a new SQLite store, in a folder of its own unless one is given."""
    with tempfile.TemporaryDirectory(prefix="unsilo-world-") as own:
        file = new_store_file(folder or Path(own))
        with open_store(f"sqlite:///{file}", upgrade="never") as store:
            yield World(store)
