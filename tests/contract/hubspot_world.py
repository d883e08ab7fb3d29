"""A HubSpot portal as a world of the connector suite. Its main object is contacts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.hubspot.connector import HubSpotConnector
from simulators.faults import Fault
from simulators.hubspot.object_type import Property
from simulators.hubspot.scopes import ALL_SCOPES
from tests.contract.connector_clients import Client
from tests.contract.connector_world import Changes, Fields
from tests.contract.hubspot_naive import NAIVE
from tests.contract.hubspot_rehearsal import Plan, served_apart
from tests.contract.hubspot_words import GRADE, PAUSE_S, PET, SECRETS, HubSpotWords

NEVER_DIES = "a place is an id in a list and an offset in a search; neither dies"
CANNOT = {
    "late_commit_is_not_lost": "a write is there at once; late is only the index that a search asks",
    "dead_page_token_resumes_without_loss_or_repeat": NEVER_DIES,
    "conversion_links_the_two_records": "nothing becomes a record of another kind: a contact moves on in its stage",
}


@dataclass
class HubSpotWorld(HubSpotWords):
    """What may happen in a portal, and what it tells."""

    cannot = CANNOT
    many_pages = (60, 180)  # from thirty on several walkers share the way

    def naive(self, behaviour: str) -> Client:
        return NAIVE[behaviour](self)

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
            self.stage.admin("edit", object="contacts", ids=ids, set=json.loads(columns))
        self.pass_time(PAUSE_S)

    def put_many(self, count: int) -> None:
        self.address = self.stage.apart.enter_context(served_apart(count))

    def edit_by_them(self, key: str, changes: Changes) -> None:
        columns = {column: value or "" for column, value in self.columns(changes).items()}
        self.happens("edit", 60, object="contacts", ids=[self._ids[key]], set=columns)

    def delete(self, *keys: str) -> None:
        self.happens("archive", object="contacts", ids=[self._ids[key] for key in keys])

    def restore(self, *keys: str) -> None:
        self.happens("restore", object="contacts", ids=[self._ids[key] for key in keys])

    def soft_delete(self, key: str) -> None:
        self.delete(key)

    def remove(self, *keys: str) -> None:
        ids = [self._ids[key] for key in keys]
        self.happens("archive", 0, object="contacts", ids=ids)
        self.happens("purge", object="contacts", ids=ids)

    def erase(self, key: str) -> None:
        self.happens("erase", ids=[self._ids[key]])

    def merge(self, loser: str, survivor: str) -> str:
        """What is left is a new record, unless the portal keeps the primary's id."""
        primary = self._ids[survivor]
        left = str(self.happens("merge", object="contacts", primary=primary, other=self._ids[loser])["id"])
        if left == primary:
            return survivor
        self._learn(f"{survivor}+{loser}", left)
        return f"{survivor}+{loser}"

    def link(self, key: str, others: int) -> None:
        records = [{"properties": {"name": f"Acme {number}"}} for number in range(others)]
        made = self.happens("create", object="companies", records=records)["ids"]
        ends = {"from_object": "contacts", "from": self._ids[key], "to_object": "companies", "to": made}
        self.happens("associate", **ends)

    def link_objects(self) -> Sequence[str]:
        return ["contacts"]

    def links(self) -> set[tuple[str, str]]:
        return {
            (self.key_of(row["id"]), each["id"])
            for row in self.stage.admin("rows", object="contacts")
            for each in row["associations"].get("companies", ())
        }

    def linked(self, pulled: Mapping[str, Client]) -> set[tuple[str, str]]:
        held = pulled["contacts"].state.items()
        return {(key, each["id"]) for key, words in held for each in words.get("associations.companies", ())}

    # How the source stamps, shows and orders

    def shuffle(self) -> None:
        self._profile(shuffles=True)

    def short_pages(self) -> None:
        self.door.short_pages = True

    def ties(self, records: Mapping[str, Fields]) -> None:
        self._create(records)
        self.happens("touch", object="contacts", ids=[self._ids[key] for key in records])

    def late_index(self, late: Mapping[str, Fields], seen: Mapping[str, Fields]) -> None:
        self._create(late, index_s=240)
        self.pass_time(30)
        self._create(seen, index_s=0)
        self.pass_time(120)

    def skew(self, seconds: float) -> None:
        self.skewed_s = seconds

    def expired(self, cursor: str) -> str:
        aged = re.sub(r'"v": ?\d+', '"v":0', cursor)
        assert aged != cursor
        return aged

    def change_calculated(self, value: str) -> None:
        values = dict.fromkeys((self._ids[key] for key in self.truth()), value)
        self.happens("calculate", object="contacts", property=GRADE, values=values)

    # Schema

    def add_field(self, name: str, value: str) -> None:
        self._add(name, name.lower().replace(" ", "_"), value)
        self.pass_time(PAUSE_S)

    def add_oddity(self, name: str, value: str) -> None:
        portal = self.door.simulator.portal
        portal.change_kind(portal.kind("contacts").with_property(Property(name.lower(), name, "duration", "duration")))
        self.words_of_fields[name] = name.lower()
        self.happens("edit", object="contacts", ids=list(self._ids.values()), set={name.lower(): value})

    def drop_field(self, name: str) -> None:
        self._hidden.add(self.column(name))
        self.happens("property", object="contacts", name=self.column(name), hidden=True)

    def show_field(self, name: str) -> None:
        self._hidden.discard(self.column(name))
        self.happens("property", object="contacts", name=self.column(name), hidden=False)

    def widen(self) -> list[str]:
        words = [f"wide {number}" for number in range(500)]
        for number, word in enumerate(words):
            self._add(word, f"somebody_was_fond_of_long_names_{number:03}", "w")
        self.pass_time(PAUSE_S)
        return words

    def add_object(self, records: Mapping[str, Fields]) -> str:
        for each in records.values():
            machine = {"properties": {PET["name"]: each["name"]}}
            [made] = self.happens("create", object="machines", records=[machine])["ids"]
            ends = {"from_object": "machines", "from": made, "to_object": "contacts", "to": [self._ids[each["owner"]]]}
            self.happens("associate", **ends)
        return "machines"

    # Trouble

    @contextmanager
    def fail(self) -> Iterator[None]:
        self.damage()
        try:
            yield
        finally:
            self.door.faults.plans.clear()

    def forbid(self) -> AbstractContextManager[None]:
        return self._without("contacts")

    def forbid_links(self) -> AbstractContextManager[None]:
        return self._without("companies")

    @contextmanager
    def _without(self, object: str) -> Iterator[None]:
        """While the token has no scope for an object."""
        self.stage.admin("tokens", scopes=sorted(each for each in ALL_SCOPES if f".{object}." not in each))
        try:
            yield
        finally:
            self.stage.admin("tokens", scopes=sorted(ALL_SCOPES))

    def damage(self) -> None:
        self._plan(Fault.SERVER_ERROR, after=1, times=1_000)

    def lose_answer(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.door.meanwhile, self.door.faults.losing = meanwhile, self.loses

    def before_write(self, happens: Callable[[], None]) -> None:
        self.door.before_write = happens

    def lock(self, key: str, times: int | None = None) -> None:
        if times is None:
            self.stage.admin("lock", object="contacts", ids=[self._ids[key]], locked=True)
        else:
            self.door.locked_once.add(self._ids[key])

    def unlock(self) -> None:
        self.stage.admin("lock", object="contacts", ids=list(self._ids.values()), locked=False)

    def refuse_duplicates(self) -> None:
        """An address belongs to one contact of the portal; nobody has to ask for that."""

    def duplicate_of(self, key: str) -> Changes:
        self.edit_by_them(key, {"mail": "ann@example.com"})
        return {"name": "Ann", "mail": "ann@example.com"}

    def invalid(self) -> tuple[Changes, str]:
        return {"mail": "no address"}, "mail"

    def limit(self, calls: int) -> int:
        """Only static tokens have a day's allowance. Links are left out, so that a page is a call."""
        self.auth, self.more = "token", {"associations": {"contacts": []}}
        self.stage.admin("limits", calls_a_day=calls)
        return calls // 4

    def others_use_up(self) -> None:
        self.auth = "token"
        self.happens("traffic", 3_600, calls_an_hour=2_000_000)
        self.happens("traffic", 0, calls_an_hour=0)

    def busy(self, after_s: int) -> None:
        self.door.ask_to_wait_s = after_s

    def expire_session(self, pages: int) -> None:
        self._plan(Fault.SESSION_EXPIRED, after=pages)

    def break_answers(self) -> None:
        self._plan(Fault.GATEWAY, after=0)
        self._plan(Fault.TORN_BODY, after=1)
        self._plan(Fault.RESET, after=1)

    def slow(self, seconds: float) -> Mapping[str, Any]:
        self._profile(chances={Fault.SLOW: 1.0}, slow_s=seconds)
        return {"read_timeout_s": 0.2}

    def stranger(self) -> HubSpotConnector:
        return self.open(installation="4242002")

    def plain_http_elsewhere(self) -> Mapping[str, Any]:
        return {"url": "http://api.hubapi.com"}

    def wrong_credentials(self) -> Mapping[str, Any]:
        return {"auth": "oauth", "secret": {**SECRETS, "client_secret": "wrong-secret"}}

    # What it tells and counts

    def now(self) -> datetime:
        return self.stage.clock.now()

    def calls(self) -> int:
        return len(self.door.asked)

    def sign_ins(self) -> int:
        return self.door.sign_ins

    def calls_needed(self, records: int) -> int:
        pages, links, windows, archived, describe = -(-records // self.page_size), -(-records // 1_000), 1, 1, 2
        return pages + links + windows + archived + describe

    def waited_s(self) -> float:
        return self.slept_s

    def written(self) -> Sequence[tuple[int, int, Sequence[Mapping[str, Any]]]]:
        return self.door.written

    def secrets(self) -> Sequence[str]:
        return [*SECRETS.values(), "wrong-secret", *self.door.secrets]

    def null_empty_and_absent_are_told_apart_as_the_vendor_does(self) -> None:
        """What was never set is null, what was cleared may be "", and what the token may not see is absent."""
        self.put({"1": {"name": "", "city": "x", "note": "n"}})
        self.edit_by_them("1", {"city": ""})
        self.drop_field("note")
        [found] = self.open().get("contacts", [self._ids["1"]])

        assert found.payload["mobilephone"] is None
        assert found.payload["city"] in ("", None)
        assert "salutation" not in found.payload

    def _plan(self, fault: Fault, *, after: int, times: int = 1) -> None:
        self.door.faults.plans.append(Plan(fault, after, times))

    def _profile(self, **changes: Any) -> None:
        faults = self.door.faults
        faults.profile = replace(faults.profile, **changes)
