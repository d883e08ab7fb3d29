"""Driver errors become sentences, here and nowhere else: what happened to the store, and what to do about it.

Decided by the drivers' own codes (SQLite's result code, PostgreSQL's SQLSTATE), never by a message's text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unified_model.errors import NeedsOperator, Retry, UnsiloError

BUSY_TIMEOUT_S = 10
"""How long a statement waits for another process's lock before it gives up."""


class AlreadyThere(UnsiloError):
    """A row with this key exists (or a value the table forbids was given): the caller's batch was wrong."""


class StoreDamaged(NeedsOperator):
    """The file is no store, or is broken."""


_LOCKED = (
    "The store is locked by another process; gave up after {seconds} s and changed nothing.",
    "Wait until the other command ends (`unsilo status` shows what runs), then run this again.",
)
_FULL = (
    "The disk that holds the store is full; the step under way was undone, nothing is half written.",
    "Free some space (`unsilo store backup` to another disk helps), then run the same command again: it resumes.",
)
_READ_ONLY = (
    "The store can't be written: the file, its folder or the database is read-only for this user.",
    "Give this user write permission on the store's file and folder, or change [store] url in unsilo.toml.",
)
_DAMAGED = (
    "The store's file is damaged, or is no SQLite database.",
    "Restore the newest backup with `unsilo store restore`, or point [store] url in unsilo.toml to another file.",
)
_CANNOT_OPEN = (
    "The store's file can't be opened.",
    "Check that its folder exists and that this user may read and write there ([store] url in unsilo.toml).",
)
_UNREACHABLE = (
    "The PostgreSQL server of the store can't be reached.",
    "Check that it runs, and the host, port, database and user of [store] url in unsilo.toml.",
)
_REFUSED = (
    "PostgreSQL refused this user or does not know this database.",
    "Check user, password and database of [store] url in unsilo.toml and the user's permissions.",
)
_DUPLICATE = ("A row with this key is in the store already.", "This is a defect of Unsilo: please report it.")

_SQLITE: dict[int, tuple[type[UnsiloError], tuple[str, str]]] = {
    sqlite3.SQLITE_BUSY: (Retry, _LOCKED),
    sqlite3.SQLITE_LOCKED: (Retry, _LOCKED),
    sqlite3.SQLITE_FULL: (NeedsOperator, _FULL),
    sqlite3.SQLITE_READONLY: (NeedsOperator, _READ_ONLY),
    sqlite3.SQLITE_PERM: (NeedsOperator, _READ_ONLY),
    sqlite3.SQLITE_AUTH: (NeedsOperator, _READ_ONLY),
    sqlite3.SQLITE_CANTOPEN: (NeedsOperator, _CANNOT_OPEN),
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_IOERR: (NeedsOperator, _FULL),
    sqlite3.SQLITE_CONSTRAINT: (AlreadyThere, _DUPLICATE),
}

_POSTGRES: dict[str, tuple[type[UnsiloError], tuple[str, str]]] = {
    # whole codes first, then classes (the first two characters)
    "55P03": (Retry, _LOCKED),
    "53100": (NeedsOperator, _FULL),
    "25006": (NeedsOperator, _READ_ONLY),
    "42501": (NeedsOperator, _REFUSED),
    "57P01": (Retry, _UNREACHABLE),
    "57P02": (Retry, _UNREACHABLE),
    "57P03": (Retry, _UNREACHABLE),
    "08": (Retry, _UNREACHABLE),
    "23": (AlreadyThere, _DUPLICATE),
    "28": (NeedsOperator, _REFUSED),
    "3D": (NeedsOperator, _REFUSED),
    "40": (Retry, _LOCKED),
    "53": (Retry, _UNREACHABLE),
}


def translate(error: BaseException) -> UnsiloError | None:
    """The sentence for a driver's exception, or None when it isn't one that a person could act on."""
    if isinstance(error, UnsiloError):
        return error
    original = getattr(error, "orig", None) or error
    known = _sqlite_meaning(original) if isinstance(original, sqlite3.Error) else _postgres_meaning(original)
    if known is None:
        return None
    kind, (message, remedy) = known
    return kind(message.format(seconds=BUSY_TIMEOUT_S), remedy)


@contextmanager
def translated() -> Iterator[None]:
    """Raise what happens inside as the sentence it means; other exceptions pass as they are."""
    try:
        yield
    except Exception as error:
        meaning = translate(error)
        if meaning is None or meaning is error:
            raise
        raise meaning from error


@contextmanager
def writing_file(path: Path) -> Iterator[Path]:
    """A partial file beside `path` that takes its name when the block ends well; else nothing is left of it."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        yield partial
        partial.replace(path)
    except OSError as error:
        raise NeedsOperator(
            f"{path} can't be written: {error.strerror or 'unknown error'}.",
            "Free some space or choose another place, then run this again.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def translate_in_engine(context: Any) -> None:
    """SQLAlchemy's `handle_error`: the same translation for every statement that goes through an engine."""
    meaning = translate(context.original_exception)
    if meaning is not None:
        raise meaning from context.original_exception


def _sqlite_meaning(error: sqlite3.Error) -> tuple[type[UnsiloError], tuple[str, str]] | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _SQLITE.get(code & 0xFF)


def _postgres_meaning(error: BaseException) -> tuple[type[UnsiloError], tuple[str, str]] | None:
    if not type(error).__module__.startswith("psycopg"):
        return None
    code = getattr(error, "sqlstate", None)
    if code is None:  # libpq gives no code for a connection it never had or lost
        lost = type(error).__name__ in {"OperationalError", "ConnectionTimeout"}
        return (Retry, _UNREACHABLE) if lost else None
    return _POSTGRES.get(code) or _POSTGRES.get(code[:2])
