"""Match weights from candidate pairs that nobody labelled: expectation maximisation held towards the given model.

Plain EM takes the fields as independent and what is missing as missing by chance. Neither holds for customers: two
colleagues agree in town, domain and switchboard at once, and a pair is a candidate *because* something agrees. So two
things are asked of it, and neither is believed alone: how likely each level is among the same and among different
customers, given how the model itself divides the pairs, and how many pairs are of one customer at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.learning.patterns import Patterns
from unified_model.identity.learning.weight_tables import Bits, keep_order, probability, weight_tables, with_weights
from unified_model.identity.model import MatchModel

STRENGTH = 0.85
"""How strongly training holds weights where nobody gave labels: see docs/decisions/0028."""
ROUNDS = 100
_BARELY_SEEN = 5.0
"""Of how many pairs a level's own estimate counts as much as what its comparison as a whole tells."""
_STILL = 1e-4
_NEVER = 1e-9


LevelColumn = NDArray[np.int8]


class Estimate(NamedTuple):
    """What the store's own pairs say."""

    document: dict[str, Any]
    """A model's document: same comparisons and levels, estimated weights."""
    share: float
    """Share of the candidate pairs that are of one customer, as plain EM finds it."""
    rounds: int
    """Rounds until nothing moved, or the most that were allowed."""
    log_likelihood: float
    """Of all candidate pairs under plain EM, natural logarithm."""


class Weights(NamedTuple):
    """Weights in bits."""

    base: float
    tables: list[Bits]


class Counted(NamedTuple):
    """One comparison's levels as they were counted among the same and among different customers, both by shares."""

    m: Bits
    u: Bits
    pairs: Bits
    """In effect, behind each level's weight: its counts on both sides, a b / (a + b)."""


def estimate(model: MatchModel, candidates: Patterns, *, strength: float, rounds: int) -> Estimate:
    """Weights estimated on candidate pairs, started at and held towards `model`; the same input gives the same bytes.

    `strength`: how much of a well-seen level's new weight is still the model's own, 0 (plain EM) to 1 (the model
    stands). The base follows more readily, by 1 - strength squared: it is set so that the probabilities of all pairs
    add up to a share between the model's own and EM's. Only where EM's is the larger one: it overlooks customers whose
    records agree in little, and so is too low on most data. `rounds`: the most rounds.
    """
    own = Weights(model.base / 1000, weight_tables(model))
    if not candidates.counts.sum():
        return Estimate(with_weights(model.document, *own), 0.0, 0, 0.0)
    plain, counted, share, taken = _maximise(own, candidates, 0.0, rounds)
    likelihood = log_likelihood(candidates, share, counted)
    if strength <= 0:
        return Estimate(with_weights(model.document, *plain, _shares(counted)), share, taken, likelihood)
    if strength >= 1:
        return Estimate(with_weights(model.document, *own), share, taken, likelihood)
    held, counted, _, _ = _maximise(own, candidates, strength, rounds)
    tables = [
        keep_order(table, before, _BARELY_SEEN + one.pairs)
        for table, before, one in zip(held.tables, own.tables, counted, strict=True)
    ]
    told = _told_share(own, candidates)
    base = _base_for(tables, candidates, _between(told, max(told, share), 1 - strength**2))
    return Estimate(with_weights(model.document, base, tables, _shares(counted)), share, taken, likelihood)


def _maximise(
    own: Weights, candidates: Patterns, strength: float, rounds: int
) -> tuple[Weights, list[Counted], float, int]:
    """(weights, what was counted last, share of one customer, rounds taken)."""
    counts = candidates.counts.astype(np.float64)
    now, counted, share, taken = own, list[Counted](), 0.0, 0
    while taken < rounds:
        taken += 1
        same = probability(_scores(now, candidates)) * counts
        share = float(same.sum() / counts.sum())
        counted = [
            _count(candidates.levels[:, position], table, same, counts - same)
            for position, table in enumerate(own.tables)
        ]
        found = Weights(
            strength * own.base + (1 - strength) * float(np.log2(max(share, _NEVER) / max(1 - share, _NEVER))),
            [_pooled(table, one, strength) for table, one in zip(own.tables, counted, strict=True)],
        )
        moved = max(float(np.abs(a - b).max()) for a, b in zip(found.tables, now.tables, strict=True))
        moved = max(moved, abs(found.base - now.base))
        now = found
        if moved < _STILL:
            break
    return now, counted, share, taken


