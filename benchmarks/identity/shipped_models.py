"""Writes the shipped models from one table of weights: run it after changing a number here.

Each row: level, words, weight in bits, conflict. Weights were found by experiment on generated populations and public
sets and then rounded; m and u are chosen so that log2(m / u) is the weight and so that u is about what unrelated
candidate pairs show.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from unified_model.identity.splink import OVER_PAIRS, level_condition

Row = tuple[str, str, float] | tuple[str, str, float, bool]

PERSON: dict[str, tuple[str, str, list[Row]]] = {
    "family": ("family name", "family", [
        ("exact_rare", "same rare family name", 8.0),
        ("exact_uncommon", "same uncommon family name", 7.0),
        ("exact_common", "same common family name", 5.0),
        ("exact_very_common", "same very common family name", 3.7),
        ("exact_everywhere", "same family name that more than a thousand records hold", 2.0),
        ("typo", "family names that differ by a slip", 6.0),
        ("typo_common", "family names that differ by a slip from a common one", 4.8),
        ("former", "a family name that the other's e-mail tells", 5.5),
        ("part", "family names that share a part", 4.0),
        ("similar", "similar family names", 0.0),
        ("different", "different family names", -5.0),
    ]),
    "given": ("given name", "given", [
        ("exact", "same given name", 5.4),
        ("exact_common", "same common given name", 4.1),
        ("nickname", "given names that are forms of one", 4.0),
        ("initial", "an initial that fits", 3.2),
        ("typo", "given names that differ by a slip", 4.7),
        ("part", "one given name begins the other", 4.5),
        ("similar", "similar given names", 1.0),
        ("different", "different given names", -5.5, True),
    ]),
    "order": ("order of names", "given, family", [("swapped", "given and family name swapped", -0.3)]),
    "middle": ("further given names", "middle", [
        ("same", "same further given name or initial", 4.0),
        ("different", "different further given names", -3.0, True),
    ]),
    "suffix": ("suffix", "suffix", [
        ("same", "same suffix", 4.5),
        ("one_only", "a suffix on one side only", -7.5),
        ("different", "different suffixes", -12.0, True),
    ]),
    "email": ("e-mail", "emails", [
        ("own", "same e-mail", 12.0),
        ("shared_by_two", "same e-mail, held by two different people", 9.5),
        ("shared", "same e-mail, held by many", 0.0),
        ("slip", "e-mails that differ by a slip behind the @", 7.0),
        ("slip_in_name", "e-mails that differ by a letter in front of the @", 1.0),
        ("same_local", "same distinctive name in front of the @", 4.0),
        ("same_domain", "two different e-mails of one domain", -6.5),
        ("different", "different e-mails", -0.4),
    ]),
    "phone": ("phone", "phones", [
        ("own", "same phone", 8.7),
        ("shared_by_two", "same phone, held by two different people", 4.3),
        ("shared", "same phone, held by many", -1.5),
        ("different", "different phones", -0.6),
    ]),
    "company": ("company and place", "company, domain, town, post code", [
        ("same", "same company", 5.5),
        ("alike", "company names that are alike", 5.0),
        ("home_houses", "same post code of a few houses", 11.0),
        ("home_street", "same street", 8.0),
        ("home_postcode", "same post code", 6.5),
        ("home_town", "same town", 3.3),
        ("same_street", "same street", 4.5),
        ("same_switchboard", "same switchboard or desk address", 4.8),
        ("same_postcode", "same post code", 3.0),
        ("same_town", "same town", 1.0),
        ("elsewhere", "different towns", -1.3),
        ("different", "different companies", -2.9),
    ]),
    "birth": ("birth date", "birth_date", [
        ("same", "same birth date", 11.0),
        ("same_year", "same year of birth, no day known", 6.0),
        ("slip", "birth dates that differ by a slip", 6.5),
        ("near", "birth dates a few weeks, a year or ten years apart", 0.0),
        ("part", "birth dates that agree in part", -2.0),
        ("different", "different birth dates", -5.5, True),
    ]),
    "identifier": ("identifier", "external_ids", [
        ("same", "same identifier", 13.0),
        ("slip", "identifiers that differ by a slip", 6.0),
        ("different", "different identifiers of one kind", -3.0),
    ]),
    "title": ("job title", "job_title", [("same", "same job title", 2.3), ("different", "different job titles", -0.9)]),
}  # fmt: skip

ORGANIZATION: dict[str, tuple[str, str, list[Row]]] = {
    "name": ("name", "name", [
        ("exact", "same name", 7.0),
        ("exact_common", "same name, a common one", 4.5),
        ("slip", "names that differ by a slip", 6.5),
        ("domain_named", "a domain made of the other's name", 6.5),
        ("slip_in_short", "short names that differ by a letter", 4.5),
        ("shortened_sole", "one name leaves out the trade, and no second company has its other words", 6.0),
        ("initials", "initials of the other name", 2.5),
        ("domain_alike", "a domain that shortens the other's name", 4.0),
        ("shortened", "one name leaves out trade or region", 2.0),
        ("contained", "one name holds the other", 1.0),
        ("sisters", "same name in two trades or regions", -3.5),
        ("shared_word", "names that share a word", -3.5),
        ("different", "different names", -6.0),
    ]),
    "legal": ("legal form", "name", [
        ("same", "same legal form", 0.5),
        ("different", "different legal forms", -1.0),
    ]),
    "domain": ("internet domain", "domain", [
        ("same", "same domain", 9.0),
        ("shared", "same domain, held by several companies", 4.0),
        ("same_label", "same domain under another ending", 1.5),
        ("different", "different domains", -6.0),
    ]),
    "phone": ("phone", "phones", [
        ("same", "same phone", 5.0),
        ("shared", "same phone, held by several companies", 1.0),
        ("different", "different phones", -1.2),
    ]),
    "place": ("place", "addresses", [
        ("same_street", "same street", 3.0), ("same_postcode", "same post code", 2.0), ("same_town", "same town", 1.0),
        ("elsewhere", "different places", -2.0),
    ]),
    "identifier": ("registration", "external_ids", [
        ("same", "same registration", 12.0), ("different", "different registrations", -4.0, True),
    ]),
}  # fmt: skip

SETTINGS = {
    "person": {
        "base": -9.0,
        "merge": 1500,
        "review": 0,
        "size_limit": 50,
        "step": 1000,
        "support": 500,
        "unlinked": -500,
        "support_growth": 1000,
    },
    "organization": {"base": -2.0, "merge": 4000, "review": 1000, "size_limit": 1000, "step": 1000},
}


def document(kind: str, comparisons: dict[str, tuple[str, str, list[Row]]]) -> dict[str, Any]:
    """A model as JSON in Splink's shape."""
    settings = SETTINGS[kind]
    odds = 2.0 ** settings["base"]
    ours = {key: value for key, value in settings.items() if key != "base"}
    return {
        **OVER_PAIRS,
        "probability_two_random_records_match": odds / (1 + odds),
        "comparisons": [_comparison(name, *rest) for name, rest in comparisons.items()],
        "unsilo": {"kind": kind, **ours},
    }


