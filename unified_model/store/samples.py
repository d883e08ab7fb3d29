"""Pairs drawn blindly for people to judge, and their answers. Records are named by natural keys, as in decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from unified_model.records import NaturalKey
from unified_model.store.bulk import write_rows
from unified_model.store.codec import encode
from unified_model.store.tables.identity import label_sample

_COLUMNS = tuple(c.name for c in label_sample.columns)


@dataclass(frozen=True, slots=True)
class Question:
    """One drawn pair; `left` < `right`. `answer`: same, different, skip, or None as long as nobody answered."""

    id: int
    draw: int
    kind: str
    left: NaturalKey
    right: NaturalKey
    stratum: str
    stratum_pairs: int
    weight: int
    model_version: str
    drawn_at: datetime
    answer: str | None = None
    actor: str | None = None
    answered_at: datetime | None = None


def add(conn: Connection, questions: Sequence[Question]) -> None:
    """Store drawn pairs."""
    rows = [
        tuple(encode(list(value)) if name in ("left", "right") else value for name, value in _values(one))
        for one in questions
    ]
    write_rows(conn, label_sample, _COLUMNS, rows)


def questions(conn: Connection, kind: str | None = None) -> list[Question]:
    """Every pair ever drawn, in the order of drawing."""
    query = select(label_sample).order_by(label_sample.c.id)
    if kind is not None:
        query = query.where(label_sample.c.kind == kind)
    return [_question(row) for row in conn.execute(query)]


def newest_draw(conn: Connection) -> int:
    """The number of the newest draw; 0 before the first."""
    return conn.execute(select(func.max(label_sample.c.draw))).scalar() or 0


def answer(conn: Connection, number: int, said: str, actor: str, now: datetime) -> None:
    """Store an answer in place of the one before."""
    row = label_sample.c.id == number
    conn.execute(update(label_sample).where(row).values(answer=said, actor=actor, answered_at=now))


def _values(one: Question) -> list[tuple[str, Any]]:
    return [(name, getattr(one, name)) for name in _COLUMNS]


def _question(row: Any) -> Question:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Question(**{**values, "left": NaturalKey(*row.left), "right": NaturalKey(*row.right)})
