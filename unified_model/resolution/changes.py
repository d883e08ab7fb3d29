"""The feed of changes: what happened to which customer, with values before and after, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from unified_model.resolution.golden import plain
from unified_model.store import golden_rows
from unified_model.store.codec import decode, encode
from unified_model.store.queue import Waiting

if TYPE_CHECKING:
    from unified_model.resolution.customer import Customer
    from unified_model.store.engine import Connection

UNTOLD = frozenset({"provenance", "customer_id"})
"""Columns that explain values; they are no values themselves."""


def changes_of(
    conn: Connection,
    customers: Sequence[Customer],
    belongs: Mapping[int, tuple[str, datetime]],
    hashes: Mapping[str, str],
    retired: Sequence[str],
    waiting: Mapping[int, Waiting],
    now: datetime,
    happened: Counter[str],
) -> list[tuple[Any, ...]]:
    """Rows of `change` without their number; counts each kind in `happened`."""
    rows: list[tuple[Any, ...]] = []

    def tell(customer: str, kind: str, before: Any, after: Any, cause: str) -> None:
        happened[kind] += 1
        now_and_then = [encode(values) if values else None for values in (before, after)]
        rows.append((customer, kind, *now_and_then, cause, now))

    changed = [c for c in customers if c.id in hashes and hashes[c.id] != c.hash]
    old_values = _before(conn, changed)
    for c in customers:
        if c.id not in hashes:
            tell(c.id, "created" if c.minted else "revived", None, _told(c), _cause(c.members, waiting))
        elif hashes[c.id] != c.hash:
            before, after = _difference(old_values[c.id], plain(_told(c)))
            if before or after:
                tell(c.id, "updated", before, after, _cause(c.members, waiting))
    for old, destinations in _destinations(customers, belongs).items():
        if old in retired:
            tell(old, "merged", None, {"into": destinations.ids}, _cause(destinations.records, waiting))
        elif len(destinations.ids) > 1:
            others = [id_ for id_ in destinations.ids if id_ != old]
            tell(old, "split", None, {"into": others}, _cause(destinations.records, waiting))
    return rows


class _Destination:
    """Where the records of one former customer went."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.records: list[int] = []


def _destinations(
    customers: Sequence[Customer], belongs: Mapping[int, tuple[str, datetime]]
) -> dict[str, _Destination]:
    went: dict[str, _Destination] = {}
    for c in customers:
        for record in c.members:
            if record in belongs:
                there = went.setdefault(belongs[record][0], _Destination())
                there.records.append(record)
                if c.id not in there.ids:
                    there.ids.append(c.id)
    return {old: went[old] for old in sorted(went)}


def _before(conn: Connection, customers: Sequence[Customer]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for kind in ("person", "organization"):
        mine = [c.id for c in customers if c.kind == kind]
        for id_, values in golden_rows.golden_values(conn, kind, mine).items():
            found[id_] = plain({k: v for k, v in values.items() if k not in UNTOLD})
    for id_, reach in golden_rows.reach_of(conn, [c.id for c in customers]).items():
        found.setdefault(id_, {})["contact_points"] = reach
    for c in customers:
        found.setdefault(c.id, {})
    return found


def _told(customer: Customer) -> dict[str, Any]:
    golden = customer.golden.values
    names = golden_rows.golden_columns(customer.kind)
    values = {k: value for k in names if k not in UNTOLD and (value := golden.get(k)) is not None}
    reach = sorted(f"{p.kind}:{p.canonical}" for p in customer.golden.points)
    return {**values, "contact_points": reach} if reach else values


def _difference(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [n for n in sorted({*before, *after}) if _comparable(before.get(n)) != _comparable(after.get(n))]
    return {n: before.get(n) for n in names}, {n: after.get(n) for n in names}


def _comparable(value: Any) -> Any:
    return decode(encode(value))


def _cause(records: Sequence[int], waiting: Mapping[int, Waiting]) -> str:
    causes = sorted({waiting[r].cause or "" for r in records if r in waiting})
    return ", ".join(c for c in causes if c) or "a neighbour changed"
