"""The feed of changes: what a data team is told of customers, in order, with values before and after, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import World, contact, deleted, new_world
from unified_model.store.codec import decode
from unified_model.store.tables.golden import change

ANN = {"First": "Ann", "Last": "Smith", "Email": "ann.smith@acme.com", "Phone": "+1 212 555 2368"}
ZOE = {"First": "Zoe", "Last": "Quistorp", "Email": "zoe@quistorp.net"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with new_world(tmp_path) as made:
        yield made


def feed(world: World, since: int = 0) -> list[dict[str, Any]]:
    """Entries after a place in the feed."""
    with world.store.read() as conn:
        rows = conn.execute(select(change).where(change.c.seq > since).order_by(change.c.seq)).mappings()
        return [{**row, "before": decode(row["before"]), "after": decode(row["after"])} for row in rows]


def told(world: World, since: int) -> list[str]:
    return sorted(one["kind"] for one in feed(world, since))


def test_a_new_customer_is_told_with_all_its_values(world: World) -> None:
    world.land("emea", contact("1", **ANN))
    world.resolve()

    (entry,) = feed(world)
    assert (entry["kind"], entry["before"], entry["cause"]) == ("created", None, "landed")
    assert entry["after"]["given_name"] == "Ann"
    assert "email:ann.smith@acme.com" in entry["after"]["contact_points"]


def test_an_edit_is_told_by_what_changed_alone(world: World) -> None:
    world.land("emea", contact("1", **ANN, Title="Clerk"))
    world.resolve()
    world.land("emea", contact("1", **ANN, Title="CEO"))
    world.resolve()

    entry = feed(world)[-1]
    assert entry["kind"] == "updated"
    assert entry["before"] == {"job_title": "Clerk"}
    assert entry["after"] == {"job_title": "CEO"}


def test_a_merge_and_its_undo_are_told_with_the_decision_that_caused_them(world: World) -> None:
    world.land("emea", contact("1", **ANN), contact("2", **ZOE))
    world.resolve()
    before = len(feed(world))
    made = world.decide("emea/1", "emea/2", "same")
    world.resolve()
    between = len(feed(world))
    undone = world.undo(made.id)
    world.resolve()

    merged = [one for one in feed(world, before) if one["kind"] == "merged"]
    split = [one for one in feed(world, between) if one["kind"] == "split"]
    assert [one["cause"] for one in merged] == [f"decision {made.id}"]
    assert [one["cause"] for one in split] == [f"undo {undone.id} of decision {made.id}"]
    assert split[0]["after"]["into"] == [merged[0]["customer_id"]]
    assert "revived" in told(world, between)


def test_a_customer_whose_last_record_goes_is_told_as_changed_not_as_gone(world: World) -> None:
    world.land("emea", contact("1", **ANN))
    world.resolve()
    world.land("emea", deleted("1"))
    world.resolve()

    entry = feed(world)[-1]
    assert (entry["kind"], entry["before"]["given_name"], entry["after"]["given_name"]) == ("updated", "Ann", None)


def test_nothing_is_told_when_nothing_changed(world: World) -> None:
    world.land("emea", contact("1", **ANN))
    world.resolve()
    before = feed(world)
    world.land("emea", contact("1", **ANN, Note="called"))
    world.resolve()

    assert feed(world) == before


def test_the_feed_is_numbered_without_a_gap(world: World) -> None:
    for n in range(5):
        world.land("emea", contact(str(n), First=f"N{n}", Last=f"Own{n}"))
        world.resolve()

    assert [one["seq"] for one in feed(world)] == [1, 2, 3, 4, 5]
