"""Properties that come up, vanish, come back, or are not wanted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.hubspot.small_portal import Call, SmallPortal, Told, first, pulled, records, small_portal


@pytest.fixture
def portal() -> Iterator[SmallPortal]:
    with small_portal() as one:
        yield one


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
