"""Anything may happen to the records of the simulated portal in any order: what must hold afterwards all the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served

STEPS = 250
KINDS = ("contacts", "companies", "deals")
TYPES = {
    ("contacts", "companies"): (279, 1),
    ("companies", "contacts"): (280, 2),
    ("deals", "companies"): (341, 5),
    ("companies", "deals"): (342, 6),
    ("contacts", "deals"): (4,),
}
INVERSE = {279: 280, 280: 279, 1: 2, 2: 1, 341: 342, 342: 341, 5: 6, 6: 5, 3: 4, 4: 3}
PRIMARY = {"contacts": 1, "deals": 5}


@dataclass
class Play:
    """A portal, and the ids of the records that were made in it."""

    portal: Portal
    chance: random.Random
    made: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def some(self, kind: str) -> str:
        return self.chance.choice(self.made[kind])

    def address(self) -> str:
        return f"p{self.chance.randrange(50)}@example.com"

    def call(self, method: str, path: str, sent: Any = None) -> None:
        """A request that may be refused; a server's error is none of the refusals."""
        answer = self.portal.call(method, path, sent)
        assert answer.status_code < 500, answer.text
        if method == "POST" and answer.status_code in (200, 201) and "id" in answer.json():
            self.note(path.split("/")[3], answer.json()["id"])

    def admin(self, event: str, **sent: Any) -> None:
        """An event that may be refused."""
        answer = self.portal.session.post(f"{self.portal.address}/__admin/{event}", json=sent, timeout=30)
        assert answer.status_code in (200, 400), answer.text
        if event == "merge" and answer.status_code == 200:
            self.note(sent["object"], answer.json()["id"])

    def note(self, kind: str, record: str) -> None:
        if record not in self.made[kind]:
            self.made[kind].append(record)

    def step(self) -> None:
        """Do one thing."""
        kind = self.chance.choice(KINDS)
        self.chance.choices(
            (self.create, self.associate, self.dissociate, self.write, self.remove, self.merge),
            weights=(3, 9, 2, 4, 3, 2),
        )[0](kind)

    def create(self, kind: str) -> None:
        kind = "contacts" if self.chance.random() < 0.5 else kind
        given = {
            "contacts": {"email": self.address(), "firstname": "P"},
            "companies": {"name": "C"},
            "deals": {"dealname": "D", "pipeline": "default", "dealstage": "contractsent"},
        }[kind]
        self.call("POST", f"crm/v3/objects/{kind}", {"properties": given, "associations": []})

    def associate(self, kind: str) -> None:
        (a, b), numbers = self.chance.choice(list(TYPES.items()))
        spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": self.chance.choice(numbers)}
        row = {"from": {"id": self.some(a)}, "to": {"id": self.some(b)}, "types": [spec]}
        self.call("POST", f"crm/v4/associations/{a}/{b}/batch/create", {"inputs": [row]})

    def dissociate(self, kind: str) -> None:
        (a, b), numbers = self.chance.choice(list(TYPES.items()))
        one, other = self.some(a), self.some(b)
        if self.chance.random() < 0.5:
            self.call("DELETE", f"crm/v4/objects/{a}/{one}/associations/{b}/{other}")
            return
        spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": self.chance.choice(numbers)}
        row = {"from": {"id": one}, "to": {"id": other}, "types": [spec]}
        self.call("POST", f"crm/v4/associations/{a}/{b}/batch/labels/archive", {"inputs": [row]})

    def write(self, kind: str) -> None:
        values = self.chance.choice(
            [
                {"email": self.address()},
                {"hs_additional_emails": f";{self.address()}"},
                {"hs_additional_emails": self.address()},
                {"associatedcompanyid": self.some("companies")},
                {"associatedcompanyid": ""},
            ]
        )
        self.call("PATCH", f"crm/v3/objects/contacts/{self.some('contacts')}", {"properties": values})

    def remove(self, kind: str) -> None:
        (event,) = self.chance.choices(("archive", "restore", "purge", "erase"), weights=(8, 5, 1, 1))
        if event == "erase":
            self.call("POST", "crm/v3/objects/contacts/gdpr-delete", {"objectId": self.some("contacts")})
        elif event == "purge":
            self.admin("purge", object=kind, ids=[self.some(kind)])
        else:
            self.admin(event, object=kind, ids=[self.some(kind)])

    def merge(self, kind: str) -> None:
        self.portal.admin("switch", merge_keeps_primary_id=self.chance.random() < 0.5)
        self.admin("merge", object=kind, primary=self.some(kind), other=self.some(kind))


