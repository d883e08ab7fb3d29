"""PostgreSQL: a second role that may read everything but the trust tables; queries of people run as it."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from unified_model.errors import UnsiloError

TRUST_TABLES = ("audit", "audit_payload", "tombstone", "setting")
"""What a query never reads."""


READER = "unsilo_reader"
"""Roles belong to the server: stores on one server share it, each grants it its own tables."""


def grant_reader(conn: Connection) -> bool:
    """Make the role and give it what it may read; False when this user may not make roles."""
    schema, user = conn.exec_driver_sql("select current_schema(), current_user").one()
    try:
        with conn.begin_nested():
            if conn.exec_driver_sql("select 1 from pg_roles where rolname = %s", (READER,)).first() is None:
                conn.exec_driver_sql(f"create role {READER} nologin")
            conn.exec_driver_sql(f'grant usage on schema "{schema}" to {READER}')
            conn.exec_driver_sql(f'grant select on all tables in schema "{schema}" to {READER}')
            conn.exec_driver_sql(f"revoke all on {', '.join(TRUST_TABLES)} from {READER}")
            conn.exec_driver_sql(f'grant {READER} to "{user}"')
    except (SQLAlchemyError, UnsiloError):
        return False
    return True
