"""The feed of changes as it is read: in order, from a number on, or the newest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from unified_model.store.tables.golden import change


class Change(NamedTuple):
    """A row of the feed."""

    seq: int
    at: datetime
    kind: str
    customer_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    cause: str | None


def read_changes(
    conn: Connection, since: int | None, kinds: Sequence[str], customers: Sequence[str] | None, limit: int
) -> list[Change]:
    """At most `limit`, in order: the first after the number `since`, or the newest; of some customers, or of all."""
    query = select(*(change.c[name] for name in Change._fields)).where(change.c.kind.in_(kinds)).limit(limit)
    if customers is not None:
        query = query.where(change.c.customer_id.in_(customers))
    if since is None:
        return [Change(*row) for row in reversed(conn.execute(query.order_by(change.c.seq.desc())).all())]
    return [Change(*row) for row in conn.execute(query.where(change.c.seq > since).order_by(change.c.seq))]
