"""Times and dates as people and systems write them -> aware UTC.

ISO forms are read whatever the order; other forms (`04.07.2025 22:32`, `7/4/25, 10:32 PM`) need the order of day and
month, unless the month is a word (`4 juil. 2025`). A value that contradicts the order is not guessed at: it gives None.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

DateOrder = Literal["dmy", "mdy", "ymd"]
DATE_ORDERS: tuple[str, ...] = get_args(DateOrder)


def parse_time(text: str, zone: str = "UTC", order: DateOrder = "ymd") -> datetime | None:
    """Aware UTC, or None. Without a zone it is taken in `zone` (the first of a doubled hour); a day is its start."""
    if text[4:5] == "-":  # the ISO forms; digits alone must not come here, `fromisoformat` reads dates into epochs
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return moment if moment.tzinfo is UTC else _to_utc(moment, zone)
    text = text.strip()
    if text.isdecimal() and text.isascii():
        return _from_digits(text, zone)
    head, tail = _split(text)
    day = _date(head, order)
    clock = _clock(tail)
    if day is None or clock is None:
        return None
    if zone == "UTC" and clock.tzinfo is None:
        return datetime.combine(day, clock, UTC)
    return _to_utc(datetime.combine(day, clock), zone)


def parse_date(text: str, order: DateOrder = "ymd") -> date | None:
    """A calendar day (a birthday), or None. A two-digit year says no century and gives None."""
    text = text.strip()
    if len(text) == 8 and text.isdecimal() and text.isascii():
        return _day(text[:4], text[4:6], text[6:])
    head, tail = _split(text)
    if _clock(tail) is None or not _FOUR_DIGITS.search(head):
        return None
    return _date(head, order)


def known_zone(zone: str) -> bool:
    """Whether the zone's name is known on this machine."""
    try:
        _zone(zone)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder's name gives an OSError
        return False
    return True


def _to_utc(moment: datetime, zone: str) -> datetime | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(zone))
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # 0001-01-01 and 9999-12-31 in other zones
        return None


@lru_cache(maxsize=64)
def _zone(zone: str) -> tzinfo:
    return UTC if zone == "UTC" else ZoneInfo(zone)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _from_digits(text: str, zone: str) -> datetime | None:
    """`20250704`, `202507042232`, `20250704223255`, or an epoch in seconds (10 digits) or milliseconds (13)."""
    if len(text) == 10:
        return _EPOCH + timedelta(seconds=int(text))
    if len(text) == 13:
        return _EPOCH + timedelta(milliseconds=int(text))
    if len(text) not in (8, 12, 14):
        return None
    day = _day(text[:4], text[4:6], text[6:8])
    clock = _clock_of(text[8:10] or "0", text[10:12] or "0", text[12:14] or "0", None)
    if day is None or clock is None or day.year < 1800:
        return None
    return _to_utc(datetime.combine(day, clock), zone)


_SPLIT = re.compile(r"(?P<head>.*?\d)(?:\s*,\s*|\s+|T)(?P<tail>\d{1,2}(?:[:h]\d\d|\s*[AaPp]\.?\s?[Mm]).*)", re.ASCII)
_FOUR_DIGITS = re.compile(r"\d{4}", re.ASCII)


def _split(text: str) -> tuple[str, str]:
    """Date part and time part; the second may be empty."""
    found = _SPLIT.fullmatch(text)
    return (found["head"], found["tail"].strip()) if found else (text, "")


_NUMBERS = re.compile(r"(\d{1,4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,4})\.?", re.ASCII)
_WORDS = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,4})\.?(?:st|nd|rd|th|er|º)?[\s/-]+(?:de\s+)?([^\W\d]+)\.?,?[\s/-]+(?:de\s+)?(\d{2,4})"
)
_MONTH_FIRST = re.compile(r"(?:[^\W\d]+\.?,\s+)?([^\W\d]+)\.?[\s/-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s/-]+(\d{2,4})")


@lru_cache(maxsize=1 << 16)
def _date(text: str, order: str) -> date | None:
    if found := _NUMBERS.fullmatch(text):
        first, second, third = found.groups()
        if len(first) > 2:
            return _day(first, second, third)
        if order == "ymd":
            return None
        return _day(third, second, first) if order == "dmy" else _day(third, first, second)
    if found := _WORDS.fullmatch(text):
        first, word, third = found.groups()
        year, day = (first, third) if len(first) == 4 else (third, first)
        month = _MONTHS.get(word.casefold()[:4]) or _MONTHS.get(word.casefold()[:3])
        return _day(year, str(month), day) if month else None
    if found := _MONTH_FIRST.fullmatch(text):
        word, day, year = found.groups()
        month = _MONTHS.get(word.casefold()[:4]) or _MONTHS.get(word.casefold()[:3])
        return _day(year, str(month), day) if month else None
    return None


def _day(year: str, month: str, day: str) -> date | None:
    """Two-digit years as POSIX reads them: 69 to 99 are of the last century. Three-digit ones are refused."""
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= 69 else 2000
    elif len(year) != 4:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


_CLOCK = re.compile(
    r"(\d{1,2})(?:[:h](\d\d)(?:[:.](\d\d)(?:[.,](\d+))?)?)?\s*(?:uhr|h)?\s*([ap]\.?\s?m\.?)?\s*(z|utc|gmt|[+-]\d\d:?(?:\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
_MIDNIGHT = time()


@lru_cache(maxsize=1 << 16)
def _clock(text: str) -> time | None:
    """Time of day with its offset if it names one; no text is midnight."""
    if not text:
        return _MIDNIGHT
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, fraction, half, offset = found.groups()
    if half:
        if not 1 <= int(hour) <= 12:
            return None
        hour = str(int(hour) % 12 + (12 if half[0] in "pP" else 0))
    clock = _clock_of(hour, minute or "0", second or "0", offset)
    if clock is not None and fraction:
        clock = clock.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    return clock


def _clock_of(hour: str, minute: str, second: str, offset: str | None) -> time | None:
    shift: tzinfo | None = None
    if offset:
        shift = UTC
        if offset[0] in "+-":
            digits = offset[1:].replace(":", "").ljust(4, "0")
            minutes = int(digits[:2]) * 60 + int(digits[2:])
            if minutes >= 24 * 60:
                return None
            shift = timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
    try:
        return time(int(hour), int(minute), int(second), tzinfo=shift)
    except ValueError:
        return None


def _months() -> dict[str, int]:
    """The first four (or three) letters of month names in en, de, fr, es, it, nl, pt, pl."""
    names = (
        "jan ene gen sty",
        "feb fév fev lut",
        "mar mär mrz maa",
        "apr avr abr kwi",
        "may mai mag mei maj",
        "jun juin giu cze",
        "jul juil lug lip",
        "aug aoû ago sie",
        "sep set wrz",
        "oct okt ott out paź",
        "nov lis",
        "dec dez déc dic gru",
    )
    return {name: number for number, row in enumerate(names, start=1) for name in row.split()}


_MONTHS = _months()
