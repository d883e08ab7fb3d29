"""Bulk writes on PostgreSQL: COPY straight in, COPY and merge, or a pipelined executemany for small batches."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, SmallInteger, Table

Row = tuple[Any, ...]

COPY_FROM_ROWS = 500
"""Batches of at least this size are copied to a temporary table and merged from there."""


def write(
    driver: Any,
    table: Table,
    columns: tuple[str, ...],
    rows: list[Row],
    on_conflict: str,
    key: tuple[str, ...],
    clause: str,
) -> None:
    """Insert rows; `clause` says what to do on a conflict."""
    names = _names(columns)
    with driver.cursor() as cursor:
        if on_conflict == "error" and len(rows) >= COPY_FROM_ROWS // 10:
            _copy(cursor, f'"{table.name}"', columns, rows)
        elif on_conflict == "error" or len(rows) < COPY_FROM_ROWS:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'insert into "{table.name}" ({names}) values ({marks}) {clause}', rows)
        else:
            if on_conflict == "update":
                rows = _last_of_each_key(columns, rows, key)
            staging = _stage(cursor, table, columns, rows)
            cursor.execute(f'insert into "{table.name}" ({names}) select {names} from {staging} {clause}')


def update(driver: Any, table: Table, key_columns: tuple[str, ...], columns: tuple[str, ...], rows: list[Row]) -> None:
    """Set `columns` by `key_columns`; a row is (values ..., keys ...)."""
    sets = ", ".join(f'"{name}" = {{0}}"{name}"' for name in columns)
    with driver.cursor() as cursor:
        if len(rows) < COPY_FROM_ROWS:
            marks = ", ".join(f'"{name}" = %s' for name in columns)
            where = " and ".join(f'"{name}" = %s' for name in key_columns)
            cursor.executemany(f'update "{table.name}" set {marks} where {where}', rows)
            return
        names = (*columns, *key_columns)
        staging = _stage(cursor, table, names, _last_of_each_key(names, rows, key_columns))
        same = " and ".join(f't."{name}" = s."{name}"' for name in key_columns)
        cursor.execute(f'update "{table.name}" t set {sets.format("s.")} from {staging} s where {same}')


def delete(driver: Any, table: Table, key_columns: tuple[str, ...], keys: list[Any]) -> int:
    """Delete by keys, given as arrays."""
    by_column = [keys] if len(key_columns) == 1 else [list(values) for values in zip(*keys, strict=True)]
    if len(key_columns) == 1 and isinstance(keys[0], tuple):
        by_column = [[key[0] for key in keys]]
    arrays = ", ".join(f"%s::{array_type(table.c[name])}" for name in key_columns)
    names = _names(key_columns)
    if len(key_columns) == 1:
        sql = f'delete from "{table.name}" where {names} = any({arrays})'
    else:
        sql = f'delete from "{table.name}" where ({names}) in (select * from unnest({arrays}))'
    with driver.cursor() as cursor:
        return int(cursor.execute(sql, by_column).rowcount)


def fetch(driver: Any, sql: str, parameters: Sequence[Any]) -> list[Row]:
    """All rows of one statement."""
    with driver.cursor() as cursor:
        rows: list[Row] = cursor.execute(sql, parameters).fetchall()
        return rows


def array_type(column: Column[Any]) -> str:
    """The array type that keys of this column travel in."""
    if isinstance(column.type, SmallInteger):
        return "smallint[]"
    if isinstance(column.type, BigInteger):
        return "bigint[]"
    if isinstance(column.type, Integer):
        return "integer[]"
    return "boolean[]" if isinstance(column.type, Boolean) else "text[]"


def _stage(cursor: Any, table: Table, columns: tuple[str, ...], rows: list[Row]) -> str:
    """The rows in a temporary table that empties itself at the end of the transaction."""
    digest = blake2b(repr(columns).encode(), digest_size=4).hexdigest()
    staging = f'"staging_{table.name}_{digest}"'
    names = _names(columns)
    cursor.execute(
        f"create temp table if not exists {staging} on commit delete rows as "
        f'select {names} from "{table.name}" with no data'
    )
    cursor.execute(f"truncate {staging}")
    _copy(cursor, staging, columns, rows)
    return staging


def _copy(cursor: Any, target: str, columns: tuple[str, ...], rows: list[Row]) -> None:
    with cursor.copy(f"copy {target} ({_names(columns)}) from stdin") as copy:
        write_row = copy.write_row
        for row in rows:
            write_row(row)


def _last_of_each_key(columns: tuple[str, ...], rows: list[Row], key: tuple[str, ...]) -> list[Row]:
    """PostgreSQL refuses a merge that meets one row twice; the last one wins, as on SQLite."""
    key_of = itemgetter(*(columns.index(name) for name in key))
    return list({key_of(row): row for row in rows}.values())


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
