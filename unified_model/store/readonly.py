"""Queries of people: read-only by the database's own means, never over the trust tables.

SQLite: the file opened read-only, and an authorizer that lets nothing pass but reading. PostgreSQL: a read-only
transaction under a second role (where this user may make roles), and a cursor, which takes nothing but one select.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any, NamedTuple

from unified_model.errors import UsageError
from unified_model.store.faults import translate, translated
from unified_model.store.reader_role import READER, TRUST_TABLES
from unified_model.store.version import refuse_newer

PAGE_ROWS = 1000
_VERSION = "select version_num from alembic_version"

_ONLY_READING = UsageError(
    f"Queries only read, one statement at a time, and never {', '.join(TRUST_TABLES)}.",
    "Ask with one select over the other tables and views.",
)
_MAY = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


class Answer(NamedTuple):
    """Column names and the rows, fetched as they are asked for. Times are text on SQLite, datetimes on PostgreSQL."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def answer(url: str, sql: str) -> Iterator[Answer]:
    """The answer to one select, on one snapshot; `UsageError` says what is wrong with the statement."""
    from unified_model.store.connect import file_of, parse_url

    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = file_of(parsed)
        if not file.is_file():
            raise UsageError(f"There is no store at {file} yet.", "`unsilo sync` makes it with the first records.")
        with _sqlite_answer(f"{file.absolute().as_uri()}?mode=ro", sql) as result:
            yield result
    else:
        address = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        with _postgres_answer(address, sql) as result:
            yield result


@contextmanager
def _sqlite_answer(uri: str, sql: str) -> Iterator[Answer]:
    with translated():
        connection = sqlite3.connect(uri, uri=True, timeout=10)
    with closing(connection):
        connection.execute("pragma query_only = on")
        with suppress(sqlite3.Error):  # no such table: a statement on it will say so
            refuse_newer(uri.partition("?")[0], connection.execute(_VERSION).fetchone()[0])
        denied: list[int] = []  # SQLite gives some refusals the code of any wrong statement
        connection.set_authorizer(partial(_authorize, denied))
        connection.set_progress_handler(lambda: 0, 100_000)  # lets Ctrl-C through while SQLite computes
        try:
            cursor = connection.execute(sql)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise (_ONLY_READING if denied else _sqlite_fault(error)) from None
        if cursor.description is None:
            raise _ONLY_READING
        yield Answer(tuple(column[0] for column in cursor.description), _steps(cursor))


def _steps(cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
    try:
        yield from iter(cursor.fetchone, None)  # the cursor itself would be closed after its connection
    except sqlite3.Error as error:  # a fault in a later row
        raise _sqlite_fault(error) from None


def _authorize(
    denied: list[int], action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    if (
        action in _MAY
        and not (action == sqlite3.SQLITE_READ and first in TRUST_TABLES)
        and not (action == sqlite3.SQLITE_FUNCTION and second == "load_extension")
    ):
        return sqlite3.SQLITE_OK
    denied.append(action)
    return sqlite3.SQLITE_DENY


def _sqlite_fault(error: sqlite3.Error | sqlite3.Warning) -> Exception:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code in {sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY}:
        return _ONLY_READING  # no code: more than one statement
    meaning = translate(error)
    return meaning if meaning is not None else _wrong_sql(str(error))


@contextmanager
def _postgres_answer(address: str, sql: str) -> Iterator[Answer]:
    import psycopg
    from psycopg.types.string import TextLoader

    if re.search(r"set_config|u&\s*[\"']", sql, re.IGNORECASE):
        raise _ONLY_READING  # the one way to leave the role from inside a select
    with translated():
        connection = psycopg.connect(address, connect_timeout=10, options="-c timezone=UTC", application_name="unsilo")
    with connection:
        connection.adapters.register_loader("json", TextLoader)
        if connection.execute("select to_regclass('alembic_version')").fetchone() != (None,):
            refuse_newer(connection.info.dbname, *(connection.execute(_VERSION).fetchone() or (None,)))
        connection.rollback()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        if not _become_reader(connection) and re.search(rf"\b({'|'.join(TRUST_TABLES)})\b", sql, re.IGNORECASE):
            raise _ONLY_READING  # no second role to keep these from: at least never by name
        with psycopg.ServerCursor(connection, "unsilo_query") as cursor:
            cursor.itersize = PAGE_ROWS
            try:
                cursor.execute(sql)
            except psycopg.Error as error:
                raise _postgres_fault(error) from None
            yield Answer(tuple(column.name for column in cursor.description or ()), _pages(cursor))


def _become_reader(connection: Any) -> bool:
    """Become the reader for this transaction, if this user can; the transaction is read-only either way."""
    member = "select 1 from pg_roles where rolname = %s and pg_has_role(current_user, oid, 'member')"
    if connection.execute(member, (READER,)).fetchone() is None:
        return False
    connection.execute(f"set local role {READER}")
    return True


def _pages(cursor: Any) -> Iterator[tuple[Any, ...]]:
    import psycopg

    try:
        yield from cursor
    except psycopg.Error as error:
        raise _postgres_fault(error) from None


def _postgres_fault(error: Any) -> Exception:
    state = error.sqlstate or ""
    if state in {"42501", "25006"}:
        return _ONLY_READING
    meaning = translate(error)
    if meaning is not None:
        return meaning
    return _wrong_sql(error.diag.message_primary or "it can't be read")


def _wrong_sql(message: str) -> UsageError:
    return UsageError(f"The statement is wrong: {message}.", "`docs/data-dictionary.md` lists every column.")
