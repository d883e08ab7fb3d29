"""What belongs to a record but is read elsewhere: its links to others, and the name of its owner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.unit.hubspot.small_portal import UNMAPPED, Call, SmallPortal, Told, iso, small_portal
from unified_model.errors import Retry
from unified_model.mapping.rows import FieldRow

LINKED = {"contacts": ["companies"]}
NAMED = {"contacts": replace(UNMAPPED["contacts"], rows=(FieldRow("owner.name", "owner"),))}
PRIMARY = ("HUBSPOT_DEFINED", 1, "Primary")
PLAIN = ("HUBSPOT_DEFINED", 279, None)


@pytest.fixture
def portal() -> Iterator[SmallPortal]:
    with small_portal() as one:
        one.owners = [
            {"id": "7", "userId": 1, "email": "ada@example.com", "firstName": "Ada", "lastName": "Byron",
             "type": "PERSON", "createdAt": iso(one.now), "updatedAt": iso(one.now), "archived": False},
            {"id": "8", "userId": 2, "email": "gone@example.com", "firstName": "", "lastName": None, "type": "PERSON",
             "createdAt": iso(one.now), "updatedAt": iso(one.now), "archived": True},
        ]  # fmt: skip
        yield one


# Links


def test_links_come_in_the_order_of_their_ids_with_all_their_types(portal: SmallPortal) -> None:
    portal.put(1, 2)
    portal.links[1] = [(1000, [PLAIN]), (99, [PLAIN, PRIMARY])]

    [page] = portal.open(associations=LINKED).read("contacts", None)

    assert [one.payload["associations.companies"] for one in page.records] == [
        [
            {"id": "99", "types": [
                {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
                {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
            ]},
            {"id": "1000", "types": [{"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None}]},
        ],
        [],
    ]  # fmt: skip


def test_links_are_read_a_thousand_records_at_a_time(portal: SmallPortal) -> None:
    portal.put(*range(1, 2501))

    pages = list(portal.open(associations=LINKED).read("contacts", None))

    assert sum(len(page.records) for page in pages) == 2500
    assert max(len(page.records) for page in pages) == 100
    assert [len(call.body["inputs"]) for call in portal.calls if call.family == "links"] == [1000, 1000, 500]


def test_links_beyond_a_page_are_read_to_the_end(portal: SmallPortal) -> None:
    portal.put(1, 2)
    portal.links_a_page = 10
    portal.links = {1: [(to, [PLAIN]) for to in range(1, 36)], 2: [(5, [PLAIN])]}

    [page] = portal.open(associations=LINKED).read("contacts", None)

    assert [[int(link["id"]) for link in one.payload["associations.companies"]] for one in page.records] == [
        list(range(1, 36)), [5],
    ]  # fmt: skip


def test_a_record_without_links_is_no_trouble_but_another_failure_is(portal: SmallPortal) -> None:
    portal.put(1)
    category = "OBJECT_NOT_FOUND"

    def partly(call: Call) -> Told | None:
        error = {"status": "error", "category": category, "message": "-", "context": {"fromObjectId": ["1"]}}
        body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [error]}
        return Told(207, body) if call.family == "links" else None

    portal.hooks.append(partly)
    source = portal.open(associations=LINKED)

    [page] = source.read("contacts", None)
    assert page.records[0].payload["associations.companies"] == []
    category = "INTERNAL_ERROR"
    with pytest.raises(Retry):
        list(source.read("contacts", None))


def test_no_links_are_asked_for_where_none_are_configured(portal: SmallPortal) -> None:
    portal.put(1)

    [page] = portal.open().read("contacts", None)

    assert not [name for name in page.records[0].payload if name.startswith("associations.")]
    assert portal.count("links") == 0


def test_links_that_the_token_may_not_see_do_not_stop_the_object(portal: SmallPortal) -> None:
    portal.put(*range(1, 251))
    portal.links[1] = [(99, [PLAIN])]
    portal.pass_time(hours=1)
    place = list(portal.open(associations=LINKED).read("contacts", None))[-1].cursor
    forbidden = True

    def forbid(call: Call) -> Told | None:
        return Told(403, {"category": "MISSING_SCOPES"}) if forbidden and call.family == "links" else None

    portal.hooks.append(forbid)
    portal.pass_time(hours=1)
    portal.put(2)
    portal.pass_time(hours=1)

    pages = list(portal.open(associations=LINKED).read("contacts", place))
    portal.pass_time(hours=1)
    again = list(portal.open(associations=LINKED).read("contacts", pages[-1].cursor))
    forbidden = False
    back = list(portal.open(associations=LINKED).read("contacts", again[-1].cursor))

    assert {page.hidden for page in (*pages, *again)} == {frozenset({"associations.companies"})}
    assert [set(one.payload) & {"associations.companies"} for page in pages for one in page.records] == [set()]
    assert [one for page in again for one in page.records] == []
    assert sum(len(page.records) for page in back) == 250
    assert back[-1].hidden == frozenset()


def test_links_that_were_refused_from_the_first_are_no_new_column_each_time(portal: SmallPortal) -> None:
    portal.put(*range(1, 251))
    portal.hooks.append(lambda call: Told(403, {}) if call.family == "links" else None)
    portal.pass_time(hours=1)
    place = list(portal.open(associations=LINKED).read("contacts", None))[-1].cursor
    portal.pass_time(hours=2)

    pages = list(portal.open(associations=LINKED).read("contacts", place))

    assert [one for page in pages for one in page.records] == []
    assert json.loads(pages[-1].cursor)["refused"] == ["associations.companies"]


# Owners


def test_owners_are_read_whole_also_those_who_left(portal: SmallPortal) -> None:
    pages = list(portal.open(objects=["owners"]).read("owners", None))

    assert [page.complete for page in pages] == [False, True]
    found = [one for page in pages for one in page.records]
    assert [(one.record_id, one.deleted, one.payload["archived"]) for one in found] == [
        ("7", False, False), ("8", False, True),
    ]  # fmt: skip
    assert portal.open(objects=["owners"]).get("owners", ["8", "9", "7"]) == found[::-1]


def test_no_owners_at_all_is_a_complete_read(portal: SmallPortal) -> None:
    portal.owners = []

    pages = list(portal.open(objects=["owners"]).read("owners", None))

    assert pages[-1].complete
    assert [len(page.records) for page in pages] == [0] * len(pages)


def test_the_name_of_an_owner_is_looked_up_where_the_mapping_reads_it(portal: SmallPortal) -> None:
    for number, owner in enumerate(["7", "8", "9", None, ""], 1):
        portal.put(number, hubspot_owner_id=owner)

    [page] = portal.open(NAMED).read("contacts", None)

    assert [one.payload["owner.name"] for one in page.records] == ["Ada Byron", "gone@example.com", None, None, None]
    assert portal.count("owners") == 2


def test_an_owner_who_changed_the_name_shows_in_the_outline(portal: SmallPortal) -> None:
    portal.put(1, hubspot_owner_id="7")
    [page] = portal.open(NAMED).read("contacts", None)
    portal.owners[0]["lastName"] = "Lovelace"

    [[line]] = portal.open(NAMED).outline("contacts")

    assert {name for name, value in line.values.items() if page.records[0].payload[name] != value} == {"owner.name"}
