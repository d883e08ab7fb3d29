"""Precision and recall with intervals: of clusters against the truth, and of labels that each stand for many pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from unified_model.identity.learning.calibrate import Band, bands, interval, weighted_share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Share(NamedTuple):
    """A share and its 95 % interval."""

    share: float
    lower: float
    upper: float


class ClusterScores(NamedTuple):
    """How clusters agree with the truth. Pairwise after closure: every two records of one customer are a pair."""

    records: int
    customers: int
    owners: int
    precision: Share
    recall: Share
    f1: float
    b_cubed: float
    largest: int


class LabelScores(NamedTuple):
    """How a model's verdicts agree with labels. None where no label can tell."""

    labels: int
    same: int
    precision: Share | None
    """Of the pairs it joins, those that are one customer."""
    recall: Share | None
    """Of the pairs that are one customer, those it joins."""
    bands: list[Band]


def score_clusters(customers: Sequence[Hashable], owners: Sequence[Hashable]) -> ClusterScores:
    """Scores of records: the customer each was put to, and whose it is in fact. Not for an empty list.

    Intervals count customers as the units that are right or wrong, since pairs of one customer stand or fall together.
    """
    cells = Counter(zip(customers, owners, strict=True))
    sizes, true_sizes = Counter(customers), Counter(owners)
    right_of: dict[Hashable, int] = defaultdict(int)
    right_for: dict[Hashable, int] = defaultdict(int)
    b_precision = b_recall = 0.0
    for (customer, owner), held in cells.items():
        right_of[customer] += _pairs(held)
        right_for[owner] += _pairs(held)
        b_precision += held * held / sizes[customer]
        b_recall += held * held / true_sizes[owner]
    precision = _of_units([(right_of[one], _pairs(size)) for one, size in sizes.items() if size > 1])
    recall = _of_units([(right_for[one], _pairs(size)) for one, size in true_sizes.items() if size > 1])
    p, r = precision.share, recall.share
    bp, br = b_precision / len(owners), b_recall / len(owners)
    return ClusterScores(
        len(owners), len(sizes), len(true_sizes), precision, recall,
        2 * p * r / (p + r) if p + r else 0.0, 2 * bp * br / (bp + br), max(sizes.values()),
    )  # fmt: skip


def score_labels(
    weights: NDArray[np.integer], same: NDArray[np.bool_], worth: NDArray[np.float64], joined: NDArray[np.bool_]
) -> LabelScores:
    """Scores of labelled pairs: their weights, the answers, what each stands for, and whether the model joins them."""
    return LabelScores(
        len(same), int(same.sum()),
        _of_labels(same[joined], worth[joined]), _of_labels(joined[same], worth[same]),
        bands(weights, same, worth) if len(same) else [],
    )  # fmt: skip


def _of_labels(right: NDArray[np.bool_], worth: NDArray[np.float64]) -> Share | None:
    if not len(right):
        return None
    share, effective = weighted_share(right, worth)
    return Share(share, *interval(share * effective, effective))


def _of_units(units: Sequence[tuple[int, int]]) -> Share:
    """The share of right pairs in all, from (right pairs, pairs) of each unit."""
    pairs = sum(each for _, each in units)
    if not pairs:
        return Share(1.0, 0.0, 1.0)
    share = sum(right for right, _ in units) / pairs
    spread = sum((right - share * each) ** 2 for right, each in units) / pairs**2
    effective = min(share * (1 - share) / spread, pairs) if spread > 0 else len(units)
    return Share(share, *interval(share * effective, effective))


def _pairs(records: int) -> int:
    return records * (records - 1) // 2
