"""Which level of each comparison a pair of people reaches.

A phone or e-mail that several different people hold counts as their company's, not as their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from unified_model.identity import name_levels
from unified_model.identity.columns import Column, Flags, Index, best_shared, have, on_distinct_pairs
from unified_model.identity.company_levels import company_levels
from unified_model.identity.contact_levels import email_levels, phone_levels
from unified_model.identity.name_levels import DIFFERENT, EXACT, INITIAL, NICKNAME, NONE, PART, SIMILAR, TYPO
from unified_model.identity.person_columns import Levels, Numbers, PersonColumns


def person_levels(columns: PersonColumns, left: Index, right: Index, numbers: Numbers) -> dict[str, Levels]:
    """Comparison -> level number of every pair."""
    names = name_levels.relate_names(columns.family, columns.given, left, right)
    unread = columns.han[left] != columns.han[right]
    for relations in (names.family, names.given):
        relations[unread & (relations >= SIMILAR)] = NONE
    email = best_shared(columns.email, left, right, columns.email_worth)
    phone = best_shared(columns.phone, left, right, columns.phone_worth)
    return {
        "family": _family(columns, names, left, right, numbers["family"]),
        "given": _given(columns, names, left, right, numbers["given"]),
        "order": np.where(names.swapped, numbers["order"]["swapped"], 0).astype(np.int8),
        "middle": _middle(columns, left, right, numbers["middle"]),
        "suffix": _suffix(columns, left, right, numbers["suffix"]),
        "email": email_levels(columns, email, left, right, numbers["email"]),
        "phone": phone_levels(columns, phone, left, right, numbers["phone"]),
        "company": company_levels(columns, email, phone, left, right, numbers["company"]),
        "birth": _birth(columns, left, right, numbers["birth"]),
        "identifier": _identifier(columns, left, right, numbers["identifier"]),
        "title": _title(columns, left, right, numbers["title"]),
    }


def _family(
    columns: PersonColumns, names: name_levels.NameRelations, left: Index, right: Index, numbers: Mapping[str, int]
) -> Levels:
    table = name_levels.level_table(
        numbers,
        {EXACT: "exact_rare", TYPO: "typo", NICKNAME: "typo", PART: "part", SIMILAR: "similar", DIFFERENT: "different"},
    )
    levels = table[names.family]
    sizes = np.maximum(columns.family_size[columns.family.at(left)], columns.family_size[columns.family.at(right)])
    levels[_told_by_email(columns, names.family, left, right)] = numbers["former"]
    levels[(names.family == TYPO) & (sizes >= 4)] = numbers.get("typo_common", numbers["typo"])
    exact = names.family == EXACT
    for level, bucket in (
        ("exact_uncommon", 2),
        ("exact_common", 4),
        ("exact_very_common", 6),
        ("exact_everywhere", 8),
    ):
        levels[exact & (sizes >= bucket)] = numbers[level]
    return levels


def _told_by_email(columns: PersonColumns, family: NDArray[np.int16], left: Index, right: Index) -> Flags:
    """Different family names, one of which is the name in the other's e-mail: before or after a marriage."""
    other, own = columns.other_as_family, columns.family.codes[:, 0]
    told = (other[left] >= 0) & (other[left] == own[right]) | (other[right] >= 0) & (other[right] == own[left])
    told |= (columns.other_family.at(left) >= 0) & (columns.other_family.at(left) == columns.other_family.at(right))
    found: Flags = told & ((family == DIFFERENT) | (family == SIMILAR))
    return found


def _given(
    columns: PersonColumns, names: name_levels.NameRelations, left: Index, right: Index, numbers: Mapping[str, int]
) -> Levels:
    table = name_levels.level_table(
        numbers,
        {
            EXACT: "exact",
            NICKNAME: "nickname",
            INITIAL: "initial",
            TYPO: "typo",
            PART: "part",
            SIMILAR: "similar",
            DIFFERENT: "different",
        },
    )
    levels = table[names.given]
    share = np.maximum(columns.given_share[columns.given.at(left)], columns.given_share[columns.given.at(right)])
    levels[(names.given == EXACT) & (share >= 500)] = numbers["exact_common"]
    return levels


