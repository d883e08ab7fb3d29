"""Record ids of a table's rows: the key column's text, or without one the hash of the row and its count."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from hashlib import blake2b
from operator import itemgetter

from connectors.files.settings import nearest_column
from connectors.files.tables import Table
from unified_model.errors import NeedsOperator

MAX_KEY = 500
"""Characters of the longest key; a column with longer ones is no key."""

Rows = Sequence[Sequence[str]]
KeysOf = Callable[[Rows], list[str]]
"""The values of some rows -> their keys; an empty key: it has none."""


def key_reader(table: Table, key: Sequence[str], clean: Callable[[str], str | None]) -> KeysOf:
    """Reads the keys of rows. Several columns are joined by `|`; if one of them is empty the others still count."""
    places = [_place(table, column) for column in key]
    if len(places) == 1:
        cell = itemgetter(places[0])
        return lambda rows: [clean(value) or "" for value in map(cell, rows)]

    def joined(values: Sequence[str]) -> str:
        parts = [(clean(values[place]) or "").replace("\\", "\\\\").replace("|", "\\|") for place in places]
        return "|".join(parts) if any(parts) else ""

    return lambda rows: [joined(values) for values in rows]


def row_hasher(columns: Sequence[str], places: Sequence[int]) -> KeysOf:
    """Hash of a row's non-empty values with their column names, so that neither order nor an added column matters.

    Outer and repeated space, and the two ways Unicode spells an accent, do not matter either.
    """
    order = sorted(places, key=lambda place: columns[place])
    marked = [(f"\x02{columns[place]}\x01", place) for place in order]

    def hashed(values: Sequence[str]) -> str:
        text = "".join(
            [name + values[place] for name, place in marked if values[place] and not values[place].isspace()]
        )
        text = " ".join(text.split()).replace("\x01 ", "\x01").replace(" \x02", "\x02")
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    return lambda rows: [hashed(values) for values in rows]


def key_fault(key: str) -> tuple[str, str] | None:
    """Reason and sentence when a text can't be a record's id."""
    if not key:
        return "missing_key", "The key column is empty; fill it in the file, or choose another key."
    if len(key) > MAX_KEY:
        return "bad_key", f"The key has {len(key):,} characters, more than the {MAX_KEY} a key may have."
    return None


def _place(table: Table, column: str) -> int:
    try:
        return list(table.columns).index(column)
    except ValueError:
        raise NeedsOperator(
            f"{table.file.shown} has no column '{column}', which the settings name as key.",
            nearest_column(column, table.columns),
        ) from None
