"""Candidate pairs counted by pattern: a million pairs of eleven comparisons are some thousand distinct rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.compare import LevelMatrix


class Patterns(NamedTuple):
    """Distinct rows of levels with how many pairs show each, in ascending order of rows."""

    levels: LevelMatrix
    """k x comparisons, in the model's order."""
    counts: NDArray[np.int64]
    """k."""


def count_patterns(level_matrices: Iterable[LevelMatrix]) -> Patterns:
    """Level matrices (pairs x comparisons, at least one matrix), chunk after chunk: neither their order nor how pairs
    are cut into chunks matters."""
    found: Patterns | None = None
    for matrix in level_matrices:
        levels, counts = np.unique(matrix, axis=0, return_counts=True)
        part = Patterns(levels.astype(np.int8), counts.astype(np.int64))
        found = part if found is None else _merged(found, part)
    if found is None:
        raise ValueError("Patterns need at least one level matrix, which may have no rows.")
    return found


def _merged(one: Patterns, other: Patterns) -> Patterns:
    levels, back = np.unique(np.concatenate((one.levels, other.levels)), axis=0, return_inverse=True)
    counts = np.zeros(len(levels), dtype=np.int64)
    np.add.at(counts, back.reshape(-1), np.concatenate((one.counts, other.counts)))
    return Patterns(levels, counts)
