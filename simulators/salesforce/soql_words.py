"""SOQL cut into words, and its literals as values."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from simulators.salesforce.errors import malformed_query
from simulators.salesforce.fields import Value

_WORD = re.compile(
    r"""\s+
    | (?P<string>'(?:\\.|[^'\\])*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*(?::\d+)?)
    | (?P<sign><=|>=|!=|<>|[=<>(),])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class Word:
    """One word: what it is, its text, and where it stands."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Span:
    """What a date literal such as LAST_N_DAYS:7 stands for: from `start` to before `end`, in UTC."""

    start: date
    end: date


@dataclass(frozen=True)
class Literal:
    """A value in a filter. `raw` keeps the escapes, which LIKE reads differently."""

    kind: str
    value: Value | Span
    raw: str = ""


def cut(text: str) -> list[Word]:
    """All words of a query; refused where a character begins none."""
    words: list[Word] = []
    at = 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            raise malformed_query(f"line 1:{at} no viable alternative at character '{text[at]}'")
        if match.lastgroup is not None:
            words.append(Word(match.lastgroup, match.group(), at))
        at = match.end()
    return words


def literal(word: Word, today: Callable[[], date]) -> Literal | None:
    """The value that a word stands for; None if it stands for none."""
    if word.kind == "string":
        return Literal("string", unescaped(word.text[1:-1]), word.text[1:-1])
    if word.kind == "number":
        return Literal("number", float(word.text) if re.search(r"[.eE]", word.text) else int(word.text))
    try:
        if word.kind == "datetime":
            return Literal("datetime", datetime.fromisoformat(word.text.replace("Z", "+00:00")).astimezone(UTC))
        if word.kind == "date":
            return Literal("date", date.fromisoformat(word.text))
    except ValueError:
        raise malformed_query(f"Invalid date: {word.text}") from None
    if word.kind == "name":
        plain = {"null": Literal("null", None), "true": Literal("boolean", True), "false": Literal("boolean", False)}
        span = None if word.text.lower() in plain else span_of(word.text.upper(), today())
        return plain.get(word.text.lower()) or (None if span is None else Literal("span", span))
    return None


def unescaped(text: str) -> str:
    """A string without its backslashes; refused for an escape that SOQL does not know."""

    def plain(match: re.Match[str]) -> str:
        letter = match.group(1)
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        if letter not in "'\"\\%_":
            raise malformed_query(f"Illegal escape sequence: \\{letter}")
        return letter

    return re.sub(r"\\(.)", plain, text, flags=re.DOTALL)


def span_of(name: str, today: date) -> Span | None:
    """The days that a date literal covers; None for a name that is none."""
    word, colon, count = name.partition(":")
    day = timedelta(days=1)
    if colon:
        days = int(count) * day
        spans = {"LAST_N_DAYS": Span(today - days, today + day), "NEXT_N_DAYS": Span(today + day, today + days + day)}
        return spans.get(word)
    week = today - timedelta(days=(today.weekday() + 1) % 7)
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    ago, ahead = timedelta(days=90), timedelta(days=91)
    spans = {
        "YESTERDAY": Span(today - day, today),
        "TODAY": Span(today, today + day),
        "TOMORROW": Span(today + day, today + 2 * day),
        "LAST_WEEK": Span(week - 7 * day, week),
        "THIS_WEEK": Span(week, week + 7 * day),
        "NEXT_WEEK": Span(week + 7 * day, week + 14 * day),
        "LAST_MONTH": Span(_months(month, -1), month),
        "THIS_MONTH": Span(month, _months(month, 1)),
        "NEXT_MONTH": Span(_months(month, 1), _months(month, 2)),
        "LAST_90_DAYS": Span(today - ago, today + day),
        "NEXT_90_DAYS": Span(today + day, today + ahead),
        "LAST_YEAR": Span(_months(year, -12), year),
        "THIS_YEAR": Span(year, _months(year, 12)),
        "NEXT_YEAR": Span(_months(year, 12), _months(year, 24)),
    }
    return spans.get(word)


def _months(first: date, count: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(year, month + 1, 1)
