"""The pass before reading: which keys come more than once, and which columns without a name hold data.

The last row of a key wins, so a row can only be handed over once it is known that no later one has its key. Memory is a
bitmap of fixed size plus the keys that met a bit already set: the repeated ones and a few by chance. A key that is only
there by chance does no harm, because what is kept is the key itself.
"""

from __future__ import annotations

from typing import NamedTuple

from connectors.files.keys import KeysOf
from connectors.files.tables import Table

_BITS = 1 << 27
_MOST_BITS = 1 << 30
_LARGE_FILE = 1 << 30
"""Bytes above which the bitmap grows with the file, so that chance stays rare."""


class Survey(NamedTuple):
    """What one pass over a table found."""

    rows: int
    defects: int
    last_line: dict[str, int]
    """Key -> line of its last row, for every key that may come more than once."""
    filled: frozenset[int]
    """Positions without a column name that hold data in some row."""


def survey(table: Table, keys_of: KeysOf, size: int) -> Survey:
    """Pass over the table once. `size` is the file's size in bytes."""
    slots = min(_BITS << (size // _LARGE_FILE).bit_length(), _MOST_BITS)
    bits, mask = bytearray(slots >> 3), slots - 1
    last_line: dict[str, int] = {}
    filled: set[int] = set()
    rows = defects = 0
    for block in table.blocks():
        rows += len(block.rows)
        defects += len(block.defects)
        keys = keys_of([values for _, values in block.rows])
        for (line, _), key in zip(block.rows, keys, strict=True):
            slot = hash(key) & mask
            bit = 1 << (slot & 7)
            if bits[slot >> 3] & bit:
                last_line[key] = line
            else:
                bits[slot >> 3] |= bit
        for place in table.unnamed:
            if place not in filled and any(values[place].strip() for _, values in block.rows):
                filled.add(place)
    return Survey(rows, defects, last_line, frozenset(filled))
