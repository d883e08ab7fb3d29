"""Small dense worlds for Hypothesis: records that share e-mails, phones, names and companies, and their histories."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple
from unittest import mock

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.builders import account, at, contact, deleted, page
from unified_model.identity import keys, stats
from unified_model.records import Page, SourceRecord
from unified_model.resolution import blocking, linking
from unified_model.use_cases import resolve

SOURCES = ("emea", "fair", "shop")
GIVEN = ("Ann", "Anna", "Bob", "Robert", "Li", "Maria", "A.")
FAMILY = ("Smith", "Smyth", "Berg", "Garcia Lopez", "Maria", "Li")
EMAILS = ("ann.smith@acme.com", "a.smith@acme.com", "bob77berg@gmail.com", "info@acme.com", "li@globex.org")
PHONES = ("+1 212 555 2368", "+49 30 901820", "+1 (212) 555-2369")
COMPANIES = ("Acme Inc", "ACME GmbH", "Globex", "Globex Trading Ltd")
SITES = ("acme.com", "www.globex.org")
CITIES = (("Berlin", "10117"), ("New York", "10001"))


def examples(number: int) -> settings:
    """So many examples in the everyday run, twenty times as many under the profile `drill`. Lives are 25 steps long."""
    times = max(1, settings.default.max_examples // 50)
    usual = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)  # explaining a failure traces every line
    return settings(max_examples=number * times, stateful_step_count=25, phases=usual)


def lives(number: int) -> settings:
    """So many lives in the everyday run, a thousand under the profile `drill`: which runs them piece by piece."""
    default = settings.default.max_examples
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    usual = settings(examples(1), suppress_health_check=checks, stateful_step_count=18)
    return settings(usual, max_examples=number if default <= 50 else default)


def _maybe(values: tuple[Any, ...], often: int = 2) -> st.SearchStrategy[Any]:
    """One of the values, or nothing, once in so many."""
    return st.sampled_from((None, *values * often))


@st.composite
def person_columns(draw: st.DrawFn) -> dict[str, Any]:
    """Columns of one version of a contact."""
    city = draw(_maybe(CITIES, 1))
    return {
        "First": draw(_maybe(GIVEN)), "Last": draw(_maybe(FAMILY)),
        "Email": draw(_maybe(EMAILS)), "Email2": draw(_maybe(EMAILS, 1)), "Phone": draw(_maybe(PHONES)),
        "Company": draw(_maybe(COMPANIES, 1)), "Site": draw(_maybe(SITES, 1)),
        "City": city and city[0], "Zip": city and city[1],
        "Born": draw(_maybe(("1980-04-05", "1980-05-04"), 1)),
        "OptIn": draw(_maybe(("yes", "no"), 1)), "OptInAt": draw(_maybe(("2026-01-01", "2026-02-01"), 1)),
        "Erp": draw(_maybe(("E-100", "E-200"), 1)), "Shoe": draw(_maybe(("42",), 1)),
        "Title": draw(_maybe(("Sales Manager", "CEO"), 1)), "Note": draw(_maybe(("called", "wrote"), 1)),
    }  # fmt: skip


@st.composite
def organization_columns(draw: st.DrawFn) -> dict[str, Any]:
    """Columns of one version of an account."""
    return {
        "Name": draw(_maybe(COMPANIES)), "Domain": draw(_maybe(SITES)), "Phone": draw(_maybe(PHONES, 1)),
        "City": draw(_maybe(("Berlin", "New York"), 1)), "Industry": draw(_maybe(("Steel", "Toys"), 1)),
    }  # fmt: skip


class Place(NamedTuple):
    """Where a record lives."""

    label: str
    object: str
    record_id: str


History = tuple[SourceRecord, ...]
"""The versions of one record in their order; some may be deletions or repeat the one before."""
Histories = dict[Place, History]


@st.composite
def histories(draw: st.DrawFn, most_records: int = 10, most_versions: int = 3) -> Histories:
    """Records of a few sources with the versions each goes through."""
    made: Histories = {}
    for number in range(draw(st.integers(2, most_records))):
        object = draw(st.sampled_from(("Contact",) * 4 + ("Account",)))
        place = Place(draw(st.sampled_from(SOURCES)), object, f"r{number}")
        versions = draw(st.integers(1, most_versions))
        made[place] = tuple(draw(_version(place, n)) for n in range(versions))
    return made


@st.composite
def _version(draw: st.DrawFn, place: Place, number: int) -> SourceRecord:
    what = draw(st.integers(0, 9))
    if number and what == 0:
        return deleted(place.record_id, object=place.object)
    if number and what == 1 and place.object == "Contact":
        return deleted(place.record_id, merged_into=f"r{draw(st.integers(0, 9))}")
    stamp = draw(st.sampled_from((at(number), at(number), at(number + 0.5), None)))
    if place.object == "Contact":
        return contact(place.record_id, modified=stamp, **draw(person_columns()))
    return account(place.record_id, modified=stamp, **draw(organization_columns()))


def rounds(made: Histories) -> Iterator[tuple[str, list[SourceRecord]]]:
    """The plainest way to read them: everybody's first version, source by source, then everybody's second ..."""
    longest = max(len(history) for history in made.values())
    for number in range(longest):
        streams: dict[tuple[str, str], list[SourceRecord]] = {}
        for place, history in made.items():
            if number < len(history):
                streams.setdefault((place.label, place.object), []).append(history[number])
        for (label, _), records in streams.items():
            yield label, records


def shuffled(made: Histories, seed: int) -> list[tuple[str, Page]]:
    """Another way: any order that keeps each record's own, in pages of any size."""
    chance = random.Random(seed)
    left = {place: list(history) for place, history in made.items()}
    pages: list[tuple[str, Page]] = []
    while left:
        label, object = chance.choice(sorted({(p.label, p.object) for p in left}))
        places = [p for p in left if (p.label, p.object) == (label, object)]
        some = chance.sample(places, chance.randint(1, len(places)))
        pages.append((label, page([left[place].pop(0) for place in some])))
        left = {place: versions for place, versions in left.items() if versions}
    return pages


