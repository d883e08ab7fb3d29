"""Merges: the survivor names the records that went into it, and an old id answers with the survivor.

Records that were merged away vanish from lists, searches and the recycle bin alike. The survivor has a new id, or that
of one of them, and names all that ever went into it, so that chains need no following.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.hubspot.rows import Row
from unified_model.records import SourceRecord

MERGED = "hs_merged_object_ids"
"""A list by semicolons."""
_MERGED_CONTACTS = "hs_calculated_merged_vids"
"""Of contacts, the same with the time of each: `12:1716000000000;15:...`."""


def merged_ids(row: Row) -> tuple[str, ...]:
    """Ids of the records that were merged into this one."""
    properties: Mapping[str, Any] = row["properties"]
    named = properties.get(MERGED) or properties.get(_MERGED_CONTACTS) or ""
    ids = (part.partition(":")[0].strip() for part in str(named).split(";"))
    return tuple(dict.fromkeys(id for id in ids if id.isdigit() and id != str(row["id"])))


def merged_away(object: str, row: Row) -> Iterator[SourceRecord]:
    """The records that went into this one, as deleted."""
    for id in merged_ids(row):
        yield SourceRecord(object, id, {}, None, deleted=True, merged_into=str(row["id"]))
