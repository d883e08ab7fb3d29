"""Which keys may form pairs now: a function of the current key table alone, never of the order records came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from unified_model.identity.keys import RULE_OF_CODE, rule_of, worth

_CHILDREN = {rule.name: rule for rule in RULE_OF_CODE.values() if rule.refines}


class Skipped(NamedTuple):
    """An oversize key: it formed no pairs, and that many were not compared because of it."""

    key: int
    rule: str
    records: int
    pairs: int


def pairing_keys(keys: Sequence[int], sizes: Mapping[int, int]) -> list[int]:
    """The keys of one record that may form pairs, given how many records hold each key now (missing: one)."""
    kept = []
    oversize = set()
    for key in keys:
        rule = rule_of(key)
        records = sizes.get(key, 1)
        if records > rule.cap:
            oversize.add((rule.kind, rule.name))
        elif records > 1:
            kept.append((key, rule))
    return [key for key, rule in kept if rule.refines is None or (rule.kind, rule.refines) in oversize]


def skipped_keys(sizes: Mapping[int, int]) -> list[Skipped]:
    """The oversize keys among some, largest first, for people to see."""
    found = []
    for key, records in sizes.items():
        rule = rule_of(key)
        if 0 < rule.cap < records:
            found.append(Skipped(key, rule.name, records, records * (records - 1) // 2))
    return sorted(found, key=lambda one: (-one.records, one.key))


def crossing_matters(key: int, before: tuple[int, int, int], after: tuple[int, int, int]) -> bool:
    """Whether the records of a key need links anew after its (records, size bucket, people bucket) changed.

    True when the key began or ceased to form pairs, or when a bucket from which on weights differ was crossed.
    """
    rule = rule_of(key)
    if (before[0] > rule.cap) != (after[0] > rule.cap) and rule.cap > 0:
        return True
    return worth(rule, *before[1:]) != worth(rule, *after[1:])
