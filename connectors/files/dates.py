"""Which order of day, month and year a column's values speak for, and whether they name their zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from unified_model.mapping.times import DateOrder, parse_time

_YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)", re.ASCII | re.DOTALL)
_HAS_CLOCK = re.compile(r"\d[T ,]+\d{1,2}(?::\d\d|\s*[ap]\.?m)", re.ASCII | re.IGNORECASE)
_HAS_ZONE = re.compile(r":\d\d(?:[.,]\d+)?\s*(?:Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)$", re.ASCII | re.IGNORECASE)


class OrderGuess(NamedTuple):
    """The proposed order with its certainty (0 to 1) and the evidence in words."""

    order: DateOrder
    certainty: float
    reason: str


def guess_order(values: Iterable[str]) -> OrderGuess:
    """Days above 12 settle it; dots and AM/PM hint at it; else it stays doubtful."""
    day_first = month_first = open_values = dots = halves = 0
    for value in values:
        found = _YEAR_LAST.match(value.strip())
        if found is None:
            continue
        first, separator, second = int(found[1]), found[2], int(found[3])
        day_first += first > 12 >= second
        month_first += second > 12 >= first
        open_values += first <= 12 and second <= 12
        dots += separator == "."
        halves += bool(re.search(r"[ap]\.?m\b", found[5], re.IGNORECASE))
    decided, seen = day_first + month_first, day_first + month_first + open_values
    if not seen:
        return OrderGuess("ymd", 1.0, "no date needs it: all begin with the year, or there are none")
    if decided:
        order: DateOrder = "dmy" if day_first >= month_first else "mdy"
        most = max(day_first, month_first)
        named = "first" if order == "dmy" else "second"
        reason = f"{most} of {seen} dates have a number above 12 in {named} place"
        if most < decided:
            return OrderGuess(order, round(0.9 * most / decided, 2), f"{reason}, but {decided - most} say the opposite")
        return OrderGuess(order, 0.99 if most > 3 else 0.9, reason)
    if dots == seen:
        return OrderGuess("dmy", 0.9, "dates with dots are day first nearly everywhere; no day above 12 proves it")
    if halves == seen:
        return OrderGuess("mdy", 0.75, "AM and PM go with month first; no day above 12 proves it")
    return OrderGuess("dmy", 0.5, "no day above 12 among the dates: day first or month first, please settle it")


def is_time(value: str, needs: Literal["day", "clock"] = "day") -> bool:
    """Whether a value reads as a date in some order; `clock`: with a time of day."""
    if not any(c.isdigit() for c in value) or value.isdecimal():
        return False
    if needs == "clock" and not _HAS_CLOCK.search(value):
        return False
    return any(parse_time(value, "UTC", order) is not None for order in ("dmy", "mdy"))


def names_zone(value: str) -> bool:
    """Whether a time says its zone."""
    return _HAS_ZONE.search(value.strip()) is not None
