"""Pairs counted by pattern."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unified_model.identity.learning.patterns import count_patterns


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3), max_size=40), st.integers(1, 7), st.randoms(use_true_random=False))
def test_neither_the_order_of_pairs_nor_their_cutting_matters(
    rows: list[tuple[int, int, int]], at_once: int, chance: object
) -> None:
    whole = np.array(rows, dtype=np.int8).reshape(-1, 3)
    chance.shuffle(rows)  # type: ignore[attr-defined]
    other = np.array(rows, dtype=np.int8).reshape(-1, 3)

    one = count_patterns([whole])
    cut = count_patterns([other[n : n + at_once] for n in range(0, max(len(other), 1), at_once)])

    assert one.levels.tolist() == cut.levels.tolist()
    assert one.counts.tolist() == cut.counts.tolist()
    assert one.counts.sum() == len(whole)
    assert one.levels.dtype == np.int8


def test_a_pattern_is_counted_as_often_as_it_occurs() -> None:
    found = count_patterns([np.array([[1, 0], [2, 1]], dtype=np.int8), np.array([[1, 0]], dtype=np.int8)])

    assert dict(zip(map(tuple, found.levels.tolist()), found.counts.tolist(), strict=True)) == {(1, 0): 2, (2, 1): 1}


@pytest.mark.parametrize("most", [3, 100])
def test_rows_come_in_ascending_order_however_many_levels_there_are(most: int) -> None:
    matrix = np.random.default_rng(1).integers(0, most, (500, 12)).astype(np.int8)

    found = count_patterns([matrix[:200], matrix[200:]])

    levels, counts = np.unique(matrix, axis=0, return_counts=True)
    assert found.levels.tolist() == levels.tolist()
    assert found.counts.tolist() == counts.tolist()


def test_no_matrix_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        count_patterns([])
