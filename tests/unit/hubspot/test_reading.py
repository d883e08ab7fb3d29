"""Reading a portal: what is asked for, in which order, and what happens when the portal does not play along."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from connectors.hubspot.connector import HubSpotConnector
from tests.unit.hubspot.small_portal import Call, SmallPortal, Told, small_portal
from unified_model.errors import CursorExpired, NeedsOperator, Rejected, Retry
from unified_model.records import Page, SourceRecord


@pytest.fixture
def portal() -> Iterator[SmallPortal]:
    with small_portal() as one:
        yield one


def records(pages: Iterable[Page]) -> list[SourceRecord]:
    return [record for page in pages for record in page.records]


def ids(pages: Iterable[Page]) -> list[int]:
    return [int(record.record_id) for record in records(pages)]


def pulled(source: HubSpotConnector, cursor: str | None = None, **mode: Any) -> tuple[list[SourceRecord], str]:
    """What a read gives, and the place after it."""
    pages = list(source.read("contacts", cursor, **mode))
    assert all(page.read == len(page.records) + page.repeated for page in pages)
    return records(pages), pages[-1].cursor if pages else str(cursor)


def first(portal: SmallPortal, **options: Any) -> str:
    """The place after everything was read, long after it was written, and an hour ago."""
    portal.pass_time(hours=1)
    _, place = pulled(portal.open(**options))
    portal.pass_time(hours=1)
    portal.calls.clear()
    return place


# Walks


def test_the_whole_list_is_walked_a_hundred_at_a_time(portal: SmallPortal) -> None:
    portal.put(*range(1, 251))

    found, _ = pulled(portal.open())

    assert [int(one.record_id) for one in found] == list(range(1, 251))
    assert found[0].payload == {
        "email": None, "firstname": "Person 1", "hs_merged_object_ids": None, "hs_object_id": "1",
        "hubspot_owner_id": None, "lastmodifieddate": "2026-11-22T09:00:00.000Z", "score": None,
    }  # fmt: skip
    assert list(found[0].payload) == sorted(found[0].payload)
    assert found[0].modified_at == portal.now
    assert [call.query["limit"] for call in portal.calls if call.family == "list"] == ["100"] * 4  # one for the bin


def test_a_walk_that_was_killed_goes_on_from_its_place(portal: SmallPortal) -> None:
    portal.put(*range(1, 451))
    pages = portal.open().read("contacts", None)
    before = [next(pages), next(pages)]
    pages.close()  # type: ignore[attr-defined]

    after, _ = pulled(portal.open(), before[-1].cursor)

    assert ids(before) + [int(one.record_id) for one in after] == list(range(1, 451))


def test_what_changed_while_walking_comes_with_the_next_run(portal: SmallPortal) -> None:
    portal.put(*range(1, 251))
    portal.pass_time(hours=1)
    pages = portal.open().read("contacts", None)
    next(pages)
    portal.pass_time(seconds=60)
    portal.put(1, email="new@example.com")
    place = list(pages)[-1].cursor
    portal.pass_time(hours=1)

    found, _ = pulled(portal.open(overlap_minutes=0), place)

    assert [(one.record_id, one.payload["email"]) for one in found] == [("1", "new@example.com")]


def test_a_short_page_is_not_the_end_and_neither_is_an_empty_one(portal: SmallPortal) -> None:
    portal.put(*range(1, 8))
    portal.page = 3

    def nothing_first(call: Call) -> Told | None:
        if call.family == "list" and "after" not in call.query and call.query["archived"] == "false":
            return Told(200, {"results": [], "paging": {"next": {"after": "0"}}})
        return None

    portal.hooks.append(nothing_first)

    assert ids(portal.open().read("contacts", None)) == list(range(1, 8))


def test_too_many_properties_for_an_address_are_read_by_id(portal: SmallPortal) -> None:
    wide = [f"a_property_with_a_long_name_{number:04d}" for number in range(600)]
    for name in wide:
        portal.add_property(name)
    portal.put(*range(1, 121), **dict.fromkeys(wide, "w"))

    found, _ = pulled(portal.open())

    assert len(found) == 120
    assert all(one.payload[name] == "w" for one in found for name in wide)
    assert portal.count("batch") == 2
    assert max(len(call.query.get("properties", "")) for call in portal.calls) < 100


def test_an_address_that_is_too_long_for_the_portal_is_made_shorter(portal: SmallPortal) -> None:
    portal.put(*range(1, 6))
    portal.hooks.append(lambda call: Told(414, {}) if "email" in call.query.get("properties", "") else None)

    found, _ = pulled(portal.open())

    assert [one.payload["firstname"] for one in found] == [f"Person {id}" for id in range(1, 6)]


def test_a_record_that_goes_between_list_and_batch_is_left_out_and_its_survivor_told(portal: SmallPortal) -> None:
    for number in range(600):
        portal.add_property(f"a_property_with_a_long_name_{number:04d}")
    portal.put(*range(1, 5))

    def merged_meanwhile(call: Call) -> None:
        if call.family == "batch" and 1 in portal.contacts:
            portal.merge(1, 2, 900)
            portal.archive(3)

    portal.hooks.append(merged_meanwhile)

    found, _ = pulled(portal.open())

    assert {(one.record_id, one.deleted, one.merged_into) for one in found} == {
        ("4", False, None), ("900", False, None), ("1", True, "900"), ("2", True, "900"),
    }  # fmt: skip


def test_a_list_that_stands_still_ends_in_an_error(portal: SmallPortal) -> None:
    portal.put(1)
    portal.hooks.append(
        lambda call: Told(200, {"results": [], "paging": {"next": {"after": "7"}}}) if call.family == "list" else None
    )

    with pytest.raises(Retry):
        pulled(portal.open())


# Windows


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


# The bin, and merges


def test_what_was_archived_is_told_once(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    place = first(portal)
    portal.archive(3, 4)
    portal.pass_time(seconds=1)

    found, place = pulled(portal.open(), place)
    again, _ = pulled(portal.open(), place)

    assert [(one.record_id, one.deleted, one.payload) for one in found] == [("3", True, {}), ("4", True, {})]
    assert again == []


def test_what_lay_in_the_bin_at_first_contact_is_not_told(portal: SmallPortal) -> None:
    portal.put(1, 2)
    portal.archive(2)

    found, place = pulled(portal.open())
    told, _ = pulled(portal.open(), place, mode="full")

    assert [one.record_id for one in found] == ["1"]
    assert {(one.record_id, one.deleted) for one in told} == {("1", False)}


def test_everything_in_the_bin_is_told_again_when_the_place_was_lost(portal: SmallPortal) -> None:
    portal.put(1, 2)
    portal.archive(2)
    source = portal.open()
    with pytest.raises(CursorExpired):
        list(source.read("contacts", '{"v":0}'))

    found, _ = pulled(source, '{"v":0}', mode="full")

    assert {(one.record_id, one.deleted) for one in found} == {("1", False), ("2", True)}


def test_a_long_way_through_the_bin_is_not_gone_in_every_run(portal: SmallPortal) -> None:
    portal.put(*range(1, 60))
    portal.archive(*range(1, 31))
    portal.page = 1
    place = first(portal)
    portal.archive(40)

    portal.pass_time(minutes=1)
    found, place = pulled(portal.open(), place)
    assert [one.record_id for one in found] == ["40"]
    looked = len(binned(portal))
    portal.archive(41)
    portal.pass_time(minutes=5)
    found, place = pulled(portal.open(), place)
    assert found == []
    assert len(binned(portal)) == looked
    portal.pass_time(minutes=1)
    found, place = pulled(portal.open(), place)

    assert [(one.record_id, one.deleted) for one in found] == [("41", True)]


def binned(portal: SmallPortal) -> list[Call]:
    """Looks into the bin."""
    return [call for call in portal.calls if call.query.get("archived") == "true" and call.family == "list"]


def test_a_record_that_comes_back_without_a_stamp_is_read_again(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    kept = dict(portal.contacts[3])
    portal.archive(3)
    place = first(portal)

    del portal.bin[3]
    portal.contacts[3] = kept
    found, place = pulled(portal.open(), place)
    again, _ = pulled(portal.open(), place)

    assert [(one.record_id, one.deleted) for one in found] == [("3", False)]
    assert again == []


def test_what_left_the_bin_for_good_is_not_told(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    portal.archive(3)
    place = first(portal)
    portal.bin.clear()

    found, _ = pulled(portal.open(), place)

    assert found == []


def test_an_archived_record_that_the_index_still_shows_stays_deleted(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    place = first(portal)
    portal.put(3, 4)
    portal.pass_time(seconds=40)
    portal.indexed = {id: dict(held) for id, held in portal.contacts.items()}
    portal.archive(3)

    found, _ = pulled(portal.open(), place)

    assert [(one.record_id, one.deleted) for one in found] == [("3", True), ("4", False)]


@pytest.mark.parametrize("survivor", [2, 900])
def test_a_merge_names_its_survivor_over_chains(portal: SmallPortal, survivor: int) -> None:
    portal.put(*range(1, 11))
    place = first(portal)
    portal.merge(2, 1, survivor)
    portal.merge(survivor, 3, survivor if survivor == 2 else 901)
    portal.pass_time(minutes=10)

    found, _ = pulled(portal.open(), place)

    last = str(survivor if survivor == 2 else 901)
    losers = {"1", "3"} if survivor == 2 else {"1", "2", "3", "900"}
    assert {one.record_id: one.merged_into for one in found if one.deleted} == dict.fromkeys(losers, last)
    assert [one.record_id for one in found if not one.deleted] == [last]


def test_what_went_into_a_record_that_was_archived_since_is_told(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    place = first(portal)
    portal.merge(1, 2, 900)
    portal.archive(900)

    found, _ = pulled(portal.open(), place)

    assert {one.record_id: one.merged_into for one in found if one.deleted} == {"900": None, "1": "900", "2": "900"}


def test_a_loser_that_the_index_still_shows_stays_merged(portal: SmallPortal) -> None:
    portal.put(*range(1, 11))
    place = first(portal)
    portal.put(5)
    stale = dict(portal.contacts[5])
    portal.merge(1, 5, 1)
    portal.indexed = {**portal.contacts, 5: stale}
    portal.pass_time(minutes=10)

    found, _ = pulled(portal.open(), place)

    assert [(one.record_id, one.merged_into) for one in found] == [("1", None), ("5", "1")]


# Columns


def test_a_new_property_is_backfilled_by_a_walk(portal: SmallPortal) -> None:
    portal.put(*range(1, 251))
    place = first(portal)
    portal.add_property("shoe_size")
    for held in portal.contacts.values():
        held["shoe_size"] = "42"

    found, place = pulled(portal.open(), place)
    portal.pass_time(hours=1)
    again, _ = pulled(portal.open(), place)

    assert [one.payload["shoe_size"] for one in found] == ["42"] * 250
    assert again == []


def test_a_property_that_comes_up_in_a_killed_walk_is_read_of_all(portal: SmallPortal) -> None:
    portal.put(*range(1, 451))
    pages = portal.open().read("contacts", None)
    place = next(pages).cursor
    pages.close()  # type: ignore[attr-defined]
    portal.add_property("shoe_size")
    for held in portal.contacts.values():
        held["shoe_size"] = "42"

    found, _ = pulled(portal.open(), place)

    assert {int(one.record_id) for one in found if one.payload["shoe_size"] == "42"} == set(range(1, 451))


def test_a_property_that_vanishes_is_hidden_and_backfilled_when_it_comes_back(portal: SmallPortal) -> None:
    portal.put(*range(1, 11), email="a@example.com")
    place = first(portal)
    shown = portal.properties.pop("email")
    portal.put(3)
    portal.pass_time(minutes=10)

    pages = list(portal.open().read("contacts", place))
    portal.properties["email"] = shown
    found, place = pulled(portal.open(), pages[-1].cursor)

    assert {page.hidden for page in pages} == {frozenset({"email"})}
    assert [set(one.payload) & {"email"} for one in records(pages)] == [set()]
    assert [one.payload["email"] for one in found] == ["a@example.com"] * 10


def test_a_property_that_vanishes_in_mid_run_is_not_read_as_empty(portal: SmallPortal) -> None:
    portal.put(*range(1, 451), email="a@example.com")
    place = first(portal)
    portal.put(*range(1, 451))
    portal.pass_time(minutes=10)

    def vanish(call: Call) -> None:
        if portal.count("search") == 2:
            portal.properties.pop("email", None)

    portal.hooks.append(vanish)

    pages = [page for page in portal.open().read("contacts", place) if page.records]

    assert [("email" in page.hidden, {"email" in one.payload for one in page.records}) for page in pages] == [
        (False, {True}), (True, {False}), (True, {False}),
    ]  # fmt: skip


def test_a_property_that_did_not_come_though_it_is_there_is_empty(portal: SmallPortal) -> None:
    portal.put(1)

    def without_email(call: Call) -> Told | None:
        if call.family != "list" or call.query["archived"] == "true":
            return None
        body = portal._list(call).body
        for row in body["results"]:
            del row["properties"]["email"]
        return Told(200, body)

    portal.hooks.append(without_email)

    [page] = portal.open().read("contacts", None)

    assert page.records[0].payload["email"] is None
    assert page.hidden == frozenset()


def test_an_excluded_property_is_never_asked_for(portal: SmallPortal) -> None:
    portal.put(1, email="secret@example.com")

    found, _ = pulled(portal.open(exclude_fields=["email"]))

    assert "email" not in found[0].payload
    assert not any("email" in call.query.get("properties", "") for call in portal.calls)


def test_duplicates_on_a_page_collapse_and_are_counted(portal: SmallPortal) -> None:
    portal.put(1, 2)

    def twice(call: Call) -> Told | None:
        if call.family != "list" or call.query["archived"] == "true":
            return None
        return Told(200, {"results": portal._list(call).body["results"] * 2})

    portal.hooks.append(twice)

    [page] = portal.open().read("contacts", None)

    assert (len(page.records), page.repeated, page.read) == (2, 2, 4)


# Trouble


def test_missing_scopes_of_an_object_stop_that_object(portal: SmallPortal) -> None:
    portal.hooks.append(
        lambda call: Told(403, {"category": "MISSING_SCOPES", "message": "no"}) if call.family == "list" else None
    )

    with pytest.raises(NeedsOperator):
        pulled(portal.open())


def test_a_batch_that_failed_in_part_for_another_reason_is_an_error(portal: SmallPortal) -> None:
    for number in range(600):
        portal.add_property(f"a_property_with_a_long_name_{number:04d}")
    portal.put(1, 2)
    error = {"status": "error", "category": "INTERNAL_ERROR", "message": "?", "context": {}}
    portal.hooks.append(
        lambda call: (
            Told(207, {"status": "COMPLETE", "results": [], "errors": [error]}) if call.family == "batch" else None
        )
    )

    with pytest.raises(Retry):
        pulled(portal.open())


@pytest.mark.parametrize("body", [{}, {"results": None}, {"results": [{"id": "1"}]}, {"results": ["1"]}, []])
def test_an_answer_of_another_form_is_an_error_and_not_the_end(portal: SmallPortal, body: Any) -> None:
    portal.hooks.append(lambda call: Told(200, body) if call.family == "list" else None)

    with pytest.raises(Retry):
        pulled(portal.open())


def test_pages_before_an_error_are_handed_over(portal: SmallPortal) -> None:
    portal.put(*range(1, 451))
    portal.hooks.append(lambda call: Told(400, {}) if call.query.get("after") == "300" else None)
    got: list[Page] = []

    with pytest.raises(Rejected):
        got.extend(portal.open(associations={"contacts": ["companies"]}).read("contacts", None))

    assert ids(got) == list(range(1, 301))
