"""The views people query: one `.sql` file each, the same columns on both backends."""

from __future__ import annotations

from sqlalchemy import Connection


def create_views(conn: Connection) -> None:
    """Create every view anew."""
