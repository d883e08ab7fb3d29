"""The laws borrow the server of the store's contract, and the exports of the journeys."""

from __future__ import annotations

from tests.contract.conftest import new_postgres, postgres_databases, postgres_server
from tests.journeys.conftest import exports

__all__ = ["exports", "new_postgres", "postgres_databases", "postgres_server"]
