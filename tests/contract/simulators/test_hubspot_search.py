"""Search in the simulated portal: its operators, its limits, and what it does not show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served

DEEPEST = 10_000


def where(name: str, operator: str, value: str | None = None, **more: Any) -> dict[str, Any]:
    """One filter."""
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A portal with five deals whose values are known."""
    with served(people=60) as each:
        stage = {"pipeline": "default", "dealstage": "appointmentscheduled", "dealtype": "newbusiness"}
        for name, amount, closes, text in (
            ("Red pump", "5", "2026-01-01T00:00:00Z", "first"),
            ("red valve", "50", "2026-02-01T00:00:00Z", "second"),
            ("Blue pump", "500", "2026-03-01T12:30:00Z", "third"),
            ("Green-house heating", "1000.5", "2026-04-01T00:00:00Z", ""),
            ("Überdruck", "", "", "fourth"),
        ):
            each.create("deals", dealname=f"{name} zz", amount=amount, closedate=closes, description=text, **stage)
        each.wait(10)
        yield each


def deals(portal: Portal, *filters: dict[str, Any], **asked: Any) -> list[str]:
    """Names of the known deals that a search finds, without their ending."""
    filters = (*filters, where("dealname", "CONTAINS_TOKEN", "zz"))
    found = portal.search("deals", *filters, properties=["dealname"], limit=100, **asked)["results"]
    return sorted(each["properties"]["dealname"].removesuffix(" zz") for each in found)


RED, VALVE, BLUE, GREEN, UBER = "Red pump", "red valve", "Blue pump", "Green-house heating", "Überdruck"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (where("amount", "EQ", "50"), [VALVE]),
        (where("amount", "GT", "50"), [BLUE, GREEN]),
        (where("amount", "GTE", "50"), [VALVE, BLUE, GREEN]),
        (where("amount", "LT", "50"), [RED]),
        (where("amount", "LTE", "50"), [RED, VALVE]),
        (where("amount", "BETWEEN", "50", highValue="500"), [VALVE, BLUE]),
        (where("amount", "IN", values=["5", "500"]), [RED, BLUE]),
        (where("amount", "HAS_PROPERTY"), [RED, VALVE, BLUE, GREEN]),
        (where("amount", "NOT_HAS_PROPERTY"), [UBER]),
        (where("description", "EQ", "FIRST"), [RED]),
        (where("description", "IN", values=["first", "third"]), [RED, BLUE]),
        (where("description", "NOT_HAS_PROPERTY"), [GREEN]),
        (where("dealname", "CONTAINS_TOKEN", "pump"), [RED, BLUE]),
        (where("dealname", "CONTAINS_TOKEN", "re*"), [RED, VALVE]),
        (where("dealname", "NOT_CONTAINS_TOKEN", "pump"), [VALVE, GREEN, UBER]),
        (where("closedate", "GTE", "1772368200000"), [BLUE, GREEN]),
        (where("closedate", "GTE", "2026-03-01T12:30:00Z"), [BLUE, GREEN]),
        (where("closedate", "LT", "1769904000000"), [RED]),
        (where("dealtype", "IN", values=["newbusiness"]), [RED, VALVE, BLUE, GREEN, UBER]),
    ],
)
def test_an_operator_finds_what_it_should(portal: Portal, asked: dict[str, Any], found: list[str]) -> None:
    assert deals(portal, asked) == sorted(found)


def test_numbers_are_compared_as_numbers_and_ids_too(portal: Portal) -> None:
    ids = sorted(map(int, portal.live("contacts")))

    later = portal.search("contacts", where("hs_object_id", "GT", str(ids[3])), limit=200)
    sorted_up = portal.search("contacts", sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}], limit=200)

    assert later["total"] == len(ids) - 4
    assert [int(each["id"]) for each in sorted_up["results"]] == ids[:200]


