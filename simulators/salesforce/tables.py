"""Rows as CSV, quick enough that a large result does not wait for its writing."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

from simulators.salesforce.fields import COMPOUND, NUMBERS, Row
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.soql import Path
from simulators.salesforce.values import csv_value, resolve, seconds_text

ROWS_AT_ONCE = 500
DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
Column: TypeAlias = Callable[[Sequence[Row]], list[Any]]


@dataclass(frozen=True)
class Format:
    """How a table is written: names of a delimiter and of a line ending, and whether large numbers get exponents."""

    delimiter: str = "COMMA"
    line_ending: str = "LF"
    exponents: bool = True


def text(rows: Sequence[Sequence[Any]], form: Format) -> bytes:
    """Rows of values that need no conversion."""
    stream = io.StringIO()
    writer = csv.writer(
        stream,
        delimiter=DELIMITERS[form.delimiter],
        quoting=csv.QUOTE_ALL,
        lineterminator=LINE_ENDINGS[form.line_ending],
    )
    writer.writerows(rows)
    return stream.getvalue().encode()


def table(
    org: Org, kind: ObjectType, paths: Sequence[Path], rows: Sequence[Row], form: Format, *, header: bool = True
) -> Iterator[bytes]:
    """A table in parts of some thousand rows, each made when it is wanted."""
    columns = [_column(org, kind, path, form) for path in paths]

    def part(start: int) -> bytes:
        some = rows[start : start + ROWS_AT_ONCE]
        return text(list(zip(*(column(some) for column in columns), strict=True)), form)

    head = [text([[".".join(path) for path in paths]], form)] if header else []
    return chain(head, (part(start) for start in range(0, len(rows), ROWS_AT_ONCE)))


def _column(org: Org, kind: ObjectType, path: Path, form: Format) -> Column:
    """The values of one column as texts, many rows at once: a call for each cell would take most of the time."""
    # What the user may see was checked when the rows were found.
    read, field = resolve(org, kind, path, seen_by_all=True)
    name = field.name
    plain = len(path) == 1 and field.formula is None and field.type not in COMPOUND
    values: Column = (lambda rows: [row.get(name) for row in rows]) if plain else (lambda rows: list(map(read, rows)))
    if field.type == "datetime":
        return lambda rows: [None if each is None else f"{seconds_text(each)}.000Z" for each in values(rows)]
    if field.type in (*NUMBERS, "boolean", "date"):
        return lambda rows: [csv_value(each, exponents=form.exponents) for each in values(rows)]
    return values
