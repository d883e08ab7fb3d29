"""The laws on PostgreSQL borrow the server of the store's contract."""

from __future__ import annotations

from tests.contract.conftest import new_postgres, postgres_databases, postgres_server

__all__ = ["new_postgres", "postgres_databases", "postgres_server"]
