"""Bring an older store up to date with Alembic; a SQLite file is copied first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unified_model.store.engine import Store


def upgrade_store(store: Store, version: str) -> None:
    """Run the migrations from `version` on."""
    raise NotImplementedError
