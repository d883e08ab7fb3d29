"""Which level of each comparison a pair of organizations reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cpdist

from unified_model.identity.columns import Column, Index, best_shared, fill, have, on_distinct_pairs
from unified_model.identity.forms import Form
from unified_model.identity.keys import key_hash
from unified_model.identity.normalise.domains import domain_label
from unified_model.identity.stats import Stats

Levels = NDArray[np.int8]
Numbers = Mapping[str, Mapping[str, int]]

_DIFFERENT, _FIRST_WORD, _CONTAINED, _SLIP, _EXACT = range(1, 6)


class OrganizationColumns:
    """All fields of some organizations in columns, with what the statistics say of their values."""

    def __init__(self, batches: Iterable[Sequence[Form]], stats: Stats) -> None:
        self.name = Column("n")
        self.domain = Column("d", many=True)
        self.phone = Column("p", many=True)
        self.postcode = Column("z", many=True)
        self.town = Column("t", many=True)
        self.street = Column("s", many=True)
        self.identifier = Column("i", many=True)
        fill([column for column in vars(self).values() if isinstance(column, Column)], batches)
        self.domain_worth = self.domain.of_values(_worth("domain", stats))
        self.phone_worth = self.phone.of_values(_worth("phone", stats))


def _worth(rule: str, stats: Stats) -> Callable[[str], int]:
    def worth(value: str) -> int:
        return 2 if stats.get(key_hash("organization", rule, value), (0, 0))[1] < 2 else 1

    return worth


def organization_levels(columns: OrganizationColumns, left: Index, right: Index, numbers: Numbers) -> dict[str, Levels]:
    """Comparison -> level number of every pair."""
    return {
        "name": _name(columns, left, right, numbers["name"]),
        "domain": _domain(columns, left, right, numbers["domain"]),
        "phone": _shared(columns.phone, columns.phone_worth, left, right, numbers["phone"]),
        "place": _place(columns, left, right, numbers["place"]),
        "identifier": _identifier(columns, left, right, numbers["identifier"]),
    }


def _name(columns: OrganizationColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    a, b = columns.name.at(left), columns.name.at(right)
    levels = np.zeros(len(left), dtype=np.int8)
    table = np.array(
        [0, *(numbers[name] for name in ("different", "first_word", "contained", "slip", "exact"))], dtype=np.int8
    )
    at = np.flatnonzero((a >= 0) & (b >= 0))
    if len(at):
        levels[at] = table[on_distinct_pairs(a[at], b[at], columns.name.values, columns.name.values, relate_cores)]
    return levels


def relate_cores(a: list[str], b: list[str]) -> NDArray[np.int16]:
    """How two core names relate: same letters, a slip or two, one within the other, same first word, different."""
    closed_a, closed_b = [x.replace(" ", "") for x in a], [x.replace(" ", "") for x in b]
    slips = cpdist(closed_a, closed_b, scorer=OSA.normalized_similarity, dtype=np.float32)
    sorted_a, sorted_b = [" ".join(sorted(x.split())) for x in a], [" ".join(sorted(x.split())) for x in b]
    reordered = cpdist(sorted_a, sorted_b, scorer=OSA.normalized_similarity, dtype=np.float32)
    words = cpdist(a, b, scorer=token_set_ratio, dtype=np.float32)
    start = cpdist(closed_a, closed_b, scorer=JaroWinkler.similarity, dtype=np.float32)
    found = np.full(len(a), _DIFFERENT, dtype=np.int16)
    first_a, first_b = ([x.partition(" ")[0] for x in names] for names in (a, b))
    same_first = (len(x) > 2 and x == y for x, y in zip(first_a, first_b, strict=True))
    found[np.fromiter(same_first, bool, len(a))] = _FIRST_WORD
    found[(words >= 100) | (start >= 0.95)] = _CONTAINED
    for n in np.flatnonzero(found != _DIFFERENT).tolist():
        found[n] = max(found[n], _relate_words(a[n].split(), b[n].split()))
    found[(slips >= 0.85) | (reordered >= 0.88)] = _SLIP
    found[(slips == 1) | (reordered == 1)] = _EXACT
    return found


def _relate_words(a: list[str], b: list[str]) -> int:
    """_SLIP when every word of both has its mate, _CONTAINED when every one of the shorter name has, else 0."""
    fewer, more = sorted((a, b), key=len)
    left_over = list(more)
    for word in fewer:
        mate = next((other for other in left_over if _are_mates(word, other)), None)
        if mate is None:
            return 0
        left_over.remove(mate)
    return _SLIP if not left_over else _CONTAINED


def _are_mates(a: str, b: str) -> bool:
    """The same word, a slip of it or its beginning: `internat` and `international`."""
    if a == b:
        return True
    short = min(len(a), len(b))
    return short > 3 and (a.startswith(b) or b.startswith(a) or OSA.distance(a, b, score_cutoff=1) == 1)


def _domain(columns: OrganizationColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    shared = best_shared(columns.domain, left, right, columns.domain_worth)
    levels = np.zeros(len(left), dtype=np.int8)
    at = np.flatnonzero(have(columns.domain, left) & have(columns.domain, right))
    levels[at] = numbers["different"]
    if len(at):
        a, b = columns.domain.codes[left[at], 0], columns.domain.codes[right[at], 0]
        same_label = on_distinct_pairs(a, b, columns.domain.values, columns.domain.values, _same_label)
        levels[at[same_label == 1]] = numbers["same_label"]
    levels[shared == 1] = numbers["shared"]
    levels[shared == 2] = numbers["same"]
    return levels


def _same_label(a: list[str], b: list[str]) -> NDArray[np.int16]:
    """`acme.com` and `acme.de`."""
    return np.fromiter((domain_label(x) == domain_label(y) for x, y in zip(a, b, strict=True)), np.int16, len(a))


def _shared(column: Column, worth: NDArray[np.int16], left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    shared = best_shared(column, left, right, worth)
    levels = np.zeros(len(left), dtype=np.int8)
    levels[have(column, left) & have(column, right)] = numbers["different"]
    levels[shared == 1] = numbers["shared"]
    levels[shared == 2] = numbers["same"]
    return levels


def _place(columns: OrganizationColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    levels = np.zeros(len(left), dtype=np.int8)
    known = have(columns.town, left) & have(columns.town, right) | have(columns.postcode, left) & have(
        columns.postcode, right
    )
    levels[known] = numbers["elsewhere"]
    for name, column in (
        ("same_town", columns.town),
        ("same_postcode", columns.postcode),
        ("same_street", columns.street),
    ):
        ones = np.ones(len(column.values) + 1, dtype=np.int16)
        levels[best_shared(column, left, right, ones) > 0] = numbers[name]
    return levels


def _identifier(columns: OrganizationColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    ones = np.ones(len(columns.identifier.values) + 1, dtype=np.int16)
    same = best_shared(columns.identifier, left, right, ones) > 0
    levels = np.zeros(len(left), dtype=np.int8)
    at = np.flatnonzero(have(columns.identifier, left) & have(columns.identifier, right) & ~same)
    if len(at):
        a, b = columns.identifier.codes[left[at], 0], columns.identifier.codes[right[at], 0]
        kinds = on_distinct_pairs(a, b, columns.identifier.values, columns.identifier.values, _same_kind)
        levels[at[kinds == 1]] = numbers["different"]
    levels[same] = numbers["same"]
    return levels


def _same_kind(a: list[str], b: list[str]) -> NDArray[np.int16]:
    return np.fromiter(
        (x.partition(":")[0] == y.partition(":")[0] and x[:1] != "=" for x, y in zip(a, b, strict=True)),
        np.int16,
        len(a),
    )
