"""Intervals for a share that was counted in a sample, without a statistics library."""

from __future__ import annotations

import math

_STEPS = 60
_TERMS = 10_000
_TINY = 1e-300


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x below which a Beta(a, b) variable falls with this probability; a and b need not be whole."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if beta_share(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: the probability that a Beta(a, b) variable is below x."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _continued(x, a, b) / a
    return 1 - front * _continued(1 - x, b, a) / b


def _continued(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away_from_zero(1 + even * d)
        c = _away_from_zero(1 + even / c)
        found *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away_from_zero(1 + odd * d)
        c = _away_from_zero(1 + odd / c)
        found *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return found


def _away_from_zero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


def lower_bound(same: float, pairs: float, confidence: float = 0.95) -> float:
    """One-sided Clopper-Pearson bound: the true share is above it with at least this confidence. 0 if none is."""
    return 0.0 if same <= 0 or pairs <= 0 else beta_quantile(1 - confidence, same, pairs - same + 1)


def upper_bound(same: float, pairs: float, confidence: float = 0.95) -> float:
    """As `lower_bound`, from above; 1 if all are."""
    return 1.0 if same >= pairs or pairs <= 0 else beta_quantile(confidence, same + 1, pairs - same)


def weighted_bound(share: float, squares: float, largest: float, confidence: float = 0.95) -> float:
    """Upper bound of a share estimated from labels that stand for unequally many pairs (Fay and Feuer, 1997).

    `share`: the sum, over the labels counted, of each one's part of all pairs; `squares`: the sum of these parts
    squared; `largest`: the largest part of any label, counted or not. 1 at most.
    """
    if largest <= 0:
        return 1.0
    scale = (squares + largest**2) / (share + largest)
    return min(1.0, gamma_quantile(confidence, (share + largest) / scale) * scale)


def is_below(limit: float, share: float, squares: float, largest: float, confidence: float = 0.95) -> bool:
    """Whether `weighted_bound` is at most this limit, at a sixtieth of its cost."""
    scale = (squares + largest**2) / (share + largest)
    return gamma_share(limit / scale, (share + largest) / scale) >= confidence


def weighted_floor(share: float, squares: float, confidence: float = 0.95) -> float:
    """The bound from below that belongs to `weighted_bound`; 0 where no label was counted."""
    return 0.0 if share <= 0 else gamma_quantile(1 - confidence, share**2 / squares) * squares / share


def gamma_quantile(probability: float, shape: float) -> float:
    """The x below which a gamma variable of this shape and scale 1 falls with this probability."""
    low, high = 0.0, shape + 20 * math.sqrt(shape) + 50
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if gamma_share(middle, shape) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def gamma_share(x: float, shape: float) -> float:
    """The regularised incomplete gamma function: by its series below the mean, by a continued fraction above."""
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = found = 1 / shape
        for n in range(1, _TERMS):
            term *= x / (shape + n)
            found += term
            if term < found * 1e-15:
                break
        return found * front
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    found = d
    for n in range(1, _TERMS):
        b += 2
        d = 1 / _away_from_zero(b - n * (n - shape) * d)
        c = _away_from_zero(b - n * (n - shape) / c)
        found *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return 1 - found * front