def _comparison(name: str, says: str, columns: str, rows: list[Row]) -> dict[str, Any]:
    null = {
        "sql_condition": level_condition(name, "none"),
        "label_for_charts": f"no {says} to compare",
        "is_null_level": True,
        "unsilo": {"name": "none"},
    }
    levels = [null] + [_level(name, *row) for row in rows]
    return {
        "output_column_name": name,
        "comparison_description": says,
        "unsilo": {"fields": columns},
        "comparison_levels": levels,
    }


def _level(name: str, level: str, says: str, bits: float, conflict: bool = False) -> dict[str, Any]:
    m, u = (0.5, 0.5 / 2**bits) if bits >= 0 else (0.5 * 2**bits, 0.5)
    ours: dict[str, Any] = {"name": level} | ({"conflict": True} if conflict else {})
    return {
        "sql_condition": level_condition(name, level),
        "label_for_charts": says,
        "m_probability": m,
        "u_probability": u,
        "unsilo": ours,
    }


def main() -> None:
    """Writes both files."""
    folder = Path(__file__).parents[2] / "unified_model" / "identity" / "models"
    for kind, comparisons in (("person", PERSON), ("organization", ORGANIZATION)):
        text = json.dumps(document(kind, comparisons), indent=2, ensure_ascii=False) + "\n"
        (folder / f"{kind}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
