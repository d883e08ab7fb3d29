"""Bulk writes and reads by key, each on the fastest correct path of its backend.

Rows are plain tuples in the order of `columns`. Times are aware datetimes, JSON columns are text encoded already
(`codec.encode`), absent values None. SQLite takes some hundred rows a statement; PostgreSQL copies large batches in and
merges them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Boolean, Connection, Integer, Table

from unified_model.store import bulk_postgres, bulk_sqlite
from unified_model.store.faults import translated
from unified_model.store.plain import cells_of, refuse_naive_times, refuse_odd_text, rows_of, spell, times_of_texts
from unified_model.store.types import Json, UtcTime

OnConflict = Literal["error", "ignore", "update"]
Row = tuple[Any, ...]


def write_rows(
    conn: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    on_conflict: OnConflict = "error",
    conflict_columns: Sequence[str] = (),
) -> int:
    """Insert rows; returns how many were given.

    `ignore` keeps the row that is there, `update` overwrites the given columns of it. Which row is the same is told
    by `conflict_columns` (default: the primary key). Of two rows with one key in a batch, `update` keeps the last,
    `ignore` the first.
    """
    batch = rows if isinstance(rows, list) else list(rows)
    if batch:
        cells = cells_of(batch, len(columns))
        _write(conn, table, tuple(columns), cells, batch, on_conflict, tuple(conflict_columns))
    return len(batch)


def write_cells(conn: Connection, table: Table, columns: Sequence[str], cells: list[Any]) -> None:
    """`write_rows` for rows given as their values one after the other; the list is used up."""
    if cells:
        _write(conn, table, tuple(columns), cells, None, "error", ())


def _write(
    conn: Connection,
    table: Table,
    columns: tuple[str, ...],
    cells: list[Any],
    rows: list[Row] | None,
    on_conflict: OnConflict,
    conflict_columns: tuple[str, ...],
) -> None:
    plan, width = _plan(table, columns), len(columns)
    key = conflict_columns or plan.key
    refuse_odd_text(table.name, columns, cells, plan.text)
    clause = _on_conflict_clause(columns, on_conflict, key)
    with translated():
        if conn.dialect.name == "sqlite":
            spell(cells, width, plan.times, plan.booleans)
            bulk_sqlite.insert(_driver(conn), table.name, columns, cells, clause)
        else:
            refuse_naive_times(cells, width, plan.times)
            rows = rows_of(cells, width) if rows is None else rows
            bulk_postgres.write(_driver(conn), table, columns, rows, on_conflict, key, clause)


def update_rows(
    conn: Connection, table: Table, key_columns: Sequence[str], columns: Sequence[str], rows: Iterable[Row]
) -> int:
    """Set `columns` of the rows with the given keys. A row is (values of columns ..., values of key_columns ...)."""
    names = (*columns, *key_columns)
    plan = _plan(table, names)
    batch = rows if isinstance(rows, list) else list(rows)
    if not batch:
        return 0
    cells = cells_of(batch, len(names))
    refuse_odd_text(table.name, names, cells, plan.text)
    with translated():
        if conn.dialect.name == "sqlite":
            spell(cells, len(names), plan.times, plan.booleans)
            bulk_sqlite.update(_driver(conn), table.name, key_columns, columns, cells)
        else:
            refuse_naive_times(cells, len(names), plan.times)
            bulk_postgres.update(_driver(conn), table, tuple(key_columns), tuple(columns), batch)
    return len(batch)


def delete_rows(conn: Connection, table: Table, key_columns: Sequence[str], keys: Iterable[Any]) -> int:
    """Delete every row whose `key_columns` equal one of `keys`; returns how many went.

    Keys are tuples, or plain values when there is one key column; a prefix of the primary key is enough.
    """
    batch = keys if isinstance(keys, list) else list(keys)
    if not batch:
        return 0
    with translated():
        if conn.dialect.name != "sqlite":
            return bulk_postgres.delete(_driver(conn), table, tuple(key_columns), batch)
        if len(key_columns) == 1:
            sql = f'delete from "{table.name}" where "{key_columns[0]}" in (select value from json_each(?))'
            return int(_driver(conn).execute(sql, (_json_list(batch),)).rowcount)
        where = " and ".join(f'"{name}" = ?' for name in key_columns)
        return int(_driver(conn).executemany(f'delete from "{table.name}" where {where}', batch).rowcount)


def rows_by_keys(
    conn: Connection,
    table: Table,
    key_column: str,
    keys: Iterable[Any],
    columns: Sequence[str],
    equal: Mapping[str, Any] | None = None,
) -> list[Row]:
    """The given columns of every row whose `key_column` is among `keys`, in no order, by one statement.

    `equal` narrows it to rows with these values in these columns. Times are aware datetimes, booleans bools, JSON is
    text.
    """
    batch = keys if isinstance(keys, list) else list(keys)
    if not batch:
        return []
    name = f'"{table.name}"'
    wanted = ", ".join(f'{name}."{column}"' for column in columns)
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    same = "".join(f' and {name}."{column}" = {mark}' for column in equal or ())
    values = tuple((equal or {}).values())
    if conn.dialect.name == "sqlite":
        # The cross join keeps SQLite from scanning the table: keys first, then one index look-up each. In their order,
        # so that neighbours are read together; each once, which a set tells in a third of the time of a `distinct`.
        sql = f'select {wanted} from json_each(?) k cross join {name} where {name}."{key_column}" = k.value{same}'
        given = _json_list(sorted({key for key in batch if key is not None}))
        with translated():
            found: list[Row] = _driver(conn).execute(sql, (given, *values)).fetchall()
        plan = _plan(table, tuple(columns))
        return times_of_texts(found, plan.times, plan.booleans)
    kind = bulk_postgres.array_type(table.c[key_column])
    sql = f'select {wanted} from {name} where {name}."{key_column}" = any(%s::{kind}){same}'
    with translated():
        return bulk_postgres.fetch(_driver(conn), sql, (batch, *values))


class _Plan(NamedTuple):
    """What must be done to the values of a list of columns, by position."""

    text: tuple[int, ...]
    times: tuple[int, ...]
    booleans: tuple[int, ...]
    key: tuple[str, ...]


@lru_cache(maxsize=256)
def _plan(table: Table, columns: tuple[str, ...]) -> _Plan:
    text, times, booleans = [], [], []
    for position, name in enumerate(columns):
        type_ = table.c[name].type
        if isinstance(type_, UtcTime):
            times.append(position)
        elif isinstance(type_, Boolean):
            booleans.append(position)
        elif not isinstance(type_, Integer | Json):  # JSON comes encoded, and so without odd text
            text.append(position)
    return _Plan(tuple(text), tuple(times), tuple(booleans), tuple(c.name for c in table.primary_key))


@lru_cache(maxsize=256)
def _on_conflict_clause(columns: tuple[str, ...], on_conflict: OnConflict, key: tuple[str, ...]) -> str:
    """The end of an insert: nothing, `on conflict ... do nothing`, or `do update`."""
    if on_conflict == "error":
        return ""
    target = ", ".join(f'"{name}"' for name in key)
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
    if on_conflict == "ignore" or not sets:
        return f"on conflict ({target}) do nothing"
    return f"on conflict ({target}) do update set {sets}"


def _json_list(values: list[Any]) -> str:
    import orjson

    return orjson.dumps(values).decode()


def _driver(conn: Connection) -> Any:
    """The driver's own connection, inside the transaction that SQLAlchemy began."""
    return conn.connection.driver_connection
