"""How writes are cut into requests: by count and by bytes, records of one parent side by side.

A write to a child locks its parent for the length of the request, so that two requests with one parent between them
wait for each other, or are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import orjson

from connectors.salesforce.rendering import Field

T = TypeVar("T")
_PEOPLE = frozenset(("User", "Group", "RecordType"))


def parent_columns(fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The columns that name a record's parents, the account first: owners and record types are locked by nobody."""
    named = [
        name
        for name, field in fields.items()
        if field["type"] == "reference" and field["updateable"] and not _PEOPLE & set(field.get("referenceTo") or ())
    ]
    return tuple(sorted(named, key=lambda name: (name != "AccountId", name)))


def side_by_side(items: Iterable[T], parents: Callable[[T], Iterable[Any]]) -> list[T]:
    """The items sorted by their parents; those without come last, and equals keep their order."""
    return sorted(items, key=lambda item: tuple((each is None, str(each or "")) for each in parents(item)))


def in_batches(items: Sequence[T], body: Callable[[T], Any], count: int, most_bytes: int) -> Iterator[list[T]]:
    """Runs of at most `count` items whose bodies as JSON are at most `most_bytes`; a larger item goes alone."""
    batch: list[T] = []
    held = 0
    for item in items:
        size = len(orjson.dumps(body(item))) + 1
        if batch and (len(batch) >= count or held + size > most_bytes):
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += size
    if batch:
        yield batch
