"""How a text table is written: what separates its columns and what encloses its values."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.files.lines import MAX_LINE, split_lines

DELIMITERS = (",", ";", "\t", "|")
RECORDS = 200
_HINT = re.compile(r'\ufeff?"?sep=(.)"?\r?\n?', re.IGNORECASE)
"""A first line that only tells Excel the delimiter."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A way of writing tables. `certainty`: the share of the first records with the header's number of columns."""

    delimiter: str
    quote: str = '"'
    certainty: float = 1.0
    columns: int = 0

    def options(self) -> dict[str, Any]:
        """For `csv.reader`, always strict: a defect must be an error, never a guess."""
        if not self.quote:
            return {"delimiter": self.delimiter, "quoting": csv.QUOTE_NONE, "strict": True}
        return {"delimiter": self.delimiter, "quotechar": self.quote, "strict": True}


def allow_long_fields() -> None:
    """Let a field be as long as a line may be. The limit belongs to the process, so it is only ever raised."""
    if csv.field_size_limit() < MAX_LINE:
        csv.field_size_limit(MAX_LINE)


def hinted_delimiter(line: str) -> str:
    """The delimiter of a `sep=;` line, else nothing."""
    found = _HINT.fullmatch(line)
    return found[1] if found else ""


def decide_dialect(head: str, delimiter: str = "", quote: str | None = None, *, whole: bool = False) -> Dialect:
    """The dialect under which most of the first records have as many columns as the first of them.

    `head` begins with the header; `whole` says that it is all there is, not cut off at its end.
    What is declared stays. The first in the order of the candidates wins a tie.
    """
    lines = split_lines(head)
    delimiters = (delimiter,) if delimiter else DELIMITERS
    usual = _best(lines, delimiters, '"' if quote is None else quote, whole)
    if quote is None:
        # Apostrophes stand in names, so they only count as quotes where they plainly enclose values.
        other = _best(lines, delimiters, "'", whole)
        if other.columns > 1 and other.certainty >= usual.certainty and _encloses(lines, other):
            return other
    return usual


def _best(lines: list[str], delimiters: Iterable[str], quote: str, whole: bool) -> Dialect:
    tried = [_try(lines, Dialect(one, quote), whole) for one in delimiters if one != quote]
    return max(tried, key=lambda dialect: (dialect.columns > 1, round(dialect.certainty, 2), dialect.columns))


def _encloses(lines: list[str], dialect: Dialect) -> bool:
    """Whether the quote stands around most values of the first lines, or around values that hold a delimiter."""
    mark, quote = re.escape(dialect.delimiter), dialect.quote
    value = re.compile(f"(?:^|(?<={mark})){quote}([^{quote}]*){quote}(?={mark}|[\r\n]|$)")
    enclosed = [found[1] for line in lines[:RECORDS] for found in value.finditer(line)]
    cells = sum(line.count(dialect.delimiter) + 1 for line in lines[:RECORDS])
    return len(enclosed) * 2 > cells or any(dialect.delimiter in text for text in enclosed)


def _try(lines: list[str], dialect: Dialect, whole: bool) -> Dialect:
    widths = list(_widths(lines, dialect))
    if len(widths) > 1 and not whole and len(widths) < RECORDS:
        widths.pop()
    if not widths:
        return Dialect(dialect.delimiter, dialect.quote, 0.0, 0)
    columns = widths[0]
    fitting = Counter(widths)[columns]
    return Dialect(dialect.delimiter, dialect.quote, fitting / len(widths), columns)


def _widths(lines: list[str], dialect: Dialect) -> Iterator[int]:
    """Columns of each of the first records; 0 for one that can't be parsed."""
    at, seen = 0, 0
    while at < len(lines) and seen < RECORDS:
        reader = csv.reader(lines[at : at + 1000], **dialect.options())
        try:
            for row in reader:
                if row:
                    seen += 1
                    yield len(row)
                if seen >= RECORDS:
                    return
            at += 1000
        except csv.Error:
            seen += 1
            yield 0
            at += max(1, reader.line_num)
