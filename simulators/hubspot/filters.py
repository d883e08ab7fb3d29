"""The filters of a search: what they may be, and whether a record passes them."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from simulators.hubspot.associating import End, is_live, live_links
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.object_type import ObjectType, Property
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import Row, milliseconds, parse_id

COMPARING = ("EQ", "NEQ", "LT", "LTE", "GT", "GTE")
AMONG = ("IN", "NOT_IN")
TOKENS = ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN")
PRESENCE = ("HAS_PROPERTY", "NOT_HAS_PROPERTY")
OPERATORS = (*COMPARING, "BETWEEN", *AMONG, *PRESENCE, *TOKENS)
NEGATED = {"NEQ": "EQ", "NOT_IN": "IN", "NOT_HAS_PROPERTY": "HAS_PROPERTY", "NOT_CONTAINS_TOKEN": "CONTAINS_TOKEN"}
LINKED = "associations."
_WORD = re.compile(r"[\w*]+")
Key = int | float | str
Passes = Callable[[Row], bool]


@dataclass(frozen=True)
class Filter:
    """One condition; values as they were sent."""

    name: str
    operator: str
    value: str | None = None
    high: str | None = None
    values: tuple[str, ...] = ()


def parse_filter(portal: Portal, kind: ObjectType, sent: Any) -> Filter:
    """A filter of a request; refused with 400 if it makes no sense for this type."""
    if not isinstance(sent, Mapping):
        raise invalid("Invalid input JSON: a filter must be an object")
    name, operator = sent.get("propertyName"), sent.get("operator")
    if not isinstance(name, str) or operator not in OPERATORS:
        raise invalid(f"{operator} is no operator, or propertyName is missing", errors=[_detail(str(name))])
    if not name.startswith(LINKED) and not portal.sees(kind, name):
        raise invalid(f"There was a problem with the request: property {name} does not exist", errors=[_detail(name)])
    values = sent.get("values") or []
    if not isinstance(values, list):
        raise invalid("Invalid input JSON: values must be a list", errors=[_detail(name)])
    parsed = Filter(
        name, operator, _text(sent.get("value")), _text(sent.get("highValue")), tuple(str(each) for each in values)
    )
    lacking = (operator in (*COMPARING, *TOKENS, "BETWEEN") and parsed.value is None) or (
        operator == "BETWEEN" and parsed.high is None
    )
    if lacking or (operator in AMONG and not parsed.values):
        raise invalid(f"operator {operator} requires a value", errors=[_detail(name)])
    return parsed


def passes(portal: Portal, kind: ObjectType, filter_: Filter) -> Passes:
    """Whether a record passes; refused with 400 if a value is not one of the property's type."""
    if filter_.name.startswith(LINKED):
        return _linked(portal, kind, filter_)
    positive = NEGATED.get(filter_.operator, filter_.operator)
    held = _holds(portal, kind, kind.properties[filter_.name], positive, filter_)
    return held if positive == filter_.operator else lambda row: not held(row)


def sort_key(portal: Portal, kind: ObjectType, name: str) -> Callable[[Row], Key | None]:
    """What records are sorted by; None for those without a value."""
    found = kind.properties[name]

    def key(row: Row) -> Key | None:
        value = portal.value(kind, row, name)
        return comparable(found, value) if value else None

    return key


def comparable(property_: Property, text: str) -> Key | None:
    """What a value is compared by: numbers, moments in milliseconds, text in lower case; None for what is none."""
    if property_.type == "number":
        try:
            return int(text) if text.isascii() and text.isdigit() else float(text)
        except ValueError:
            return None
    if property_.type in ("date", "datetime"):
        return parse_time(text)
    return text.lower()


