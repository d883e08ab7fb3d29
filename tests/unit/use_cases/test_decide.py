"""Decisions: what people may say, how they name things, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.builders import MONDAY, World, account, contact, new_world
from tests.laws.picture import crosswalk
from unified_model.errors import UsageError
from unified_model.records import NaturalKey
from unified_model.store import audit
from unified_model.use_cases import decide
from unified_model.use_cases.explain import explain_customer, explain_pair
from unified_model.use_cases.review import list_decisions, list_reviews

ANN = {"First": "Ann", "Last": "Smith", "Email": "ann.smith@acme.com", "Phone": "+1 212 555 2368"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three strangers of one source, a twin of the first in another, and a company."""
    with new_world(tmp_path) as made:
        made.land("emea", contact("1", **ANN), contact("2", First="Zoe", Last="Quistorp"), contact("3", First="Bo"))
        made.land("fair", contact("9", **ANN))
        made.land("emea", account("1", Name="Acme Inc"))
        made.resolve()
        yield made


def customers(world: World) -> int:
    """How many customers there are among the persons."""
    return len({customer for key, customer in crosswalk(world.store).items() if key.object == "Contact"})


def test_same_joins_whole_customers_and_undo_parts_them(world: World) -> None:
    made = world.decide("emea/Contact/1", "emea/2", "same")
    world.resolve()
    joined = customers(world)
    world.undo(made.id)
    world.resolve()

    assert {key.record_id for key in (*made.left, *made.right)} == {"1", "2", "9"}
    assert (joined, customers(world)) == (2, 3)


