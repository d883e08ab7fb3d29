"""Company and place of two people compared: all that people of one company share, told as one witness.

Name of the company, domain, switchboard, role address and place of the office are signs of one fact; counted one by one
they would merge colleagues. For people who name no company the place is their home, and says more.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

from unified_model.identity.columns import Flags, Index, best_shared, have, on_distinct_pairs
from unified_model.identity.name_levels import DIFFERENT, EXACT, SIMILAR
from unified_model.identity.person_columns import SHARED_BY_TWO, Levels, PersonColumns


def company_levels(
    columns: PersonColumns,
    email: NDArray[np.int16],
    phone: NDArray[np.int16],
    left: Index,
    right: Index,
    numbers: Mapping[str, int],
) -> Levels:
    """One level for all that companies and places tell: the strongest that holds."""
    one = np.ones(len(columns.domain.values) + 1, dtype=np.int16)
    domain = best_shared(columns.domain, left, right, one) > 0
    core, conflict = _cores(columns, left, right, domain)
    conflict |= have(columns.domain, left) & have(columns.domain, right) & ~domain
    same = domain | (core == EXACT)
    alike = core == SIMILAR
    place = _places(columns, left, right)
    switchboard = (email > 0) & (email < SHARED_BY_TWO) | (phone > 0) & (phone < SHARED_BY_TWO)
    switchboard |= best_shared(columns.role, left, right, np.ones(len(columns.role.values) + 1, dtype=np.int16)) > 0
    home = ~(_has_company(columns, left) | _has_company(columns, right))
    levels = np.zeros(len(left), dtype=np.int8)
    rows = (
        (conflict, "different"),
        (place == 1, "same_town"),
        ((place == 2) | (place == 4), "same_postcode"),
        (switchboard, "same_switchboard"),
        (place == 3, "same_street"),
        (home & (place == 1), "home_town"),
        (home & (place == 2), "home_postcode"),
        (home & (place == 3), "home_street"),
        (home & (place == 4), "home_houses"),
        (alike & ~(same), "alike"),
        (same, "same"),
    )
    levels[(place == 0) & _places_known(columns, left, right)] = numbers["elsewhere"]
    for holds, level in rows:
        levels[holds] = numbers[level]
    return levels


def _has_company(columns: PersonColumns, records: Index) -> Flags:
    return have(columns.core, records) | have(columns.domain, records)


def _cores(columns: PersonColumns, left: Index, right: Index, known: Flags) -> tuple[NDArray[np.int16], Flags]:
    """(EXACT, SIMILAR or 0 for company names, where they clearly differ); not asked where the company is `known`."""
    one = np.ones(len(columns.core.values) + 1, dtype=np.int16)
    same = best_shared(columns.core, left, right, one) > 0
    found = np.where(same, EXACT, 0).astype(np.int16)
    a, b = columns.core.codes[left, 0], columns.core.codes[right, 0]
    at = np.flatnonzero((a >= 0) & (b >= 0) & ~same & ~known)
    if len(at):
        found[at] = on_distinct_pairs(a[at], b[at], columns.core.values, columns.core.values, _relate_cores)
    return found, (a >= 0) & (b >= 0) & (found == DIFFERENT)


def _relate_cores(a: list[str], b: list[str]) -> NDArray[np.int16]:
    """EXACT without spaces, SIMILAR for slips and left out words, DIFFERENT."""
    alike = cpdist(a, b, scorer=token_set_ratio, dtype=np.float32)
    slips = cpdist(
        [x.replace(" ", "") for x in a],
        [x.replace(" ", "") for x in b],
        scorer=OSA.normalized_similarity,
        dtype=np.float32,
    )
    found = np.where((alike >= 90) | (slips >= 0.82), SIMILAR, DIFFERENT).astype(np.int16)
    found[slips == 1] = EXACT
    return found


def _places(columns: PersonColumns, left: Index, right: Index) -> NDArray[np.int16]:
    """4 same post code of a few houses, 3 same street, 2 same post code, 1 same town."""
    place = np.zeros(len(left), dtype=np.int16)
    for worth, column in ((1, columns.town), (2, columns.postcode), (3, columns.street)):
        ones = np.full(len(column.values) + 1, worth, dtype=np.int16)
        np.maximum(place, best_shared(column, left, right, ones), out=place)
    place[best_shared(columns.postcode, left, right, columns.narrow_postcode) > 0] = 4
    return place


def _places_known(columns: PersonColumns, left: Index, right: Index) -> Flags:
    found = have(columns.postcode, left) & have(columns.postcode, right)
    found |= have(columns.town, left) & have(columns.town, right)
    return found
