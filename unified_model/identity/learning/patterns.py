"""Candidate pairs counted by pattern: a million pairs of eleven comparisons are some thousand distinct rows."""

from __future__ import annotations

import math
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
        part = _distinct(matrix, np.ones(len(matrix), dtype=np.int64))
        found = part if found is None else _merged(found, part)
    if found is None:
        raise ValueError("Patterns need at least one level matrix, which may have no rows.")
    return found


def _merged(one: Patterns, other: Patterns) -> Patterns:
    return _distinct(np.concatenate((one.levels, other.levels)), np.concatenate((one.counts, other.counts)))


def _distinct(levels: LevelMatrix, counts: NDArray[np.int64]) -> Patterns:
    """Rows that are equal taken together. Each row becomes one number first: whole rows sort ten times slower."""
    several = levels.max(axis=0, initial=0).astype(np.int64) + 1
    if math.prod(several.tolist()) >= 2**63:
        rows, back = np.unique(levels, axis=0, return_inverse=True)
    else:
        number = np.zeros(len(levels), dtype=np.int64)
        for column, radix in zip(levels.T, several.tolist(), strict=True):
            number = number * radix + column
        numbers, back = np.unique(number, return_inverse=True)
        rows = np.zeros((len(numbers), levels.shape[1]), dtype=np.int8)
        for position in reversed(range(levels.shape[1])):
            numbers, rows[:, position] = np.divmod(numbers, several[position])
    summed = np.bincount(back.reshape(-1), weights=counts, minlength=len(rows))
    return Patterns(rows.astype(np.int8), summed.astype(np.int64))
