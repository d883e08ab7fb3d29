"""Training takes what the store holds, gives one model for one store, and says from where the machine merges."""

from __future__ import annotations

import re

import pytest

from tests.builders import deleted, new_world
from tests.project.repository import ROOT
from tests.unit.use_cases.models.population import Population, populate
from tests.unit.use_cases.models.test_judging_models import EVERY, answer_truly, drawn
from tests.unit.use_cases.models.test_using_models import customers, named
from unified_model.errors import UsageError
from unified_model.store import audit
from unified_model.store import models as stored
from unified_model.use_cases.models.catalogue import list_models
from unified_model.use_cases.models.evaluating import evaluate_model
from unified_model.use_cases.models.labelling import gather_labels
from unified_model.use_cases.models.threshold import PUBLISHED, threshold_words
from unified_model.use_cases.models.training import TrainedModel, train_model


def train(people: Population, name: str | None = None, kind: str = "person", seed: int = 1) -> TrainedModel:
    """Train from the model in use."""
    return train_model(people.world.store, kind, seed=seed, actor="ann", clock=people.world.clock, name=name)


def test_a_trained_model_is_stored_with_its_story_and_not_used(people: Population) -> None:
    answer_truly(people, drawn(people, 60))

    made = train(people)

    (row,) = (r for r in list_models(people.world.store, clock=people.world.clock) if r["name"] == made.name)
    assert made.name == "person-trained-1"
    assert (row["origin"], row["in_use"], row["parent"]) == ("trained", False, "person-shipped")
    assert made.notes["labels"]["sample"] == 60 == made.notes["labels"]["same"] + made.notes["labels"]["different"]
    assert made.notes["seed"] == 1
    assert made.notes["pairs"] > 60
    with people.world.store.read() as conn:
        newest = audit.entries(conn, 1)[0]
    assert (newest.action, newest.subject) == ("model.train", "person-trained-1")


def test_the_same_store_and_seed_give_the_same_model(people: Population) -> None:
    answer_truly(people, drawn(people, 60))

    first, again = train(people), train(people, name="another")

    assert again.known
    assert (again.name, again.version) == (first.name, first.version)


def test_training_again_starts_where_the_model_in_use_goes_back_to(people: Population) -> None:
    answer_truly(people, drawn(people, 60))
    first = train(people)
    with people.world.store.begin() as work:
        (one,) = (model for model in stored.stored_models(work.conn) if model.version == first.version)
        stored.activate(work.conn, one.version, one.kind, one.document, people.world.clock())
        work.commit()

    again = train(people)

    assert (again.parent, again.version) == ("person-shipped", first.version)


def test_both_backends_give_the_same_model(people: Population, file_people: Population) -> None:
    for some in (people, file_people):
        group = customers(some.crosswalk())[0]
        some.world.unmerge(named(group[0]))
        some.world.resolve()

    assert train(people).version == train(file_people).version


def test_decisions_and_merges_in_source_systems_are_labels(people: Population) -> None:
    world = people.world
    one, other, third = sorted(customers(people.crosswalk()))[:3]
    world.unmerge(named(one[0]))
    taken_back = world.decide(named(other[0]), named(third[0]), "same")
    world.undo(taken_back.id)
    twins = next((a, b) for a in people.truth for b in people.truth if a.source == b.source and a < b and a not in one)
    world.land(twins[0].source[:-2], deleted(twins[1].record_id, merged_into=twins[0].record_id))
    world.resolve()

    with world.store.read() as conn:
        labels = gather_labels(conn, "person", seed=1)
        companies = gather_labels(conn, "organization", seed=1)

    told = [(label.origin, label.same) for label in labels]
    assert told == [("decision", False)] * (len(one) - 1) + [("vendor_merge", True)]
    assert companies == []


def test_a_model_of_companies_is_trained_on_companies(file_people: Population) -> None:
    made = train(file_people, kind="organization")

    assert made.name in ("organization-trained-1", "organization-shipped")
    assert made.kind == "organization"


def test_a_name_is_taken_once(file_people: Population) -> None:
    with pytest.raises(UsageError, match="another model named person-shipped"):
        train(file_people, name="person-shipped")


def test_figures_on_pairs_that_a_model_was_trained_on_are_called_so(file_people: Population) -> None:
    answer_truly(file_people, drawn(file_people, 60))
    made = train(file_people)
    answer_truly(file_people, [q for q in drawn(file_people, 40, seed=9) if q.answer is None])

    own = evaluate_model(file_people.world.store, made.name, clock=file_people.world.clock)
    shipped = evaluate_model(file_people.world.store, "person-shipped", clock=file_people.world.clock)

    assert own.blind is not None
    assert 60 <= own.seen < own.blind.labels
    assert shipped.seen == 0


def test_enough_blind_labels_prove_a_threshold_and_too_few_leave_the_shipped_one() -> None:
    with new_world() as world:
        people = populate(world, people=250, seed=8, told=0.9)
        without = train(people)
        answer_truly(people, drawn(people, 30))
        few = train(people)
        answer_truly(people, [q for q in drawn(people, EVERY) if q.answer is None])
        many = train(people)

    assert without.notes["threshold"] == "no labels"
    assert without.merge == without.parent_merge
    assert few.notes["threshold"] in ("too few labels", "as many merges")
    assert many.notes["threshold"] in ("proven", "lowered", "raised")
    assert many.notes["precision"]["lower"] >= 0.98


@pytest.mark.parametrize(
    ("notes", "words"),
    [
        ({"threshold": "no labels"}, r"No pair of this store was judged blindly to prove a threshold, so it is as sh"),
        ({"threshold": "too few labels", "blind_labels": 9}, r"Too few pairs were judged blindly.* 99\.\d%"),
        ({"threshold": "proven"}, r"proven on this store: precision 99\.0%, and at least 98\.1% with 95 % confidence"),
        ({"threshold": "lowered"}, r"prove a lower threshold"),
        ({"threshold": "raised"}, r"speak against the threshold before"),
    ],
)
def test_where_the_threshold_comes_from_is_said_in_words(notes: dict[str, object], words: str) -> None:
    told = " ".join(threshold_words("person", {"precision": {"share": 0.99, "lower": 0.981}, **notes}))

    assert re.search(words, told), told


def test_published_precision_is_that_of_the_measurements() -> None:
    page = (ROOT / "benchmarks/RESULTS.md").read_text(encoding="utf-8")
    rows = {
        "person": r"\| persons, 20,000 records[^|]*\| ([01]?\.\d+)",
        "organization": r"\| companies that persons name \| ([01]?\.\d+)",
    }

    for one in PUBLISHED:
        found = re.search(rows[one.kind], page)
        assert found is not None
        assert float(found[1]) == one.precision


def test_trained_models_are_numbered(file_people: Population) -> None:
    with file_people.world.store.read() as conn:
        first = stored.free_name(conn, "person", "trained")
    train(file_people)

    with file_people.world.store.read() as conn:
        assert (first, stored.free_name(conn, "person", "trained")) == ("person-trained-1", "person-trained-2")
