"""One column of an unknown file: what its name says, what its values say, and what follows from both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connectors.files.header_words import Reading, fold, read_header
from connectors.files.shapes import Shape, shape_of

FEW = 5
"""Below so many filled values a column's values neither confirm nor contradict its name."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column seems to hold. `concept` None: nothing we know; `reason` is for a person."""

    name: str
    concept: str | None
    label: str | None
    certainty: float
    reason: str
    shape: Shape
    phrase: str = ""
    """The words of the header that spoke."""
    read: str = ""
    """Transform the values ask for, when not the usual one."""


Share = Callable[[Shape], float]
_EXPECTED: Mapping[str, tuple[Share, str]] = {
    "email": (lambda s: s.email, "e-mail addresses"),
    "phone": (lambda s: s.phone, "phone numbers"),
    "mobile": (lambda s: s.phone, "phone numbers"),
    "fax": (lambda s: s.phone, "phone numbers"),
    "website": (lambda s: s.url, "web addresses"),
    "domain": (lambda s: s.url, "domains"),
    "birth_date": (lambda s: max(s.time, s.day8), "dates"),
    "created_at": (lambda s: max(s.time, s.day8), "dates"),
    "modified_at": (lambda s: max(s.time, s.day8), "dates"),
    "opt_in": (lambda s: s.flag, "answers yes or no"),
    "opt_out": (lambda s: s.flag, "answers yes or no"),
    "employees": (lambda s: s.number, "numbers"),
}
"""Concepts whose values can be told from their shape alone."""
_HINTED: Mapping[str, tuple[Share, str]] = {
    "postal_code": (lambda s: s.postal, "post codes"),
    "country": (lambda s: s.country, "countries"),
    "company": (lambda s: s.company, "names of companies"),
    "given_name": (lambda s: s.given, "common first names"),
    "full_name": (lambda s: s.given, "names with a common first name"),
}
"""Concepts whose values are told by lists that can't be complete: they confirm, and never contradict."""


def judge(name: str, values: Sequence[str]) -> Column:
    """What one column seems to hold, by its header and a sample of its values."""
    shape = shape_of(values)
    reading = read_header(name)
    if reading is None:
        return _by_shape(name, shape)
    if reading.concept in ("job_title", "prefix") and _are_titles(values):
        reading = reading._replace(concept="prefix")
    column = _by_header(name, reading, shape)
    return _refined(column)


def _by_header(name: str, reading: Reading, shape: Shape) -> Column:
    said = f"called {name!r}"
    if shape.filled == 0:
        return Column(
            name,
            reading.concept,
            reading.label,
            reading.certainty * 0.8,
            f"{said}; empty so far",
            shape,
            reading.phrase,
        )
    if reading.concept in _EXPECTED and shape.filled >= FEW:
        share, what = _EXPECTED[reading.concept]
        found = share(shape)
        if found < 0.2:
            other = _by_shape(name, shape)
            reason = f"{said}, but {_percent(found)} of its values are {what}"
            if other.concept is None:
                return Column(name, None, None, 0.0, reason, shape, reading.phrase)
            return Column(
                name, other.concept, None, other.certainty, f"{reason}; {other.reason}", shape, reading.phrase
            )
        certainty = min(0.99, max(reading.certainty, 0.92) + 0.04) if found >= 0.5 else reading.certainty * 0.8
        reason = f"{said}; {_percent(found)} of its values are {what}"
        return Column(name, reading.concept, reading.label, certainty, reason, shape, reading.phrase)
    certainty, reason = reading.certainty, said
    if reading.concept in _HINTED:
        share, what = _HINTED[reading.concept]
        if share(shape) >= 0.3:
            certainty, reason = (
                min(0.99, certainty + 0.04),
                f"{said}; {_percent(share(shape))} of its values are {what}",
            )
    return Column(name, reading.concept, reading.label, certainty, reason, shape, reading.phrase)


def _by_shape(name: str, shape: Shape) -> Column:
    """A header that says nothing (or the wrong thing): clear values may still speak."""
    candidates = (
        ("email", shape.email, 0.85, 0.8, "e-mail addresses"),
        ("website", shape.url, 0.7, 0.8, "web addresses"),
        ("phone", shape.phone if shape.number < 0.9 and shape.time < 0.5 else 0.0, 0.6, 0.8, "phone numbers"),
        ("country", shape.country, 0.65, 0.8, "countries"),
        ("company", shape.company, 0.55, 0.5, "names of companies"),
        ("full_name", shape.given if 1.5 <= shape.words <= 4 else 0.0, 0.55, 0.4, "names with a common first name"),
    )
    if shape.filled >= FEW:
        for concept, found, certainty, needed, what in candidates:
            if found >= needed:
                reason = f"its name says nothing we know; {_percent(found)} of its values are {what}"
                return _refined(Column(name, concept, None, certainty, reason, shape))
    return Column(name, None, None, 0.0, "neither its name nor its values say what it is", shape)


def _refined(column: Column) -> Column:
    """Cells with several values ask for another transform."""
    read = "emails" if column.concept == "email" and column.shape.many_emails > 0 else ""
    return column if not read else _with_read(column, read)


def _with_read(column: Column, read: str) -> Column:
    reason = f"{column.reason}; some cells hold several"
    return Column(
        column.name, column.concept, column.label, column.certainty, reason, column.shape, column.phrase, read
    )


_TITLES = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "herr",
        "frau",
        "m",
        "mme",
        "mlle",
        "sr",
        "sra",
        "sig",
        "dhr",
        "mevr",
        "pan",
        "pani",
    )
)


def _are_titles(values: Sequence[str]) -> bool:
    filled = [fold(value).split() for value in values if value.strip()][:200]
    return bool(filled) and sum(bool(words) and set(words) <= _TITLES for words in filled) >= 0.5 * len(filled)


def _percent(share: float) -> str:
    return f"{share:.0%}"
