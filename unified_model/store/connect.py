"""SQLAlchemy engines for both backends, set up once: pragmas, time zone, plain JSON text, error sentences."""

from __future__ import annotations

import os
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from unified_model.errors import NeedsOperator, UsageError
from unified_model.store.faults import BUSY_TIMEOUT_S, translate_in_engine
from unified_model.store.turns import in_turn

CACHE_KIB = 64 * 1024
"""SQLite's page cache of one connection; the cold part of a large store stays on disk."""

READING = {"unsilo_reading": True}
"""Execution options of a connection that only reads, on one snapshot."""

_EXAMPLES = 'Write "sqlite:///unsilo.db" or "postgresql+psycopg://user@host/database" as [store] url in unsilo.toml.'


def parse_url(url: str) -> URL:
    """The store's address; only SQLite files and PostgreSQL through psycopg."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError("The store's url can't be read.", _EXAMPLES) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or parsed.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise UsageError(f"Unsilo can't keep a store in {parsed.drivername}.", _EXAMPLES)
    if not parsed.database or parsed.database == ":memory:":
        raise UsageError("The store must be a file, not memory.", _EXAMPLES)
    return parsed


def engine_for(url: URL) -> Engine:
    """An engine whose transactions begin as the store needs them; nothing is connected yet."""
    return _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgres_engine(url)


def file_of(url: URL) -> Path:
    """The file of a SQLite store."""
    return Path(str(url.database))


def place_for(url: str) -> None:
    """Raise the sentence that says why no SQLite store can be made there; nothing is written."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        folder = _folder_of(parsed)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise UsageError(
                f"The store's folder {folder} is read-only for this user.",
                "Change its owner or mode, or change [store] url in unsilo.toml.",
            )


# --- SQLite


def _folder_of(url: URL) -> Path:
    file = file_of(url)
    folder = file.absolute().parent
    if file.is_dir():
        raise NeedsOperator(f"The store {file} is a folder, not a file.", "Name a file in [store] url of unsilo.toml.")
    if not folder.is_dir():
        raise UsageError(
            f"The store's folder {folder} does not exist.", "Create it, or change [store] url in unsilo.toml."
        )
    return folder


def _sqlite_engine(url: URL) -> Engine:
    _folder_of(url)
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        pool_size=4,
        max_overflow=16,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", partial(_begin_sqlite, file_of(url)))
    event.listen(engine, "handle_error", translate_in_engine)
    return engine


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    _use_wal(connection)
    for pragma in (
        "synchronous = normal",  # with WAL: a power cut may lose the newest commits, never the file
        "foreign_keys = on",
        f"cache_size = -{CACHE_KIB}",
        "wal_autocheckpoint = 16000",  # 64 MB: pages that change often are copied back once, not each time
        "journal_size_limit = 67108864",
        "temp_store = file",  # memory stays bounded however large a sort is
    ):
        connection.execute(f"pragma {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """WAL is a property of the file. SQLite does not wait for a lock on this switch, so two first openers must."""
    if connection.execute("pragma journal_mode").fetchone()[0] == "wal":
        return
    patience = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_sqlite(file: Path, connection: Connection) -> None:
    """Writers take the write lock at once: a lock taken half-way through can fail without waiting."""
    if connection.get_execution_options().get("unsilo_reading"):
        connection.exec_driver_sql("begin")
    else:
        with in_turn(file):
            connection.exec_driver_sql("begin immediate")


# --- PostgreSQL


def _postgres_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={
            "options": f"-c timezone=UTC -c lock_timeout={BUSY_TIMEOUT_S * 1000} -c client_min_messages=warning",
            "connect_timeout": BUSY_TIMEOUT_S,
            "application_name": "unsilo",
        },
        pool_size=4,
        max_overflow=16,
        pool_use_lifo=True,
        pool_pre_ping=True,
    )
    event.listen(engine, "connect", _keep_json_as_text)
    event.listen(engine, "begin", _begin_postgres)
    event.listen(engine, "handle_error", translate_in_engine)
    return engine


def _keep_json_as_text(connection: Any, _record: Any) -> None:
    """JSON arrives as it was written; who needs it decodes it (a JSON string must not be decoded twice)."""
    from psycopg.types.string import TextLoader

    connection.adapters.register_loader("json", TextLoader)


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("unsilo_reading"):
        connection.exec_driver_sql("set transaction isolation level repeatable read, read only")
