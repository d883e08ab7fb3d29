"""Bulk writes on SQLite: some hundred rows a statement, and none of the columns that are empty in all of them.

Both are for speed alone. Bound row by row, the same rows cost half as much again, and an absent value costs the driver
more than any other. A column that an insert does not name is null, as it would have been.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, cycle
from typing import Any

CELLS_A_STATEMENT = 2_000
"""Values bound at once: more of them gain nothing and take memory (SQLite itself allows 32,766)."""
FEW_ROWS = 50
"""Batches below this size are written by one statement whatever they leave empty."""


def insert(driver: Any, table: str, columns: Sequence[str], cells: list[Any], clause: str) -> None:
    """Insert rows given as their values one after the other; `clause` says what to do on a conflict."""
    columns = tuple(columns)
    if len(cells) >= FEW_ROWS * len(columns):
        columns, cells = _told(columns, cells)
    width, done = len(columns), 0
    # An update amid a statement of many rows has SQLite copy each page first, to be able to undo that statement alone.
    if "do update" not in clause:
        rows = max(CELLS_A_STATEMENT // width, 1)
        step = rows * width
        done = len(cells) - len(cells) % step
        for start in range(0, done, step):
            driver.execute(_sql(table, columns, rows, clause), cells[start : start + step])
    if done < len(cells):
        _row_by_row(driver, _sql(table, columns, 1, clause), cells[done:], width)


def update(driver: Any, table: str, key_columns: Sequence[str], columns: Sequence[str], cells: list[Any]) -> None:
    """Set `columns` by `key_columns`; a row is (values ..., keys ...), all rows one after the other."""
    sets = ", ".join(f'"{name}" = ?' for name in columns)
    where = " and ".join(f'"{name}" = ?' for name in key_columns)
    _row_by_row(driver, f'update "{table}" set {sets} where {where}', cells, len(columns) + len(key_columns))


def _row_by_row(driver: Any, sql: str, cells: list[Any], width: int) -> None:
    driver.executemany(sql, zip(*[iter(cells)] * width, strict=True))


def _told(columns: tuple[str, ...], cells: list[Any]) -> tuple[tuple[str, ...], list[Any]]:
    """The columns that hold a value in some row, and their values."""
    width = len(columns)
    rows = len(cells) // width
    told = [cells[p] is not None or cells[p::width].count(None) < rows for p in range(width)]
    if all(told):
        return columns, cells
    return tuple(compress(columns, told)), list(compress(cells, cycle(told)))


@lru_cache(maxsize=256)
def _sql(table: str, columns: tuple[str, ...], rows: int, clause: str) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    row = f"({', '.join('?' * len(columns))})"
    # `or fail`: a failure undoes the transaction, so that no page need be kept to undo the statement alone.
    return f'insert or fail into "{table}" ({names}) values {", ".join([row] * rows)} {clause}'
