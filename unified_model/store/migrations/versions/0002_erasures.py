"""What a source erased is told from what it deleted; stores made before copies were proven get those tables too."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Connection

from unified_model.store.schema import all_tables

revision = "0002"
down_revision = "0001"

ADDED = (("source_record", "erased_at"), ("proof", "erased"))


def upgrade() -> None:
    """Add what is missing; numbers begin at 0."""
    conn = op.get_bind()
    tables = all_tables().tables
    for name in ("proof", "hidden_column"):
        tables[name].create(conn, checkfirst=True)
    for name, column in ADDED:
        if column in _columns(conn, name):
            continue
        model = tables[name].c[column]
        default = None if model.nullable else "0"
        op.add_column(name, Column(column, model.type, nullable=model.nullable, server_default=default))
        if default is not None and conn.dialect.name == "postgresql":
            op.alter_column(name, column, server_default=None)


def _columns(conn: Connection, table: str) -> set[str]:
    """Asked of the catalogue: our engines take JSON as text, which SQLAlchemy's inspection does not expect."""
    if conn.dialect.name == "sqlite":
        return set(conn.exec_driver_sql(f"select name from pragma_table_info('{table}')").scalars())
    found = (
        "select column_name from information_schema.columns where table_schema = current_schema() and table_name = %s"
    )
    return set(conn.exec_driver_sql(found, (table,)).scalars())