def parse_time(text: str) -> int | None:
    """Epoch milliseconds, also of ISO 8601; None for what is neither."""
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return milliseconds(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def words(text: str) -> list[str]:
    """The tokens of a text, in lower case."""
    return _WORD.findall(text.lower())


def has_tokens(text: str, wanted: str) -> bool:
    """Whether a text has every token that is wanted; `*` stands for any letters."""
    whole, parts = text.lower(), words(wanted)
    if not all(piece in whole for each in parts for piece in each.split("*")):
        return False
    if fnmatchcase(whole, wanted.lower()):
        return True
    tokens = words(text)
    return all(any(fnmatchcase(token, each) for token in tokens) for each in parts)


def _holds(portal: Portal, kind: ObjectType, found: Property, operator: str, filter_: Filter) -> Passes:
    name = filter_.name
    if operator == "HAS_PROPERTY":
        return lambda row: bool(row.values.get(name) or portal.value(kind, row, name))
    if operator == "CONTAINS_TOKEN":
        wanted = filter_.value or ""
        return lambda row: has_tokens(portal.value(kind, row, name) or "", wanted)
    if operator == "IN":
        return _among(portal, kind, found, filter_.values)
    low = _limit(found, filter_.value or "")
    high = _limit(found, filter_.high or "") if operator == "BETWEEN" else low
    test = _TESTS[operator]

    def holds(row: Row) -> bool:
        value = portal.value(kind, row, name)
        key = comparable(found, value) if value else None
        return key is not None and test(key, low, high)

    return holds


def _among(portal: Portal, kind: ObjectType, found: Property, values: Collection[str]) -> Passes:
    """Membership. Texts are indexed in lower case, but the values are taken as they are: upper case finds nothing."""
    name = found.name
    if found.multiple:
        return lambda row: any(each in values for each in (portal.value(kind, row, name) or "").split(";") if each)
    if found.type in ("enumeration", "bool"):
        return lambda row: (portal.value(kind, row, name) or None) in values
    if found.type == "string":
        return lambda row: (portal.value(kind, row, name) or "").lower() in values
    keys = {_limit(found, each) for each in values}

    def holds(row: Row) -> bool:
        value = portal.value(kind, row, name)
        return bool(value) and comparable(found, value or "") in keys

    return holds


def linked_ids(portal: Portal, kind: ObjectType, filter_: Filter) -> set[int]:
    """The records that are associated with those that a filter names."""
    to = _linked_type(portal, filter_)
    wanted = filter_.values or (filter_.value or "",)
    ends = [End(to, parse_id(other) or 0) for other in wanted]
    return {each for end in ends if is_live(portal, end) for each in portal.links.of(to.plural, end.id, kind.plural)}


def _linked(portal: Portal, kind: ObjectType, filter_: Filter) -> Passes:
    """Whether a record is associated with any other of a type, or with one of those named."""
    there = _linked_type(portal, filter_)
    positive = NEGATED.get(filter_.operator, filter_.operator)
    named = linked_ids(portal, kind, filter_) if positive != "HAS_PROPERTY" else None

    def holds(row: Row) -> bool:
        return bool(live_links(portal, End(kind, row.id), there)) if named is None else row.id in named

    return holds if positive == filter_.operator else lambda row: not holds(row)


def _linked_type(portal: Portal, filter_: Filter) -> ObjectType:
    if filter_.operator not in ("EQ", "NEQ", *AMONG, *PRESENCE):
        raise invalid(f"operator {filter_.operator} can't be used with {filter_.name}")
    try:
        return portal.kind(filter_.name.removeprefix(LINKED))
    except Refusal:
        raise invalid(f"There was a problem with the request: {filter_.name}") from None


def _limit(found: Property, text: str) -> Key:
    key = comparable(found, text)
    if key is None:
        message = f"{text} is not a valid {found.type} for {found.name}"
        raise invalid(f"There was a problem with the request: {message}", errors=[_detail(found.name)])
    return key


_TESTS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "EQ": lambda value, low, _: bool(value == low),
    "LT": lambda value, low, _: bool(value < low),
    "LTE": lambda value, low, _: bool(value <= low),
    "GT": lambda value, low, _: bool(value > low),
    "GTE": lambda value, low, _: bool(value >= low),
    "BETWEEN": lambda value, low, high: bool(low <= value <= high),
}


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _detail(name: str) -> dict[str, Any]:
    return {"message": f"the filter on {name} is not valid", "context": {"propertyName": [name]}}
