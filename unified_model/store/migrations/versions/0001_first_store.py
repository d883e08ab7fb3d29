"""The first store: every table as `unified_model.store.tables` defines it.

A new store is made in one go and never runs this; it is here as the first link of the chain.
"""

from __future__ import annotations

from alembic import op

from unified_model.store.schema import all_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    all_tables().create_all(op.get_bind(), checkfirst=False)
