"""Given names that one person goes by: Bob and Robert, Debbie and Deborah, Sepp and Josef; and how common names are."""

from __future__ import annotations

import csv
from functools import cache, lru_cache
from importlib.resources import files

from unified_model.identity.normalise.text import CACHED_VALUES, remembered
from unified_model.identity.normalise.words import word_list


@cache
def _formal_names() -> dict[str, frozenset[str]]:
    """Name -> the names it may be short for. The nicknames package's list (Apache-2.0) and ours beside it."""
    table: dict[str, set[str]] = {}
    with (files("nicknames") / "names.csv").open(encoding="utf-8") as lines:
        for row in list(csv.reader(lines))[1:]:
            if len(row) == 3:
                table.setdefault(row[2].strip().lower(), set()).add(row[0].strip().lower())
    with (files("unified_model.identity.normalise") / "nicknames.csv").open(encoding="utf-8") as lines:
        for formal, *shorts in csv.reader(lines):
            for short in shorts:
                table.setdefault(short, set()).add(formal)
    return {short: frozenset(formals - {short}) for short, formals in table.items()}


@cache
def _shares() -> dict[str, int]:
    """Given name -> bearers in 100,000 people, both sexes together (United States, all ages, rounded)."""
    with (files("unified_model.identity.normalise") / "given_names.csv").open(encoding="utf-8") as lines:
        return {name: int(share) for name, share in csv.reader(lines)}


@cache
def _common_families() -> frozenset[str]:
    return word_list("common_families")


def is_common_family(family: str) -> bool:
    """Whether a family name is one that very many people share."""
    return family in _common_families()


def share_of(name: str) -> int:
    """Bearers of a given name in 100,000 people; a name not listed counts as 20."""
    return _shares().get(name, 20)


@cache
def _short_names() -> dict[str, frozenset[str]]:
    """Name -> the names that may be short for it."""
    table: dict[str, set[str]] = {}
    for short, formals in _formal_names().items():
        for formal in formals:
            table.setdefault(formal, set()).add(short)
    return {formal: frozenset(shorts) for formal, shorts in table.items()}


@remembered
def is_known(name: str) -> bool:
    """Whether it is a given name that we have heard of."""
    return name in _formal_names() or name in _short_names() or name in _shares()


@remembered
def same_person_names(name: str) -> frozenset[str]:
    """The name itself and the names it may be short for."""
    return _formal_names().get(name, frozenset()) | {name}


@remembered
def forms_of_name(name: str) -> frozenset[str]:
    """The name itself, what it may be short for, and what may be short for it."""
    return same_person_names(name) | _short_names().get(name, frozenset())


@lru_cache(maxsize=CACHED_VALUES)
def are_nicknames(a: str, b: str) -> bool:
    """True when one is short for the other, or both are short for one name."""
    return a == b or not same_person_names(a).isdisjoint(same_person_names(b))


@remembered
def group_of(name: str) -> str:
    """One name that stands for its forms in keys: up the list of formal names for as long as they get commoner."""
    while True:
        formals = [formal for formal in _formal_names().get(name, ()) if _stands_above(formal, name)]
        if not formals:
            return name
        name = min(formals, key=lambda formal: (-share_of(formal), formal))


def _stands_above(formal: str, name: str) -> bool:
    """An order without cycles, so that every chain of names ends."""
    mutual = formal in _formal_names() and name in _formal_names()[formal]
    if mutual:
        return (-share_of(formal), formal) < (-share_of(name), name)
    return share_of(formal) > share_of(name) or (share_of(formal) == share_of(name) == 20)
