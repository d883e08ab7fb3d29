"""Organizations whose folded forms are the same are linked through the one that leads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders import World, account, at, new_world
from tests.laws.picture import assert_same_picture, crosswalk, picture
from unified_model.resolution import linking
from unified_model.resolution.twins import spread
from unified_model.store.links import Link


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as made:
        yield made


def _spell(world: World, *ids: str, name: str = "Falcon Logistics", domain: str = "falcon.com") -> None:
    world.land("crm", *(account(id_, Name=name, Domain=domain) for id_ in ids))


def _links(world: World) -> set[tuple[str, str]]:
    ends = [sorted(key.record_id for key in pair) for pair in picture(world.store).links]
    return {(a, b) for a, b in ends}


def _groups(world: World) -> set[frozenset[str]]:
    customers: dict[str, set[str]] = {}
    for key, customer in crosswalk(world.store).items():
        customers.setdefault(customer, set()).add(key.record_id)
    return {frozenset(records) for records in customers.values()}


def test_twins_are_linked_with_the_one_of_the_lowest_key_only(world: World) -> None:
    _spell(world, "c", "a", "d", "b")

    world.resolve()

    assert _links(world) == {("a", "b"), ("a", "c"), ("a", "d")}
    assert _groups(world) == {frozenset("abcd")}


def test_another_spelling_is_linked_with_the_leader_alone(world: World) -> None:
    _spell(world, "b", "c")
    _spell(world, "x", name="Falcon Logistic")

    world.resolve()

    assert _links(world) == {("b", "c"), ("b", "x")}
    assert _groups(world) == {frozenset("bcx")}


def test_a_new_leader_takes_over_all_links(world: World) -> None:
    _spell(world, "b", "c")
    _spell(world, "x", name="Falcon Logistic")
    world.resolve()

    _spell(world, "a")
    world.resolve()

    assert _links(world) == {("a", "b"), ("a", "c"), ("a", "x")}


def test_a_leader_that_changes_its_name_leaves_its_twins_together(world: World) -> None:
    _spell(world, "a", "b", "c")
    _spell(world, "x", name="Falcon Logistic")
    world.resolve()

    world.land("crm", account("a", Name="Zebra Foods", Domain="zebra.org", modified=at(1)))
    counts = world.resolve()

    assert _links(world) == {("b", "c"), ("b", "x")}
    assert _groups(world) == {frozenset("a"), frozenset("bcx")}
    assert counts.created == 1, "the twins must not fall apart in between"


def test_taking_the_leader_out_leaves_its_twins_one_customer(world: World) -> None:
    _spell(world, "a", "b", "c")
    world.resolve()

    world.unmerge("crm/Account/a")
    world.resolve()

    assert _groups(world) == {frozenset("a"), frozenset("bc")}


def test_links_do_not_depend_on_how_many_records_a_transaction_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(some: World) -> None:
        for ids, name in (("db", "Falcon Logistics"), ("xy", "Falcon Logistic"), ("ac", "Falcon Logistics")):
            _spell(some, *ids, name=name)
            some.resolve()

    fill(world)
    monkeypatch.setattr(linking, "RECORDS_A_WRITE", 1)
    monkeypatch.setattr(linking, "RECORDS_A_CHUNK", 2)
    with new_world() as other:
        fill(other)

        assert_same_picture(picture(other.store), picture(world.store))


def test_spread_says_of_all_twins_what_is_known_of_their_leaders() -> None:
    falcon, slip = {"n": "falcon"}, {"n": "falcom"}
    forms = {1: falcon, 2: falcon, 3: slip, 4: slip}

    found = spread([Link(1, 2, 7000), Link(1, 3, 5000), Link(3, 4, 7000)], [1, 2, 3, 4], forms)

    crosswise = [Link(a, b, 5000) for a in (1, 2) for b in (3, 4)]
    assert found == sorted([Link(1, 2, 7000), Link(3, 4, 7000), *crosswise])
