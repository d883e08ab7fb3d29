"""Dead letters: what was set aside, why, and what became of it. The same reject again is the same row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from unified_model.errors import UsageError
from unified_model.records import Reject
from unified_model.store.bulk import rows_by_keys, write_rows
from unified_model.store.codec import digest, encode, encode_bytes
from unified_model.store.plain import storable
from unified_model.store.tables.landing import dead_letter, source

COLUMNS = tuple(c.name for c in dead_letter.columns)


def set_aside(
    conn: Connection,
    source_id: int,
    object: str,
    rejects: Sequence[Reject],
    numbers: Iterable[int],
    now: datetime,
    run: int,
) -> None:
    """Keep rejects with their raw text; one seen before is only marked as seen again. `numbers`: fresh ids, enough."""
    fresh = {digest_of(r): r for r in rejects}
    mine = {"source_id": source_id, "object": object}
    held: dict[str, int] = dict(rows_by_keys(conn, dead_letter, "digest", list(fresh), ("digest", "id"), equal=mine))
    if held:
        again = (
            update(dead_letter)
            .where(dead_letter.c.id == bindparam("key"), dead_letter.c.state != "dismissed")
            .values(last_seen_at=now, run_id=run, state="open")
        )
        conn.execute(again, [{"key": key} for key in sorted(held.values())])
    new = [(d, r) for d, r in fresh.items() if d not in held]
    rows = [
        (
            key,
            source_id,
            object,
            None if r.record_id is None else storable(r.record_id),
            storable(r.place),
            r.reason,
            storable(r.detail),
            encode(_text(r.raw)),
            d,
            "open",
            now,
            now,
            run,
            None,
        )
        for key, (d, r) in zip(numbers, new, strict=False)
    ]
    write_rows(conn, dead_letter, COLUMNS, rows)


def digest_of(reject: Reject) -> str:
    """What makes a reject the same as one seen before: its place, reason and raw text."""
    return digest(encode_bytes([_text(reject.place), reject.reason, _text(reject.raw)]))


def open_ones(conn: Connection, source_id: int, object: str) -> dict[str, list[int]]:
    """Open dead letters by what would settle them: the record's id, and the place it was read from.

    A record set aside because a later one had its key is settled by nothing: the later one has landed all along.
    """
    c = dead_letter.c
    query = select(c.id, c.record_id, c.place).where(
        c.source_id == source_id, c.object == object, c.state == "open", c.reason != "duplicate_key"
    )
    found: dict[str, list[int]] = {}
    for number, record_id, place in conn.execute(query):
        for name in (record_id, place):
            if name:
                found.setdefault(name, []).append(number)
    return found


def settle(conn: Connection, numbers: Sequence[int]) -> None:
    """Close dead letters whose record, or whose very line, has landed after all."""
    close = update(dead_letter).where(dead_letter.c.id == bindparam("key")).values(state="resolved")
    conn.execute(close, [{"key": number} for number in numbers])


def list_dead_letters(
    conn: Connection, *, state: str | None = "open", label: str | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Dead letters, newest first, without their raw text."""
    c = dead_letter.c
    query = select(
        c.id, source.c.label.label("source"), c.object, c.record_id, c.place, c.reason, c.detail, c.state,
        c.first_seen_at, c.last_seen_at,
    ).join(source, source.c.id == c.source_id)  # fmt: skip
    if state:
        query = query.where(c.state == state)
    if label:
        query = query.where(source.c.label == label)
    rows = conn.execute(query.order_by(c.last_seen_at.desc(), c.place, c.id).limit(limit))
    return [dict(row) for row in rows.mappings()]


def show_dead_letter(conn: Connection, number: int) -> dict[str, Any]:
    """One dead letter, whole."""
    query = select(dead_letter, source.c.label.label("source")).join(source, source.c.id == dead_letter.c.source_id)
    row = conn.execute(query.where(dead_letter.c.id == number)).mappings().first()
    if row is None:
        raise UsageError(f"There is no dead letter {number}.", "`unsilo dead-letters list` shows their numbers.")
    return dict(row)


def dismiss(conn: Connection, numbers: Sequence[int], reason: str) -> int:
    """Close dead letters that a person has looked at and wants no more."""
    statement = (
        update(dead_letter)
        .where(dead_letter.c.id == bindparam("key"), dead_letter.c.state == "open")
        .values(state="dismissed", dismissed_reason=reason)
    )
    result = conn.execute(statement, [{"key": n} for n in numbers]) if numbers else None
    return result.rowcount if result is not None else 0


def count_open(conn: Connection) -> dict[str, int]:
    """Open dead letters by reason."""
    query = (
        select(dead_letter.c.reason, func.count()).where(dead_letter.c.state == "open").group_by(dead_letter.c.reason)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def _text(value: str) -> str:
    """Text that can be written as UTF-8: lone surrogates become visible escapes."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
