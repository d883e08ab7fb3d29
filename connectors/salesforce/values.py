"""Salesforce's values in one form, whichever way they were read, so that the same record always hashes the same.

| described as | REST gives | bulk gives | kept as |
|---|---|---|---|
| text of any kind, picklists, dates, times | text | text | text; empty is None |
| boolean | true, false | text | true, false |
| int, long, double, currency, percent | a number | text, also `1.0E7` | a number, or text where that loses digits |
| datetime | `...000+0000` | `...000Z` | `2026-11-22T09:10:08.000Z` |
| id, reference | 18 characters | 18 characters | 18 characters |
| unknown | anything | text | text |
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Convert = Callable[[Any], Any]

NUMBERS = frozenset(("int", "long", "double", "currency", "percent"))
_EXACT = 2**53
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def number(text: str) -> int | float | str:
    """A number from its text, every digit of it: what neither an int nor a float holds exactly stays text."""
    try:
        value = float(text)
    except ValueError:
        return text
    if value != value or value in (float("inf"), float("-inf")):
        return text
    if len(text) > 15:
        exact = Decimal(text)
        if Decimal(repr(value)) != exact:
            return format(exact.normalize(), "f")
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def id18(text: str) -> str:
    """An id with its three check characters, which make it safe where case is ignored."""
    if len(text) != 15 or not (text.isascii() and text.isalnum()):
        return text
    groups = (text[0:5], text[5:10], text[10:15])
    return text + "".join(_CHECK[sum(1 << i for i, c in enumerate(group) if "A" <= c <= "Z")] for group in groups)


def stamp(text: str) -> str:
    """A datetime as UTC with milliseconds; text that is no datetime as it is."""
    if len(text) == 24 and text[23] == "Z":
        return text
    if len(text) == 28 and text[23:] == "+0000":
        return text[:23] + "Z"
    try:
        moment = datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)).astimezone(UTC)
    except ValueError:
        return text
    return stamp_of(moment)


def stamp_of(moment: datetime) -> str:
    """An aware time as a stamp is written here."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment_of(text: str) -> datetime:
    """The time of a stamp. ValueError when it is none."""
    return datetime.fromisoformat(text[:23]).replace(tzinfo=UTC)


def from_json(type: str) -> Convert:
    """How a REST value that is not null becomes a value."""
    if type == "boolean":
        return bool
    if type == "datetime":
        return stamp
    if type in ("id", "reference"):
        return id18
    return _number_or_text if type in NUMBERS else _text


def path_of(column: str) -> Callable[[Mapping[str, Any]], Any]:
    """Where a REST row holds a column; a parent's by dots (`Account.Name`), None when there is no parent."""
    if "." not in column:
        return lambda row: row.get(column)
    steps = column.split(".")

    def find(row: Mapping[str, Any]) -> Any:
        value: Any = row
        for step in steps:
            value = value.get(step) if value else None
        return value

    return find


def _number_or_text(value: Any) -> Any:
    return (number(value) if isinstance(value, str) else value) if value != "" else None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
