"""E-mails and phones of two people compared: their own, or shared with how many others; slips."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from unified_model.identity.columns import Codes, Column, Index, have, on_distinct_pairs
from unified_model.identity.normalise.domains import FREE_MAIL
from unified_model.identity.person_columns import OWN, SHARED, SHARED_BY_FEW, SHARED_BY_TWO, Levels, PersonColumns


def email_levels(
    columns: PersonColumns, shared: NDArray[np.int16], left: Index, right: Index, numbers: Mapping[str, int]
) -> Levels:
    both = have(columns.email, left) & have(columns.email, right)
    levels = np.where(both, numbers["different"], 0).astype(np.int8)
    at = np.flatnonzero(both & (shared == 0))
    if len(at):
        levels[at] = _relate_emails(
            columns.email, columns.email.codes[left[at], 0], columns.email.codes[right[at], 0], numbers
        )
    for worth, level in (
        (OWN, "own"),
        (SHARED_BY_TWO, "shared_by_two"),
        (SHARED_BY_FEW, "shared"),
        (SHARED, "shared"),
    ):
        levels[shared == worth] = numbers[level]
    return levels


def _relate_emails(column: Column, a: Codes, b: Codes, numbers: Mapping[str, int]) -> Levels:
    """Levels of addresses that differ: slips, the same telling local part elsewhere, two addresses of one company."""
    parts = [value.partition("@") for value in column.values]
    local = _numbered([local for local, _, _ in parts])
    domain = _numbered([domain for _, _, domain in parts])
    letters = _numbered([_letters(local) for local, _, _ in parts])
    length = np.array([len(local) for local, _, _ in parts])
    digits = np.array([any(map(str.isdigit, local)) for local, _, _ in parts])
    company = np.array([domain not in FREE_MAIL for _, _, domain in parts])
    slips = on_distinct_pairs(a, b, column.values, column.values, _slips)
    same_local, same_domain = local[a] == local[b], domain[a] == domain[b]
    levels: Levels = np.full(len(a), numbers["different"], dtype=np.int8)
    levels[same_domain & company[a]] = numbers["same_domain"]
    levels[same_local & digits[a] & (length[a] > 6)] = numbers["same_local"]
    levels[(slips == 1) & (np.minimum(length[a], length[b]) > 4) & (letters[a] != letters[b])] = numbers["slip_in_name"]
    levels[(slips <= 2) & same_local] = numbers["slip"]
    return levels


def _slips(a: list[str], b: list[str]) -> NDArray[np.int16]:
    found: NDArray[np.int16] = cpdist(a, b, scorer=OSA.distance, score_cutoff=2, dtype=np.int16)
    return found


def _numbered(texts: list[str]) -> NDArray[np.int32]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int32)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


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
