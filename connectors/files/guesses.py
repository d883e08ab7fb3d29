"""Guesses about a whole file: are its records persons or organizations, which column is their key, which zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from connectors.files.columns import Column
from connectors.files.dates import is_time, names_zone


class Guess(NamedTuple):
    """A proposed value, its certainty (0 to 1) and why, in words."""

    value: str | None
    certainty: float
    reason: str


_OF_PERSONS = frozenset(("given_name", "family_name", "full_name"))
_HINTS_OF_PERSONS = frozenset(("birth_date", "birth_place", "job_title", "mobile", "prefix", "gender", "national_id"))
_HINTS_OF_ORGANIZATIONS = frozenset(("industry", "employees", "registration_id", "domain"))


def guess_kind(columns: Sequence[Column]) -> Guess:
    """Persons or organizations, by the columns that name somebody and by how those names look."""
    by_concept = {column.concept: column for column in reversed(columns) if column.concept}
    names = [column.name for column in columns if column.concept in _OF_PERSONS]
    if names:
        named = " and ".join(map(repr, names))
        return Guess("person", 0.97 if len(names) > 1 else 0.9, f"{named} name persons")
    person_hints = sorted(by_concept[hint].name for hint in _HINTS_OF_PERSONS & by_concept.keys())
    if "name" in by_concept:
        return _kind_of_names(by_concept["name"], person_hints, _HINTS_OF_ORGANIZATIONS & by_concept.keys())
    if "company" in by_concept and not person_hints:
        column = by_concept["company"]
        return Guess("organization", 0.8, f"{column.name!r} names companies and no column names persons")
    if person_hints:
        return Guess("person", 0.7, f"{person_hints[0]!r} is something persons have")
    if "email" in by_concept:
        return Guess("person", 0.6, f"{by_concept['email'].name!r} holds e-mail addresses, and nothing names a company")
    return Guess("person", 0.2, "no column names a person or a company: is this a list of customers?")


def _kind_of_names(column: Column, person_hints: Sequence[str], organization_hints: frozenset[str]) -> Guess:
    """A column just called `Name` is settled by its values."""
    company, given = column.shape.company, column.shape.given
    seen = f"of the values of {column.name!r}, {company:.0%} have a company's words, {given:.0%} a common first name"
    if company >= 0.1 and company > given:
        return Guess("organization", min(0.95, round(0.55 + company, 2)), seen)
    if given >= 0.15:
        return Guess("person", min(0.95, round(0.6 + given, 2)), seen)
    if person_hints:
        return Guess("person", 0.7, f"{seen}; {person_hints[0]!r} is something persons have")
    if organization_hints:
        return Guess("organization", 0.75, f"{seen}; other columns speak of companies")
    return Guess("organization", 0.3, f"{seen}: is this a list of customers?")


_NOT_KEYS = frozenset(
    (
        "email", "phone", "mobile", "fax", "given_name", "family_name", "full_name", "name", "birth_date", "created_at",
        "modified_at", "company", "street", "website", "domain",
    )
)  # fmt: skip


def guess_key(columns: Sequence[Column]) -> Guess:
    """The column whose values name a record for ever, or none: then the file can only grow."""
    found = [guess for place, column in enumerate(columns) if (guess := _as_key(column, place)) is not None]
    if not found:
        return Guess(
            None, 0.6, "no column is filled, unique and looks like an id; without one an edited row is a new record"
        )
    return max(found, key=lambda guess: guess.certainty)


def _as_key(column: Column, place: int) -> Guess | None:
    shape = column.shape
    if column.concept in _NOT_KEYS or shape.spaced > 0.1:
        return None
    if not shape.unique:
        return _as_stained_key(column)
    rows = f"filled and different in all {shape.rows} rows read"
    few = 0.15 if shape.rows < 20 else 0.0
    if column.concept in ("id", "company_id", "national_id", "registration_id"):
        certainty = (0.95 if column.certainty >= 0.9 else 0.88) - few - (0.2 if column.concept != "id" else 0.0)
        return Guess(column.name, round(certainty - 0.01 * place / (place + 1), 3), f"called {column.name!r}; {rows}")
    if column.concept is None and shape.id_like >= 0.95 and shape.time < 0.5:
        return Guess(column.name, (0.7 if place == 0 else 0.55) - few, f"looks like ids; {rows}")
    return None


def _as_stained_key(column: Column) -> Guess | None:
    """A column that is called an id and nearly always is one: a few repeated rows are dirt, not another meaning."""
    shape = column.shape
    spoiled = shape.rows - shape.distinct
    if (
        shape.rows < 20
        or column.concept != "id"
        or column.certainty < 0.9
        or shape.id_like < 0.95
        or spoiled > max(1, 0.01 * shape.rows)
    ):
        return None
    return Guess(
        column.name, 0.8, f"called {column.name!r}; filled and different in all but {spoiled} of {shape.rows} rows read"
    )


def guess_zone(values: Sequence[str]) -> Guess:
    """UTC, with the certainty that this does no harm."""
    clocks = [value for value in values if is_time(value, "clock")]
    if not clocks:
        return Guess("UTC", 0.9, "no column holds times of day")
    unnamed = sum(not names_zone(value) for value in clocks)
    if unnamed == 0:
        return Guess("UTC", 1.0, "every time names its zone")
    return Guess("UTC", 0.3, f"{unnamed} of {len(clocks)} times name no zone: set the one the file was written in")
