"""How common a key is, in coarse buckets: how many records hold it, and how many different people those are.

Buckets keep weights still while a store grows: only when a number crosses a bound does anything need a second look.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Set
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from unified_model.identity.company_names import are_two
from unified_model.identity.forms import Form
from unified_model.identity.normalise.nicknames import are_nicknames
from unified_model.identity.normalise.text import CACHED_VALUES

SIZE_BOUNDS = (3, 6, 12, 25, 50, 100, 250, 1000)
PEOPLE_BOUNDS = (2, 3, 6, 12, 25, 50)
COUNTED_UP_TO = SIZE_BOUNDS[-1]
"""Blocks above this size are not looked into: they count as the top bucket of people."""
TOP_PEOPLE = len(PEOPLE_BOUNDS)

Name = tuple[str, str]
"""Folded family and given name; COMPANY and the name of a company."""
COMPANY = "= company"
Stats = Mapping[int, tuple[int, int]]
"""Key -> (size bucket, people bucket); keys of fewer than three records are left out and count as (0, 0)."""


def size_bucket(records: int) -> int:
    """0 for fewer than 3 records, then one more at each of SIZE_BOUNDS."""
    return bisect_right(SIZE_BOUNDS, records)


def size_bounds(bucket: int) -> tuple[int, int | None]:
    """(fewest, most) records of a size bucket, for words: bucket 3 is 12 to 24."""
    low = SIZE_BOUNDS[bucket - 1] if bucket else 1
    return low, SIZE_BOUNDS[bucket] - 1 if bucket < len(SIZE_BOUNDS) else None


def people_bounds(bucket: int) -> tuple[int, int | None]:
    """(fewest, most) people of a people bucket."""
    low = PEOPLE_BOUNDS[bucket - 1] if bucket else 1
    return low, PEOPLE_BOUNDS[bucket] - 1 if bucket < len(PEOPLE_BOUNDS) else None


def name_of(form: Form) -> Name:
    """What tells one person, or one company, from another when people are counted."""
    return (COMPANY, form["n"]) if "n" in form else (form.get("f", ""), form.get("g", ""))


def people_bucket(forms: Iterable[Form]) -> int:
    """Bucket of different people among the records of a block; a function of the set of forms, not of their order."""
    return bucket_of_names({name_of(form) for form in forms})


def bucket_of_names(names: Set[Name]) -> int:
    """0 while the block may be one person, then one more at each of PEOPLE_BOUNDS of different people.

    People count as different when both names differ: a married name, a typo, a nickname or a transliteration is no new
    person, and neither is a wife or a son. Blocks of organizations count different companies in the same way.
    """
    people: list[Name] = []
    for family, given in sorted(names, key=_longest_first):
        if len(family) > 1 and len(given) > 1 and all(_are_two(family, given, *other) for other in people):
            people.append((family, given))
            if len(people) >= PEOPLE_BOUNDS[-1]:
                break
    return bisect_right(PEOPLE_BOUNDS, len(people))


def _longest_first(name: Name) -> tuple[int, int, Name]:
    """A company's shorter names may be those of several longer ones: they say nothing before them."""
    return -len(name[0]), -len(name[1]) if name[0] == COMPANY else 0, name


def _are_two(family: str, given: str, other_family: str, other_given: str) -> bool:
    if family == COMPANY:
        return are_two(given, other_given)
    if _alike(family, other_family) or _alike_given(given, other_given):
        return False
    return not (_alike(family, other_given) and _alike_given(given, other_family))


@lru_cache(maxsize=CACHED_VALUES)
def _alike(a: str, b: str) -> bool:
    return a == b or bool(JaroWinkler.similarity(a, b) >= 0.86)


@lru_cache(maxsize=CACHED_VALUES)
def _alike_given(a: str, b: str) -> bool:
    return a == b or are_nicknames(a, b) or _alike(a, b)