def _count(levels: LevelColumn, own: Bits, same: Bits, different: Bits) -> Counted:
    """Shares of each level among pairs where the comparison says something; level 0 says nothing.

    A comparison of one level says the same of every pair that it speaks of: it stays as the model has it.
    """
    if len(own) <= 2:
        return Counted(np.exp2(np.minimum(own, 0)), np.exp2(-np.maximum(own, 0)), np.zeros(len(own)))
    ours, theirs = (np.bincount(levels, weights=side, minlength=len(own)) for side in (same, different))
    ours[0] = theirs[0] = 0
    pairs = ours * theirs / np.maximum(ours + theirs, _NEVER)
    return Counted(ours / max(ours.sum(), _NEVER), theirs / max(theirs.sum(), _NEVER), pairs)


def _pooled(own: Bits, one: Counted, strength: float) -> Bits:
    """New weights of one comparison.

    Where the comparison as a whole moved (its agreement is commoner here than the model thinks), a level that is barely
    seen moves with it. A comparison that says nothing of any pair keeps its weights.
    """
    if not (one.m.any() and one.u.any()):
        return own.copy()
    told = np.log2(np.maximum(one.m, _NEVER)) - np.log2(np.maximum(one.u, _NEVER))
    if strength > 0:
        trust = one.pairs / (one.pairs + _BARELY_SEEN)
        behind = trust * (one.m + one.u)
        shift = float((behind * (told - own)).sum() / max(behind.sum(), _NEVER))
        told = own + shift + trust * (told - own - shift)
    made = strength * own + (1 - strength) * told
    made[0] = 0
    return np.asarray(made, dtype=np.float64)


def _scores(weights: Weights, candidates: Patterns) -> Bits:
    scores = np.full(len(candidates.levels), weights.base)
    for position, table in enumerate(weights.tables):
        scores += table[candidates.levels[:, position]]
    return scores


def log_likelihood(candidates: Patterns, share: float, counted: Sequence[Counted]) -> float:
    """Natural logarithm of the probability of all candidate pairs, comparisons taken as independent."""
    same = np.full(len(candidates.levels), np.log(max(share, _NEVER)))
    different = np.full(len(candidates.levels), np.log(max(1 - share, _NEVER)))
    for position, one in enumerate(counted):
        levels = candidates.levels[:, position]
        said = levels > 0
        same[said] += np.log(np.maximum(one.m, _NEVER))[levels[said]]
        different[said] += np.log(np.maximum(one.u, _NEVER))[levels[said]]
    return float(np.logaddexp(same, different) @ candidates.counts)


def _told_share(weights: Weights, candidates: Patterns) -> float:
    return float(probability(_scores(weights, candidates)) @ candidates.counts / candidates.counts.sum())


def _between(one: float, other: float, way: float) -> float:
    """A share on the way from one to the other, in log odds."""
    a, b = (float(np.log2(max(share, _NEVER) / max(1 - share, _NEVER))) for share in (one, other))
    return float(probability(np.array(a + way * (b - a))))


def _base_for(tables: list[Bits], candidates: Patterns, share: float) -> float:
    """The base with which the probabilities of all pairs add up to this share."""
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        if _told_share(Weights(middle, tables), candidates) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _shares(counted: Sequence[Counted]) -> dict[tuple[int, int], tuple[float, float]]:
    """(comparison, level) -> (m, u) for levels that were seen on both sides."""
    return {
        (position, number): (float(one.m[number]), float(one.u[number]))
        for position, one in enumerate(counted)
        for number in range(1, len(one.m))
        if one.m[number] > _NEVER and one.u[number] > _NEVER
    }
