"""Forms laid out in columns of small integers, so that pairs are compared as arrays, each distinct value once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.forms import Form
from unified_model.identity.keys import VALUES

Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]
Index = NDArray[np.intp]


class Gathered(NamedTuple):
    """The values of many forms, field by field: key -> (records that have it, their values)."""

    forms: int
    fields: dict[str, tuple[list[int], list[Any]]]


def gather(forms: Sequence[Form]) -> Gathered:
    """One pass over all forms."""
    fields: dict[str, tuple[list[int], list[Any]]] = {}
    for number, form in enumerate(forms):
        for key, value in form.items():
            held = fields.get(key)
            if held is None:
                held = fields[key] = ([], [])
            held[0].append(number)
            held[1].append(value)
    return Gathered(len(forms), fields)


class Column:
    """One field of all forms: `codes[record, position]` into `values`, -1 where there is none.

    Filled batch by batch, so that the forms need not all be held at once. No value is compared that makes no key: how
    common it is would be told by records that are not looked at again.
    """

    __slots__ = ("_instead", "_key", "_many", "_numbers", "_parts", "codes", "values")

    def __init__(self, key: str, *, many: bool = False, instead: str = "") -> None:
        """`many`: the field is a list. `instead`: another field, which is read where a form has it."""
        self._key, self._many, self._instead = key, many, instead
        self._numbers: dict[str, int] = {}
        self._parts: list[Codes] = []
        self.codes: Codes = np.empty((0, 1), dtype=np.int32)
        self.values: list[str] = []

    def add(self, gathered: Gathered) -> None:
        """Take in the field of some more forms."""
        numbers = self._numbers
        number_of = numbers.setdefault
        records, values = gathered.fields.get(self._key, ([], []))
        width = min(VALUES, max(map(len, values), default=1)) if self._many else 1
        codes = np.full((gathered.forms, width), -1, dtype=np.int32)
        if not self._many:
            codes[records, 0] = [number_of(value, len(numbers)) for value in values]
            others, texts = gathered.fields.get(self._instead, ([], []))
            codes[others, 0] = [number_of(text, len(numbers)) for text in texts]
        elif width == 1:
            codes[records, 0] = [number_of(value[0], len(numbers)) for value in values]
        else:
            for position in range(width):
                held = [n for n, value in enumerate(values) if len(value) > position]
                at = [records[n] for n in held]
                codes[at, position] = [number_of(values[n][position], len(numbers)) for n in held]
        self._parts.append(codes)

    def close(self) -> None:
        """All forms are in: lay out codes and values."""
        width = max((part.shape[1] for part in self._parts), default=1)
        codes = np.full((sum(map(len, self._parts)), width), -1, dtype=np.int32)
        start = 0
        for part in self._parts:
            codes[start : start + len(part), : part.shape[1]] = part
            start += len(part)
        self.values, self.codes = list(self._numbers), codes
        self._parts, self._numbers = [], {}

    def of_values(self, number: Callable[[str], int]) -> NDArray[np.int16]:
        """One number a distinct value, with a last entry (-1 picks it) for `none`."""
        return np.array([*map(number, self.values), 0], dtype=np.int16)

    def of_shared_values(self, number: Callable[[str], int]) -> NDArray[np.int16]:
        """As `of_values`, but 0 for values that a single record has: no pair can share them."""
        held = np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).tolist()
        found = (number(value) if count > 1 else 0 for value, count in zip(self.values, held, strict=True))
        return np.array([*found, 0], dtype=np.int16)

    def at(self, records: Index) -> Codes:
        """The codes of some records, one position: for fields with a single value."""
        found: Codes = self.codes[records, 0]
        return found


def fill(columns: Iterable[Column], batches: Iterable[Sequence[Form]]) -> None:
    """Fill columns from forms, batch by batch."""
    some = list(columns)
    for forms in batches:
        gathered = gather(forms)
        for column in some:
            column.add(gathered)
    for column in some:
        column.close()


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

    Two values of one column are measured in alphabetical order: not every measure of likeness is the same both ways.
    """
    if len(a) == 0:
        return np.zeros(0, dtype=np.int16)
    if values_a is values_b:
        a, b = np.minimum(a, b), np.maximum(a, b)
    combined = a.astype(np.int64) * len(values_b) + b
    distinct, back = np.unique(combined, return_inverse=True)
    firsts, seconds = np.divmod(distinct, len(values_b))
    first, second = [values_a[n] for n in firsts.tolist()], [values_b[n] for n in seconds.tolist()]
    if values_a is values_b:
        for n, (one, other) in enumerate(zip(first, second, strict=True)):
            if one > other:
                first[n], second[n] = other, one
    measured = measure(first, second)
    spread: NDArray[np.int16] = np.asarray(measured, dtype=np.int16)[back]
    return spread
