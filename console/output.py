"""How answers look: JSON for programs, calm tables and sentences for people."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

# What a terminal would obey instead of show; the values we print come from other people's files.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    import orjson

    text = orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    click.echo(text.decode("utf-8", "replace"))


def screen(*, stderr: bool = False) -> Console:
    """A console that colours only at a terminal and never reads markup out of data."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() else int(os.environ.get("COLUMNS", "160"))
    return Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=not stream.isatty(), width=wide)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str | None = None) -> None:
    """A table without frames; numbers to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False, header_style="bold"
    )
    for index, name in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], int | float | None) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*[Text(cell(value)) for value in row])
    screen().print(table)


def print_fields(columns: Sequence[str], row: Sequence[Any]) -> None:
    """A row as one line a field; empty fields are left out."""
    width = max(map(len, columns), default=0)
    for name, value in zip(columns, row, strict=True):
        if value is not None:
            click.echo(f"  {name:<{width}}  {cell(value)}")


def cell(value: Any) -> str:
    """A value as people read it; what a terminal would obey is made visible instead."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.2f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case Mapping() | list() | tuple():
            import orjson

            return visible(orjson.dumps(value, default=_plain).decode())
        case _:
            return visible(str(value))


def visible(text: str) -> str:
    """Control characters and direction overrides as escapes."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def number(count: int, one: str, many: str | None = None) -> str:
    """`1 record`, `2,000 records`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if hasattr(value, "_asdict"):
        return value._asdict()
    return str(value)
