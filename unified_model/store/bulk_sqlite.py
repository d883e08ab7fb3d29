"""Bulk inserts on SQLite: some hundred rows a statement, and none of the columns that are empty in all of them.

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
"""Batches below this size are written row by row, by one statement whatever they leave empty."""


def insert(driver: Any, table: str, columns: Sequence[str], cells: list[Any], clause: str) -> None:
    """Insert rows given as their values one after the other; `clause` says what to do on a conflict."""
    if len(cells) < FEW_ROWS * len(columns):
        _row_by_row(driver, _sql(table, tuple(columns), 1, clause), cells, len(columns))
        return
    columns, cells = _told(columns, cells)
    width = len(columns)
    rows = max(CELLS_A_STATEMENT // width, 1)
    whole, step = _sql(table, columns, rows, clause), rows * width
    end = len(cells) - len(cells) % step
    for start in range(0, end, step):
        driver.execute(whole, cells[start : start + step])
    if end < len(cells):
        _row_by_row(driver, _sql(table, columns, 1, clause), cells[end:], width)


def update(driver: Any, table: str, key_columns: Sequence[str], columns: Sequence[str], cells: list[Any]) -> None:
    """Set `columns` by `key_columns`; a row is (values ..., keys ...), all rows one after the other."""
    sets = ", ".join(f'"{name}" = ?' for name in columns)
    where = " and ".join(f'"{name}" = ?' for name in key_columns)
    _row_by_row(driver, f'update "{table}" set {sets} where {where}', cells, len(columns) + len(key_columns))


def _row_by_row(driver: Any, sql: str, cells: list[Any], width: int) -> None:
    driver.executemany(sql, zip(*[iter(cells)] * width, strict=True))


def _told(columns: Sequence[str], cells: list[Any]) -> tuple[tuple[str, ...], list[Any]]:
    """The columns that hold a value in some row, and their values."""
    width = len(columns)
    rows = len(cells) // width
    told = [cells[p] is not None or cells[p::width].count(None) < rows for p in range(width)]
    if all(told):
        return tuple(columns), cells
    return tuple(compress(columns, told)), list(compress(cells, cycle(told)))


@lru_cache(maxsize=256)
def _sql(table: str, columns: tuple[str, ...], rows: int, clause: str) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    row = f"({', '.join('?' * len(columns))})"
    # A failure undoes the transaction; to be able to undo the statement alone, SQLite copies each page it changes.
    verb = "insert" if clause else "insert or fail"
    return f'{verb} into "{table}" ({names}) values {", ".join([row] * rows)} {clause}'
