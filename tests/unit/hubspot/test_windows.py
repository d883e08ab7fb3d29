"""Changes found by search: closed windows, one stamp for many, an order that can't be trusted, a late index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.hubspot.small_portal import Call, SmallPortal, Told, first, ids, pulled, small_portal


@pytest.fixture
def portal() -> Iterator[SmallPortal]:
    with small_portal() as one:
        yield one


def test_changes_are_searched_in_a_closed_window(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    place = first(portal)
    portal.put(3, email="new@example.com")
    portal.pass_time(minutes=10)

    found, place = pulled(portal.open(), place)

    assert [one.record_id for one in found] == ["3"]
    [search] = [call for call in portal.calls if call.family == "search"]
    low, high = (int(one["value"]) for one in search.body["filterGroups"][0]["filters"][:2])
    assert high - low == (3600 + 600 - 30 + 300) * 1000
    assert json.loads(place)["covered"] == high


def test_an_empty_window_costs_one_call(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    place = first(portal)

    found, _ = pulled(portal.open(), place)

    assert found == []
    assert portal.count("search") == 1
    assert portal.count("batch") == portal.count("links") == 0


def test_any_number_of_records_of_one_stamp_passes(portal: SmallPortal) -> None:
    place = first(portal)
    many = [*range(101, 999), *range(100_000, 101_000), *range(12_345_678_000, 12_345_679_000)]
    portal.put(*many)
    portal.pass_time(minutes=10)

    found, _ = pulled(portal.open(), place)

    assert sorted(int(one.record_id) for one in found) == sorted(many)
    assert portal.count("search") == -(-len(many) // 200)


def test_a_search_that_is_killed_goes_on_behind_its_last_record(portal: SmallPortal) -> None:
    place = first(portal)
    portal.put(*range(1, 1001))
    portal.pass_time(minutes=10)
    pages = portal.open().read("contacts", place)
    before = [next(pages), next(pages)]
    pages.close()  # type: ignore[attr-defined]

    found, _ = pulled(portal.open(overlap_minutes=0), before[-1].cursor)

    assert ids(before) + [int(one.record_id) for one in found] == list(range(1, 1001))


@pytest.mark.parametrize("order", [str, lambda id: -id, lambda id: id * 7919 % 1009], ids=["text", "down", "any"])
def test_a_search_that_does_not_sort_by_number_loses_nothing(portal: SmallPortal, order: Any) -> None:
    place = first(portal)
    many = [*range(95, 1200), *range(99_000, 99_700)]
    portal.put(*many)
    portal.pass_time(minutes=10)

    def unsorted(call: Call) -> Told | None:
        if call.family != "search":
            return None
        whole = portal._search(call._replace(body={**call.body, "limit": 100_000})).body
        rows = sorted(whole["results"], key=lambda row: order(int(row["id"])))
        more = {"paging": {"next": {"after": "200"}}} if len(rows) > 200 else {}
        return Told(200, {"total": len(rows), "results": rows[:200], **more})

    portal.hooks.append(unsorted)

    found, _ = pulled(portal.open(), place)

    assert sorted(int(one.record_id) for one in found) == many


def test_a_search_that_tells_of_more_than_it_gives_is_not_at_its_end(portal: SmallPortal) -> None:
    place = first(portal)
    portal.put(*range(1, 451))
    portal.pass_time(minutes=10)

    def without_paging(call: Call) -> Told | None:
        if call.family != "search":
            return None
        body = portal._search(call).body
        return Told(200, {"total": body["total"], "results": body["results"]})

    portal.hooks.append(without_paging)

    found, _ = pulled(portal.open(), place)

    assert [int(one.record_id) for one in found] == list(range(1, 451))


def test_a_search_that_counts_what_it_never_gives_comes_to_an_end(portal: SmallPortal) -> None:
    place = first(portal)
    portal.put(*range(1, 11))
    portal.pass_time(minutes=10)
    portal.hooks.append(
        lambda call: Told(200, {**portal._search(call).body, "total": 99}) if call.family == "search" else None
    )

    found, _ = pulled(portal.open(), place)

    assert [int(one.record_id) for one in found] == list(range(1, 11))


def test_what_the_index_shows_late_is_found_by_the_overlap(portal: SmallPortal) -> None:
    place = first(portal)
    portal.indexed = {}
    portal.put(1)
    portal.pass_time(minutes=4)
    found, place = pulled(portal.open(), place)
    assert found == []

    portal.indexed = None
    portal.pass_time(minutes=4)
    found, _ = pulled(portal.open(), place)

    assert [one.record_id for one in found] == ["1"]


def test_a_few_changes_are_as_the_portal_holds_them_not_as_the_index_does(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    place = first(portal)
    portal.put(1, 2, email="old@example.com")
    portal.indexed = {id: dict(held) for id, held in portal.contacts.items()}
    portal.pass_time(minutes=1)
    portal.put(1, email="ours@example.com")

    found, _ = pulled(portal.open(), place)

    assert [one.payload["email"] for one in found] == ["ours@example.com", "old@example.com"]
    assert (portal.count("search"), portal.count("batch")) == (1, 1)


def test_too_many_properties_for_a_search_are_read_by_id(portal: SmallPortal) -> None:
    wide = [f"a_property_with_a_long_name_{number:04d}" for number in range(120)]
    for name in wide:
        portal.add_property(name)
    place = first(portal)
    portal.put(*range(1, 251), **dict.fromkeys(wide, "w"))
    portal.pass_time(minutes=10)

    found, _ = pulled(portal.open(), place)

    assert len(found) == 250
    assert all(one.payload[name] == "w" for one in found for name in wide)
    assert max(len(json.dumps(call.body)) for call in portal.calls if call.family == "search") < 3_000
