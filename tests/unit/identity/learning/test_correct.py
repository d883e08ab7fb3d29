"""Weights corrected by labels."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.identity.learning.simulated import Pairs, draw_pairs, labels_of, rough_model, weights_of
from unified_model.identity.learning.correct import correct
from unified_model.identity.learning.labels import Labels
from unified_model.identity.learning.weight_tables import probability, weigh_levels
from unified_model.identity.model import MatchModel, read_model


def labels(levels: list[list[int]], same: list[bool]) -> Labels:
    return Labels(np.array(levels, dtype=np.int8).reshape(-1, 4), np.array(same, dtype=bool), np.ones(len(same)))


def surprise(model: MatchModel, pairs: Pairs) -> float:
    """Mean bits by which a model is surprised at the truth."""
    told = np.clip(probability(weigh_levels(model, pairs.levels) / 1000), 1e-9, 1 - 1e-9)
    return float(-np.log2(np.where(pairs.same, told, 1 - told)).mean())


def test_no_labels_leave_every_weight() -> None:
    model = rough_model()

    assert weights_of(correct(model, labels([], []))) == weights_of(dict(model.document))


def test_a_level_that_no_label_shows_keeps_its_weight() -> None:
    model = rough_model()
    before = weights_of(dict(model.document))

    after = weights_of(correct(model, labels([[1, 0, 0, 0]] * 20, [False] * 20)))

    assert after[2:] == before[2:]
    assert after[1][1] < before[1][1]


@pytest.mark.parametrize("number", [100, 300])
def test_labels_make_a_rough_model_less_surprised_at_other_pairs(number: int) -> None:
    model, others = rough_model(), draw_pairs(50_000, seed=7)
    better = 0

    for seed in range(10, 20):
        trained = read_model(json.dumps(correct(model, labels_of(draw_pairs(1_000, seed), number))))
        better += surprise(trained, others) < surprise(model, others)

    assert better >= 9


def test_contradictory_labels_move_a_level_only_as_far_as_they_say() -> None:
    model = rough_model()
    undecided = [[1, 1, 1, 1]] * 2

    few = weights_of(correct(model, labels(undecided, [True, False])))
    many = weights_of(correct(model, labels(undecided * 200, [True, False] * 200)))

    told = [sum(levels[1] for levels in found[1:]) + found[0][0] for found in (few, many)]
    own = model.base + sum(one.levels[1].weight for one in model.comparisons)
    assert abs(told[1]) < 200 < told[0] < own
    assert all(
        abs(after[1] - one.levels[1].weight) < 3000 for after, one in zip(few[1:], model.comparisons, strict=True)
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_the_order_of_labels_does_not_matter(seed: int, number: int) -> None:
    given_labels = labels_of(draw_pairs(100, seed), number)
    worth = np.random.default_rng(seed).integers(1, 5, number).astype(np.float64) * 1.7
    order = np.random.default_rng(seed + 1).permutation(number)
    one = Labels(given_labels.levels, given_labels.same, worth)
    other = Labels(given_labels.levels[order], given_labels.same[order], worth[order])

    assert json.dumps(correct(rough_model(), one)) == json.dumps(correct(rough_model(), other))


@given(st.lists(st.tuples(st.tuples(*[st.integers(0, 2)] * 4), st.booleans()), max_size=30))
def test_whatever_is_told_the_document_loads_and_likeness_stays_in_order(
    told: list[tuple[tuple[int, int, int, int], bool]],
) -> None:
    document = correct(rough_model(), labels([list(levels) for levels, _ in told], [same for _, same in told]))

    model = read_model(json.dumps(document))

    for one in model.comparisons:
        weights = [level.weight for level in one.levels[1:]]
        assert weights == sorted(weights, reverse=True)
        assert all(0 < (level.m or 1) <= 1 and 0 < (level.u or 1) <= 1 for level in one.levels)
    assert [[level.conflict for level in one.levels] for one in model.comparisons] == [
        [level.conflict for level in one.levels] for one in rough_model().comparisons
    ]


def test_pairs_chosen_for_being_held_apart_count_by_what_they_are_worth() -> None:
    """Of one weight 30 of 1,000 pairs were held apart, all wrongly linked; half of the labels come from them."""
    levels = [[1, 1, 0, 0]] * 60
    same, worth = [True] * 30 + [False] * 30, [970 / 30] * 30 + [1.0] * 30
    blind = Labels(np.array(levels, dtype=np.int8), np.array(same), np.array(worth), np.ones(60, dtype=bool))

    trained = read_model(json.dumps(correct(rough_model(), blind)))

    told = probability(weigh_levels(trained, blind.levels[:1]) / 1000)[0]
    assert told > 0.9