def test_groups_are_alternatives_and_their_filters_all_hold(portal: Portal) -> None:
    groups = [
        {"filters": [where("amount", "EQ", "5"), where("description", "EQ", "first")]},
        {"filters": [where("amount", "EQ", "50"), where("description", "EQ", "first")]},
        {"filters": [where("amount", "EQ", "500")]},
    ]

    found = portal.search("deals", filterGroups=groups, properties=["dealname"])

    assert sorted(each["properties"]["dealname"] for each in found["results"]) == [f"{BLUE} zz", f"{RED} zz"]
    assert found["total"] == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 201},
        {"filterGroups": [{"filters": [where("amount", "EQ", "1")]}] * 6},
        {"filterGroups": [{"filters": [where("amount", "EQ", "1")] * 7}]},
        {"filterGroups": [{"filters": [where("amount", "EQ", "1")] * 5}] * 4},
        {"properties": ["amount"] * 300},
        {"query": "x" * 3_000},
        {"sorts": [{"propertyName": "amount", "direction": "ASCENDING"}] * 2},
        {"filterGroups": [{"filters": [where("nothing_such", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [where("amount", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": [where("amount", "IN", "1")]}]},
        {"filterGroups": [{"filters": [where("amount", "BETWEEN", "1")]}]},
        {"after": "10000", "limit": 1},
        {"after": "9950", "limit": 100},
    ],
    ids=lambda asked: json.dumps(asked)[:50],
)
def test_what_goes_beyond_a_limit_is_refused(portal: Portal, asked: dict[str, Any]) -> None:
    answer = portal.call("POST", "crm/v3/objects/deals/search", asked)

    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"limit": 200},
        {"filterGroups": [{"filters": [where("amount", "GT", "1")] * 3}] * 5},
        {"filterGroups": [{"filters": [where("amount", "GT", "1")] * 6}] * 3},
        {"after": "0"},
        {"after": 0},
        {"after": "9900", "limit": 100},
        {"sorts": ["-createdate"]},
        {"query": "pump"},
    ],
    ids=lambda asked: json.dumps(asked)[:50],
)
def test_what_stays_within_the_limits_is_answered(portal: Portal, asked: dict[str, Any]) -> None:
    assert portal.call("POST", "crm/v3/objects/deals/search", asked).status_code == 200


def test_pages_follow_one_another_and_the_total_stays(portal: Portal) -> None:
    sorts = [{"propertyName": "hs_object_id", "direction": "DESCENDING"}]
    seen: list[int] = []
    after, totals = "0", set()
    while after:
        page = portal.search("contacts", sorts=sorts, limit=9, after=after)
        seen += [int(each["id"]) for each in page["results"]]
        totals.add(page["total"])
        after = page.get("paging", {}).get("next", {}).get("after", "")

    assert seen == sorted(map(int, portal.live("contacts")), reverse=True)
    assert totals == {len(seen)}


def test_a_query_looks_into_names_and_addresses(portal: Portal) -> None:
    made = portal.create("contacts", firstname="Quixotica", email="windmill@example.com")
    portal.wait(5)

    assert portal.found("contacts", query="quixotica") == [made]
    assert portal.found("contacts", query="windmill@example.com") == [made]
    assert portal.found("contacts", query="nobodysname") == []


def test_an_association_is_a_filter_too(portal: Portal) -> None:
    contact, row = next(
        (each, row) for each, row in portal.live("contacts").items() if row["associations"].get("companies")
    )
    company = row["associations"]["companies"][0]["id"]

    assert contact in portal.found("contacts", where("associations.company", "EQ", company), limit=200)


@pytest.mark.parametrize("event", ["archive", "erase", "merge"])
def test_what_is_gone_is_not_found(portal: Portal, event: str) -> None:
    one, other = portal.create("contacts", firstname="Zabrina"), portal.create("contacts", firstname="Zabrina")
    portal.wait(10)
    assert set(portal.found("contacts", where("firstname", "EQ", "Zabrina"))) == {one, other}

    if event == "archive":
        portal.admin("archive", object="contacts", ids=[one, other])
    elif event == "erase":
        portal.admin("erase", ids=[one, other])
    else:
        survivor = portal.admin("merge", object="contacts", primary=one, other=other)["id"]
        portal.wait(10)
        assert portal.found("contacts", where("firstname", "EQ", "Zabrina")) == [survivor]
        assert portal.found("contacts", where("hs_merged_object_ids", "HAS_PROPERTY"))[-1:] == [survivor]
        portal.admin("archive", object="contacts", ids=[survivor])
    portal.wait(10)

    assert portal.found("contacts", where("firstname", "EQ", "Zabrina")) == []
