"""A small model, and pairs whose levels are drawn independently from known shares."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np

from unified_model.identity.compare import LevelMatrix
from unified_model.identity.learning.labels import Labels
from unified_model.identity.learning.patterns import Patterns, count_patterns
from unified_model.identity.model import MatchModel, read_model

TRUE_M = ([0.8, 0.15, 0.05], [0.7, 0.2, 0.1], [0.6, 0.25, 0.15], [0.9, 0.1])
TRUE_U = ([0.05, 0.15, 0.8], [0.1, 0.2, 0.7], [0.02, 0.08, 0.9], [0.3, 0.7])
"""Shares of each level among the same and among different, of four comparisons."""
TRUE_SHARE = 0.3
MISSING = 0.1


class Pairs(NamedTuple):
    """Simulated pairs with the truth."""

    levels: LevelMatrix
    same: np.ndarray[Any, np.dtype[np.bool_]]


def bits_of_truth() -> list[list[float]]:
    """The weights that generate the pairs."""
    return [[float(np.log2(a / b)) for a, b in zip(m, u, strict=True)] for m, u in zip(TRUE_M, TRUE_U, strict=True)]


def model_of(weights: list[list[float]], base: float = -1.2, merge: int = 3000, review: int = 0) -> MatchModel:
    """A model of nameless comparisons with these weights, in bits."""
    odds = 2.0**base
    return read_model(
        json.dumps(
            {
                "link_type": "link_and_dedupe",
                "probability_two_random_records_match": odds / (1 + odds),
                "comparisons": [_comparison(number, levels) for number, levels in enumerate(weights)],
                "unsilo": {
                    "kind": "person", "merge": merge, "review": review, "size_limit": 50, "step": 1000,
                    "support": 1000, "unlinked": -1000,
                },
            }
        )
    )  # fmt: skip


def _comparison(number: int, weights: list[float]) -> dict[str, Any]:
    null = {"label_for_charts": "nothing", "is_null_level": True, "unsilo": {"name": "none"}}
    levels = [
        {
            "label_for_charts": f"level {place}",
            "m_probability": 0.5 * 2 ** min(bits, 0),
            "u_probability": 0.5 * 2 ** -max(bits, 0),
            "unsilo": {"name": f"level_{place}"} | ({"conflict": True} if place == len(weights) else {}),
        }
        for place, bits in enumerate(weights, 1)
    ]
    return {"output_column_name": f"field_{number}", "comparison_levels": [null, *levels]}


def rough_model(merge: int = 3000) -> MatchModel:
    """Weights in the right order, but not right: what somebody might set by hand."""
    return model_of([[3.0, 1.0, -2.0], [2.0, 0.5, -2.0], [4.0, 2.0, -1.5], [1.0, -2.0]], merge=merge)


def draw_pairs(pairs: int, seed: int, share: float = TRUE_SHARE, missing: float = MISSING) -> Pairs:
    """Pairs drawn from the truth; each field is missing by chance."""
    chance = np.random.default_rng(seed)
    same = chance.random(pairs) < share
    levels = np.zeros((pairs, len(TRUE_M)), dtype=np.int8)
    for position, (m, u) in enumerate(zip(TRUE_M, TRUE_U, strict=True)):
        drawn = np.where(same, chance.choice(len(m), pairs, p=m), chance.choice(len(u), pairs, p=u)) + 1
        levels[:, position] = np.where(chance.random(pairs) < missing, 0, drawn)
    return Pairs(levels, same)


def patterns_of(pairs: Pairs) -> Patterns:
    """Candidate pairs, counted."""
    return count_patterns([pairs.levels])


def labels_of(pairs: Pairs, number: int) -> Labels:
    """The first so many pairs as blind labels that stand for all pairs."""
    return Labels(
        pairs.levels[:number],
        pairs.same[:number],
        np.full(number, len(pairs.same) / number),
        np.ones(number, dtype=bool),
    )


def weights_of(document: dict[str, Any]) -> list[list[int]]:
    """Base and weights of a document, thousandths of a bit."""
    model = read_model(json.dumps(document))
    return [[model.base], *([level.weight for level in one.levels] for one in model.comparisons)]
