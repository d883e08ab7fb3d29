"""Match weights of pairs: one rendering, for a million pairs and for one.

Pairs are compared as arrays over the distinct values of the records' folded forms, so each pair of spellings is
measured once. Weights are sums of a model's integers: the same pair weighs the same alone and among others, and either
way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.columns import Index
from unified_model.identity.forms import Form
from unified_model.identity.model import MatchModel
from unified_model.identity.organization_levels import OrganizationColumns, organization_levels
from unified_model.identity.person_columns import PersonColumns
from unified_model.identity.person_levels import person_levels
from unified_model.identity.stats import Stats

Weights = NDArray[np.int32]
LevelMatrix = NDArray[np.int8]
Columns = PersonColumns | OrganizationColumns


def weigh(
    model: MatchModel,
    forms: Sequence[Form],
    left: Sequence[int] | NDArray[np.integer],
    right: Sequence[int] | NDArray[np.integer],
    stats: Stats,
) -> tuple[Weights, LevelMatrix]:
    """(weights in thousandths of a bit, levels as pairs x comparisons in the model's order).

    `left` and `right` are positions in `forms`; `stats` holds the buckets of common keys, rarer ones may be missing.
    """
    columns = columns_of(model, [forms], stats)
    return weigh_columns(model, columns, np.asarray(left, dtype=np.intp), np.asarray(right, dtype=np.intp))


def columns_of(model: MatchModel, batches: Iterable[Sequence[Form]], stats: Stats) -> Columns:
    """Forms of a model's kind laid out to be weighed, batch after batch."""
    return PersonColumns(batches, stats) if model.kind == "person" else OrganizationColumns(batches, stats)


def weigh_columns(model: MatchModel, columns: Columns, left: Index, right: Index) -> tuple[Weights, LevelMatrix]:
    """As `weigh`, of forms that are laid out already; `left` and `right` count through all batches."""
    if isinstance(columns, PersonColumns):
        found = person_levels(columns, left, right, model.level_numbers)
    else:
        found = organization_levels(columns, left, right, model.level_numbers)
    weights: Weights = np.full(len(left), model.base, dtype=np.int32)
    levels: LevelMatrix = np.zeros((len(left), len(model.comparisons)), dtype=np.int8)
    for position, comparison in enumerate(model.comparisons):
        table = np.array([level.weight for level in comparison.levels], dtype=np.int32)
        levels[:, position] = found[comparison.name]
        weights += table[levels[:, position]]
    return weights, levels
