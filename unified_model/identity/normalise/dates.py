"""Birth dates: one spelling of a day, and the days systems write when they know none."""

from __future__ import annotations

import re

from unified_model.identity.normalise.text import remembered

_NUMBERS = re.compile(r"\d+")
_UNKNOWN_DAYS = frozenset(
    ("1900-01-01", "1901-01-01", "1970-01-01", "1111-11-11", "0001-01-01", "9999-12-31", "1899-12-30")
)


@remembered
def birth_date(raw: str) -> str | None:
    """`YYYY-MM-DD` as far as the text is a date in year-first or day-first order; broken dates keep their digits.

    A mapping has already settled the order of day and month where it knows it; this only makes spellings equal.
    """
    numbers = _NUMBERS.findall(raw.split("T", 1)[0])
    if len(numbers) == 1 and len(numbers[0]) == 8:
        digits = numbers[0]
        numbers = [digits[:4], digits[4:6], digits[6:]]
    if len(numbers) < 3:
        return None
    year, month, day = numbers[:3]
    if len(day) == 4 and len(year) <= 2:
        year, month, day = day, month, year
    if len(year) != 4 or len(month) > 2 or len(day) > 2:
        return None
    date = f"{year}-{month:0>2}-{day:0>2}"
    return None if date in _UNKNOWN_DAYS else date
