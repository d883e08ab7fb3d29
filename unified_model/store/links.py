"""Links between records, and the doubtful pairs that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from unified_model.store.bulk import delete_rows, rows_by_keys, write_rows
from unified_model.store.tables.identity import link, review


class Link(NamedTuple):
    """Two records (a < b) and the weight that binds them, in thousandths of a bit."""

    a: int
    b: int
    weight: int


def links_of(conn: Connection, records: Sequence[int]) -> list[Link]:
    """Every link that touches one of the records, once."""
    found = set()
    for side in ("a", "b"):
        found.update(rows_by_keys(conn, link, side, records, ("a", "b", "weight")))
    return [Link(*row) for row in sorted(found)]


def all_links(conn: Connection, at_least: int) -> list[Link]:
    """Every link of at least this weight."""
    query = select(link.c.a, link.c.b, link.c.weight).where(link.c.weight >= at_least)
    return [Link(*row) for row in conn.execute(query, execution_options={"yield_per": 50_000})]


def count_links(conn: Connection) -> int:
    """How many links there are."""
    return conn.execute(select(func.count()).select_from(link)).scalar_one()


def evidence_of(conn: Connection, a: int, b: int) -> tuple[int, str] | None:
    """(weight, evidence as JSON text) of a link, if the two are linked."""
    low, high = min(a, b), max(a, b)
    row = conn.execute(select(link.c.weight, link.c.evidence).where(link.c.a == low, link.c.b == high)).first()
    return (row[0], row[1]) if row else None


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
