"""Weights from pairs that nobody labelled."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from tests.unit.identity.learning.simulated import (
    TRUE_SHARE,
    bits_of_truth,
    draw_pairs,
    model_of,
    patterns_of,
    rough_model,
    weights_of,
)
from unified_model.entities import Kind
from unified_model.identity.learning.estimate import estimate
from unified_model.identity.learning.patterns import Patterns, count_patterns
from unified_model.identity.model import read_model, shipped_model


def test_plain_em_recovers_the_shares_that_made_the_pairs() -> None:
    candidates = patterns_of(draw_pairs(200_000, seed=1))

    found = estimate(rough_model(), candidates, strength=0, rounds=500)

    model = read_model(json.dumps(found.document))
    assert found.share == pytest.approx(TRUE_SHARE, abs=0.01)
    for comparison, bits in zip(model.comparisons, bits_of_truth(), strict=True):
        assert [level.weight / 1000 for level in comparison.levels[1:]] == pytest.approx(bits, abs=0.15)
    first = model.comparisons[0].levels[1]
    assert (first.m, first.u) == (pytest.approx(0.8, abs=0.02), pytest.approx(0.05, abs=0.01))


@pytest.mark.parametrize("seed", range(5))
def test_the_likelihood_of_plain_em_never_falls(seed: int) -> None:
    candidates = patterns_of(draw_pairs(3_000, seed, share=0.1 + 0.15 * seed, missing=0.3))

    heights = [estimate(rough_model(), candidates, strength=0, rounds=n).log_likelihood for n in range(1, 25)]

    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(heights)), heights
    assert heights[-1] > heights[0]


def test_the_stronger_it_is_held_the_nearer_a_model_stays_to_its_own_weights() -> None:
    candidates = patterns_of(draw_pairs(20_000, seed=2))
    own = weights_of(dict(rough_model().document))

    def way(strength: float) -> int:
        found = weights_of(estimate(rough_model(), candidates, strength=strength, rounds=200).document)
        return sum(
            abs(a - b)
            for mine, theirs in zip(own[1:], found[1:], strict=True)
            for a, b in zip(mine, theirs, strict=True)
        )

    assert way(1) == 0 < way(0.9) < way(0.6) < way(0.3)


def test_fully_held_every_weight_stands() -> None:
    candidates = patterns_of(draw_pairs(5_000, seed=3))

    found = estimate(rough_model(), candidates, strength=1, rounds=50)

    assert weights_of(found.document) == weights_of(dict(rough_model().document))


def test_levels_that_no_pair_shows_keep_their_distance_to_the_others() -> None:
    pairs = draw_pairs(20_000, seed=4)
    never = Patterns(*patterns_of(pairs))
    never.levels[never.levels[:, 0] == 2, 0] = 0
    candidates = count_patterns([np.repeat(never.levels, never.counts, axis=0)])

    before = [level.weight for level in rough_model().comparisons[0].levels]
    after = weights_of(estimate(rough_model(), candidates, strength=0.75, rounds=100).document)[1]

    assert after[3] < after[2] < after[1]
    assert abs((after[2] - before[2]) - np.mean([after[1] - before[1], after[3] - before[3]])) < 500


def test_levels_keep_the_order_of_likeness_even_where_data_would_turn_it() -> None:
    wrong_way = model_of([[1.0, 3.0, -2.0], [2.0, 0.5, -2.0], [4.0, 2.0, -1.5], [1.0, -2.0]])
    candidates = patterns_of(draw_pairs(50_000, seed=5))

    after = weights_of(estimate(wrong_way, candidates, strength=0.1, rounds=200).document)[1]

    assert after[3] < after[1] <= after[2]


@pytest.mark.parametrize("kind", ["person", "organization"])
def test_a_shipped_model_without_any_pair_stays_as_it_is(kind: Kind) -> None:
    model = shipped_model(kind)
    none = count_patterns([np.zeros((0, len(model.comparisons)), dtype=np.int8)])

    found = estimate(model, none, strength=0.75, rounds=10)

    assert weights_of(found.document) == weights_of(dict(model.document))


@pytest.mark.parametrize("kind", ["person", "organization"])
def test_pairs_that_show_only_one_level_break_nothing(kind: Kind) -> None:
    model = shipped_model(kind)
    alike = count_patterns([np.ones((7, len(model.comparisons)), dtype=np.int8)])

    for strength in (0, 0.75):
        found = read_model(json.dumps(estimate(model, alike, strength=strength, rounds=20).document))
        assert [[level.conflict for level in one.levels] for one in found.comparisons] == [
            [level.conflict for level in one.levels] for one in model.comparisons
        ]
