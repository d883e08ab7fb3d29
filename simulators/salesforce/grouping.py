"""Aggregates: rows put into groups, and what is told of each group."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from simulators.salesforce.access import readable
from simulators.salesforce.errors import Refusal, malformed_query
from simulators.salesforce.fields import NUMBERS, Field, Row
from simulators.salesforce.filters import Scope, aggregatable, condition, folder, groupable, ordered
from simulators.salesforce.finding import find_rows, scope, within
from simulators.salesforce.org import Org
from simulators.salesforce.soql import Aggregate, Condition, Operand, Select, comparisons, label
from simulators.salesforce.values import Getter, json_value

MOST_GROUPS = 2_000
COUNTED = Field("expr", "int", "Count")
SUMMED = Field("expr", "double", "Sum")


def group(org: Org, select: Select, *, with_deleted: bool) -> list[dict[str, Any]]:
    """The answer to a query with aggregates or GROUP BY, as AggregateResult records."""
    kind = readable(org, select.object)
    names = scope(org, kind, with_deleted=with_deleted)
    _check(select)
    keys = {label(path): names.resolve(path) for path in select.group_by}
    for _, field in keys.values():
        if not groupable(field):
            raise malformed_query(f"field '{field.name}' can not be grouped in a query call")
    measures = {label(each): _measure(names, each) for each in _aggregates(select)}
    rows = find_rows(org, kind, select, with_deleted=with_deleted)
    groups = [
        {name: read(members[0]) for name, (read, _) in keys.items()}
        | {name: measure(members) for name, (measure, _) in measures.items()}
        for members in _gathered(rows, list(keys.values()), whole=not select.group_by)
    ]
    fields = {name.lower(): (name, field) for name, (_, field) in (keys | measures).items()}
    found = within(select, _having(select, groups, names, fields))
    if len(found) > MOST_GROUPS:
        message = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
        raise Refusal(400, "EXCEEDED_ID_LIMIT", message)
    return [_record(select, each, fields) for each in found]


def _gathered(rows: list[Row], keys: list[tuple[Getter, Field]], *, whole: bool) -> list[list[Row]]:
    """Rows by group, in the order in which the groups are first met; without keys all are one."""
    if whole:
        return [rows]
    folds = [(read, folder(field)) for read, field in keys]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(fold(read(row)) for read, fold in folds), []).append(row)
    return list(groups.values())


def _having(select: Select, groups: list[Row], names: Scope, fields: dict[str, tuple[str, Field]]) -> list[Row]:
    """The groups that HAVING lets pass, in the order asked for."""

    def read(operand: Operand) -> tuple[Getter, Field]:
        found = fields.get(label(operand).lower())
        if found is None:
            raise malformed_query(f"Field must be grouped or aggregated: {label(operand)}")
        name, field = found
        return (lambda row: row[name]), field

    own = Scope(read, names.ids_among)
    if select.having is not None:
        meets = condition(own, select.having)
        groups = [each for each in groups if meets(each)]
    return ordered(own, select.order, groups)


def _record(select: Select, group: Row, fields: dict[str, tuple[str, Field]]) -> dict[str, Any]:
    shown: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
    unnamed = 0
    for column, alias in zip(select.columns, select.names, strict=True):
        assert isinstance(column, tuple | Aggregate)
        stored, field = fields[label(column).lower()]
        name = alias
        if name is None and isinstance(column, Aggregate):
            name, unnamed = f"expr{unnamed}", unnamed + 1
        name = name or field.name
        if name in shown:
            raise malformed_query(f"duplicate alias: {name}")
        shown[name] = json_value(group[stored])
    return shown


def _check(select: Select) -> None:
    grouped = {label(path).lower() for path in select.group_by}
    for column in select.columns:
        if not isinstance(column, tuple | Aggregate):
            raise malformed_query("a grouped query can't select child queries or TYPEOF")
        if isinstance(column, tuple) and label(column).lower() not in grouped:
            raise malformed_query(f"Field must be grouped or aggregated: {label(column)}")
    if not select.group_by and (select.order or select.limit is not None or select.offset):
        message = "Non-grouped query that uses overall aggregate functions cannot also use ORDER BY, LIMIT or OFFSET"
        raise malformed_query(message)


def _aggregates(select: Select) -> list[Aggregate]:
    """Every aggregate that a query names."""
    having: Condition | None = select.having
    named = [*select.columns, *(each.operand for each in comparisons(having)), *(each.operand for each in select.order)]
    return [each for each in named if isinstance(each, Aggregate)]


def _measure(names: Scope, aggregate: Aggregate) -> tuple[Callable[[list[Row]], Any], Field]:
    """How to take an aggregate of rows, and what field its value is like."""
    read, field = names.resolve(aggregate.path)
    function = aggregate.function
    numeric = field.type in NUMBERS
    if not aggregatable(field) or (function in ("SUM", "AVG") and not numeric):
        raise malformed_query(f"field {field.name} does not support aggregate operator {function}")
    fold = folder(field)

    def values(rows: list[Row]) -> list[Any]:
        return [value for row in rows if (value := read(row)) is not None]

    if function == "COUNT":
        return (lambda rows: len(values(rows))), COUNTED
    if function == "COUNT_DISTINCT":
        return (lambda rows: len({fold(value) for value in values(rows)})), COUNTED
    if function == "SUM":
        return (lambda rows: _total(values(rows), field)), SUMMED
    if function == "AVG":
        return (lambda rows: math.fsum(found) / len(found) if (found := values(rows)) else None), SUMMED
    choose: Callable[..., Any] = min if function == "MIN" else max
    return (lambda rows: choose(values(rows), key=fold, default=None)), field


def _total(values: list[Any], field: Field) -> float | None:
    return round(math.fsum(values), field.scale) if values else None
