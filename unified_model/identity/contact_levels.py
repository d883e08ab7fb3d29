"""E-mails and phones of two people compared: their own, or shared with how many others; slips."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from unified_model.identity.columns import Codes, Index, have, on_distinct_pairs
from unified_model.identity.person_columns import OWN, SHARED, SHARED_BY_FEW, SHARED_BY_TWO, Levels, PersonColumns


def email_levels(
    columns: PersonColumns, shared: NDArray[np.int16], left: Index, right: Index, numbers: Mapping[str, int]
) -> Levels:
    both = have(columns.email, left) & have(columns.email, right)
    levels = np.where(both, numbers["different"], 0).astype(np.int8)
    at = np.flatnonzero(both & (shared == 0))
    if len(at):
        levels[at] = _relate_emails(
            columns, columns.email.codes[left[at], 0], columns.email.codes[right[at], 0], numbers
        )
    for worth, level in (
        (OWN, "own"),
        (SHARED_BY_TWO, "shared_by_two"),
        (SHARED_BY_FEW, "shared"),
        (SHARED, "shared"),
    ):
        levels[shared == worth] = numbers[level]
    return levels


def _relate_emails(columns: PersonColumns, a: Codes, b: Codes, numbers: Mapping[str, int]) -> Levels:
    """Levels of addresses that differ: slips, the same telling local part elsewhere, two addresses of one company."""
    column, parts = columns.email, columns.email_parts
    same_local, same_domain = parts.local[a] == parts.local[b], parts.domain[a] == parts.domain[b]
    slips = np.full(len(a), 3, dtype=np.int16)
    # One slip is in one part, or carries a letter over the @; most pairs differ more: their letters need no look.
    apart, turned = np.abs(parts.length[a] - parts.length[b]), parts.whole[a] == parts.whole[b]
    near = np.flatnonzero(same_local | same_domain & (apart <= 1) | turned & (apart == 1))
    slips[near] = on_distinct_pairs(a[near], b[near], column.values, column.values, _slips)
    levels: Levels = np.full(len(a), numbers["different"], dtype=np.int8)
    levels[same_domain & parts.company[a]] = numbers["same_domain"]
    levels[same_local & parts.digits[a] & (parts.length[a] > 6)] = numbers["same_local"]
    long = np.minimum(parts.length[a], parts.length[b]) > 4
    levels[(slips == 1) & long & (parts.letters[a] != parts.letters[b])] = numbers["slip_in_name"]
    levels[(slips <= 2) & same_local] = numbers["slip"]
    return levels


def _slips(a: list[str], b: list[str]) -> NDArray[np.int16]:
    found: NDArray[np.int16] = cpdist(a, b, scorer=OSA.distance, score_cutoff=2, dtype=np.int16)
    return found


def phone_levels(
    columns: PersonColumns, shared: NDArray[np.int16], left: Index, right: Index, numbers: Mapping[str, int]
) -> Levels:
    both = have(columns.phone, left) & have(columns.phone, right)
    levels = np.where(both, numbers["different"], 0).astype(np.int8)
    for worth, level in (
        (OWN, "own"),
        (SHARED_BY_TWO, "shared_by_two"),
        (SHARED_BY_FEW, "shared"),
        (SHARED, "shared"),
    ):
        levels[shared == worth] = numbers[level]
    return levels
