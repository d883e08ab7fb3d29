"""Intervals, reliability, and the threshold above which the machine may merge alone."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from unified_model.identity.learning.binomial import beta_quantile, beta_share, gamma_quantile, weighted_bound
from unified_model.identity.learning.calibrate import bands, interval, precision_at, safe_merge


def binomial_share(least: int, pairs: int, share: float) -> float:
    """The probability of at least so many of `pairs`."""
    return sum(comb(pairs, k) * share**k * (1 - share) ** (pairs - k) for k in range(least, pairs + 1))


@pytest.mark.parametrize(("same", "pairs"), [(1, 10), (5, 10), (95, 100), (298, 300), (997, 1000)])
def test_an_interval_ends_where_the_binomial_tails_are_two_and_a_half_percent(same: int, pairs: int) -> None:
    lower, upper = interval(same, pairs)

    assert binomial_share(same, pairs, lower) == pytest.approx(0.025, abs=1e-6)
    assert 1 - binomial_share(same + 1, pairs, upper) == pytest.approx(0.025, abs=1e-6)


def test_an_interval_reaches_the_ends_where_none_or_all_are_the_same() -> None:
    assert interval(0, 0) == (0, 1)
    assert interval(0, 50)[0] == 0
    assert interval(50, 50)[1] == 1
    assert 0.9 < interval(50, 50)[0] < 0.95


def test_the_quantiles_are_those_of_the_tables() -> None:
    assert 2 * gamma_quantile(0.95, 5.5) == pytest.approx(19.675, abs=1e-3)  # chi squared, 11 degrees
    assert beta_quantile(0.5, 3.3, 3.3) == pytest.approx(0.5)
    assert beta_share(0.2, 1, 1) == pytest.approx(0.2)
    assert beta_share(0.3, 2.5, 4.1) + beta_share(0.7, 4.1, 2.5) == pytest.approx(1)


@pytest.mark.parametrize("share", [0.005, 0.03, 0.2])
def test_the_bound_of_weighted_counts_covers_at_least_as_often_as_it_says(share: float) -> None:
    """Three strata of unequal worth; what is wrong sits in any of them."""
    chance = np.random.default_rng(11)
    sizes, labels = np.array([10_000, 2_000, 500]), np.array([120, 80, 60])
    parts = sizes / sizes.sum()
    for where in (np.array([1, 1, 1]), np.array([3, 0.2, 0.2]), np.array([0.1, 3, 8])):
        shares = np.minimum(where * share, 0.9)
        true = float(parts @ shares)

        covered = 0
        for _ in range(400):
            wrong = chance.binomial(labels, shares)
            each = parts / labels
            covered += weighted_bound(float(wrong @ each), float(wrong @ each**2), float(each.max())) >= true

        assert covered >= 0.93 * 400, (where, covered)


@pytest.mark.parametrize("worth", [1.0, 7.5])
def test_98_percent_takes_150_blind_labels_without_a_wrong_one(worth: float) -> None:
    def found(labels: int) -> int | None:
        weights = np.arange(5000, 5000 + labels)
        return safe_merge(weights, np.ones(labels, dtype=bool), np.full(labels, worth))

    assert found(149) is None
    assert found(150) == 5000


def test_the_threshold_goes_as_low_as_labels_prove_and_no_lower() -> None:
    good, bad = np.arange(4000, 4400), np.arange(0, 60)
    weights = np.concatenate((good, bad))
    same = np.concatenate((np.ones(400, dtype=bool), np.zeros(60, dtype=bool)))

    assert 55 <= (safe_merge(weights, same, np.ones(460)) or 0) < 4000
    assert safe_merge(weights, same, np.where(weights < 4000, 10.0, 1.0)) == 4000


def test_few_labels_that_stand_for_many_pairs_prove_nothing() -> None:
    weights = np.full(301, 4000)
    worth = np.append(np.ones(300), 50.0)

    assert safe_merge(weights[:300], np.ones(300, dtype=bool), worth[:300]) == 4000
    assert safe_merge(weights, np.ones(301, dtype=bool), worth) is None


def test_a_threshold_said_to_be_safe_seldom_is_not() -> None:
    """Precision falls with weight; labels from strata of unequal worth; how often is the true precision below 98 %?"""
    chance = np.random.default_rng(5)
    weights = np.sort(chance.integers(-2000, 14_000, 40_000))
    same = chance.random(40_000) < 1 / (1 + 2.0 ** -((weights + 500) / 800))
    right = np.cumsum(same[::-1])[::-1] / np.arange(40_000, 0, -1)
    strata = [
        np.flatnonzero((weights >= low) & (weights < high))
        for low, high in ((-2000, 1500), (1500, 5000), (5000, 20000))
    ]

    unsafe = told = 0
    for _ in range(200):
        drawn = [
            chance.choice(stratum, number, replace=False)
            for stratum, number in zip(strata, (150, 250, 400), strict=True)
        ]
        worth = np.concatenate(
            [np.full(len(some), len(stratum) / len(some)) for some, stratum in zip(drawn, strata, strict=True)]
        )
        at = np.concatenate(drawn)
        found = safe_merge(weights[at], same[at], worth)
        if found is not None:
            told += 1
            unsafe += bool(right[np.searchsorted(weights, found)] < 0.98)

    assert told > 150
    assert unsafe <= 0.06 * told, (unsafe, told)


def test_bands_tell_what_was_observed_beside_what_was_told() -> None:
    weights = np.array([-9000] * 50 + [500] * 50 + [7000] * 100)
    same = np.array([False] * 50 + [True] * 20 + [False] * 30 + [True] * 99 + [False])

    low, middle, high = bands(weights, same, np.ones(200))

    assert (low.pairs, low.same, low.lower) == (50, 0, 0)
    assert (middle.low, middle.high, middle.share) == (500, 500, 0.4)
    assert middle.lower < 0.4 < middle.upper < middle.told
    assert high.told == pytest.approx(0.992, abs=1e-3)
    assert high.lower < high.told < high.upper


def test_bands_weigh_labels_by_the_pairs_that_they_stand_for() -> None:
    weights, same = np.full(40, 500), np.array([True] * 20 + [False] * 20)

    (band,) = bands(weights, same, np.where(same, 3.0, 1.0))

    assert band.share == 0.75
    assert band.pairs == 40


def test_precision_at_a_threshold_has_bounds_on_both_sides() -> None:
    weights = np.arange(200) * 10
    same = np.arange(200) % 20 != 0

    found = precision_at(1000, weights, same, np.ones(200))

    assert found is not None
    assert found.share == pytest.approx(0.95)
    assert found.lower < 0.95 < found.upper < 1
    assert found.labels == pytest.approx(100)
    assert precision_at(5000, weights, same, np.ones(200)) is None
