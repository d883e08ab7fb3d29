"""Which level of each comparison a pair of people reaches.

What persons of one company share (name of the company, domain, switchboard, role address, place) is one witness, told
once: by the comparison `company`. A phone or e-mail that several different people hold counts there, not as their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

from unified_model.identity import name_levels
from unified_model.identity.columns import Codes, Column, Flags, Index, best_shared, gather, have, on_distinct_pairs
from unified_model.identity.forms import Form
from unified_model.identity.keys import key_hash
from unified_model.identity.name_levels import DIFFERENT, EXACT, INITIAL, NICKNAME, NONE, PART, SIMILAR, TYPO
from unified_model.identity.normalise.domains import FREE_MAIL
from unified_model.identity.normalise.nicknames import is_common_family, share_of
from unified_model.identity.stats import Stats

Levels = NDArray[np.int8]
Numbers = Mapping[str, Mapping[str, int]]

_OWN, _SHARED_BY_TWO, _SHARED_BY_FEW, _SHARED = 4, 3, 2, 1
"""Worth of a shared identifier: how few people hold it."""


class PersonColumns:
    """All fields of some persons in columns, with what the statistics say of their values."""

    def __init__(self, forms: Sequence[Form], stats: Stats) -> None:
        gathered = gather(forms)
        self.given = Column(gathered, "g", measured=True, instead="hg")
        self.middle = Column(gathered, "m", measured=True)
        self.family = Column(gathered, "f", measured=True, instead="hf")
        self.other_family = Column(gathered, "of")
        self.han = np.zeros(len(forms), dtype=bool)
        self.han[gathered.fields.get("han", ([], []))[0]] = True
        self.suffix = Column(gathered, "x")
        self.birth = Column(gathered, "b", measured=True)
        self.title = Column(gathered, "j")
        self.email = Column(gathered, "e", many=True, measured=True)
        self.role = Column(gathered, "r", many=True)
        self.phone = Column(gathered, "p", many=True)
        self.core = Column(gathered, "c", many=True, measured=True)
        self.domain = Column(gathered, "d", many=True)
        self.postcode = Column(gathered, "z", many=True)
        self.town = Column(gathered, "t", many=True)
        self.street = Column(gathered, "s", many=True)
        self.identifier = Column(gathered, "i", many=True, measured=True)
        self.other_as_family = _translated(self.other_family, self.family)
        self.email_worth = self.email.of_shared_values(_worth("email", stats))
        self.phone_worth = self.phone.of_shared_values(_worth("phone", stats))
        self.family_size = self.family.of_values(_family_size(stats))
        self.given_share = self.given.of_values(lambda value: min(share_of(value), 30_000))


def _worth(rule: str, stats: Stats) -> Callable[[str], int]:
    def worth(value: str) -> int:
        people = stats.get(key_hash("person", rule, value), (0, 0))[1]
        return (_OWN, _SHARED_BY_TWO, _SHARED_BY_FEW)[people] if people < 3 else _SHARED

    return worth


def _family_size(stats: Stats) -> Callable[[str], int]:
    """Size bucket of a family name: of the records at hand, but never rare where the name is known to be common."""

    def size(value: str) -> int:
        if len(value) < 2:
            return 8
        held = stats.get(key_hash("person", "family", value.split()[0]), (0, 0))[0]
        return max(held, 4) if is_common_family(value) else held

    return size


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
        "email": _email(columns, email, left, right, numbers["email"]),
        "phone": _phone(columns, phone, left, right, numbers["phone"]),
        "company": _company(columns, email, phone, left, right, numbers["company"]),
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


def _translated(column: Column, into: Column) -> Codes:
    """The codes of one column's values in another's numbering, -1 where it has no such value."""
    numbers = {value: number for number, value in enumerate(into.values)}
    table = np.array([*(numbers.get(value, -1) for value in column.values), -1], dtype=np.int32)
    found: Codes = table[column.codes[:, 0]]
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


def _email(
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
        (_OWN, "own"),
        (_SHARED_BY_TWO, "shared_by_two"),
        (_SHARED_BY_FEW, "shared"),
        (_SHARED, "shared"),
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


def _phone(
    columns: PersonColumns, shared: NDArray[np.int16], left: Index, right: Index, numbers: Mapping[str, int]
) -> Levels:
    both = have(columns.phone, left) & have(columns.phone, right)
    levels = np.where(both, numbers["different"], 0).astype(np.int8)
    for worth, level in (
        (_OWN, "own"),
        (_SHARED_BY_TWO, "shared_by_two"),
        (_SHARED_BY_FEW, "shared"),
        (_SHARED, "shared"),
    ):
        levels[shared == worth] = numbers[level]
    return levels


def _company(
    columns: PersonColumns,
    email: NDArray[np.int16],
    phone: NDArray[np.int16],
    left: Index,
    right: Index,
    numbers: Mapping[str, int],
) -> Levels:
    """One level for all that companies and places tell: the strongest that holds."""
    core, conflict = _cores(columns, left, right)
    one = np.ones(len(columns.domain.values) + 1, dtype=np.int16)
    domain = best_shared(columns.domain, left, right, one) > 0
    conflict |= have(columns.domain, left) & have(columns.domain, right) & ~domain
    same = domain | (core == EXACT)
    alike = core == SIMILAR
    place = _places(columns, left, right)
    switchboard = (email > 0) & (email < _SHARED_BY_TWO) | (phone > 0) & (phone < _SHARED_BY_TWO)
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


def _cores(columns: PersonColumns, left: Index, right: Index) -> tuple[NDArray[np.int16], Flags]:
    """(EXACT, SIMILAR or 0 for company names, where they clearly differ)."""
    one = np.ones(len(columns.core.values) + 1, dtype=np.int16)
    same = best_shared(columns.core, left, right, one) > 0
    found = np.where(same, EXACT, 0).astype(np.int16)
    a, b = columns.core.codes[left, 0], columns.core.codes[right, 0]
    at = np.flatnonzero((a >= 0) & (b >= 0) & ~same)
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
    narrow = columns.postcode.of_values(
        lambda code: 4 if len(code) > 4 and not code.isdigit() and not code.isalpha() else 0
    )
    np.maximum(place, best_shared(columns.postcode, left, right, narrow), out=place)
    return place


def _places_known(columns: PersonColumns, left: Index, right: Index) -> Flags:
    found = have(columns.postcode, left) & have(columns.postcode, right)
    found |= have(columns.town, left) & have(columns.town, right)
    return found


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
    return any(abs(apart - years * 365) <= 40 for years in (0, 1, 10))


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
        if first.partition(":")[0] == second.partition(":")[0]:
            found[n] = TYPO if OSA.distance(first, second, score_cutoff=1) == 1 else DIFFERENT
    return found


def _title(columns: PersonColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    a, b = columns.title.at(left), columns.title.at(right)
    levels = np.zeros(len(left), dtype=np.int8)
    levels[(a >= 0) & (b >= 0)] = numbers["different"]
    levels[(a >= 0) & (a == b)] = numbers["same"]
    return levels
