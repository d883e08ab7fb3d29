"""What keeps two records out of one cluster, whatever links them: the machine never joins these, a person may."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler

from unified_model.entities import Kind
from unified_model.identity import name_levels
from unified_model.identity.company_names import SISTERS, relation_of
from unified_model.identity.forms import Form
from unified_model.identity.name_levels import DIFFERENT, EXACT, NICKNAME, TYPO
from unified_model.identity.normalise.domains import domain_label
from unified_model.identity.normalise.nicknames import is_known
from unified_model.identity.normalise.text import CACHED_VALUES
from unified_model.identity.person_levels import relate_dates

_DIGITS = re.compile(r"\d+")


def conflict_of(kind: Kind, a: Form, b: Form) -> str | None:
    """The comparison in which two records contradict each other: `given`, `domain` ...; None if in none."""
    if "i" in a and "i" in b and _share_an_identifier(a["i"], b["i"]):
        return None
    return _person_conflict(a, b) if kind == "person" else _organization_conflict(a, b)


def vouches(comparison: str, a: Form, b: Form) -> bool:
    """Whether two records that don't contradict each other both tell what others do in `comparison`.

    A replaced first name or a mistyped date in one record of many is outvoted so. An initial fits too many names to
    speak for one, and companies are never voted together.
    """
    if comparison == "given":
        return min(len(a.get("g", "")), len(b.get("g", ""))) > 1 or _share_an_identifier(a.get("i", []), b.get("i", []))
    field = _VOTES.get(comparison)
    return field is not None and field in a and field in b


_ALIKE = 0.7
_VOTES = {"middle": "m", "suffix": "x", "birth": "b"}


def telling(kind: Kind, form: Form) -> object:
    """What of a form conflicts are made of: equal for forms that conflict with the same others, None with no other."""
    if kind == "person":
        return id(form)
    held = form.get("n", ""), tuple(form.get("i", ())), tuple(form.get("d", ()))
    return held if any(held) else None


def _share_an_identifier(a: list[str], b: list[str]) -> bool:
    """One number, give or take a slip where slips happen, is stronger than whatever else differs."""
    return any(
        one == other or (len(one) > 8 and one[0] != "=" and OSA.distance(one, other) == 1) for one in a for other in b
    )


def _organization_conflict(a: Form, b: Form) -> str | None:
    """Two companies of one name keep their registrations, domains and trades; one may have acme.com and acme.de."""
    numbers_b = {_shape(number) for number in _registrations(b)}
    if any(_shape(number) in numbers_b for number in _registrations(a)):
        return "identifier"
    if "d" in a and "d" in b and set(a["d"]).isdisjoint(b["d"]):
        labels = {domain_label(domain) for domain in a["d"]}
        if labels.isdisjoint(map(domain_label, b["d"])):
            return "domain"
    return "name" if "n" in a and "n" in b and relation_of(a["n"], b["n"]) == SISTERS else None


def _registrations(form: Form) -> list[str]:
    return [identifier for identifier in form.get("i", ()) if identifier.startswith("registration:")]


def _shape(registration: str) -> str:
    """Letters in front and how many digits: a number of one register does not contradict that of another."""
    return _DIGITS.sub(lambda found: str(len(found[0])), registration)


def _person_conflict(a: Form, b: Form) -> str | None:
    given_a, given_b = a.get("hg") or a.get("g"), b.get("hg") or b.get("g")
    if (
        given_a
        and given_b
        and given_a != given_b
        and given_relation(given_a, given_b) == DIFFERENT
        and ("han" in a) == ("han" in b)
        and _is_given(given_a, a, given_b)
        and _is_given(given_b, b, given_a)
        and not _is_swapped(given_a, a.get("f"), given_b, b.get("f"))
    ):
        return "given"
    suffix_a, suffix_b = a.get("x"), b.get("x")
    if suffix_a and suffix_b and suffix_a != suffix_b:
        return "suffix"
    middle_a, middle_b = a.get("m"), b.get("m")
    if middle_a and middle_b and middle_a != middle_b and _middle_relation(middle_a, middle_b) == DIFFERENT:
        return "middle"
    birth_a, birth_b = a.get("b"), b.get("b")
    if birth_a and birth_b and birth_a != birth_b and _birth_relation(birth_a, birth_b) == DIFFERENT:
        # Who has one name and one e-mail has mistyped a date.
        return None if given_a == given_b and not set(a.get("e", ())).isdisjoint(b.get("e", ())) else "birth"
    return None


def _is_given(name: str, form: Form, other: str) -> bool:
    """Whether a word contradicts another as a given name does.

    A word nobody is called may be a surname standing alone, or the other name clumsily typed.
    """
    if len(name) == 1 or is_known(name):
        return True
    return "f" in form and bool(JaroWinkler.similarity(min(name, other), max(name, other)) < _ALIKE)


def _is_swapped(given_a: str, family_a: str | None, given_b: str, family_b: str | None) -> bool:
    agree = (EXACT, NICKNAME, TYPO)
    crosswise = (
        (not family_b or given_relation(given_a, family_b) in agree),
        (not family_a or given_relation(family_a, given_b) in agree),
    )
    return all(crosswise) and bool(family_a or family_b)


@lru_cache(maxsize=CACHED_VALUES)
def given_relation(a: str, b: str) -> int:
    """How two given names relate, as `name_levels` measures it."""
    return int(name_levels.given_relations([min(a, b)], [max(a, b)])[0])


@lru_cache(maxsize=CACHED_VALUES)
def _middle_relation(a: str, b: str) -> int:
    return int(name_levels.relate_middles([min(a, b)], [max(a, b)])[0])


@lru_cache(maxsize=CACHED_VALUES)
def _birth_relation(a: str, b: str) -> int:
    return int(np.asarray(relate_dates([min(a, b)], [max(a, b)]))[0])