@contextmanager
def small_limits(seed: int = 0) -> Iterator[None]:
    """Chunks of a few records and blocks that overflow at four, so that a dozen records cross every bound there is."""
    chance = random.Random(seed)
    with (
        _small_caps(),
        mock.patch.multiple(
            blocking, SEGMENT=chance.choice((7, 2_000_000)), CHANGES_A_WRITE=chance.choice((5, 30_000)),
            HOLDERS_A_READ=chance.choice((8, 20_000)),
        ),
        mock.patch.multiple(
            linking, RECORDS_A_CHUNK=chance.choice((1, 2, 3, 10_000)), MANY=chance.choice((1, 20_000)),
            RECORDS_A_WRITE=chance.choice((1, 3, 8_000)), LINKS_A_RANGE=chance.choice((1, 2, 200_000)),
        ),
        mock.patch.multiple(
            resolve, WAITING_A_ROUND=chance.choice((1, 3, 50_000)), RECORDS_A_BATCH=chance.choice((1, 4, 1_500))
        ),
    ):  # fmt: skip
        yield


@contextmanager
def small_bounds() -> Iterator[None]:
    """Blocks that overflow at four, and buckets of three, four, five and six records: all that a few records cross."""
    small = (3, 3, 4, 4, 5, 5, 6, 6)
    with (
        _small_caps(),
        mock.patch.object(stats, "SIZE_BOUNDS", small),
        mock.patch.object(blocking, "COUNTED_UP_TO", small[-1]),
    ):
        yield


def _small_caps() -> AbstractContextManager[Any]:
    capped = {code: rule._replace(cap=min(rule.cap, 4)) for code, rule in keys.RULE_OF_CODE.items()}
    return mock.patch.dict(keys.RULE_OF_CODE, capped)
