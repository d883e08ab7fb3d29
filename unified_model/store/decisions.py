"""People's decisions: append only; an undo is a row of its own that takes another back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, and_, func, select

from unified_model.records import NaturalKey
from unified_model.store.bulk import write_rows
from unified_model.store.codec import encode
from unified_model.store.engine import lock_table
from unified_model.store.tables.identity import decision
from unified_model.store.tables.landing import record_alias, source, source_record

COLUMNS = tuple(c.name for c in decision.columns)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `left` and `right` are sets of source records by natural key, sorted.

    A `split` has all its records on the left, and its groups, each a list of keys, as its value.
    """

    id: int
    kind: str
    left: tuple[NaturalKey, ...]
    right: tuple[NaturalKey, ...]
    field: str | None
    value: Any
    supersedes: int | None
    actor: str
    reason: str | None
    made_at: datetime

    @property
    def apart(self) -> list[tuple[tuple[NaturalKey, ...], tuple[NaturalKey, ...]]]:
        """Groups kept apart, two by two: no record of the one is ever one customer with a record of the other."""
        if self.kind == "different":
            return [(self.left, self.right)]
        return list(combinations(self.groups, 2))

    @property
    def groups(self) -> list[tuple[NaturalKey, ...]]:
        """The groups that a `split` makes; none for any other kind."""
        if self.kind != "split":
            return []
        return [tuple(NaturalKey(*key) for key in group) for group in self.value]


def one_at_a_time(conn: Connection) -> None:
    """Nobody else enters a decision until this transaction ends."""
    lock_table(conn, decision)


def count(conn: Connection) -> int:
    """How many decisions there are; none ever goes."""
    return conn.execute(select(func.count()).select_from(decision)).scalar_one()


def append(conn: Connection, made: Decision) -> None:
    """Store a decision."""
    row = (
        made.id, made.kind, _encode_keys(made.left), _encode_keys(made.right) if made.right else None, made.field,
        encode(made.value) if made.value is not None else None, made.supersedes, made.actor, made.reason, made.made_at,
    )  # fmt: skip
    write_rows(conn, decision, COLUMNS, [row])


def all_decisions(conn: Connection) -> list[Decision]:
    """Every decision ever made, in order."""
    rows = conn.execute(select(decision).order_by(decision.c.id))
    return [
        Decision(
            r.id, r.kind, _decode_keys(r.left), _decode_keys(r.right), r.field, r.value, r.supersedes, r.actor,
            r.reason, r.made_at,
        )
        for r in rows
    ]  # fmt: skip


def undone(decisions: Sequence[Decision]) -> set[int]:
    """Numbers of decisions (undos among them) that an undo in force takes back."""
    taken_back: set[int] = set()
    for made in reversed(decisions):
        if made.kind == "undo" and made.id not in taken_back and made.supersedes is not None:
            taken_back.add(made.supersedes)
    return taken_back


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """Decisions in force: neither undone (unless the undo was undone), nor undos themselves."""
    taken_back = undone(decisions)
    return [made for made in decisions if made.kind != "undo" and made.id not in taken_back]


def vendor_merges(conn: Connection) -> list[tuple[NaturalKey, NaturalKey]]:
    """(record that went away, its survivor) for every merge and conversion of customers made in a source system.

    What became something of another kind (a lead that is a company now, say) is no word on who is the same.
    """
    a, gone, left = record_alias.c, source_record.alias("gone"), source_record.alias("left_over")
    query = (
        select(source.c.installation, a.object, a.record_id, a.survivor_object, a.survivor_record_id)
        .join(source, source.c.id == a.source_id)
        .join(gone, _names(gone, a.source_id, a.object, a.record_id))
        .join(left, _names(left, a.source_id, a.survivor_object, a.survivor_record_id))
        .where(gone.c.kind == left.c.kind, gone.c.kind != "other")
    )
    return [(NaturalKey(r[0], r[1], r[2]), NaturalKey(r[0], r[3], r[4])) for r in conn.execute(query)]


def _names(record: Any, source_id: Any, object: Any, record_id: Any) -> Any:
    return and_(record.c.source_id == source_id, record.c.object == object, record.c.record_id == record_id)


def _encode_keys(keys: Sequence[NaturalKey]) -> str:
    return encode([list(key) for key in sorted(keys)])


def _decode_keys(value: Any) -> tuple[NaturalKey, ...]:
    return tuple(NaturalKey(*key) for key in value or ())
