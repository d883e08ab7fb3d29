"""`unsilo query` and `unsilo export`: the store in SQL, and as files for other tools."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click

from console.options import Call, Command, json_option
from console.output import number, print_fields, print_json, print_table, screen

TABLE_ROWS = 1_000
"""Rows a table shows at most: more belongs into CSV or JSON."""

NARROWEST = 8
"""Characters a column needs to be read; rows of more columns than fit are shown a field a line."""


@click.command(
    cls=Command,
    examples="""
    unsilo query "select * from customer_360 limit 10"
    unsilo query "select source, record_id, customer_id from crosswalk" --format csv > crosswalk.csv
    unsilo query "select sources, customers from silo_overlap order by customers desc"
    """,
)
@click.argument("sql")
@click.option(
    "--format", "format_", type=click.Choice(["table", "csv", "json"]), help="Default: table at a terminal, else csv."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def query(call: Call, sql: str, format_: str | None, as_json: bool) -> None:
    """Read-only SQL on the store; the database itself lets nothing be written.

    Tables and views are described in docs/data-dictionary.md; most people want customer_360, crosswalk,
    field_provenance and silo_overlap. JSON comes a row a line.
    """
    from flows.secrets import store_url
    from unified_model.store.readonly import answer

    chosen = "json" if as_json else format_ or ("table" if sys.stdout.isatty() else "csv")
    with answer(store_url(call.settings()), sql) as found:
        if chosen == "table":
            _as_table(found.columns, found.rows)
        elif chosen == "csv":
            _as_csv(found.columns, found.rows)
        else:
            _as_json(found.columns, found.rows)


@click.command(
    cls=Command,
    examples="""
    unsilo export --to out
    unsilo export --to out --format csv customer_360 crosswalk
    """,
)
@click.argument("names", nargs=-1)
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path), help="Folder to write into; made if missing."
)
@click.option("--format", "format_", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@json_option
@click.pass_obj
def export(call: Call, names: tuple[str, ...], folder: Path, format_: str, as_json: bool) -> None:
    """Write customers (or the tables and views named) as Parquet or CSV, all of one moment.

    Text that a spreadsheet would run as a formula gets a leading apostrophe in CSV.
    """
    from flows.hub import open_hub
    from unified_model.store.export import export as write_files

    with open_hub(call.settings(), upgrade="never") as hub:
        written = write_files(hub.store, folder, "csv" if format_ == "csv" else "parquet", list(names) or None)
    if as_json:
        print_json([{"name": one.name, "path": str(one.path), "rows": one.rows} for one in written])
    else:
        print_table(("what", "file", "rows"), [(one.name, str(one.path), one.rows) for one in written])


def _as_table(columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    shown = list(islice(rows, TABLE_ROWS))
    if len(columns) * NARROWEST > screen().width:
        for place, row in enumerate(shown, 1):
            click.echo(f"{place}:")
            print_fields(columns, row)
    else:
        print_table(columns, shown)
    if next(rows, None) is not None:
        click.echo(f"The first {number(TABLE_ROWS, 'row')}; --format csv gives all of them.")


def _as_csv(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _as_json(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    import orjson

    for row in rows:
        click.echo(orjson.dumps(dict(zip(columns, row, strict=True)), default=str).decode())
