"""The data dictionary: every table, view and column with its meaning, written from the comments in the code.

python -m unified_model.store.dictionary docs/reference/data-dictionary.md
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, SmallInteger, Table

from unified_model.store.schema import all_tables
from unified_model.store.types import Json, UtcTime
from unified_model.store.view_definitions import VIEWS, View

_GROUPS = (
    ("Landing: what the source systems hold", "landing"),
    ("Unified records: each source record in one form", "unified"),
    ("Identity: which records are one customer", "identity"),
    ("Golden: customers as we believe them", "golden"),
    ("Trust: who did what", "trust"),
)

_PREFACE = """\
# Data dictionary

Every view, table and column of the store. Names are a promise: they change only with a line in the changelog.
Times are UTC (`timestamptz` on PostgreSQL, fixed-width text like `2026-03-01T09:30:00.000000Z` on SQLite).
Query the views first; the tables under them are the hub's own working data.
"""


def render() -> str:
    """The whole page as Markdown."""
    parts = [_PREFACE, "## Views\n", *(_view(view) for view in VIEWS)]
    tables = all_tables()
    for title, module in _GROUPS:
        parts.append(f"## {title}\n")
        parts.extend(_table(table) for table in tables.tables.values() if _module_of(table) == module)
    return "\n".join(parts)


def _view(view: View) -> str:
    rows = [(name, _view_type(view, name), comment) for name, comment in view.columns.items()]
    return _section(view.name, view.comment, rows)


def _view_type(view: View, column: str) -> str:
    if column in view.times:
        return "time"
    return "integer" if column in view.integers else "text"


def _table(table: Table) -> str:
    rows = []
    for column in table.columns:
        marks = [_type(column.type)]
        if column.primary_key:
            marks.append("key")
        elif column.nullable:
            marks.append("may be null")
        rows.append((column.name, ", ".join(marks), column.comment or ""))
    return _section(table.name, table.comment or "", rows)


def _section(name: str, comment: str, rows: list[tuple[str, str, str]]) -> str:
    lines = [f"### {name}\n", f"{comment}.\n", "| column | type | meaning |", "|---|---|---|"]
    lines.extend(f"| `{column}` | {type_} | {meaning.replace('|', chr(92) + '|')} |" for column, type_, meaning in rows)
    return "\n".join(lines) + "\n"


def _type(type_: Any) -> str:
    if isinstance(type_, UtcTime):
        return "time"
    if isinstance(type_, Json):
        return "JSON"
    if isinstance(type_, Boolean):
        return "boolean"
    for integer, name in ((BigInteger, "bigint"), (SmallInteger, "smallint"), (Integer, "integer")):
        if isinstance(type_, integer):
            return name
    return "text"


def _module_of(table: Table) -> str:
    """The group a table is defined in."""
    from unified_model.store.tables import golden, identity, landing, trust, unified

    for module in (landing, unified, identity, golden, trust):
        if table in vars(module).values():
            return module.__name__.rpartition(".")[2]
    raise LookupError(table.name)
