"""Match weights corrected by labels: logistic regression held towards the model's own weights.

A label says nothing of levels it doesn't show, so these keep their weights, and a level seen twice moves little: each
weight is drawn from a normal distribution around the model's own, one bit wide; the base, which every label tells of,
from one three bits wide.

More labels may come from some weights than from others: what is fitted is the answer given the levels. But among pairs
of one weight those that were joined and those that were held apart differ in more than their levels, so labels drawn
by chance of about one weight count by their worth, together as many as they are.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.learning.calibrate import EDGES
from unified_model.identity.learning.labels import Labels, in_order
from unified_model.identity.learning.weight_tables import Bits, keep_order, weigh_levels, weight_tables, with_weights
from unified_model.identity.model import MatchModel

LEVEL_WIDTH = 1.0
"""Standard deviation, in bits, of a level's true weight around the given one, before labels are seen."""
BASE_WIDTH = 3.0
"""The same of the base."""
_ROUNDS = 60
_LN2 = math.log(2)


class Fitted(NamedTuple):
    """Weights in bits."""

    base: float
    tables: list[Bits]


def correct(model: MatchModel, labels: Labels) -> dict[str, Any]:
    """A document whose weights are fitted to labels, each held towards the model's own.

    No labels: the weights stay as they are. Levels keep the order that the model's weights put them in. Thresholds are
    left alone.
    """
    fitted = fit(model, labels)
    return with_weights(model.document, fitted.base, fitted.tables)


def fit(model: MatchModel, labels: Labels) -> Fitted:
    """As `correct`, the weights alone."""
    own = Fitted(model.base / 1000, weight_tables(model))
    if not len(labels.same):
        return own
    rows, counts = _distinct(model, labels)
    levels, same = rows[:, :-1], rows[:, -1].astype(np.float64)
    shown = [
        (position, number)
        for position, comparison in enumerate(model.comparisons)
        for number in np.unique(levels[:, position]).tolist()
        if comparison.levels[number].m is not None
    ]
    design = np.ones((len(levels), 1 + len(shown)))
    for place, (position, number) in enumerate(shown, 1):
        design[:, place] = levels[:, position] == number
    start = np.array([own.base, *(own.tables[position][number] for position, number in shown)])
    widths = np.array([BASE_WIDTH, *([LEVEL_WIDTH] * len(shown))])
    found, precision = _most_likely(design, same, counts, start, widths**-2)
    tables = [table.copy() for table in own.tables]
    trust = [np.full(len(table), LEVEL_WIDTH**-2) for table in own.tables]
    for place, (position, number) in enumerate(shown, 1):
        tables[position][number] = found[place]
        trust[position][number] = precision[place]
    ordered = [
        keep_order(table, own_table, held) for table, own_table, held in zip(tables, own.tables, trust, strict=True)
    ]
    return Fitted(float(found[0]), ordered)


def _distinct(model: MatchModel, labels: Labels) -> tuple[NDArray[np.int8], Bits]:
    """Distinct (levels, same) rows in ascending order, and how much each counts: the labels' order is forgotten."""
    labels = in_order(labels)
    rows = np.concatenate((labels.levels, labels.same.astype(np.int8)[:, None]), axis=1)
    found, back = np.unique(rows, axis=0, return_inverse=True)
    counts = np.zeros(len(found))
    np.add.at(counts, back.reshape(-1), _importance(model, labels))
    return found.astype(np.int8), counts


def _importance(model: MatchModel, labels: Labels) -> Bits:
    """How much each label counts: 1 on average over the drawn labels of about one weight, and 1 for all others."""
    importance = np.ones(len(labels.same))
    drawn = labels.drawn | (labels.worth != 1)
    band = np.searchsorted(EDGES, weigh_levels(model, labels.levels), side="right")
    for number in np.unique(band[drawn]):
        inside = drawn & (band == number)
        importance[inside] = labels.worth[inside] / labels.worth[inside].mean()
    return importance


def _most_likely(design: Bits, same: Bits, counts: Bits, start: Bits, held: Bits) -> tuple[Bits, Bits]:
    """(weights, diagonal of the curvature) at the posterior's peak: Newton's steps, halved while they lead down.

    `held` is the prior's precision around `start`; the posterior is concave, so there is one peak.
    """
    at = start.copy()
    height = _height(design, same, counts, start, held, at)
    curvature = held
    for _ in range(_ROUNDS):
        odds = design @ at * _LN2
        told = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
        slope = _LN2 * design.T @ (counts * (same - told)) - held * (at - start)
        spread = counts * told * (1 - told) * _LN2**2
        matrix = (design * spread[:, None]).T @ design + np.diag(held)
        curvature = np.diag(matrix)
        step = np.linalg.solve(matrix, slope)
        if float(np.abs(step).max()) < 1e-7:
            break
        size = 1.0
        while size > 1e-6 and _height(design, same, counts, start, held, at + size * step) < height:
            size /= 2
        at = at + size * step
        height = _height(design, same, counts, start, held, at)
    return at, curvature


def _height(design: Bits, same: Bits, counts: Bits, start: Bits, held: Bits, at: Bits) -> float:
    odds = design @ at * _LN2
    return float((counts * (same * odds - np.logaddexp(0, odds))).sum() - (held * (at - start) ** 2).sum() / 2)
