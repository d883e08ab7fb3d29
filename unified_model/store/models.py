"""Match models as the store keeps them: data, versioned, one active of each kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from unified_model.store.bulk import write_rows
from unified_model.store.codec import encode
from unified_model.store.tables.identity import match_model


def active_documents(conn: Connection) -> dict[str, Any]:
    """Kind -> the active model's document, for kinds that have one."""
    query = select(match_model.c.kind, match_model.c.document).where(match_model.c.active)
    return {row[0]: row[1] for row in conn.execute(query)}


def activate(conn: Connection, version: str, kind: str, document: Any, now: datetime) -> None:
    """Store a model, if it is new, and make it the active one of its kind."""
    conn.execute(update(match_model).where(match_model.c.kind == kind).values(active=False))
    row = (version, kind, encode(document), True, now)
    columns = ("version", "kind", "document", "active", "stored_at")
    write_rows(conn, match_model, columns, [row], on_conflict="update")
