"""How plain Splink 5 is set up for each kind of data: columns, comparisons, blocking and training rules.

The sets that Splink's documentation has a demonstration of are set up as it is there (docs/demos in
moj-analytical-services/splink at version 5): fake_1000 as in `accuracy_analysis_from_labels_column`, historical_50k as
in `deduplicate_50k_synthetic`, febrl3 and febrl1 as in `febrl3`, febrl4 as in `febrl4` (the detailed model). Where it
has none, stock comparisons stand over lower-cased columns, chosen in Splink's favour among some tried. Thresholds are
fixed in advance: 0.9, or 0.95 where the demonstration clusters at that, and 0.5 for organizations, where Splink's own
estimates leave hardly anything above 0.9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

THRESHOLD = 0.9
ORGANIZATION_THRESHOLD = 0.5
RANDOM_PAIRS = 1e7
"""Pairs to estimate u from: what Splink's tutorial recommends at least for large data. Its default, 1e6, warns."""


@dataclass(frozen=True)
class PeerSettings:
    """One way to set plain Splink up. Rules are column names that must agree, or SQL over `l` and `r`."""

    comparisons: Callable[[Any], list[Any]]
    """Given Splink's comparison library."""
    blocking: tuple[Any, ...]
    certain: tuple[Any, ...]
    """Rules whose pairs are taken to match, for estimating how many do."""
    recall: float
    """Of the certain rules, as its user would guess."""
    training: tuple[Any, ...]
    """Blocking rules of expectation maximisation, one session each."""
    random_pairs: float = RANDOM_PAIRS
    threshold: float = THRESHOLD
    without_term_frequencies: bool = False
    link_only: bool = False
    """Two tables without duplicates inside: told by the column `source_dataset`."""
    prepare: str = "select * from raw"
    """SQL from the table as read to the table that is matched."""


_LOWER_CASED = "select record, nullif(lower(trim(columns(* exclude (record)))), '') from raw"

_CRM = PeerSettings(
    lambda cl: [
        cl.NameComparison("first_name"),
        cl.NameComparison("last_name"),
        cl.EmailComparison("email"),
        cl.ExactMatch("phone"),
        cl.JaroWinklerAtThresholds("company"),
        cl.ExactMatch("town"),
        cl.ExactMatch("post_code"),
    ],
    blocking=("email", "phone", ("first_name", "last_name"), ("last_name", "company"), ("first_name", "post_code")),
    certain=("email", ("first_name", "last_name", "phone")),
    recall=0.7,
    training=("email", ("first_name", "last_name")),
    prepare=_LOWER_CASED,
)

_COMPANIES = PeerSettings(
    lambda cl: [cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]), cl.ExactMatch("website")],
    blocking=("name", "website", "substr(name, 1, 8)"),
    certain=("name", "website"),
    recall=0.2,
    training=("website", "substr(name, 1, 8)"),
    threshold=ORGANIZATION_THRESHOLD,
    prepare=_LOWER_CASED,
)

_FAKE_1000 = PeerSettings(
    lambda cl: [
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ],
    blocking=("first_name", "surname", "dob", "email"),
    certain=(
        "l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
        "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
        "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        "l.email = r.email",
    ),
    recall=0.7,
    training=("dob", "email", ("first_name", "surname")),
    random_pairs=1e6,
    without_term_frequencies=True,
)

_HISTORICAL_50K = PeerSettings(
    lambda cl: [
        cl.ForenameSurnameComparison(
            "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
        ),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode_fake"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    ],
    blocking=(
        ("substr(first_name,1,3)", "substr(surname,1,4)"), ("surname", "dob"), ("first_name", "dob"),
        ("postcode_fake", "first_name"), ("postcode_fake", "surname"), ("dob", "birth_place"),
        ("substr(postcode_fake,1,3)", "dob"), ("substr(postcode_fake,1,3)", "first_name"),
        ("substr(postcode_fake,1,3)", "surname"),
        ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
    ),
    certain=(
        ("first_name", "surname", "dob"), ("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
        ("dob", "postcode_fake"),
    ),
    recall=0.6,
    training=(("first_name", "surname"), "dob"),
    threshold=0.95,
    without_term_frequencies=True,
    prepare="select *, first_name || ' ' || surname as first_name_surname_concat from raw",
)  # fmt: skip

_FEBRL3 = PeerSettings(
    lambda cl: [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ],
    blocking=("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode"),
    certain=(
        "soc_sec_id", ("given_name", "surname", "date_of_birth"),
        "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
    ),
    recall=0.9,
    training=("date_of_birth", "postcode"),
    random_pairs=1e6,
)  # fmt: skip

_FEBRL4 = PeerSettings(
    lambda cl: [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison(
            "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        ),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ],
    blocking=(
        ("given_name", "surname"), "l.given_name = r.surname and l.surname = r.given_name", "date_of_birth",
        "soc_sec_id", ("state", "address_1"), ("street_number", "address_1"), "postcode",
    ),
    certain=("soc_sec_id", ("given_name", "surname", "date_of_birth")),
    recall=0.8,
    training=("date_of_birth", "postcode"),
    random_pairs=1e6,
    without_term_frequencies=True,
    link_only=True,
)  # fmt: skip

_PATSTAT = PeerSettings(
    lambda cl: [
        cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.7]),
        cl.ArrayIntersectAtSizes("coauthors", [3, 1]),
        cl.ArrayIntersectAtSizes("classes", [3, 1]),
        cl.DistanceInKMAtThresholds("latitude", "longitude", [1, 25]),
    ],
    blocking=("substr(name, 1, 4)", "l.latitude = r.latitude and l.longitude = r.longitude"),
    certain=("name",),
    recall=0.4,
    training=("substr(name, 1, 6)", "l.latitude = r.latitude and l.longitude = r.longitude"),
    threshold=ORGANIZATION_THRESHOLD,
    prepare="""
        select record, lower(Name) as name, string_split(Coauthor, '**') as coauthors,
            string_split(Class, '**') as classes,
            nullif(Lat::double, 0) as latitude, nullif(Lng::double, 0) as longitude
        from raw
    """,
)

SETTINGS: dict[str, PeerSettings] = {
    "crm": _CRM,
    "companies": _COMPANIES,
    "fake_1000": _FAKE_1000,
    "historical_50k": _HISTORICAL_50K,
    "febrl1": _FEBRL3,
    "febrl3": _FEBRL3,
    "febrl4": _FEBRL4,
    "patstat_companies": _PATSTAT,
}

NAIVE_KEYS: dict[str, tuple[str, ...]] = {
    "crm": ("email",),
    "companies": ("name",),
    "fake_1000": ("email",),
    "historical_50k": ("first_name", "surname", "dob"),
    "febrl1": ("soc_sec_id",),
    "febrl3": ("soc_sec_id",),
    "febrl4": ("soc_sec_id",),
    "patstat_companies": ("Name",),
}
"""Columns which, all equal but for letter case, make two records one: the exact-e-mail rule where there are e-mails."""
