"""Where Alembic meets the store: it works inside a transaction that `migrate.upgrade_store` has begun."""

from __future__ import annotations

from alembic import context

from unified_model.store.schema import all_tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=all_tables(),
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=False,  # the caller's transaction holds everything
)
context.run_migrations()
