"""What the store remembers about itself: small JSON values by name (active versions, epoch, policy)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from unified_model.store.bulk import write_rows
from unified_model.store.codec import encode
from unified_model.store.tables.trust import setting

KEYS_MADE_BY = "blocking_keys"
"""Holds the version of the rules that made the store's blocking keys."""


def read_setting(conn: Connection, name: str, default: Any = None) -> Any:
    """The value of a setting, or the default."""
    row = conn.execute(select(setting.c.value).where(setting.c.name == name)).first()
    return default if row is None else row.value


def write_setting(conn: Connection, name: str, value: Any) -> None:
    """Set it, within the caller's transaction."""
    write_rows(conn, setting, ("name", "value"), [(name, encode(value))], on_conflict="update")
