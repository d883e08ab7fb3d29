"""Learning as a whole."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.unit.identity.learning.simulated import draw_pairs, labels_of, patterns_of, rough_model
from unified_model.entities import Kind
from unified_model.identity.learning.labels import Labels
from unified_model.identity.learning.patterns import Patterns, count_patterns
from unified_model.identity.learning.train import train
from unified_model.identity.learning.weight_tables import weigh_levels, weight_tables, with_weights
from unified_model.identity.model import read_model, shipped_model

PAIRS = draw_pairs(20_000, seed=1)
CANDIDATES = patterns_of(PAIRS)


def test_the_same_input_and_seed_give_the_same_document_to_the_byte() -> None:
    labels = labels_of(PAIRS, 400)
    order = np.random.default_rng(3).permutation(400)
    mixed = Labels(labels.levels[order], labels.same[order], labels.worth[order], labels.drawn[order])
    turned = count_patterns([PAIRS.levels[::-1][:7000], PAIRS.levels[::-1][7000:]])

    one, other = train(rough_model(), CANDIDATES, labels, seed=9), train(rough_model(), turned, mixed, seed=9)

    assert json.dumps(one.document) == json.dumps(other.document)
    assert one.notes == other.notes


def test_without_labels_the_thresholds_stand() -> None:
    found = train(rough_model(), CANDIDATES, None, seed=1)

    model = read_model(json.dumps(found.document))
    assert (model.merge, model.review) == (rough_model().merge, rough_model().review)
    assert found.notes["threshold"] == "no labels"


def test_a_few_labels_leave_the_threshold_where_it_is() -> None:
    found = train(rough_model(), CANDIDATES, labels_of(PAIRS, 40), seed=1)

    assert read_model(json.dumps(found.document)).merge == rough_model().merge
    assert found.notes["threshold"] == "too few labels"


def test_labels_that_prove_it_safe_lower_the_threshold() -> None:
    cautious = rough_model(merge=12_000)

    found = train(cautious, CANDIDATES, labels_of(PAIRS, 3_000), seed=1)

    model = read_model(json.dumps(found.document))
    above = weigh_levels(model, PAIRS.levels) >= model.merge
    assert model.merge < 12_000
    assert found.notes["threshold"] == "lowered"
    assert found.notes["precision"]["lower"] >= 0.98
    assert PAIRS.same[above].mean() >= 0.98


def test_labels_that_show_it_unsafe_raise_the_threshold() -> None:
    bold = rough_model(merge=0)

    found = train(bold, CANDIDATES, labels_of(PAIRS, 3_000), seed=1)

    model = read_model(json.dumps(found.document))
    above = weigh_levels(model, PAIRS.levels) >= model.merge
    assert model.merge > 0
    assert found.notes["threshold"] == "raised"
    assert PAIRS.same[above].mean() >= 0.98


def test_labels_that_were_not_drawn_blindly_prove_no_threshold() -> None:
    told = np.flatnonzero(PAIRS.same)[:3_000]
    merges = Labels(PAIRS.levels[told], PAIRS.same[told], np.ones(len(told)))

    found = train(rough_model(merge=12_000), CANDIDATES, merges, seed=1)

    assert read_model(json.dumps(found.document)).merge == 12_000
    assert found.notes["blind_labels"] == 0


@pytest.mark.parametrize("kind", ["person", "organization"])
@pytest.mark.parametrize("seed", range(3))
def test_shipped_models_stay_models_of_the_same_levels(kind: Kind, seed: int) -> None:
    shipped, chance = shipped_model(kind), np.random.default_rng(seed)
    levels = np.stack([chance.integers(0, len(one.levels), 3_000) for one in shipped.comparisons], axis=1).astype(
        np.int8
    )
    labels = Labels(levels[:200], chance.random(200) < 0.5, np.full(200, 15.0))

    found = read_model(json.dumps(train(shipped, count_patterns([levels]), labels, seed=seed).document))

    assert found.kind == shipped.kind
    assert found.version != shipped.version
    for one, other in zip(found.comparisons, shipped.comparisons, strict=True):
        assert [(level.name, level.says, level.conflict) for level in one.levels] == [
            (level.name, level.says, level.conflict) for level in other.levels
        ]
        assert all(level.weight == 0 for level in one.levels[:1])


def test_training_twice_from_no_pairs_and_no_labels_changes_nothing() -> None:
    model = rough_model()
    nothing = Patterns(np.zeros((0, 4), dtype=np.int8), np.zeros(0, dtype=np.int64))

    found = read_model(json.dumps(train(model, nothing, None, seed=1).document))

    assert found.base == model.base
    assert [[level.weight for level in one.levels] for one in found.comparisons] == [
        [level.weight for level in one.levels] for one in model.comparisons
    ]


@pytest.mark.parametrize("stretch", [0.31, 1.0, 2.713])
def test_weights_written_into_a_document_are_read_back_to_the_thousandth(stretch: float) -> None:
    for kind in ("person", "organization"):
        model = shipped_model("person" if kind == "person" else "organization")
        tables = [table * stretch for table in weight_tables(model)]

        read = read_model(json.dumps(with_weights(model.document, -9.1234, tables)))

        assert read.base == -9123
        assert [[level.weight for level in one.levels] for one in read.comparisons] == [
            [round(bits * 1000) for bits in table] for table in tables
        ]
