"""What a record holds now decides what is written: nothing, the columns that differ, or a conflict.

A column that holds neither what we believe nor what we want was changed by somebody else: it is never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from connectors.salesforce.rendering import Field, alike

Row = Mapping[str, Any]
STAMPS = ("SystemModstamp", "LastModifiedDate")


class Verdict(NamedTuple):
    """`send`: these columns, rendered. `conflict`: these columns, as found. `unchanged`: none."""

    kind: Literal["send", "unchanged", "conflict"]
    columns: Mapping[str, Any]


def compare(fields: Mapping[str, Field], wanted: Row, base: Row | None, now: Row) -> Verdict:
    """Wanted columns against what the record holds now and what we believe it holds.

    A column that `base` does not name is believed empty; without a base any value is taken to be known.
    """
    differing = {name: value for name, value in wanted.items() if not alike(fields[name], now.get(name), value)}
    if not differing:
        return Verdict("unchanged", {})
    if base is not None:
        theirs = {name: now.get(name) for name in differing if not alike(fields[name], now.get(name), base.get(name))}
        if theirs:
            return Verdict("conflict", theirs)
    return Verdict("send", differing)


def after_loss(
    fields: Mapping[str, Field], sent: Row, before: Row, now: Row
) -> Literal["applied", "not_applied", "unclear"]:
    """Whether a write whose answer was lost was applied, from the record before it and as it is now.

    `unclear`: somebody wrote to the record since, and its columns no longer tell.
    """
    if all(alike(fields[name], now.get(name), value) for name, value in sent.items()):
        return "applied"
    # Our write would have moved the date of the last edit; a process moves SystemModstamp alone.
    edited = "LastModifiedDate" if now.get("LastModifiedDate") else "SystemModstamp"
    if now.get(edited) == before.get(edited):
        return "not_applied"
    return "unclear"
