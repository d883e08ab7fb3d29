"""A Salesforce org as a world of the connector suite. Its main object is Contact."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.salesforce.connector import SalesforceConnector, open_salesforce
from simulators.faults import Fault
from simulators.salesforce.fields import Field, long_text, text
from tests.contract.connector_clients import Client
from tests.contract.connector_world import Changes, Fields, World
from tests.contract.salesforce_naive import NAIVE
from tests.contract.salesforce_rehearsal import ROWS_A_PAGE, Door, Stage, served_apart

PAUSE_S = 660
"""Between two events: longer than the overlap of two runs."""
WORDS = {"name": "Description", "city": "MailingCity", "note": "Department", "mail": "Email"}
SECRET = "hub-secret"
NOBODY = "0035g0000ZZZZZZAQ5"
PET = {"name": "Name", "owner": "Contact__c"}
GRADE = "Account_Industry__c"
CANNOT = {
    "late_index_is_not_lost": "SOQL asks the table itself, not an index that follows it later",
    "erasure_at_the_vendor_is_told_from_delete": (
        "Salesforce has no word for it: an erasure is a hard deletion, which leaves an id and a date"
    ),
}


@dataclass
class SalesforceWorld(World):
    """An org of its own behind the stage's address."""

    stage: Stage
    object = "Contact"
    page_size = ROWS_A_PAGE
    calculated = "grade"
    cannot = CANNOT
    volatile = frozenset({"SystemModstamp", "LastModifiedDate", "LastModifiedById", "MailingAddress"})
    most_records = 200
    most_bytes = 50_000_000
    words_of_fields: dict[str, str] = field(default_factory=lambda: dict(WORDS))
    skewed_s: float = 0.0
    slept_s: float = 0.0
    _ids: dict[str, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.door: Door = self.stage.new_door()
        self.address = self.stage.address
        [self.account] = self.happens("create", object="Account", records=[{"Name": "Acme", "Industry": "Banking"}])[
            "ids"
        ]

    def happens(self, event: str, pause_s: float = PAUSE_S, **sent: Any) -> Any:
        """Something happens in the org, and some time later it is known."""
        answer = self.stage.admin(event, **sent)
        if pause_s:
            self.stage.admin("clock", advance_s=pause_s)
        return answer

    # What it is

    def open(self, *, secret: str = SECRET, installation: str | None = None, **scope: Any) -> SalesforceConnector:
        objects = ["Contact", "Lead", "CampaignMember", "Subscription__c"]
        options = {"url": self.address, "client_id": "hub", "objects": objects, **scope}
        return open_salesforce(
            "rehearsal",
            options,
            {},
            secret={"client_secret": secret}.get,
            tokens=None,
            installation=installation,
            clock=self.local_now,
            sleep=self.sleep,
        )

    def local_now(self) -> datetime:
        return self.stage.clock.now() + timedelta(seconds=self.skewed_s)

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self.stage.admin("clock", advance_s=seconds)

    def naive(self, behaviour: str) -> Client:
        return NAIVE[behaviour](self)

    def truth(self) -> Mapping[str, Fields]:
        rows = [row for row in self.stage.admin("rows", object="Contact") if not row["IsDeleted"]]
        words = {**self.words_of_fields, "grade": GRADE, "company": "AccountId"}
        hidden = {name for _, name in self.door.simulator.org.hidden}
        return {
            self._ids_known(row): {word: row[column] or "" for word, column in words.items() if column not in hidden}
            for row in rows
        }

    def key_of(self, record_id: str) -> str:
        return self._keys.get(record_id, record_id)

    def id_of(self, key: str) -> str:
        return self._ids.get(key, NOBODY)

    def malformed_id(self) -> str:
        """Eighteen characters whose last three do not follow from the others."""
        return NOBODY[:-3] + "AAA"

    def words(self, object: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        if object != "Contact":
            return {**payload, **{word: payload[column] for word, column in PET.items() if column in payload}}
        words = {**self.words_of_fields, "grade": GRADE, "company": "AccountId"}
        return {**payload, **{word: payload[column] or "" for word, column in words.items() if column in payload}}

    def columns(self, words: Changes, *, new: bool = False) -> dict[str, Any]:
        columns: dict[str, Any] = {"LastName": "Person"} if new else {}
        return {**columns, **{self.column(word): value for word, value in words.items()}}

    def column(self, word: str) -> str:
        return PET[word] if word == "owner" else self.words_of_fields[word]

    def guard(self, key: str) -> tuple[str, str]:
        return "HubId__c", key

    def ways(self) -> Sequence[Mapping[str, Any]]:
        return [{"bulk_from": 1_000_000}, {"bulk_from": 1}]

    # What people and processes do

    def put(self, records: Mapping[str, Fields]) -> None:
        self._create({key: fields for key, fields in records.items() if key not in self._ids})
        edits: dict[str, list[str]] = {}
        before = self.truth() if set(records) & set(self._ids) else {}
        for key in records:
            if key in before:
                changed = {word: value for word, value in records[key].items() if before[key].get(word) != value}
                edits.setdefault(json.dumps(self.columns(changed)), []).append(self._ids[key])
        for columns, ids in edits.items():
            self.happens("edit", 0, object="Contact", ids=ids, set=json.loads(columns), commit_s=0)
        self.pass_time(PAUSE_S)

    def put_many(self, count: int) -> None:
        self.address = self.stage.apart.enter_context(served_apart(count))

    def edit_by_them(self, key: str, changes: Changes) -> None:
        self.happens("edit", 60, object="Contact", ids=[self._ids[key]], set=self.columns(changes), commit_s=0)

    def delete(self, *keys: str) -> None:
        self.happens("delete", object="Contact", ids=[self._ids[key] for key in keys])

    def restore(self, *keys: str) -> None:
        self.happens("undelete", object="Contact", ids=[self._ids[key] for key in keys])

    def soft_delete(self, key: str) -> None:
        self.delete(key)

    def remove(self, *keys: str) -> None:
        self.happens("delete", object="Contact", ids=[self._ids[key] for key in keys], hard=True)

    def merge(self, loser: str, survivor: str) -> str:
        self.happens("merge", object="Contact", master=self._ids[survivor], losers=[self._ids[loser]])
        return survivor

    def convert(self) -> tuple[str, str, tuple[str, str]]:
        [lead] = self.happens("create", object="Lead", records=[{"LastName": "Lee", "Company": "Acme"}])["ids"]
        made = self.happens("convert", lead=lead)
        return "Lead", lead, ("Contact", made["ConvertedContactId"])

    def link(self, key: str, others: int) -> None:
        campaigns = self.happens("create", object="Campaign", records=[{"Name": "Fair"}] * others)["ids"]
        members = [{"CampaignId": each, "ContactId": self._ids[key]} for each in campaigns]
        self.happens("create", object="CampaignMember", records=members)

    def link_objects(self) -> Sequence[str]:
        return ["Contact", "CampaignMember"]

    def links(self) -> set[tuple[str, str]]:
        rows = self.stage.admin("rows", object="CampaignMember")
        return {(self.key_of(row["ContactId"]), row["CampaignId"]) for row in rows}

    def linked(self, pulled: Mapping[str, Client]) -> set[tuple[str, str]]:
        held = pulled["CampaignMember"].state.values()
        return {(self.key_of(each["ContactId"]), each["CampaignId"]) for each in held if "CampaignId" in each}

    def pass_time(self, seconds: float) -> None:
        self.stage.admin("clock", advance_s=seconds)

    # How the source stamps, shows and orders

    def shuffle(self) -> None:
        self._profile(shuffles=True)

    def ties(self, records: Mapping[str, Fields]) -> None:
        self.put(records)

    def late_commit(self, late: Mapping[str, Fields], seen: Mapping[str, Fields]) -> None:
        self._create(late, commit_s=300)
        self.pass_time(30)
        self._create(seen)
        self.pass_time(120)

    def lose_places(self) -> None:
        self._order(Fault.CURSORS_DIE, after=0, times=2)

    def skew(self, seconds: float) -> None:
        self.skewed_s = seconds

    def expired(self, cursor: str) -> str:
        aged = re.sub(r'"v": ?\d+', '"v":0', cursor)
        assert aged != cursor
        return aged

    def change_calculated(self, value: str) -> None:
        self.happens("edit", object="Account", ids=[self.account], set={"Industry": value}, commit_s=0)

    # Schema

    def add_field(self, name: str, value: str) -> None:
        column = "_".join(part.capitalize() for part in name.split()) + "__c"
        self._add(name, text(column, name, default=value))

    def add_oddity(self, name: str, value: str) -> None:
        self._add(name, Field(f"{name.capitalize()}__c", "timespan", name, 255, default=value))

    def drop_field(self, name: str) -> None:
        self.happens("field", object="Contact", field=self.column(name), hidden=True)

    def show_field(self, name: str) -> None:
        self.happens("field", object="Contact", field=self.column(name), hidden=False)

    def widen(self) -> list[str]:
        words = [f"wide {number}" for number in range(500)]
        for number, word in enumerate(words):
            self._add(word, replace(long_text(f"Somebody_Was_Fond_Of_Long_Names_{number:03}__c", word), default="w"), 0)
        self.pass_time(PAUSE_S)
        return words

    def add_object(self, records: Mapping[str, Fields]) -> str:
        rows = [{"Name": each["name"], "Contact__c": self._ids[each["owner"]]} for each in records.values()]
        self.happens("create", object="Subscription__c", records=rows)
        return "Subscription__c"

    # Trouble

    @contextmanager
    def fail(self) -> Iterator[None]:
        self.damage()
        try:
            yield
        finally:
            self.stage.admin("faults", clear=True)

    @contextmanager
    def forbid(self) -> Iterator[None]:
        self.door.forbidden.add("Contact")
        try:
            yield
        finally:
            self.door.forbidden.clear()

    def damage(self) -> None:
        self._order(Fault.SERVER_ERROR, after=1, times=1_000)

    def lose_answer(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.door.meanwhile, self.door.faults.losing = meanwhile, True

    def before_write(self, happens: Callable[[], None]) -> None:
        self.door.before_write = happens

    def lock(self, key: str, times: int | None = None) -> None:
        if times is None:
            self.happens("lock", 0, ids=[self._ids[key]])
        else:
            self.door.locked_once.add(self._ids[key])

    def unlock(self) -> None:
        self.happens("lock", 0, ids=list(self._ids.values()), locked=False)

    def refuse_duplicates(self) -> None:
        self.happens("duplicate_rule", object="Contact", mode="block")

    def duplicate_of(self, key: str) -> Changes:
        self.edit_by_them(key, {"mail": "ann@example.com"})
        return {"name": "Ann", "mail": "ann@example.com"}

    def invalid(self) -> tuple[Changes, str]:
        return {"mail": "no address"}, "mail"

    def limit(self, calls: int) -> int:
        self.happens("faults", 0, requests_a_day=calls)
        return calls // 4

    def others_use_up(self) -> None:
        self.happens("traffic", 3_600, an_hour=200_000)
        self.happens("traffic", 0, an_hour=0)

    def busy(self, after_s: int) -> None:
        self.door.ask_to_wait_s = after_s

    def expire_session(self, pages: int) -> None:
        self._order(Fault.SESSION_EXPIRED, after=pages)

    def break_answers(self) -> None:
        self._order(Fault.UNAVAILABLE_PAGE, after=0)
        self._order(Fault.TORN_BODY, after=1)
        self._order(Fault.RESET, after=1)

    def slow(self, seconds: float) -> Mapping[str, Any]:
        self._profile(chances={Fault.SLOW: 1.0}, slow_s=seconds)
        return {"read_timeout_s": 0.2}

    def stranger(self) -> SalesforceConnector:
        return self.open(installation="00D0000000000ZZEAA")

    def plain_http_elsewhere(self) -> Mapping[str, Any]:
        return {"url": "http://acme.my.salesforce.com"}

    def wrong_credentials(self) -> Mapping[str, Any]:
        return {"secret": "wrong-secret"}

    # What it tells and counts

    def now(self) -> datetime:
        return self.stage.clock.now()

    def calls(self) -> int:
        return len(self.door.asked)

    def sign_ins(self) -> int:
        return self.door.sign_ins

    def calls_needed(self, records: int) -> int:
        pages, windows, log, describe = -(-records // ROWS_A_PAGE), 1, 1, 1
        return pages + windows + log + describe

    def waited_s(self) -> float:
        return self.slept_s

    def written(self) -> Sequence[tuple[int, int, Sequence[Mapping[str, Any]]]]:
        return self.door.written

    def secrets(self) -> Sequence[str]:
        return [SECRET, *self.door.secrets]

    def null_empty_and_absent_are_told_apart_as_the_vendor_does(self) -> None:
        """Salesforce keeps no empty text: what is cleared is null. A column that a user may not see is absent."""
        self.put({"1": {"name": "", "city": "x", "note": "n"}})
        self.drop_field("note")
        [found] = self.open().get("Contact", [self._ids["1"]])

        assert found.payload["Description"] is None
        assert "Department" not in found.payload

    def _create(self, records: Mapping[str, Fields], commit_s: float = 0) -> None:
        rows = [{**self.columns(fields, new=True), "AccountId": self.account} for fields in records.values()]
        made = self.happens("create", 0, object="Contact", records=rows, commit_s=commit_s)["ids"] if rows else []
        for key, record_id in zip(records, made, strict=True):
            self._ids[key], self._keys[record_id] = record_id, key

    def _ids_known(self, row: Mapping[str, Any]) -> str:
        """The key of a row; one that a client created has it as its external id."""
        record_id, key = row["Id"], row["HubId__c"] or row["Customer_Number__c"]
        if record_id not in self._keys and key and key not in self._ids:
            self._ids[key], self._keys[record_id] = record_id, key
        return self.key_of(record_id)

    def _add(self, word: str, added: Field, pause_s: float = PAUSE_S) -> None:
        org = self.door.simulator.org
        org.add_field(org.object("Contact"), added)
        self.words_of_fields[word] = added.name
        if pause_s:
            self.pass_time(pause_s)

    def _order(self, fault: Fault, *, after: int, times: int = 1) -> None:
        order = {"fault": fault.value, "path": "/query", "after": after, "times": times}
        self.stage.admin("faults", orders=[order])

    def _profile(self, **changes: Any) -> None:
        faults = self.door.faults
        faults.profile = replace(faults.profile, **changes)
