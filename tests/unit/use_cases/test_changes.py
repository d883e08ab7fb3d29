"""The feed of changes: what became of customer ids, when, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders import World, contact, new_world
from tests.laws.picture import crosswalk
from unified_model.use_cases.changes import LINEAGE, Asked, list_changes

ANN = {"First": "Ann", "Last": "Smith", "Email": "ann.smith@acme.com", "Phone": "+1 212 555 2368"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two strangers, joined by a person and parted again; then one changes."""
    with new_world(tmp_path) as made:
        made.land("emea", contact("1", **ANN), contact("2", First="Zoe", Last="Quistorp"))
        made.resolve()
        made.decide("emea/1", "emea/2", "same")
        made.resolve()
        made.undo(1)
        made.resolve()
        made.land("emea", contact("1", **ANN, Title="CEO"))
        made.resolve()
        yield made


def ids(world: World) -> tuple[str, str]:
    """The customers of records 1 and 2."""
    by_record = {key.record_id: customer for key, customer in crosswalk(world.store).items()}
    return by_record["1"], by_record["2"]


def test_the_feed_tells_every_merge_and_split_with_its_cause(world: World) -> None:
    ann, zoe = ids(world)
    told = [(c["kind"], c["customer_id"], c.get("into"), c["cause"]) for c in list_changes(world.store, Asked())]

    assert sorted(told[:2]) == sorted([("created", ann, None, "landed"), ("created", zoe, None, "landed")])
    assert ("merged", zoe, [ann], "decision 1") in told
    assert ("split", ann, [zoe], "undo 2 of decision 1") in told
    assert ("revived", zoe, None, "undo 2 of decision 1") in told
    assert told[-1][0] == "updated"


def test_a_decision_in_the_feed_names_who_made_it(world: World) -> None:
    merged = next(c for c in list_changes(world.store, Asked()) if c["kind"] == "merged")
    assert (merged["decision"], merged["actor"]) == (1, "ann")
    assert merged["words"].endswith("because of decision 1 by ann")


def test_reading_on_from_the_last_number_gives_each_change_once(world: World) -> None:
    whole = [c["seq"] for c in list_changes(world.store, Asked(since=0))]
    seen: list[int] = []
    while some := list_changes(world.store, Asked(since=seen[-1] if seen else 0, limit=2)):
        seen += [c["seq"] for c in some]

    assert seen == whole == sorted(whole)
    assert [c["seq"] for c in list_changes(world.store, Asked(limit=2))] == whole[-2:]


def test_one_customer_is_asked_for_by_any_id_it_ever_had(world: World) -> None:
    ann, zoe = ids(world)
    made = world.decide("emea/1", "emea/2", "same")
    world.resolve()
    of_both = [c["seq"] for c in list_changes(world.store, Asked(customer=zoe))]
    by_record = [c["seq"] for c in list_changes(world.store, Asked(customer="emea/2"))]
    world.undo(made.id)
    world.resolve()
    of_one = {c["customer_id"] for c in list_changes(world.store, Asked(customer=zoe))}

    assert of_both == by_record == [c["seq"] for c in list_changes(world.store, Asked())][: len(of_both)]
    assert of_one == {zoe}
    assert ann != zoe


def test_lineage_and_crosswalk_history_agree_with_the_feed(world: World) -> None:
    with world.store.read() as conn:
        lineage = conn.execute(text("select seq, event, customer_id, other_id from lineage order by seq")).all()
        past = conn.execute(
            text("select record_id, customer_id, cause from crosswalk_history where until is not null order by since")
        ).all()
        now = conn.execute(text("select count(*) from crosswalk_history where until is null")).scalar()
    ann, zoe = ids(world)
    feed = [
        (c["seq"], c["kind"], c["customer_id"], *(c.get("into") or [None]))
        for c in list_changes(world.store, Asked(kinds=LINEAGE))
    ]

    assert [tuple(row) for row in lineage] == feed
    assert [tuple(row) for row in past] == [("2", zoe, "decision 1"), ("2", ann, "undo 2 of decision 1")]
    assert now == 2
