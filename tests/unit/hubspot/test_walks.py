"""Walking the whole list: what is asked for, and what happens when the portal does not play along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.hubspot.small_portal import Call, SmallPortal, Told, ids, pulled, small_portal
from unified_model.errors import NeedsOperator, Rejected, Retry
from unified_model.records import Page


@pytest.fixture
def portal() -> Iterator[SmallPortal]:
    with small_portal() as one:
        yield one


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
