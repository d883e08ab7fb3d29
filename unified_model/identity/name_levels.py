"""Names of two people compared: family name, given name, and whether one record has them the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from unified_model.identity.columns import Codes, Column, Flags, Index, on_distinct_pairs
from unified_model.identity.normalise.nicknames import forms_of_name, is_known, same_person_names

Relations = NDArray[np.int16]

NONE, EXACT, NICKNAME, INITIAL, TYPO, PART, SIMILAR, DIFFERENT = range(8)
"""How two words relate; NONE: one side is missing."""


class NameRelations(NamedTuple):
    """Relations of family and given names of each pair, after the better of both orders was taken."""

    family: Relations
    given: Relations
    swapped: Flags


def relate_names(family: Column, given: Column, left: Index, right: Index) -> NameRelations:
    """Straight first; the swapped order only where straight leaves nothing that agrees."""
    f_left, f_right, g_left, g_right = family.at(left), family.at(right), given.at(left), given.at(right)
    families = _relate(family, f_left, family, f_right, family_relations)
    givens = _relate_givens(given, g_left, g_right, families)
    swapped = np.zeros(len(left), dtype=bool)
    agrees = _agree(families) | _agree(givens)
    crossed = np.flatnonzero(~agrees & ((f_left >= 0) & (g_right >= 0) | (g_left >= 0) & (f_right >= 0)))
    if len(crossed):
        over = _relate(family, f_left[crossed], given, g_right[crossed], given_relations)
        under = _relate(family, f_right[crossed], given, g_left[crossed], given_relations)
        _take_swapped(crossed, over, under, families, givens, swapped)
    return NameRelations(families, givens, swapped)


def _relate_givens(given: Column, left: Codes, right: Codes, families: Relations) -> Relations:
    """Slips and scrambled letters are only looked for where the family name leaves one person possible."""
    possible = families != DIFFERENT
    found: Relations = np.zeros(len(left), dtype=np.int16)
    for where, measure in ((possible, given_relations), (~possible, plain_given_relations)):
        at = np.flatnonzero(where)
        found[at] = _relate(given, left[at], given, right[at], measure)
    return found


def _agree(relations: Relations) -> Flags:
    agreed: Flags = (relations == EXACT) | (relations == NICKNAME) | (relations == TYPO)
    return agreed


def _take_swapped(
    crossed: Index, over: Relations, under: Relations, families: Relations, givens: Relations, swapped: Flags
) -> None:
    """Both words agree crosswise, or the only word of one record is a word of the other."""
    both = _agree(over) & _agree(under)
    at = crossed[both]
    # Which of the two is the family name is unknown: the one that agrees better counts as family.
    families[at] = np.minimum(over[both], under[both])
    givens[at] = np.maximum(over[both], under[both])
    swapped[at] = True
    for one, other in ((over, under), (under, over)):
        single = _agree(one) & (other == NONE) & ~both
        at = crossed[single]
        givens[at], families[at] = one[single], NONE
        swapped[at] = True


def _relate(column_a: Column, a: Codes, column_b: Column, b: Codes, measure: Any) -> Relations:
    relations: Relations = np.zeros(len(a), dtype=np.int16)
    present = (a >= 0) & (b >= 0)
    if column_a is column_b:
        same = present & (a == b)
        relations[same] = EXACT
        present &= ~same
    at = np.flatnonzero(present)
    if len(at):
        relations[at] = on_distinct_pairs(a[at], b[at], column_a.values, column_b.values, measure)
    return relations


def family_relations(a: list[str], b: list[str]) -> Relations:
    """How family names relate; an initial that fits says nothing."""
    relations = _spelling(a, b)
    for n in np.flatnonzero(relations >= SIMILAR).tolist():
        first, second = a[n], b[n]
        if len(first) == 1 or len(second) == 1:
            relations[n] = NONE if first[0] == second[0] else DIFFERENT
        elif (" " in first or " " in second) and _share_a_word(first, second):
            relations[n] = PART
    return relations


def given_relations(a: list[str], b: list[str]) -> Relations:
    """How given names relate. Two known names one letter apart (Maria, Mario) are no slip of the pen."""
    relations = plain_given_relations(a, b)
    for n in np.flatnonzero(relations == DIFFERENT).tolist():
        first, second = a[n], b[n]
        if len(first) > 1 and len(second) > 1 and not (is_known(first) and is_known(second)):
            relations[n] = _clumsy_relation(first, second)
    return relations


def plain_given_relations(a: list[str], b: list[str]) -> Relations:
    """How given names relate as far as spelling, initials and lists of nicknames tell."""
    relations = _spelling(a, b)
    for n in np.flatnonzero(relations != EXACT).tolist():
        relations[n] = _given_relation(a[n], b[n], int(relations[n]))
    return relations


def _given_relation(a: str, b: str, spelling: int) -> int:
    if len(a) == 1 or len(b) == 1:
        return INITIAL if _same_initial(a, b) else DIFFERENT
    if not same_person_names(a).isdisjoint(same_person_names(b)):
        return NICKNAME
    if spelling == TYPO:
        return SIMILAR if is_known(a) and is_known(b) else TYPO
    return PART if (a.startswith(b) or b.startswith(a)) and min(len(a), len(b)) > 2 else spelling


def _clumsy_relation(a: str, b: str) -> int:
    if _is_diminutive(a, b) or _is_diminutive(b, a):
        return PART
    if (not is_known(a) and _is_slip_of_a_form(a, b)) or (not is_known(b) and _is_slip_of_a_form(b, a)):
        return TYPO
    return SIMILAR if _is_scrambled(a, b) else DIFFERENT


def _is_diminutive(a: str, b: str) -> bool:
    """Artie of Arthur, Tommie of Thomas: the ending apart, one begins the other."""
    if not a.endswith(("ie", "y")) or len(a) < 5 or is_known(a):
        return False
    stem = a.removesuffix("ie").removesuffix("y").removesuffix("e")
    if len(stem) > 3 and stem[-1] == stem[-2]:
        stem = stem[:-1]
    return b.startswith(stem) and len(b) > 3


def _is_slip_of_a_form(a: str, b: str) -> bool:
    """`rikc` is a slip of Rick, and so may be Richard."""
    if len(a) < 3:
        return False
    return any(form[0] == a[0] and OSA.distance(a, form, score_cutoff=1) <= 1 for form in forms_of_name(b))


def _is_scrambled(a: str, b: str) -> bool:
    """The same letters, but for one or two, in another order: clumsy typing."""
    if min(len(a), len(b)) < 4 or abs(len(a) - len(b)) > 1:
        return False
    left_over = list(b)
    for letter in a:
        if letter in left_over:
            left_over.remove(letter)
    return len(left_over) <= (1 if len(b) < 7 else 2)


def _spelling(a: list[str], b: list[str]) -> Relations:
    """EXACT, TYPO (one slip, two in long words), SIMILAR, DIFFERENT."""
    slips = cpdist(a, b, scorer=OSA.distance, score_cutoff=2, dtype=np.int16)
    alike = cpdist(a, b, scorer=JaroWinkler.similarity, dtype=np.float32)
    shorter = np.minimum(np.fromiter(map(len, a), np.int16, len(a)), np.fromiter(map(len, b), np.int16, len(b)))
    typo = (
        ((slips == 1) & (shorter >= 4))
        | ((slips == 2) & (shorter >= 8))
        | ((slips == 1) & (shorter == 3) & (alike >= 0.9))
    )
    relations: Relations = np.where(alike >= 0.88, SIMILAR, DIFFERENT).astype(np.int16)
    relations[typo] = TYPO
    relations[slips == 0] = EXACT
    return relations


def _share_a_word(a: str, b: str) -> bool:
    words, others = a.split(), b.split()
    return any(len(word) > 2 and word in others for word in words) or "".join(words) == "".join(others)


def _same_initial(a: str, b: str) -> bool:
    initial, name = sorted((a, b), key=len)
    return any(form[0] == initial for form in forms_of_name(name))


def relate_middles(a: list[str], b: list[str]) -> Relations:
    """Further given words: EXACT, INITIAL, DIFFERENT; any word of one that fits any of the other is enough."""
    found = np.full(len(a), DIFFERENT, dtype=np.int16)
    for n, (first, second) in enumerate(zip(a, b, strict=True)):
        if first == second:
            found[n] = EXACT
        elif any(_fits(one, other) for one in first.split() for other in second.split()):
            found[n] = INITIAL
    return found


def _fits(a: str, b: str) -> bool:
    return ((a == b or len(a) == 1 or len(b) == 1) and a[0] == b[0]) or (
        len(a) > 3 and len(b) > 3 and OSA.distance(a, b) < 2
    )


def level_table(numbers: Mapping[str, int], names: Mapping[int, str]) -> NDArray[np.int8]:
    """Relation -> level number of a model's comparison."""
    table = np.zeros(8, dtype=np.int8)
    for relation, level in names.items():
        table[relation] = numbers[level]
    return table
