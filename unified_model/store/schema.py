"""Is the store's schema ours? Decided by one plain query; Alembic is loaded only when something must change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData

from unified_model.errors import UsageError
from unified_model.store.connect import file_of
from unified_model.store.version import SCHEMA_VERSION as SCHEMA_VERSION
from unified_model.store.version import too_new as too_new
from unified_model.store.version import too_old as too_old

if TYPE_CHECKING:
    from unified_model.store.engine import Store, Upgrade

_ADVISORY_LOCK = 0x756E73696C6F  # "unsilo": one creator or upgrader of a PostgreSQL store at a time


def make_current(store: Store, upgrade: Upgrade) -> None:
    """Leave the store at `SCHEMA_VERSION`, or raise the sentence that says why not."""
    if upgrade == "never" and store.backend == "sqlite" and not file_of(store.url).exists():
        raise _missing(store)
    with store.read() as conn:
        version = stored_version(conn)
    if version == SCHEMA_VERSION:
        return
    if version is None:
        if upgrade == "never":
            raise _missing(store)
        create(store)
    elif version > SCHEMA_VERSION:
        raise too_new(str(store), version)
    elif upgrade == "force" or (upgrade == "auto" and store.backend == "sqlite"):
        from unified_model.store.migrate import upgrade_store

        upgrade_store(store, version)
    else:
        raise too_old(str(store), version)


def stored_version(conn: Connection) -> str | None:
    """The schema version the store carries; None for an empty database. Someone else's tables are refused."""
    if not _has_table(conn, "alembic_version"):
        for ours in ("source_record", "customer", "person"):
            if _has_table(conn, ours):
                raise UsageError(
                    "The database of [store] url holds tables that are not Unsilo's.",
                    "Give Unsilo a database (or file) of its own.",
                )
        return None
    version: str | None = conn.exec_driver_sql("select version_num from alembic_version").scalar()
    return version


def create(store: Store) -> None:
    """All tables and views of a new store, in one transaction; a second creator finds the first one's work."""
    from unified_model.identity.keys import KEYS_VERSION
    from unified_model.store.settings import KEYS_MADE_BY, write_setting
    from unified_model.store.view_definitions import create_views

    with store.begin() as work:
        lock_schema(work.conn)
        if stored_version(work.conn) is None:
            all_tables().create_all(work.conn, checkfirst=False)
            create_views(work.conn)
            work.conn.exec_driver_sql("create table alembic_version (version_num varchar(32) not null primary key)")
            work.conn.exec_driver_sql(f"insert into alembic_version values ('{SCHEMA_VERSION}')")
            write_setting(work.conn, KEYS_MADE_BY, KEYS_VERSION)
            work.commit()


def all_tables() -> MetaData:
    """Every table, with the modules that define them loaded."""
    from unified_model.store.tables import base, golden, identity, landing, trust, unified  # noqa: F401

    return base.metadata


def lock_schema(conn: Connection) -> None:
    """One changer of the schema at a time (on SQLite the write lock is enough)."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f"select pg_advisory_xact_lock({_ADVISORY_LOCK})")


def _has_table(conn: Connection, name: str) -> bool:
    if conn.dialect.name == "sqlite":
        found = conn.exec_driver_sql("select 1 from sqlite_master where type = 'table' and name = ?", (name,)).first()
    else:
        found = conn.exec_driver_sql("select 1 where to_regclass(%s) is not null", (name,)).first()
    return found is not None


def _missing(store: Store) -> UsageError:
    return UsageError(f"There is no store at {store} yet.", "`unsilo sync` makes it with the first records.")
