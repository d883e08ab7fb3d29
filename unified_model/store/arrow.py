"""From the store to Arrow by ADBC, without a Python object a cell; loaded only for exports and bulk work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Boolean, Integer, Table

from unified_model.store.connect import file_of
from unified_model.store.faults import translated
from unified_model.store.types import UtcTime
from unified_model.store.view_definitions import View

if TYPE_CHECKING:
    import pyarrow as pa

    from unified_model.store.engine import Store

Kind = Literal["text", "integer", "boolean", "time", "real"]
Columns = dict[str, Kind]

_SAMPLE = {"text": "''", "integer": "0", "boolean": "0", "time": "''", "real": "0.0"}


def columns_of(thing: Table | View) -> Columns:
    """What each column of a table or view holds; JSON is text."""
    if isinstance(thing, View):
        kinds: Columns = dict.fromkeys(thing.columns, "text")
        kinds.update(dict.fromkeys(thing.times, "time"))
        kinds.update(dict.fromkeys(thing.integers, "integer"))
        return kinds
    return {c.name: _kind(c.type) for c in thing.columns}


@contextmanager
def snapshot(store: Store) -> Iterator[Any]:
    """An ADBC connection on one snapshot; hand it to `batches` for each query."""
    if store.backend == "sqlite":
        from adbc_driver_sqlite import dbapi

        with translated(), dbapi.connect(str(file_of(store.url).absolute())) as connection:
            yield connection
    else:
        from adbc_driver_postgresql import dbapi as postgres

        address = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with translated(), postgres.connect(address) as connection:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
                cursor.execute("set local timezone = 'UTC'")
            yield connection


def batches(store: Store, connection: Any, sql: str, columns: Columns) -> Iterator[pa.RecordBatch]:
    """The rows of a select as record batches with the types of `columns`: timestamps in UTC, bools, text, integers.

    ADBC takes SQLite's column types from the first rows it meets, nulls as integers: one typed row is put in front,
    and taken off again.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    if store.backend == "sqlite":
        sample = ", ".join(f'{_SAMPLE[kind]} as "{name}"' for name, kind in columns.items())
        sql = f"select {sample} union all select {names} from ({sql})"
        skip = 1
    else:
        sql = f"select {names} from ({sql}) q"
        skip = 0
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for batch in cursor.fetch_record_batch():
            taken = batch.slice(min(skip, batch.num_rows))
            skip -= batch.num_rows - taken.num_rows
            if taken.num_rows:
                yield _typed(taken, columns)


def schema_of(columns: Columns) -> pa.Schema:
    """The Arrow schema `batches` keeps to."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
        "real": pa.float64(),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])


def _typed(batch: pa.RecordBatch, columns: Columns) -> pa.RecordBatch:
    import pyarrow as pa

    schema = schema_of(columns)
    arrays = []
    for array, field in zip(batch.columns, schema, strict=True):
        plain = array.storage if isinstance(array, pa.ExtensionArray) else array
        arrays.append(plain if plain.type == field.type else plain.cast(field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _kind(type_: Any) -> Kind:
    if isinstance(type_, UtcTime):
        return "time"
    if isinstance(type_, Boolean):
        return "boolean"
    return "integer" if isinstance(type_, Integer) else "text"
