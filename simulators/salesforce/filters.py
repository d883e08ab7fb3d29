"""Conditions and orders of a query as functions over rows, typed as strictly as Salesforce types them.

Text compares without case unless its field minds case, ids as 18 characters in binary order, times as instants.
A comparison with null is true only where `=` or `!=` asks for it; `!=` and NOT IN also take empty fields.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeAlias

from simulators.salesforce.errors import Refusal
from simulators.salesforce.fields import COMPOUND, NUMBERS, TEXTS, Field, Row
from simulators.salesforce.ids import full_id
from simulators.salesforce.soql import Compare, Condition, Operand, Order, Select
from simulators.salesforce.soql_words import Literal, Span, unescaped
from simulators.salesforce.values import Getter

Test: TypeAlias = Callable[[Row], bool]
Check: TypeAlias = Callable[[Any], bool]
IDS = ("id", "reference")


@dataclass(frozen=True)
class Scope:
    """What the names of a query mean: how to read an operand of a row, and which ids a semi-join finds for a field."""

    resolve: Callable[[Operand], tuple[Getter, Field]]
    ids_among: Callable[[Field, Select], frozenset[Any]]


def filterable(field: Field) -> bool:
    """Whether a field can stand in WHERE and ORDER BY."""
    return field.type not in COMPOUND and not (field.type == "textarea" and field.length > 255)


def groupable(field: Field) -> bool:
    """Whether rows can be grouped by a field."""
    return field.type not in (*COMPOUND, *NUMBERS, "textarea", "datetime", "multipicklist") or field.type == "int"


def aggregatable(field: Field) -> bool:
    """Whether a field can stand in an aggregate."""
    return filterable(field) and field.type not in ("boolean", "multipicklist")


def condition(scope: Scope, where: Condition) -> Test:
    """Whether a row meets a condition."""
    if isinstance(where, Compare):
        return _comparison(scope, where)
    tests = [condition(scope, each) for each in where.conditions]
    if where.word == "and":
        return lambda row: all(test(row) for test in tests)
    if where.word == "or":
        return lambda row: any(test(row) for test in tests)
    return lambda row: not tests[0](row)


def ordered(scope: Scope, keys: Iterable[Order], rows: list[Row]) -> list[Row]:
    """Rows by several keys; empty ones first unless asked for last."""
    for key in reversed(list(keys)):
        read, field = scope.resolve(key.operand)
        if not filterable(field) or field.type == "multipicklist":
            raise Refusal(400, "INVALID_FIELD", f"field '{field.name}' can not be sorted in a query call")
        fold = folder(field)
        empty = [row for row in rows if read(row) is None]
        rest = [row for row in rows if read(row) is not None]
        rest.sort(key=_sort_key(read, fold), reverse=key.descending)
        rows = rest + empty if key.nulls_last else empty + rest
    return rows


def _sort_key(read: Getter, fold: Callable[[Any], Any]) -> Callable[[Row], Any]:
    return lambda row: fold(read(row))


def folder(field: Field) -> Callable[[Any], Any]:
    """What makes two values of a field one for a comparison."""
    if field.type in TEXTS and field.type not in IDS and not field.case_sensitive:
        return lambda value: None if value is None else str(value).casefold()
    return lambda value: value


def _comparison(scope: Scope, compare: Compare) -> Test:
    read, field = scope.resolve(compare.operand)
    if not filterable(field):
        raise Refusal(400, "INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
    if compare.among is not None:
        wanted = scope.ids_among(field, compare.among)
        if compare.operator == "in":
            return lambda row: read(row) in wanted
        return lambda row: read(row) not in wanted
    if compare.operator in ("includes", "excludes"):
        check = _multiple(field, compare)
    elif compare.operator == "like":
        check = _like(field, compare.literals[0])
    else:
        for each in compare.literals:
            _check_type(field, each, compare.operator)
        check = _check(field, compare)
    return lambda row: check(read(row))


def _check(field: Field, compare: Compare) -> Check:
    fold = folder(field)
    if compare.operator in ("in", "not in"):
        wanted = {fold(_operand(field, each)) for each in compare.literals}
        if compare.operator == "in":
            return lambda value: fold(value) in wanted
        return lambda value: fold(value) not in wanted
    only = compare.literals[0]
    if isinstance(only.value, Span):
        return _in_span(field, compare.operator, only.value)
    operand = fold(_operand(field, only))
    if compare.operator == "=":
        return lambda value: bool(fold(value) == operand)
    if compare.operator == "!=":
        return lambda value: bool(fold(value) != operand)
    if operand is None:
        return lambda value: False
    sign = compare.operator
    if sign == "<":
        return lambda value: value is not None and bool(fold(value) < operand)
    if sign == "<=":
        return lambda value: value is not None and bool(fold(value) <= operand)
    if sign == ">":
        return lambda value: value is not None and bool(fold(value) > operand)
    return lambda value: value is not None and bool(fold(value) >= operand)


def _operand(field: Field, given: Literal) -> Any:
    """The literal as a value of the field: ids whole, empty text as null."""
    if given.value == "" and field.type not in IDS:
        return None
    if field.type in IDS and isinstance(given.value, str):
        whole = full_id(given.value)
        if whole is None:
            raise Refusal(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {given.value}")
        return whole
    return given.value


def _check_type(field: Field, given: Literal, operator: str) -> None:
    if given.kind == "null":
        return
    kinds: tuple[str, ...] = ("string",)
    if field.type == "boolean":
        kinds = ("boolean",)
    elif field.type in NUMBERS:
        kinds = ("number",)
    elif field.type in ("date", "datetime"):
        kinds = (field.type, "span")
    if field.type == "boolean" and operator not in ("=", "!="):
        raise Refusal(400, "INVALID_FIELD", f"invalid operator on boolean field: {field.name}")
    if given.kind not in kinds or (given.kind == "span" and operator in ("in", "not in")):
        quoted = "should be enclosed in quotes" if kinds == ("string",) else "should not be enclosed in quotes"
        message = f"value of filter criterion for field '{field.name}' must be of type {field.type} and {quoted}"
        raise Refusal(400, "INVALID_FIELD", message)


def _in_span(field: Field, operator: str, span: Span) -> Check:
    start, end = _bound(field, span.start), _bound(field, span.end)
    checks: dict[str, Check] = {
        "=": lambda value: value is not None and start <= value < end,
        "!=": lambda value: value is None or not start <= value < end,
        "<": lambda value: value is not None and value < start,
        "<=": lambda value: value is not None and value < end,
        ">": lambda value: value is not None and value >= end,
        ">=": lambda value: value is not None and value >= start,
    }
    return checks[operator]


def _bound(field: Field, day: date) -> Any:
    return datetime.combine(day, time(), UTC) if field.type == "datetime" else day


def _like(field: Field, given: Literal) -> Check:
    if field.type not in TEXTS or field.type in IDS or given.kind != "string":
        raise Refusal(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.type} field: {field.name}")
    pattern = ""
    for piece in re.findall(r"\\.|[^\\]", given.raw, re.DOTALL):
        plain = {"%": ".*", "_": "."}.get(piece)
        pattern += plain if plain is not None else re.escape(unescaped(piece))
    match = re.compile(pattern, re.DOTALL | (0 if field.case_sensitive else re.IGNORECASE))
    return lambda value: value is not None and match.fullmatch(value) is not None


def _multiple(field: Field, compare: Compare) -> Check:
    if field.type != "multipicklist":
        raise Refusal(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.type} field: {field.name}")
    wanted = [set(str(each.value).split(";")) for each in compare.literals]

    def includes(value: Any) -> bool:
        chosen = set(str(value).split(";")) if value else set()
        return any(each <= chosen for each in wanted)

    return includes if compare.operator == "includes" else lambda value: not includes(value)
