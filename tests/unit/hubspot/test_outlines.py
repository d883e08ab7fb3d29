"""What there is, told cheaply, and named records wherever they went."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.hubspot.small_portal import Call, SmallPortal, Told, small_portal
from unified_model.errors import UnsiloError
from unified_model.records import SourceRecord

LINKED = {"contacts": ["companies"]}
PLAIN = ("HUBSPOT_DEFINED", 279, None)


@pytest.fixture
def portal() -> Iterator[SmallPortal]:
    with small_portal() as one:
        yield one


def test_the_outline_tells_every_record_once_with_what_changes_unstamped(portal: SmallPortal) -> None:
    portal.put(*range(1, 1251), score="1")
    portal.links[5] = [(99, [PLAIN])]
    source = portal.open(associations=LINKED)
    held = {one.record_id: one.payload for page in source.read("contacts", None) for one in page.records}

    lines = [line for block in source.outline("contacts") for line in block]

    assert sorted(int(line.record_id) for line in lines) == list(range(1, 1251))
    assert set(lines[0].values) == {"associations.companies", "lastmodifieddate", "score"}
    assert all(held[line.record_id][name] == value for line in lines for name, value in line.values.items())


def test_links_and_calculated_values_that_changed_alone_show_in_the_outline(portal: SmallPortal) -> None:
    portal.put(1, 2, 3)
    source = portal.open(associations=LINKED)
    held = {one.record_id: one.payload for page in source.read("contacts", None) for one in page.records}
    portal.contacts[1]["score"] = "17"
    portal.links[2] = [(99, [PLAIN])]

    lines = [line for block in source.outline("contacts") for line in block]

    assert {
        (line.record_id, name)
        for line in lines
        for name, value in line.values.items()
        if held[line.record_id][name] != value
    } == {("1", "score"), ("2", "associations.companies")}


def test_an_outline_that_breaks_off_is_an_error(portal: SmallPortal) -> None:
    portal.put(*range(1, 451))
    portal.hooks.append(lambda call: Told(500, {}) if call.query.get("after") == "300" else None)

    with pytest.raises(UnsiloError):
        list(portal.open().outline("contacts"))


def test_an_outline_of_many_calculated_properties_is_read_by_id(portal: SmallPortal) -> None:
    for number in range(600):
        portal.add_property(f"a_property_with_a_long_name_{number:04d}", calculated=True)
    portal.put(*range(1, 151), a_property_with_a_long_name_0007="x")

    lines = [line for block in portal.open().outline("contacts") for line in block]

    assert [line.values["a_property_with_a_long_name_0007"] for line in lines] == ["x"] * 150
    assert len(lines[0].values) == 602


def test_get_tells_where_each_record_went(portal: SmallPortal) -> None:
    portal.put(*range(1, 8))
    portal.merge(1, 2, 900)
    portal.archive(3)
    del portal.contacts[4]
    source = portal.open()
    walked = {one.record_id: one for page in source.read("contacts", None) for one in page.records}

    found = source.get("contacts", ["7", "3", "2", "4", "1", "no id", "900", "7", "", "12345678901234567890123"])

    assert [(one.record_id, one.deleted, one.merged_into) for one in found] == [
        ("7", False, None), ("3", True, None), ("2", True, "900"), ("1", True, "900"), ("900", False, None),
    ]  # fmt: skip
    assert [one for one in found if not one.deleted] == [walked["7"], walked["900"]]


def test_get_tells_a_merge_into_what_was_archived_since(portal: SmallPortal) -> None:
    portal.put(*range(1, 5))
    portal.merge(1, 2, 900)
    portal.archive(900)

    found = portal.open().get("contacts", ["1", "3", "900"])

    assert [(one.record_id, one.deleted, one.merged_into) for one in found] == [
        ("1", True, "900"), ("3", False, None), ("900", True, None),
    ]  # fmt: skip


def test_get_finds_the_survivor_of_what_does_not_say_what_it_swallowed(portal: SmallPortal) -> None:
    portal.put(*range(1, 5))
    portal.merge(1, 2, 900)
    portal.contacts[900]["hs_merged_object_ids"] = None

    found = portal.open().get("contacts", ["1", "3", "5"])

    assert [(one.record_id, one.merged_into) for one in found] == [("1", "900"), ("3", None)]


def test_get_asks_for_a_hundred_at_a_time(portal: SmallPortal) -> None:
    portal.put(*range(1, 251))

    found = portal.open(associations=LINKED).get("contacts", [str(id) for id in range(250, 0, -1)])

    assert [int(one.record_id) for one in found] == list(range(250, 0, -1))
    assert [len(call.body["inputs"]) for call in portal.calls if call.family in ("batch", "links")] == [
        100, 100, 50, 250,
    ]  # fmt: skip


def test_what_could_not_be_looked_up_is_not_taken_for_gone(portal: SmallPortal) -> None:
    portal.put(1)
    error = {"status": "error", "category": "INTERNAL_ERROR", "message": "?", "context": {"ids": ["1"]}}

    def partly(call: Call) -> Told | None:
        body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [error]}
        return Told(207, body) if call.family == "batch" else None

    portal.hooks.append(partly)

    with pytest.raises(UnsiloError):
        list[SourceRecord](portal.open().get("contacts", ["1"]))
