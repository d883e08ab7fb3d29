"""Alembic migrations of the store's schema; `unified_model.store.migrate` runs them."""