def test_a_record_is_named_with_its_object_where_ids_are_not_enough(world: World) -> None:
    with pytest.raises(UsageError, match=r"emea/1 names 2 records.*emea/Account/1.*emea/Contact/1"):
        world.decide("emea/1", "emea/2", "same")


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("emea/Contact/1", "emea/Contact/1", "same records"),
        ("emea/Contact/1", "emea/Account/1", "never one customer"),
        ("emea/Contact/1", "emea/77", "no record '77'"),
        ("nowhere/1", "emea/2", "no source 'nowhere'"),
        ("no-such-id", "emea/2", "No customer has, or ever had"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(world: World, a: str, b: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        world.decide(a, b, "same")
    assert world.decisions() == []


def test_a_contradiction_is_refused_and_names_what_it_contradicts(world: World) -> None:
    first = world.decide("emea/2", "emea/3", "different")
    world.decide("emea/Contact/1", "emea/2", "same")

    with pytest.raises(UsageError, match=f"contradicts decision {first.id}"):
        world.decide("emea/Contact/1", "emea/3", "same")
    assert len(world.decisions()) == 2


def test_an_undo_is_refused_where_the_decision_it_brings_back_would_contradict(world: World) -> None:
    same = world.decide("emea/2", "emea/3", "same")
    undone = world.undo(same.id)
    world.decide("emea/2", "emea/3", "different")

    with pytest.raises(UsageError, match="contradicts"):
        world.undo(undone.id)


def test_of_two_who_contradict_each_other_at_the_same_time_the_later_one_is_refused(world: World) -> None:
    def while_another_decides() -> datetime:
        world.decide("emea/2", "emea/3", "different")
        return MONDAY

    with pytest.raises(UsageError, match="contradicts"):
        decide.decide(world.store, "emea/2", "emea/3", "same", actor="bob", reason=None, clock=while_another_decides)

    assert [made.kind for made in world.decisions()] == ["different"]


def test_of_two_who_undo_the_same_decision_at_the_same_time_the_later_one_is_refused(world: World) -> None:
    made = world.decide("emea/2", "emea/3", "same")

    def while_another_undoes() -> datetime:
        world.undo(made.id)
        return MONDAY

    with pytest.raises(UsageError, match="undone already"):
        decide.undo(world.store, made.id, actor="bob", reason=None, clock=while_another_undoes)

    assert [one.kind for one in world.decisions()] == ["same", "undo"]


def test_what_is_undone_cannot_be_undone_again_but_its_undo_can(world: World) -> None:
    made = world.decide("emea/2", "emea/3", "same")
    undone = world.undo(made.id)

    with pytest.raises(UsageError, match=f"undone already.*{undone.id}"):
        world.undo(made.id)
    world.undo(undone.id)
    world.resolve()
    assert customers(world) == 2


def test_unmerge_takes_a_record_out_for_good(world: World) -> None:
    made = world.unmerge("fair/9")
    world.resolve()

    assert (made.kind, made.left) == ("different", (NaturalKey("fair-1", "Contact", "9"),))
    assert customers(world) == 4


def test_what_stands_alone_cannot_be_unmerged(world: World) -> None:
    with pytest.raises(UsageError, match="stands alone"):
        world.unmerge("emea/2")


def test_what_people_joined_is_not_unmerged_but_undone(world: World) -> None:
    world.decide("emea/2", "emea/3", "same")
    world.resolve()

    with pytest.raises(UsageError, match="Undo that decision first"):
        world.unmerge("emea/2")


def test_a_choice_must_name_a_member_and_a_field(world: World) -> None:
    with pytest.raises(UsageError, match="no record of customer"):
        world.choose("emea/Contact/1", "job_title", "emea/2")
    with pytest.raises(UsageError, match="no field 'shoe_size'"):
        world.choose("emea/Contact/1", "shoe_size", "fair/9")


def test_a_choice_stays_with_the_chosen_record_when_another_leaves_its_customer(world: World) -> None:
    world.land("shop", contact("5", **ANN | {"Title": "CEO", "Modified": "2026-01-01"}))
    world.land("fair", contact("9", **ANN | {"Title": "Clerk", "Modified": "2026-02-01"}))
    world.resolve()
    world.choose("emea/Contact/1", "job_title", "shop/5")
    world.unmerge("emea/Contact/1")
    world.resolve()

    found = explain_customer(world.store, "fair/9", "job_title")["fields"]["job_title"]

    assert (found["value"], found["rule"]) == ("CEO", "a_person_chose")


def test_decisions_are_listed_newest_first_with_those_undone_marked(world: World) -> None:
    made = world.decide("emea/2", "emea/3", "same")
    world.undo(made.id)

    assert [(one["kind"], one["in_force"]) for one in list_decisions(world.store)] == [("undo", True), ("same", False)]


def test_every_decision_leaves_an_entry_in_an_audit_chain_that_holds(world: World) -> None:
    made = world.decide("emea/2", "emea/3", "same")
    world.undo(made.id)

    with world.store.read() as conn:
        assert audit.verify(conn) is None


def test_a_doubtful_pair_waits_until_somebody_tells_the_two_apart(world: World) -> None:
    world.land("shop", contact("7", **{**ANN, "First": "Robert"}))
    world.resolve()
    waiting = list_reviews(world.store)

    for one in waiting:
        world.decide(one["a"]["record"], one["b"]["record"], "different")
    world.resolve()

    assert {one["reason"] for one in waiting} == {"conflict"}
    assert list_reviews(world.store) == []


def test_a_pair_that_only_its_neighbours_keep_apart_is_told_which(world: World) -> None:
    shared = {"Last": "Quibble", "Email": "quibble@acme.com", "Phone": "+1 212 555 2399"}
    for key, first in (("11", "Ann"), ("12", "A."), ("13", "Arthur")):
        world.land("fair", contact(key, First=first, **shared))
    world.resolve()

    told = [explain_pair(world.store, "fair/12", f"fair/{other}", world.clock)["words"] for other in ("11", "13")]

    (apart,) = [words for words in told if words[0].endswith("are two customers.")]
    assert "the given names of fair/Contact/1" in apart[1]
    assert apart[2].startswith("One customer")


def test_a_split_parts_a_customer_into_groups_and_one_undo_joins_them_again(world: World) -> None:
    world.decide("emea/Contact/1", "emea/2", "same")
    world.decide("emea/Contact/1", "emea/Contact/3", "same")
    world.resolve()
    joined = customers(world)
    for number in (2, 1):
        world.undo(number)
    world.land("fair", contact("8", **ANN))
    world.resolve()
    before = crosswalk(world.store)

    made = world.split("emea/Contact/1", ["fair/9"], ["fair/8"])
    world.resolve()
    parted = {crosswalk(world.store)[key] for key in made.left}
    world.undo(made.id)
    world.resolve()

    assert joined == 1
    assert [len(group) for group in made.groups] == [1, 1, 1]
    assert len(parted) == 3
    assert crosswalk(world.store) == before


def test_what_a_split_does_not_name_stays_together(world: World) -> None:
    world.land("fair", contact("8", **ANN))
    world.resolve()
    made = world.split("fair/8", ["emea/Contact/1"])
    world.resolve()

    belongs = crosswalk(world.store)
    groups = [{belongs[key] for key in group} for group in made.groups]
    assert sorted(len(group) for group in made.groups) == [1, 2]
    assert all(len(group) == 1 for group in groups)
    assert groups[0] != groups[1]


@pytest.mark.parametrize(
    ("name", "groups", "says"),
    [
        ("emea/2", [["emea/2"]], "stands alone"),
        ("fair/9", [["emea/2"]], "no record of customer fair/9"),
        ("fair/9", [["fair/9", "emea/Contact/1"]], "splits nothing"),
        ("fair/9", [["fair/9"], ["fair/9"]], "in two groups"),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(world: World, name: str, groups: list[list[str]], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        world.split(name, *groups)


def test_a_split_against_a_decision_that_they_are_the_same_is_refused(world: World) -> None:
    made = world.decide("emea/Contact/1", "emea/2", "same")
    world.resolve()
    with pytest.raises(UsageError, match=rf"this contradicts decision {made.id}"):
        world.split("emea/2", ["emea/2"])


def test_what_a_split_keeps_apart_is_not_decided_the_same_again(world: World) -> None:
    made = world.split("fair/9", ["fair/9"])
    world.resolve()
    with pytest.raises(UsageError, match=rf"this contradicts decision {made.id}"):
        world.decide("fair/9", "emea/Contact/1", "same")


def test_explaining_a_decided_pair_names_who_decided_and_which_decision(world: World) -> None:
    world.split("fair/9", ["fair/9"])
    world.resolve()

    told = explain_pair(world.store, "fair/9", "emea/Contact/1", world.clock)

    assert told["words"][0].endswith("are two customers because ann (decision 1) decided so.")
    assert [(one["number"], one["kind"]) for one in told["decisions"]] == [(1, "split")]
    assert told["same_customer"] is False
