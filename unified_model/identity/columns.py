"""Forms laid out in columns of small integers, so that pairs are compared as arrays, each distinct value once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.forms import Form
from unified_model.identity.keys import VALUES

Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]
Index = NDArray[np.intp]


class Column:
    """One field of all forms: `codes[record, position]` into `values`, -1 where there is none; values are in order.

    No value is compared that makes no key: how common it is would be told by records that are not looked at again.
    """

    __slots__ = ("codes", "values")

    def __init__(self, forms: Sequence[Form], key: str, *, many: bool, instead: str = "") -> None:
        """`instead`: another key of the form, read where the first is missing or a single letter."""
        numbers: dict[str, int] = {}
        if many:
            codes = _many(forms, key, numbers)
        else:
            texts = [form.get(key) for form in forms]
            if instead:
                for number, form in enumerate(forms):
                    if instead in form:
                        texts[number] = form[instead]
            found = [numbers.setdefault(text, len(numbers)) if text else -1 for text in texts]
            codes = np.array(found, dtype=np.int32).reshape(-1, 1)
        self.values: list[str] = sorted(numbers)
        rank = np.empty(len(numbers) + 1, dtype=np.int32)
        rank[-1] = -1
        for number, value in enumerate(self.values):
            rank[numbers[value]] = number
        self.codes: Codes = rank[codes]

    def of_values(self, number: Callable[[str], int]) -> NDArray[np.int16]:
        """One number a distinct value, with a last entry (-1 picks it) for `none`."""
        return np.array([*map(number, self.values), 0], dtype=np.int16)

    def at(self, records: Index) -> Codes:
        """The codes of some records, one position: for fields with a single value."""
        found: Codes = self.codes[records, 0]
        return found


def _many(forms: Sequence[Form], key: str, numbers: dict[str, int]) -> Codes:
    """Codes of a field with several values, in the order values were met."""
    holders = [number for number, form in enumerate(forms) if key in form]
    rows = [forms[number][key] for number in holders]
    width = min(VALUES, max(map(len, rows), default=1))
    codes = np.full((len(forms), width), -1, dtype=np.int32)
    for position in range(width):
        if position:
            holders = [number for number, row in zip(holders, rows, strict=True) if len(row) > position]
            rows = [row for row in rows if len(row) > position]
        codes[holders, position] = [numbers.setdefault(row[position], len(numbers)) for row in rows]
    return codes


def best_shared(column: Column, left: Index, right: Index, worth: NDArray[np.int16]) -> NDArray[np.int16]:
    """Over all values two records share, the highest `worth` of one; 0 when they share none."""
    best = np.zeros(len(left), dtype=np.int16)
    ours, theirs = column.codes[left], column.codes[right]
    for i in range(ours.shape[1]):
        for j in range(theirs.shape[1]):
            mine = ours[:, i]
            shared = (mine == theirs[:, j]) & (mine >= 0)
            if shared.any():
                np.maximum(best, np.where(shared, worth[mine], 0), out=best)
    return best


def have(column: Column, records: Index) -> Flags:
    """Which records have any value."""
    found: Flags = column.codes[records, 0] >= 0
    return found


def on_distinct_pairs(
    a: Codes,
    b: Codes,
    values_a: Sequence[str],
    values_b: Sequence[str],
    measure: Callable[[list[str], list[str]], NDArray[Any]],
) -> NDArray[np.int16]:
    """`measure` applied once to each distinct pair of values, spread back over all pairs. No code may be negative.

    Values of one column are measured in alphabetical order: not every measure of likeness is the same both ways.
    """
    if len(a) == 0:
        return np.zeros(0, dtype=np.int16)
    if values_a is values_b:
        a, b = np.minimum(a, b), np.maximum(a, b)
    combined = a.astype(np.int64) * len(values_b) + b
    distinct, back = np.unique(combined, return_inverse=True)
    first, second = np.divmod(distinct, len(values_b))
    measured = measure([values_a[n] for n in first.tolist()], [values_b[n] for n in second.tolist()])
    spread: NDArray[np.int16] = np.asarray(measured, dtype=np.int16)[back]
    return spread
