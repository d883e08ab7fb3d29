"""Which keys may form pairs now: a function of the current key table alone, never of the order records came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unified_model.identity.keys import rule_of


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
