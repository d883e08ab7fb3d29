"""How far a model's probabilities can be believed, and from which weight on the machine may merge alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.learning.binomial import is_below, lower_bound, upper_bound, weighted_bound, weighted_floor
from unified_model.identity.learning.weight_tables import probability

EDGES = (-6000, -3000, -1000, 0, 1000, 2000, 3000, 4000, 6000, 9000, 13000)
"""Weights, in thousandths of a bit, at which one band ends and the next begins."""

Weights = NDArray[np.integer]


class Band(NamedTuple):
    """Labelled pairs of about one weight: what the model tells of them beside what is so."""

    low: int
    """Lowest weight among its labels, thousandths of a bit."""
    high: int
    """Highest."""
    pairs: int
    """Labels in the band."""
    same: int
    """Of these, labels of one customer."""
    share: float
    """Share of one customer among the pairs that the labels stand for."""
    lower: float
    upper: float
    """95 % interval of `share`."""
    told: float
    """The model's own mean probability for the same pairs."""


def bands(weights: Weights, same: NDArray[np.bool_], worth: NDArray[np.float64]) -> list[Band]:
    """A reliability table in ascending order of weight; bands without labels are left out."""
    number = np.searchsorted(np.array(EDGES), weights, side="right")
    return [_band(weights[number == n], same[number == n], worth[number == n]) for n in np.unique(number).tolist()]


def _band(weights: Weights, same: NDArray[np.bool_], worth: NDArray[np.float64]) -> Band:
    share, effective = weighted_share(same, worth)
    lower, upper = interval(share * effective, effective)
    told = float((probability(weights / 1000) * worth).sum() / worth.sum())
    return Band(int(weights.min()), int(weights.max()), len(same), int(same.sum()), share, lower, upper, told)


def interval(same: float, pairs: float, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of a share: `same` of `pairs`, which may be effective numbers and so not whole.

    It holds the true share at least as often as it says, also where all or none are `same`. (0, 1) without pairs.
    """
    side = (1 + confidence) / 2
    return lower_bound(same, pairs, side), upper_bound(same, pairs, side)


def weighted_share(same: NDArray[np.bool_], worth: NDArray[np.float64]) -> tuple[float, float]:
    """(share of `same` among the pairs that labels stand for, Kish's effective number of labels)."""
    total = float(worth.sum())
    if total <= 0:
        return 0.0, 0.0
    return float(worth[same].sum()) / total, total * total / float((worth * worth).sum())


def safe_merge(
    weights: Weights, same: NDArray[np.bool_], worth: NDArray[np.float64], *, precision: float = 0.98
) -> int | None:
    """The lowest weight at and above which the lower 95 % bound of precision holds; None: too few labels.

    Give it only labels drawn blindly, each with its worth, and weights of a model that was not fitted to them. The
    bound is Fay and Feuer's for unequally weighted counts: it takes the wrong labels as Poisson counts, each worth its
    own number of pairs, and grants the largest worth to one wrong label that might have been drawn. An effective number
    of labels (Kish) was tried beside it: it let 7 % of thresholds through that did not hold, where few labels stood for
    many pairs. With none wrong it takes 150 labels of equal worth to show 98 %.
    """
    order = np.lexsort((worth, same, -weights))
    weights, wrong, worth = weights[order], ~same[order], worth[order]
    total, largest = np.cumsum(worth), np.maximum.accumulate(worth)
    share, squares = np.cumsum(worth * wrong) / total, np.cumsum(worth * worth * wrong) / total**2
    lowest_of_their_weight = np.append(weights[1:] != weights[:-1], True)
    for n in np.flatnonzero(lowest_of_their_weight & (share <= 1 - precision))[::-1].tolist():
        if is_below(1 - precision, float(share[n]), float(squares[n]), float(largest[n] / total[n])):
            return int(weights[n])
    return None


class Precision(NamedTuple):
    """How many of the pairs at or above a threshold are of one customer."""

    share: float
    lower: float
    upper: float
    """One-sided 95 % bounds of `share`."""
    labels: float
    """Effective number of labels (Kish) behind it."""


def precision_at(merge: int, weights: Weights, same: NDArray[np.bool_], worth: NDArray[np.float64]) -> Precision | None:
    """Precision at or above `merge` by labels drawn blindly; None without any there."""
    above = weights >= merge
    if not above.any():
        return None
    order = np.lexsort((worth[above], same[above]))
    parts, wrong = worth[above][order] / worth[above].sum(), ~same[above][order]
    share, squares = float(parts[wrong].sum()), float((parts[wrong] ** 2).sum())
    ceiling = weighted_bound(share, squares, float(parts.max()))
    return Precision(1 - share, 1 - ceiling, 1 - weighted_floor(share, squares), float(1 / (parts**2).sum()))
