"""Which level of each comparison a pair of organizations reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from unified_model.identity import company_names
from unified_model.identity.columns import Column, Index, best_shared, fill, have, on_distinct_pairs
from unified_model.identity.forms import Form
from unified_model.identity.keys import key_hash
from unified_model.identity.normalise.companies import legal_words
from unified_model.identity.normalise.domains import domain_label
from unified_model.identity.stats import Stats

Levels = NDArray[np.int8]
Numbers = Mapping[str, Mapping[str, int]]

_SOLE = company_names.EXACT + 1
_LEVEL_OF_RELATION = {
    company_names.DIFFERENT: "different",
    company_names.SHARED_WORD: "shared_word",
    company_names.SISTERS: "sisters",
    company_names.CONTAINED: "contained",
    company_names.SHORTENED: "shortened",
    company_names.INITIALS: "initials",
    company_names.TRADE_LEFT_OUT: "shortened",
    _SOLE: "shortened_sole",
    company_names.DOMAIN_ALIKE: "domain_alike",
    company_names.DOMAIN_NAMED: "domain_named",
    company_names.SLIP_IN_SHORT: "slip_in_short",
    company_names.SLIP: "slip",
    company_names.EXACT_COMMON: "exact_common",
    company_names.EXACT: "exact",
}


class OrganizationColumns:
    """All fields of some organizations in columns, with what the statistics say of their values."""

    def __init__(self, batches: Iterable[Sequence[Form]], stats: Stats) -> None:
        self.name = Column("n")
        self.legal = Column("l")
        self.domain = Column("d", many=True)
        self.phone = Column("p", many=True)
        self.postcode = Column("z", many=True)
        self.town = Column("t", many=True)
        self.street = Column("s", many=True)
        self.identifier = Column("i", many=True)
        fill([column for column in vars(self).values() if isinstance(column, Column)], batches)
        self.domain_worth = self.domain.of_values(_worth("domain", stats))
        self.phone_worth = self.phone.of_values(_worth("phone", stats))
        self.sole = self.name.of_values(_is_sole(stats)) > 0
        """Names whose own words no second company has."""


def _worth(rule: str, stats: Stats) -> Callable[[str], int]:
    def worth(value: str) -> int:
        return 2 if stats.get(key_hash("organization", rule, value), (0, 0))[1] < 2 else 1

    return worth


def _is_sole(stats: Stats) -> Callable[[str], int]:
    def is_sole(core: str) -> int:
        if company_names.read_core(core).common:
            return 0
        return int(stats.get(key_hash("organization", "own_words", company_names.own_part(core)), (0, 0))[1] < 1)

    return is_sole


def organization_levels(columns: OrganizationColumns, left: Index, right: Index, numbers: Numbers) -> dict[str, Levels]:
    """Comparison -> level number of every pair."""
    return {
        "name": _name(columns, left, right, numbers["name"]),
        "legal": _legal(columns, left, right, numbers["legal"]),
        "domain": _domain(columns, left, right, numbers["domain"]),
        "phone": _shared(columns.phone, columns.phone_worth, left, right, numbers["phone"]),
        "place": _place(columns, left, right, numbers["place"]),
        "identifier": _identifier(columns, left, right, numbers["identifier"]),
    }


def _name(columns: OrganizationColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    """Names compared; where one record has a domain alone, with the other's name if that has no domain."""
    a, b = columns.name.at(left), columns.name.at(right)
    relations = np.zeros(len(left), dtype=np.int16)
    at = np.flatnonzero((a >= 0) & (b >= 0))
    relations[at] = on_distinct_pairs(a[at], b[at], columns.name.values, columns.name.values, _relate_names)
    sole = (relations == company_names.TRADE_LEFT_OUT) & columns.sole[a] & columns.sole[b]
    relations[sole] = _SOLE
    sites = have(columns.domain, left), have(columns.domain, right)
    for names, others, records, own, theirs in ((a, b, right, *sites), (b, a, left, *sites[::-1])):
        at = np.flatnonzero((names >= 0) & (others < 0) & theirs & ~own)
        domains = columns.domain.codes[records[at], 0]
        relations[at] = on_distinct_pairs(
            names[at], domains, columns.name.values, columns.domain.values, _relate_to_domains
        )
    table = np.zeros(_SOLE + 1, dtype=np.int8)
    for relation, level in _LEVEL_OF_RELATION.items():
        table[relation] = numbers[level]
    levels: Levels = table[relations]
    return levels


def _relate_names(a: list[str], b: list[str]) -> NDArray[np.int16]:
    return np.fromiter(map(company_names.relate_names, a, b), np.int16, len(a))


def _relate_to_domains(names: list[str], domains: list[str]) -> NDArray[np.int16]:
    found = (company_names.relate_to_label(x, domain_label(y)) for x, y in zip(names, domains, strict=True))
    return np.fromiter(found, np.int16, len(names))


def _legal(columns: OrganizationColumns, left: Index, right: Index, numbers: Mapping[str, int]) -> Levels:
    a, b = columns.legal.at(left), columns.legal.at(right)
    levels = np.zeros(len(left), dtype=np.int8)
    at = np.flatnonzero((a >= 0) & (b >= 0))
    table = np.array([0, numbers["same"], numbers["different"]], dtype=np.int8)
    values = columns.legal.values
    levels[at] = table[on_distinct_pairs(a[at], b[at], values, values, _relate_legal)]
    return levels


def _relate_legal(a: list[str], b: list[str]) -> NDArray[np.int16]:
    """1 the same legal form, 2 another, 0 where one may be part of the other: `co ltd` and `ltd`."""
    found = np.zeros(len(a), dtype=np.int16)
    for n, (one, other) in enumerate(zip(map(legal_words, a), map(legal_words, b), strict=True)):
        found[n] = 1 if one == other else 0 if one <= other or other <= one else 2
    return found


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
