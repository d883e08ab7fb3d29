"""Links between records, and the doubtful pairs that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from unified_model.store.bulk import delete_rows, rows_by_keys, write_rows
from unified_model.store.tables.identity import link, review


class Link(NamedTuple):
    """Two records (a < b) and the weight that binds them, in thousandths of a bit."""

    a: int
    b: int
    weight: int


def links_of(conn: Connection, records: Sequence[int]) -> list[Link]:
    """Every link that touches one of the records, once."""
    found: set[tuple[int, int, int]] = set()
    for side in ("a", "b"):
        found.update(rows_by_keys(conn, link, side, records, ("a", "b", "weight")))
    return list(map(Link._make, sorted(found)))


def reason_of(conn: Connection, a: int, b: int) -> str | None:
    """Why the two wait for a person; None if they don't."""
    low, high = min(a, b), max(a, b)
    return conn.execute(select(review.c.reason).where(review.c.a == low, review.c.b == high)).scalar()


def replace_links(conn: Connection, records: Sequence[int], rows: list[tuple[int, int, int, str, str]]) -> None:
    """Drop every link of the records and write these (a, b, weight, evidence, model version) instead."""
    delete_rows(conn, link, ("a",), list(records))
    delete_rows(conn, link, ("b",), list(records))
    write_rows(conn, link, ("a", "b", "weight", "evidence", "model_version"), sorted(rows), on_conflict="update")


def replace_reviews(conn: Connection, records: Sequence[int], rows: list[tuple[int, int, int, str, str]]) -> None:
    """Drop every waiting pair of the records and write these (a, b, weight, reason, kind) instead."""
    delete_rows(conn, review, ("a",), list(records))
    delete_rows(conn, review, ("b",), list(records))
    write_rows(conn, review, ("a", "b", "weight", "reason", "kind"), sorted(rows), on_conflict="update")


def reviews_by_weight(conn: Connection, limit: int, kind: str | None = None) -> list[tuple[int, int, int, str, str]]:
    """Waiting pairs (a, b, weight, reason, kind), the most likely first."""
    c = review.c
    query = select(c.a, c.b, c.weight, c.reason, c.kind).order_by(c.weight.desc(), c.a, c.b).limit(limit)
    if kind is not None:
        query = query.where(c.kind == kind)
    return [(r[0], r[1], r[2], r[3], r[4]) for r in conn.execute(query)]