def _middle(columns: PersonColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    table = name_levels.level_table(numbers, {EXACT: "same", INITIAL: "same", DIFFERENT: "different"})
    return _where_both(columns.middle, left, right, name_levels.relate_middles, table)


def _where_both(
    column: Column,
    left: Index,
    right: Index,
    measure: Callable[[list[str], list[str]], NDArray[np.int16]],
    table: Levels,
) -> Levels:
    """A single-valued field measured where both records have it; 0 elsewhere."""
    a, b = column.at(left), column.at(right)
    levels = np.zeros(len(left), dtype=np.int8)
    at = np.flatnonzero((a >= 0) & (b >= 0))
    if len(at):
        levels[at] = table[on_distinct_pairs(a[at], b[at], column.values, column.values, measure)]
    return levels


def _suffix(columns: PersonColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    a, b = columns.suffix.at(left), columns.suffix.at(right)
    levels = np.zeros(len(left), dtype=np.int8)
    levels[(a >= 0) != (b >= 0)] = numbers["one_only"]
    levels[(a >= 0) & (b >= 0)] = numbers["different"]
    levels[(a >= 0) & (a == b)] = numbers["same"]
    return levels


def _birth(columns: PersonColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    table = name_levels.level_table(
        numbers,
        {EXACT: "same", NICKNAME: "same_year", TYPO: "slip", SIMILAR: "near", PART: "part", DIFFERENT: "different"},
    )
    return _where_both(columns.birth, left, right, relate_dates, table)


def relate_dates(a: list[str], b: list[str]) -> NDArray[np.int16]:
    """How birth dates relate.

    EXACT; NICKNAME: the same first of January, which is written where only the year is known; TYPO: one digit, or day
    and month changed places; SIMILAR: a few weeks, a year or ten years off; PART: the same year or day; DIFFERENT.
    """
    found = np.full(len(a), DIFFERENT, dtype=np.int16)
    for n, (first, second) in enumerate(zip(a, b, strict=True)):
        if first == second:
            found[n] = NICKNAME if first.endswith("-01-01") else EXACT
        elif OSA.distance(first, second) == 1 or _turned(first, second):
            found[n] = TYPO
        elif _is_near(first, second):
            found[n] = SIMILAR
        elif first[:4] == second[:4] or first[5:] == second[5:]:
            found[n] = PART
    return found


def _turned(a: str, b: str) -> bool:
    return a[:4] == b[:4] and a[5:7] == b[8:] and a[8:] == b[5:7]


def _is_near(a: str, b: str) -> bool:
    days = [int(date[:4]) * 365 + int(date[5:7]) * 30 + int(date[8:]) for date in (a, b)]
    apart = abs(days[0] - days[1])
    return any(abs(apart - years * 365) <= 40 for years in (0, 1, 9, 10, 11))


def _identifier(columns: PersonColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    ones = np.ones(len(columns.identifier.values) + 1, dtype=np.int16)
    same = best_shared(columns.identifier, left, right, ones) > 0
    levels = np.zeros(len(left), dtype=np.int8)
    both = np.flatnonzero(have(columns.identifier, left) & have(columns.identifier, right) & ~same)
    if len(both):
        a, b = columns.identifier.codes[left[both], 0], columns.identifier.codes[right[both], 0]
        table = name_levels.level_table(numbers, {TYPO: "slip", DIFFERENT: "different"})
        levels[both] = table[
            on_distinct_pairs(a, b, columns.identifier.values, columns.identifier.values, _relate_identifiers)
        ]
    levels[same] = numbers["same"]
    return levels


def _relate_identifiers(a: list[str], b: list[str]) -> NDArray[np.int16]:
    found = np.zeros(len(a), dtype=np.int16)
    for n, (first, second) in enumerate(zip(a, b, strict=True)):
        if first.partition(":")[0] == second.partition(":")[0] and first[:1] != "=":
            found[n] = TYPO if OSA.distance(first, second, score_cutoff=1) == 1 else DIFFERENT
    return found


def _title(columns: PersonColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    a, b = columns.title.at(left), columns.title.at(right)
    levels = np.zeros(len(left), dtype=np.int8)
    levels[(a >= 0) & (b >= 0)] = numbers["different"]
    levels[(a >= 0) & (a == b)] = numbers["same"]
    return levels
