"""What a record holds, and held, decides what is written and what became of what was written.

HubSpot takes no condition with a write. So a record is compared first, and the history of what was written is looked
at afterwards: there stands whether ours went in, what it replaced, and whether somebody edited it since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from connectors.hubspot.describing import Property
from connectors.hubspot.rendering import alike

KEPT = 20
"""Versions of a property that the portal keeps at least; of a shorter history nothing is missing."""
PEOPLE = frozenset(
    ("CRM_UI", "CRM_UI_BULK_ACTION", "IMPORT", "MOBILE_IOS", "MOBILE_ANDROID", "FORM", "FORMS", "MERGE_CONTACTS")
)
"""Sources of a version that can't be the hub."""


class Version(NamedTuple):
    """One entry of a property's history."""

    value: Any
    at_ms: int
    source: str = ""


class Row(NamedTuple):
    """A record as it is now. `histories` by property, newest first, only where they were asked for."""

    id: str
    values: Mapping[str, Any]
    updated_ms: int
    histories: Mapping[str, Sequence[Version]] = {}
    archived: bool = False


class Verdict(NamedTuple):
    """`send`: these columns, rendered. `conflict`: these columns, as found. `unchanged`: none."""

    kind: Literal["send", "unchanged", "conflict"]
    columns: Mapping[str, Any]


class Trace(NamedTuple):
    """Where a value of ours stands in a history. `absent`: it is not there. `latest`: nothing came after it."""

    kind: Literal["absent", "latest", "edited"]
    overwrote: bool = False
    """It replaced something else than was believed: `replaced`."""
    replaced: Any = None


def compare(
    properties: Mapping[str, Property], wanted: Mapping[str, str], base: Mapping[str, Any] | None, row: Row
) -> Verdict:
    """Wanted columns against what the record holds now and what we believe it holds.

    A column that `base` does not name is believed empty; without a base any value is taken to be known.
    """
    now = row.values
    differing = {name: value for name, value in wanted.items() if not alike(properties[name], now.get(name), value)}
    if not differing:
        return Verdict("unchanged", {})
    if base is not None:
        theirs = {
            name: now.get(name) for name in differing if not alike(properties[name], now.get(name), base.get(name))
        }
        if theirs:
            return Verdict("conflict", theirs)
    return Verdict("send", differing)


def trace(
    known: Property,
    versions: Sequence[Version],
    ours: Collection[Any],
    believed: Collection[Any],
    since_ms: int | None = None,
) -> Trace:
    """Our value in a history: the newest version that can be ours, and what it replaced.

    `ours` are spellings of it; `believed` holds the value that it should have
    replaced, or nothing when any will do; versions before `since_ms` are older than our write.
    """

    def is_ours(version: Version) -> bool:
        if version.source in PEOPLE or (since_ms is not None and version.at_ms < since_ms):
            return False
        return any(alike(known, version.value, spelling) for spelling in ours)

    newest = next((place for place, version in enumerate(versions) if is_ours(version)), None)
    if newest is None:
        return Trace("absent")
    oldest = newest
    while oldest + 1 < len(versions) and is_ours(versions[oldest + 1]):
        oldest += 1
    kind: Literal["latest", "edited"] = "edited" if newest else "latest"
    if not believed or oldest + 1 == len(versions):
        return Trace(kind)
    replaced = versions[oldest + 1].value
    known_before = any(alike(known, replaced, value) for value in (*believed, *ours))
    return Trace(kind, not known_before, replaced)


def reaches(versions: Sequence[Version], since_ms: int) -> bool:
    """Whether a history goes back so far that what it does not hold was not written since."""
    return len(versions) < KEPT or versions[-1].at_ms < since_ms
