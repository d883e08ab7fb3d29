"""Backup and restore, while the hub may be at work.

A SQLite backup is a store file of its own (SQLite's online copy). A PostgreSQL backup is a zip of one CSV a table,
taken in one snapshot. Both restore into a new, empty place; a restored store begins a new epoch, so that nothing
planned against the old one is pushed from it.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete

from unified_model.errors import NeedsOperator, UsageError
from unified_model.store.connect import file_of, parse_url
from unified_model.store.engine import Store, open_store
from unified_model.store.faults import translated, writing_file
from unified_model.store.schema import SCHEMA_VERSION, all_tables
from unified_model.store.settings import read_setting, write_setting
from unified_model.store.tables.trust import setting

EPOCH = "epoch"
"""Setting: grows with every restore."""

_NULL = "\\N"
_MANIFEST = "unsilo-backup.json"


def backup(store: Store, target: Path) -> Path:
    """Write the whole store to `target`, which must not exist. Returns it; a half-written file is never left behind."""
    if target.exists():
        raise UsageError(f"{target} exists already; a backup never overwrites.", "Choose another name.")
    with translated():
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        if store.backend == "sqlite":
            copy_sqlite(file_of(store.url), target)
        else:
            with writing_file(target) as partial, store.read() as conn:
                _write_archive(conn, partial)
    return target


def restore(archive: Path, url: str, now: datetime | None = None) -> Store:
    """A store at `url`, which must hold none yet, filled from a backup; opened, in a new epoch."""
    if not archive.is_file():
        raise UsageError(f"There is no backup at {archive}.", "Check the path.")
    backend = parse_url(url).get_backend_name()
    is_zip = zipfile.is_zipfile(archive)
    if is_zip == (backend == "sqlite"):
        kind = "PostgreSQL" if is_zip else "SQLite"
        raise UsageError(f"{archive} is a backup of a {kind} store.", f"Restore it into a {kind} store.")
    store = _restored_postgres(archive, url) if is_zip else _restored_sqlite(archive, url)
    with store.begin() as work:
        epoch = int(read_setting(work.conn, EPOCH, 1)) + 1
        write_setting(work.conn, EPOCH, epoch)
        write_setting(work.conn, "restored_at", (now or datetime.now(UTC)).isoformat())
        work.commit()
    return store


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite file, even while it is written; checked before it gets its name."""
    with writing_file(target) as partial:
        with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(partial)) as writing:
            reading.backup(writing)
            writing.execute("pragma journal_mode = delete")  # one file, no companions
            state = writing.execute("pragma quick_check").fetchone()[0]
        if state != "ok":
            raise NeedsOperator(f"The copy of {source} is damaged: {state}.", "Restore an older backup.")


def _restored_sqlite(archive: Path, url: str) -> Store:
    file = file_of(parse_url(url))
    if file.exists():
        raise UsageError(f"There is a store at {file} already.", "Move it away first, then restore.")
    left = [one.name for ending in ("-wal", "-journal") if (one := file.with_name(file.name + ending)).exists()]
    if left:  # SQLite would take the last writes of the old store for those of the restored one
        raise UsageError(f"{left[0]} of a former store lies beside {file}.", "Move it to where that store went.")
    with translated():
        copy_sqlite(archive, file)
        try:
            return open_store(url)
        except BaseException:
            file.unlink(missing_ok=True)  # what was given is no backup of a store
            raise


def _restored_postgres(archive: Path, url: str) -> Store:
    with zipfile.ZipFile(archive) as content:
        manifest = json.loads(content.read(_MANIFEST)) if _MANIFEST in content.namelist() else {}
        version = manifest.get("schema")
        if version != SCHEMA_VERSION:
            raise NeedsOperator(
                f"{archive} was made with schema {version}; this Unsilo restores {SCHEMA_VERSION}.",
                "Restore it with the Unsilo that made it, then run `unsilo store upgrade`.",
            )
        store = open_store(url)
        try:
            with store.begin() as work, translated():
                work.conn.execute(delete(setting))  # what a new store notes of itself; the backup has its own
                if any(_count(work.conn, table) for table in all_tables().sorted_tables):
                    raise UsageError(f"The store {store} is not empty.", "Restore into an empty database.")
                for table in all_tables().sorted_tables:
                    with content.open(f"{table.name}.csv") as member:
                        _copy_in(work.conn, table, member)
                work.commit()
        except BaseException:
            store.close()
            raise
        return store


def _write_archive(conn: Connection, target: Path) -> None:
    counts = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as content:
        for table in all_tables().sorted_tables:
            counts[table.name] = _count(conn, table)
            with content.open(f"{table.name}.csv", "w", force_zip64=True) as member:
                _copy_out(conn, table, member)
        manifest = {"schema": SCHEMA_VERSION, "made_at": datetime.now(UTC).isoformat(), "rows": counts}
        content.writestr(_MANIFEST, json.dumps(manifest, indent=1))


def _copy_out(conn: Connection, table: Table, member: Any) -> None:
    driver: Any = conn.connection.driver_connection
    sql = f"copy {_target(table)} to stdout (format csv, header, null '{_NULL}', encoding 'utf8')"
    with driver.cursor() as cursor, cursor.copy(sql) as copy:
        for block in copy:
            member.write(block)


def _copy_in(conn: Connection, table: Table, member: Any) -> None:
    """Columns are taken by the names in the file's first line, so that their order may have changed."""
    driver: Any = conn.connection.driver_connection
    header = member.readline()
    columns = next(csv.reader(io.StringIO(header.decode())))
    sql = f"copy {_target(table, columns)} from stdin (format csv, null '{_NULL}', encoding 'utf8')"
    with driver.cursor() as cursor, cursor.copy(sql) as copy:
        while block := member.read(1 << 16):
            copy.write(block)


def _target(table: Table, columns: list[str] | None = None) -> str:
    names = columns or [c.name for c in table.columns]
    return f'"{table.name}" (' + ", ".join(f'"{name}"' for name in names) + ")"


def _count(conn: Connection, table: Table) -> int:
    return int(conn.exec_driver_sql(f'select count(*) from "{table.name}"').scalar_one())
