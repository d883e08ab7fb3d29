"""What was archived, came back, or went into another record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.hubspot.small_portal import SmallPortal, binned, first, pulled, small_portal
from unified_model.errors import CursorExpired


@pytest.fixture
def portal() -> Iterator[SmallPortal]:
    with small_portal() as one:
        yield one


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
