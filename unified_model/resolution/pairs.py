"""Pairs of records that share a blocking key, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from unified_model.identity.keys import RULE_MASK, Rule

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class Blocks(NamedTuple):
    """Entries (key, record) sorted by key and record, and where each key's block begins and how many it holds."""

    key: Array
    record: Array
    starts: Array
    sizes: Array


def distinct(values: Array) -> Array:
    """Each value once, in order. `np.unique` does the same a hundred times as slowly: it hashes before it sorts."""
    import numpy as np

    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def blocks_of(key: Array, record: Array) -> Blocks:
    """Entries in any order, some more than once, as blocks."""
    import numpy as np

    order = np.lexsort((record, key))
    key, record = key[order], record[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = (key[1:] != key[:-1]) | (record[1:] != record[:-1])
    return ordered_blocks(key[first], record[first])


def ordered_blocks(key: Array, record: Array) -> Blocks:
    """Entries sorted by key and record, each once, as blocks."""
    import numpy as np

    starts = np.flatnonzero(np.concatenate((np.ones(min(len(key), 1), bool), key[1:] != key[:-1])))
    return Blocks(key, record, starts, np.diff(np.concatenate((starts, [len(key)]))))


def pairing_blocks(blocks: Blocks, rules: Sequence[Rule]) -> Blocks:
    """The blocks that form pairs: no oversize ones, and refining ones only beside an oversize parent.

    `rules` are all those of one kind; what `keys.pairing_keys` says of one record, said of all of them.
    """
    import numpy as np

    held = np.repeat(blocks.sizes, blocks.sizes)
    code = blocks.key & RULE_MASK
    caps = np.zeros(RULE_MASK + 1, dtype=np.int64)
    caps[[rule.code for rule in rules]] = [rule.cap for rule in rules]
    oversize = held > caps[code]
    keep = ~oversize & (held > 1)
    numbers = {rule.name: rule.code for rule in rules}
    for rule in rules:
        if rule.refines is not None:
            crowded = distinct(blocks.record[oversize & (code == numbers[rule.refines])])
            refining = np.flatnonzero(code == rule.code)
            keep[refining] &= np.isin(blocks.record[refining], crowded)
    return ordered_blocks(blocks.key[keep], blocks.record[keep])


def pairs_within(blocks: Blocks, own: Array | None = None, usable: Array | None = None) -> tuple[Array, Array]:
    """Each pair of records (lower first) that share a key, once.

    Flags of entries, if given: one of the two must be `own`, both `usable`.
    """
    import numpy as np

    found = []
    top = int(blocks.record.max(initial=0)) + 1
    for size in distinct(blocks.sizes[blocks.sizes > 1]).tolist():
        block = blocks.starts[blocks.sizes == size][:, None] + np.arange(size)[None, :]
        one, two = np.triu_indices(size, 1)
        a, b = block[:, one].ravel(), block[:, two].ravel()
        if own is not None and usable is not None:
            keep = (own[a] | own[b]) & usable[a] & usable[b]
            a, b = a[keep], b[keep]
        # As one number each, since sorting rows of an array takes many times as long.
        found.append(blocks.record[a] * top + blocks.record[b])
    left, right = np.divmod(distinct(np.concatenate(found)) if found else np.empty(0, np.int64), top)
    return left, right
