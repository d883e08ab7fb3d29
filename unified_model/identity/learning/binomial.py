"""Intervals for a share that was counted in a sample, without a statistics library."""

from __future__ import annotations

import math

_STEPS = 60


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
    tiny = 1e-300
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1), tiny)
    found = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away_from_zero(1 + even * d, tiny)
        c = _away_from_zero(1 + even / c, tiny)
        found *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away_from_zero(1 + odd * d, tiny)
        c = _away_from_zero(1 + odd / c, tiny)
        found *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return found


def _away_from_zero(x: float, tiny: float) -> float:
    return x if abs(x) > tiny else tiny


def lower_bound(same: float, pairs: float, confidence: float = 0.95) -> float:
    """One-sided Clopper-Pearson bound: the true share is above it with at least this confidence. 0 if none is."""
    return 0.0 if same <= 0 or pairs <= 0 else beta_quantile(1 - confidence, same, pairs - same + 1)


def upper_bound(same: float, pairs: float, confidence: float = 0.95) -> float:
    """As `lower_bound`, from above; 1 if all are."""
    return 1.0 if same >= pairs or pairs <= 0 else beta_quantile(confidence, same + 1, pairs - same)
