"""Values on their way into an org: rendered for JSON by the described type, and compared as the org would store them.

A field is its entry in describe. Values come in payload form (text, JSON values, dates); what cannot be said in a
field's type is `Unfit` before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.salesforce.values import NUMBERS, id18, number, stamp_of

Field = Mapping[str, Any]
"""One entry of `fields` in describe."""

_TRUTH = {"true": True, "1": True, "false": False, "0": False, "": False}


class Unfit(ValueError):
    """A value that its field's type cannot hold; the text says why, without the value."""


def render(field: Field, value: Any) -> Any:
    """The JSON value to send. None and empty text clear a field; a checkbox knows no empty and becomes false."""
    kind = field["type"]
    if kind == "boolean":
        return _truth(value)
    if value is None or value == "":
        return None
    if kind in NUMBERS:
        return _number(value)
    if kind == "date":
        return _moment(value).date().isoformat()
    if kind == "datetime":
        return stamp_of(_moment(value))
    if kind == "time":
        return value.isoformat("milliseconds") + "Z" if isinstance(value, time) else str(value)
    if kind == "multipicklist" and not isinstance(value, str):
        return ";".join(map(str, value)) or None
    if kind in ("reference", "id"):
        return id18(str(value))
    if isinstance(value, (Mapping, list, tuple)):
        raise Unfit("holds several values where the field takes one")
    return str(value)


def alike(field: Field, left: Any, right: Any) -> bool:
    """Whether the org would hold the same for both, which may each be rendered, read, or in payload form."""
    try:
        return bool(_compared(field, left) == _compared(field, right))
    except Unfit:
        return bool(left == right)


def _compared(field: Field, value: Any) -> Any:
    kind = field["type"]
    rendered = render(field, value)
    if rendered is None:
        return None
    if kind in NUMBERS:
        return Decimal(str(rendered))
    if not isinstance(rendered, str):
        return rendered
    if kind == "multipicklist":
        return frozenset(part.strip() for part in rendered.split(";") if part.strip()) or None
    text = rendered.replace("\r\n", "\n").replace("\r", "\n").strip()  # text is trimmed when it is stored
    return (text.casefold() if kind == "email" else text) or None


def _truth(value: Any) -> bool:
    known = _TRUTH.get(str("" if value is None else value).strip().lower())
    if known is None:
        raise Unfit("is neither true nor false")
    return known


def _number(value: Any) -> int | float | str:
    text = str(value).strip()
    try:
        if not Decimal(text).is_finite():
            raise Unfit("is not a number")
    except InvalidOperation:
        raise Unfit("is not a number") from None
    return number(text)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        when = value
    elif isinstance(value, date):
        when = datetime(value.year, value.month, value.day, tzinfo=UTC)
    else:
        try:
            when = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise Unfit("is not a date") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
