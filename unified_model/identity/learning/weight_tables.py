"""A model's weights as arrays, and a model's document with other weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.compare import LevelMatrix
from unified_model.identity.model import MatchModel

Bits = NDArray[np.float64]


def weight_tables(model: MatchModel) -> list[Bits]:
    """For each comparison the weight of each level, in bits."""
    return [np.array([level.weight for level in one.levels], dtype=np.float64) / 1000 for one in model.comparisons]


def weigh_levels(model: MatchModel, levels: LevelMatrix) -> NDArray[np.int32]:
    """Weights of pairs whose levels (pairs x comparisons) are known, in thousandths of a bit."""
    weights = np.full(len(levels), model.base, dtype=np.int32)
    for position, comparison in enumerate(model.comparisons):
        table = np.array([level.weight for level in comparison.levels], dtype=np.int32)
        weights += table[levels[:, position]]
    return weights


def weights_under(base: float, tables: Sequence[Bits], levels: LevelMatrix) -> NDArray[np.int32]:
    """As `weigh_levels`, by weights in bits."""
    weights = np.full(len(levels), round(base * 1000), dtype=np.int32)
    for position, table in enumerate(tables):
        weights += np.round(table * 1000).astype(np.int32)[levels[:, position]]
    return weights


def probability(bits: Bits) -> Bits:
    """The probability that log2 odds tell."""
    clipped = np.clip(bits, -60, 60)
    return np.asarray(1 / (1 + np.exp2(-clipped)), dtype=np.float64)


def with_weights(
    document: Mapping[str, Any],
    base: float,
    tables: Sequence[Bits],
    shares: Mapping[tuple[int, int], tuple[float, float]] | None = None,
    **ours: int,
) -> dict[str, Any]:
    """A new document with these weights (bits, rounded to thousandths) and base; `ours` replaces keys under `unsilo`.

    m and u of a level keep their geometric mean, or take that of `shares[comparison, level]`, where m and u were
    counted; log2(m / u) is the weight to the last thousandth either way.
    """
    made: dict[str, Any] = copy.deepcopy(dict(document))
    odds = 2.0 ** (round(base * 1000) / 1000)
    made["probability_two_random_records_match"] = odds / (1 + odds)
    for position, comparison in enumerate(made["comparisons"]):
        for number, level in enumerate(comparison["comparison_levels"]):
            if level.get("is_null_level") or level.get("m_probability") is None or level.get("u_probability") is None:
                continue
            m, u = (shares or {}).get((position, number), (level["m_probability"], level["u_probability"]))
            weight = round(float(tables[position][number]) * 1000) / 1000
            level["m_probability"], level["u_probability"] = _with_ratio(float(m), float(u), weight)
    made["unsilo"].update(ours)
    return made


def keep_order(table: Bits, like: Bits, trust: Bits) -> Bits:
    """Weights nearest to `table` that put the levels of one comparison in the order that `like` puts them in.

    Levels of equal weight in `like` go either way; `trust` says how little each gives way to its neighbours. Level 0,
    nothing to compare, stays out of it. Pool adjacent violators.
    """
    order = sorted(range(1, len(table)), key=lambda number: (like[number], table[number], number))
    pools: list[tuple[float, float, list[int]]] = []
    for number in order:
        pools.append((float(table[number]), float(trust[number]), [number]))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, held, levels), (other, more, others) = pools[-2:]
            pools[-2:] = [((one * held + other * more) / (held + more), held + more, levels + others)]
    made = table.copy()
    for weight, _, numbers in pools:
        made[numbers] = weight
    return made


def _with_ratio(m: float, u: float, bits: float) -> tuple[float, float]:
    middle = (math.log2(m) + math.log2(u)) / 2
    middle = min(middle, -abs(bits) / 2)
    return 2.0 ** (middle + bits / 2), 2.0 ** (middle - bits / 2)