@pytest.fixture(scope="module", params=range(3))
def play(request: pytest.FixtureRequest) -> Iterator[Play]:
    with served(people=5, seed=request.param) as portal:
        each = Play(portal, random.Random(f"relations {request.param}"))
        for kind in KINDS:
            for _ in range(12):
                each.create(kind)
        for _ in range(STEPS):
            each.step()
        yield each


def own_rows(play: Play, kind: str) -> dict[str, dict[str, Any]]:
    return {each: row for each, row in play.portal.rows(kind).items() if each in play.made[kind]}


def numbers(row: dict[str, Any], other: str) -> dict[str, set[int]]:
    """Numbers of the types by id, of a row of the back door."""
    return {each["id"]: {kind["typeId"] for kind in each["types"]} for each in row["associations"].get(other, ())}


def test_whatever_happens_the_relations_stay_whole(play: Play) -> None:
    rows = {kind: own_rows(play, kind) for kind in KINDS}
    live = {kind: {each for each, row in rows[kind].items() if not row["archived"]} for kind in KINDS}

    for a, b in TYPES:
        for record in live[a]:
            for other, types in numbers(rows[a][record], b).items():
                back = numbers(rows[b][other], a)[record]
                assert back == {INVERSE[each] for each in types}, (a, record, b, other)
                assert min(TYPES[a, b], key=lambda each: each in PRIMARY.values()) in types
    for kind, number in PRIMARY.items():
        for record in live[kind]:
            primary = [each for each, types in numbers(rows[kind][record], "companies").items() if number in types]
            assert len(primary) <= 1
            if kind == "contacts":
                assert (rows[kind][record]["properties"]["associatedcompanyid"] or "") == "".join(primary)
    for record in live["companies"]:
        held = rows["companies"][record]["properties"]["num_associated_contacts"] or "0"
        assert int(held) == len(numbers(rows["companies"][record], "contacts"))


def test_whatever_happens_an_address_belongs_to_one_contact(play: Play) -> None:
    taken: Counter[str] = Counter()
    for row in own_rows(play, "contacts").values():
        if not row["archived"]:
            held = row["properties"]
            taken.update({held["email"] or "", *(held["hs_additional_emails"] or "").split(";")} - {""})

    assert taken
    assert max(taken.values()) == 1


def test_whatever_happens_every_id_leads_to_one_record_or_nowhere(play: Play) -> None:
    for kind in KINDS:
        rows, merged = own_rows(play, kind), play.portal.admin("merged", object=kind)
        listed = {each["id"] for each in play.portal.pages(f"crm/v3/objects/{kind}", limit=100)}
        binned = {each["id"] for each in play.portal.pages(f"crm/v3/objects/{kind}", limit=100, archived="true")}
        for record in play.made[kind]:
            survivor = merged.get(record, record)
            answer = play.portal.call("GET", f"crm/v3/objects/{kind}/{record}")
            there = survivor in rows and not rows[survivor]["archived"]

            assert (record in listed, record in binned) == (
                record in rows and not rows[record]["archived"],
                record in rows and rows[record]["archived"],
            )
            assert answer.status_code == (200 if there else 404)
            assert not there or answer.json()["id"] == survivor


def test_whatever_happens_readers_are_told_what_the_portal_holds(play: Play) -> None:
    for a, b in TYPES:
        rows = {each: row for each, row in own_rows(play, a).items() if not row["archived"]}
        answer = play.portal.call(
            "POST", f"crm/v4/associations/{a}/{b}/batch/read", {"inputs": [{"id": each} for each in rows]}
        ).json()
        told = {
            row["from"]["id"]: {
                to["toObjectId"]: {kind["typeId"] for kind in to["associationTypes"]} for to in row["to"]
            }
            for row in answer["results"]
        }

        assert told == {each: numbers(row, b) for each, row in rows.items() if numbers(row, b)}
        assert answer.get("numErrors", 0) == len(rows) - len(told)
