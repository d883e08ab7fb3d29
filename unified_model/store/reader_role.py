"""PostgreSQL: a second role that may read everything but the trust tables; queries of people run as it."""

from __future__ import annotations

import re

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from unified_model.errors import UnsiloError

TRUST_TABLES = ("audit", "audit_payload", "tombstone", "setting")
"""What a query never reads."""


def role_name(database: str) -> str:
    """Roles belong to the server, not to a database: one a store."""
    return ("unsilo_reader_" + re.sub(r"[^a-z0-9_]", "_", database.lower()))[:63]


def grant_reader(conn: Connection) -> bool:
    """Make the role and give it what it may read; False when this user may not make roles."""
    database, schema, user = conn.exec_driver_sql("select current_database(), current_schema(), current_user").one()
    role = f'"{role_name(database)}"'
    try:
        with conn.begin_nested():
            known = conn.exec_driver_sql("select 1 from pg_roles where rolname = %s", (role_name(database),)).first()
            if known is None:
                conn.exec_driver_sql(f"create role {role} nologin")
            conn.exec_driver_sql(f'grant usage on schema "{schema}" to {role}')
            conn.exec_driver_sql(f'grant select on all tables in schema "{schema}" to {role}')
            conn.exec_driver_sql(f"revoke all on {', '.join(TRUST_TABLES)} from {role}")
            conn.exec_driver_sql(f'grant {role} to "{user}"')
    except (SQLAlchemyError, UnsiloError):
        return False
    return True
