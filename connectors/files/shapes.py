"""What the values of a column look like: shares of e-mails, phones, dates, country names, person and company names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.files.dates import is_time, names_zone
from connectors.files.header_words import WORDS, fold

_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}")
_URL = re.compile(r"(?:https?://|www\.)\S+|(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,24}(?:\s?(?:x|ext\.?|-)\s?\d{1,6})?", re.IGNORECASE)
_POSTAL = re.compile(
    r"[A-Z]{0,3}[- ]?\d{3,6}(?:[- ]?\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}"  # 10115, NL-1012, 12345-6789, SW1A 1AA
    r"|\d{4}\s?[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d",  # 1012 AB, K1A 0B1
    re.IGNORECASE,
)
_DAY8 = re.compile(r"(?:1[6-9]|20)\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])")


def _words(name: str) -> frozenset[str]:
    lines = (WORDS / name).read_text(encoding="utf-8").splitlines()
    listed = " ".join(line for line in lines if not line.startswith("#")).split()
    return frozenset(word.replace("_", " ") for word in listed)


_FLAG = _words("flags.txt")
_LEGAL = _words("companies.txt")
_COUNTRIES = _words("countries.txt")
_GIVEN = _words("given_names.txt")


@dataclass(frozen=True, slots=True)
class Shape:
    """Shares (0 to 1) of the filled values of a column; `filled` and `distinct` are counts."""

    rows: int
    filled: int
    distinct: int
    email: float
    many_emails: float
    url: float
    phone: float
    postal: float
    country: float
    time: float
    clock: float
    zoned: float
    day8: float
    flag: float
    company: float
    given: float
    words: float
    """Average number of words."""
    spaced: float
    """Share of values with a space inside."""
    id_like: float
    number: float

    @property
    def unique(self) -> bool:
        """Whether no two filled values are equal and none is missing."""
        return self.filled == self.rows == self.distinct and self.rows > 0


def shape_of(values: Sequence[str]) -> Shape:
    """The shape of a column's sample; empty cells count as missing."""
    filled = [value.strip() for value in values if value and value.strip()]
    probe = filled[:500]
    words = [fold(value).split() for value in probe]
    count = len(probe) or 1

    def share(hits: int) -> float:
        return hits / count

    return Shape(
        rows=len(values),
        filled=len(filled),
        distinct=len(set(filled)),
        email=share(sum("@" in value and _EMAIL.search(value) is not None for value in probe)),
        many_emails=share(sum(len(_EMAIL.findall(value)) > 1 for value in probe)),
        url=share(sum("@" not in value and _URL.fullmatch(value) is not None for value in probe)),
        phone=share(sum(_is_phone(value) for value in probe)),
        postal=share(sum(_POSTAL.fullmatch(value) is not None for value in probe)),
        country=share(sum(" ".join(each) in _COUNTRIES for each in words)),
        time=share(sum(is_time(value) for value in probe)),
        clock=share(sum(is_time(value, "clock") for value in probe)),
        zoned=share(sum(names_zone(value) for value in probe)),
        day8=share(sum(_DAY8.fullmatch(value) is not None for value in probe)),
        flag=share(sum(value.casefold() in _FLAG for value in probe)),
        company=share(sum(not _LEGAL.isdisjoint(each) or " ".join(each).endswith((" b v", " n v")) for each in words)),
        given=share(sum(not _GIVEN.isdisjoint(each) for each in words)),
        words=sum(len(value.split()) for value in probe) / count,
        spaced=share(sum(any(map(str.isspace, value)) for value in probe)),
        id_like=share(sum(_is_id(value) for value in probe)),
        number=share(sum(_is_number(value) for value in probe)),
    )


def _is_phone(value: str) -> bool:
    digits = sum(c.isdigit() for c in value)
    return 6 <= digits <= 17 and _PHONE.fullmatch(value) is not None


def _is_id(value: str) -> bool:
    return (
        len(value) <= 64
        and not any(c.isspace() for c in value)
        and "@" not in value
        and any(c.isdigit() for c in value)
    )


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d+(?:[.,]\d+)*", value) is not None
