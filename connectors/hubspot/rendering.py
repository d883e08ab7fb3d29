"""Values on their way into a portal: its text for each, by the property's type, and compared as it would store them.

Values come in payload form (text, JSON values, dates); what cannot be said in a property's type is `Unfit` before
anything is sent. An option that is not known is left to the portal, which may know it by now.

| type | sent | also read |
|---|---|---|
| string, phone_number, json, object_coordinates, unknown | text | |
| number | `1000.5` | any spelling of it |
| bool | `true`, `false` | |
| enumeration | the option's value | |
| enumeration of several | `a;b`, which replaces all | in any order |
| date | `2024-05-16` | milliseconds at midnight UTC |
| datetime | `2024-05-16T08:30:00.000Z` | milliseconds |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.hubspot.describing import Property

LONGEST_TEXT = 65_536
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRUTH = {"true": "true", "1": "true", "false": "false", "0": "false"}
_FOLDED = frozenset(("email", "domain"))
"""The portal keeps these in lower case."""


class Unfit(ValueError):
    """A value that its property's type cannot hold; the text says why, without the value."""


def render(known: Property, value: Any) -> str:
    """The text to send. None and what is empty clear a property, which is said by empty text, never by null."""
    if value is None or value == "":
        return ""
    kind = known.type
    if kind == "number":
        return _number(value)
    if kind == "bool":
        return _truth(value)
    if kind == "date":
        return _day(value).isoformat()
    if kind == "datetime":
        return _moment(value).strftime("%Y-%m-%dT%H:%M:%S.") + f"{_moment(value).microsecond // 1000:03d}Z"
    if kind == "enumeration" and known.field_type == "checkbox":
        return ";".join(_options(value))
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        raise Unfit("holds several values where the property takes one")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if len(text) > LONGEST_TEXT:
        raise Unfit(f"is longer than {LONGEST_TEXT} characters")
    return text


def alike(known: Property, left: Any, right: Any) -> bool:
    """Whether the portal would hold the same for both, which may each be rendered, read, or in payload form."""
    try:
        return bool(_compared(known, left) == _compared(known, right))
    except Unfit:
        return bool(left == right)


def _compared(known: Property, value: Any) -> Any:
    text = render(known, value)
    if not text:
        return None
    kind = known.type
    if kind == "number":
        return Decimal(text)
    if kind == "enumeration" and known.field_type == "checkbox":
        return frozenset(text.split(";"))
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return (plain.casefold() if known.name in _FOLDED else plain) or None


def _options(value: Any) -> list[str]:
    """Each option once. The list never begins with a separator: that would add to what is there."""
    parts = value.split(";") if isinstance(value, str) else value if isinstance(value, (list, tuple)) else [value]
    return list(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))


def _truth(value: Any) -> str:
    known = _TRUTH.get(str(value).strip().lower())
    if known is None:
        raise Unfit("is neither true nor false")
    return known


def _number(value: Any) -> str:
    try:
        exact = Decimal(str(value).strip())
    except InvalidOperation:
        raise Unfit("is not a number") from None
    if isinstance(value, bool) or not exact.is_finite():
        raise Unfit("is not a number")
    return format(exact, "f")


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value).strip()
    if not isinstance(value, datetime) and _is_epoch(text):
        return _moment(text).date()
    try:
        return (value if isinstance(value, datetime) else datetime.fromisoformat(text)).date()
    except ValueError:
        raise Unfit("is not a date") from None


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        when = value
    elif isinstance(value, date):
        when = datetime(value.year, value.month, value.day, tzinfo=UTC)
    else:
        text = str(value).strip()
        try:
            when = _EPOCH + timedelta(milliseconds=int(text)) if _is_epoch(text) else datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            raise Unfit("is not a date") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)


def _is_epoch(text: str) -> bool:
    """Milliseconds rather than a year: anything longer than a compact date (`20240516`)."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and (len(digits) > 8 or digits == "0")
