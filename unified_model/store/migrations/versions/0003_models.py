"""Match models get names, an origin and notes, and pairs drawn blindly for people to judge get a table."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Connection, select

from unified_model.store.schema import all_tables

revision = "0003"
down_revision = "0002"

ADDED = ("name", "origin", "notes", "activated_at")


def upgrade() -> None:
    """Add what is missing. Until now every model was a shipped one."""
    conn = op.get_bind()
    tables = all_tables().tables
    tables["label_sample"].create(conn, checkfirst=True)
    models = tables["match_model"]
    present = _columns(conn, "match_model")
    for name in ADDED:
        if name not in present:
            model = models.c[name]
            default = None if model.nullable else "shipped"
            op.add_column("match_model", Column(name, model.type, nullable=model.nullable, server_default=default))
            if default is not None and conn.dialect.name == "postgresql":
                op.alter_column("match_model", name, server_default=None)
    if "name" not in present:
        _name_them(conn)
    for index in models.indexes:
        index.create(conn, checkfirst=True)


def _name_them(conn: Connection) -> None:
    """The first one of a kind is `person-shipped`, the next `person-shipped-2`."""
    models = all_tables().tables["match_model"]
    c = models.c
    counts: dict[str, int] = {}
    query = select(c.version, c.kind, c.active, c.stored_at).order_by(c.kind, c.stored_at, c.version)
    for version, kind, active, stored_at in conn.execute(query).all():
        counts[kind] = counts.get(kind, 0) + 1
        name = f"{kind}-shipped" + (f"-{counts[kind]}" if counts[kind] > 1 else "")
        told = {"name": name, "activated_at": stored_at if active else None}
        conn.execute(models.update().where(c.version == version).values(**told))


def _columns(conn: Connection, table: str) -> set[str]:
    """Asked of the catalogue: our engines take JSON as text, which SQLAlchemy's inspection does not expect."""
    if conn.dialect.name == "sqlite":
        return set(conn.exec_driver_sql(f"select name from pragma_table_info('{table}')").scalars())
    found = (
        "select column_name from information_schema.columns where table_schema = current_schema() and table_name = %s"
    )
    return set(conn.exec_driver_sql(found, (table,)).scalars())
