"""How names of companies relate, and what two records of companies weigh for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.identity.people import company_form
from unified_model.identity.cluster import cluster_component
from unified_model.identity.company_names import (
    CONTAINED,
    DIFFERENT,
    DOMAIN_ALIKE,
    DOMAIN_NAMED,
    EXACT,
    EXACT_COMMON,
    INITIALS,
    SHARED_WORD,
    SHORTENED,
    SISTERS,
    SLIP,
    SLIP_IN_SHORT,
    TRADE_LEFT_OUT,
    own_part,
    relate_names,
    relate_to_label,
)
from unified_model.identity.compare import weigh
from unified_model.identity.conflict import conflict_of
from unified_model.identity.explain import explain_pair
from unified_model.identity.forms import Form
from unified_model.identity.keys import key_hash, keys_of
from unified_model.identity.model import shipped_model
from unified_model.identity.normalise.business_words import HONORIFIC, OWN, REGION, TRADE, business_word
from unified_model.identity.stats import people_bucket

MODEL = shipped_model("organization")
WORDS = st.sampled_from(
    ("acme", "acmee", "bolt", "falcon", "falc", "bank", "bnak", "foods", "holding", "deutschland", "v", "llp", "smith",
     "konink", "technologies", "technology", "22", "ibm", "a")
)  # fmt: skip
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("acme technologies", "technology acme", EXACT),
        ("east lake bank", "eastlake bank", EXACT),
        ("koninklijke philips", "philips", EXACT),
        ("smith", "smith", EXACT_COMMON),
        ("consulting", "consulting", EXACT_COMMON),
        ("keystone sigma", "kystone sigma", SLIP),
        ("dalmar security", "dalmar secuity", EXACT),
        ("dalmar foods", "dalmar fods", SLIP),
        ("gist brocades", "gistbrocades", EXACT),
        ("acme bank", "acme bank xlp", EXACT),
        ("rador", "radur", SLIP_IN_SHORT),
        ("falsel", "falsel pharma", TRADE_LEFT_OUT),
        ("falsel", "falsel deutschland", SHORTENED),
        ("international business machines", "ibm", INITIALS),
        ("siemens", "siemens healthineers", CONTAINED),
        ("falsel bank", "falsel pharma", SISTERS),
        ("dalmar security", "walcar security", DIFFERENT),
        ("meyer bau", "meier bau", SHARED_WORD),
        ("studio 54", "studio 55", DIFFERENT),
        ("acme falcon", "acme bolt", SHARED_WORD),
    ],
)
def test_names_relate_by_their_own_words_and_those_of_trade_and_region(one: str, other: str, relation: int) -> None:
    assert relate_names(one, other) == relation
    assert relate_names(other, one) == relation


@pytest.mark.parametrize(
    ("name", "label", "relation"),
    [
        ("east lake bank", "eastlakebank", DOMAIN_NAMED),
        ("global amber dental", "globalamber dent", DOMAIN_NAMED),
        ("harver dynamics", "harver", DOMAIN_NAMED),
        ("keystone sigma properties", "keystone prop", DOMAIN_ALIKE),
        ("smith", "smith", 0),
        ("falcon dynamics", "harver dyna", 0),
        ("acme", "acm", 0),
    ],
)
def test_a_domain_is_read_as_a_name(name: str, label: str, relation: int) -> None:
    assert relate_to_label(name, label) == relation


@pytest.mark.parametrize(
    ("word", "text", "kind"),
    [
        ("technologie", "technology", TRADE),
        ("electrnics", "electronics", TRADE),
        ("maschinenfabrik", "maschinenfabrik", TRADE),
        ("holland", "netherlands", REGION),
        ("koninlijke", "koninklijke", HONORIFIC),
        ("motorola", "motorola", OWN),
        ("pharmacia", "pharmacia", OWN),
        ("22", "22", OWN),
    ],
)
def test_words_of_trade_are_known_in_their_spellings(word: str, text: str, kind: int) -> None:
    assert business_word(word) == (text, kind)


def test_a_name_of_nothing_but_trade_is_all_its_own() -> None:
    assert own_part("global energy systems") == "globalenergysystem"
    assert own_part("acme energy systems") == "acme"


@given(NAMES, NAMES)
def test_relations_are_the_same_both_ways_and_exact_with_itself(one: str, other: str) -> None:
    assert relate_names(one, other) == relate_names(other, one)
    assert relate_names(one, one) in (EXACT, EXACT_COMMON)


def weight(one: Form, other: Form, stats: dict[int, tuple[int, int]] | None = None) -> int:
    return int(weigh(MODEL, [one, other], [0], [1], stats or {})[0][0])


def test_a_short_name_is_a_companys_only_while_no_second_one_has_it() -> None:
    short, long = company_form("Falsel"), company_form("Falsel Pharma AG")
    several = {key_hash("organization", "own_words", "falsel"): (1, 1)}

    assert weight(short, long) >= MODEL.merge
    assert weight(short, long, several) < MODEL.review


def test_trades_of_one_name_are_counted_as_companies_and_its_spellings_are_not() -> None:
    spellings = [
        company_form(name) for name in ("Rador", "Rador Security", "rador secuirty", "RADOR Ltd", "Rador Security xLP")
    ]

    assert people_bucket(spellings) == 0
    assert people_bucket([*spellings, company_form("Rador Industries")]) == 1


def test_initials_and_short_names_join_under_one_domain_even_where_spellings_make_it_seem_shared() -> None:
    crowded = {key_hash("organization", "domain", "keystone-prop.com"): (5, 3)}
    full = company_form("Keystone Sigma Properties", "keystone-prop.com")

    assert weight(full, company_form("KSP PLC", "keystone-prop.com"), crowded) >= MODEL.merge
    assert weight(full, company_form("Acme", "keystone-prop.com"), crowded) < MODEL.review


def test_initials_alone_merge_nothing() -> None:
    assert weight(company_form("IBM"), company_form("International Business Machines")) < MODEL.merge


def test_small_firms_of_a_common_name_need_more_than_it() -> None:
    one, other = company_form("Müller GmbH"), company_form("Mueller GmbH")

    assert weight(company_form("Schmidt GmbH"), company_form("Schmidt GmbH")) < MODEL.merge
    assert weight(one, other) < MODEL.merge
    assert (
        weight(company_form("Schmidt", phone="+49 30 1234567"), company_form("Schmidt", phone="030 1234567"))
        >= MODEL.merge
    )


def test_a_record_with_nothing_but_a_site_joins_the_company_it_names() -> None:
    named, site = company_form("Global Amber Dental AG"), company_form("globalamber-dent.com")

    assert "n" not in site
    assert weight(named, site) >= MODEL.merge
    assert {key.hash for key in keys_of("organization", named)} & {key.hash for key in keys_of("organization", site)}


def test_companies_of_one_name_in_two_trades_never_meet_in_a_cluster() -> None:
    forms = {1: company_form("Rador"), 2: company_form("Rador Security"), 3: company_form("Rador Industries")}
    strong = MODEL.merge + 1000

    result = cluster_component(
        [1, 2, 3], {n: str(n) for n in forms}, [(1, 2, strong + 1), (1, 3, strong)], forms, MODEL
    )

    assert result.clusters == [[1, 2], [3]]
    assert [one.reason for one in result.held_apart] == ["conflict"]


def test_explanations_say_what_of_two_names_agrees() -> None:
    explained = explain_pair(MODEL, company_form("Global Amber Dental AG"), company_form("globalamber-dent.com"), {})

    assert explained.verdict == "same"
    assert any(
        "a domain made of the other's name: global amber dental / globalamber-dent.com" in w for w in explained.words
    )


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        ("DE 123.456.789", "de123456789", None),
        ("DE123456789", "123456789", None),
        ("HRB 12345", "HRB 54321", "identifier"),
        ("HRB 12345", "DE123456789", None),
        ("000000000", "123456789", None),
    ],
)
def test_registrations_are_compared_as_digits_and_contradict_only_within_one_register(
    one: str, other: str, conflict: str | None
) -> None:
    a, b = company_form("Acme", registration=one), company_form("Acme", registration=other)

    assert conflict_of("organization", a, b) == conflict


def test_a_page_that_anybody_may_have_is_no_domain_of_a_company() -> None:
    sites = ("https://linktr.ee/acme", "facebook.com/acme", "acme.github.io", "acme.wixsite.com/home", "wa.me/123")

    assert [company_form("Acme", site).get("d") for site in sites] == [None] * len(sites)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acmon Engineering", "Acmun Engineering Corp"),
        ("Harbor River Insurance", "Harzbor River Insurance GmbH"),
        ("Keystone Sigma Properties", "keystonesigma"),
        ("Swiftvalren Capital", "switvalren capital"),
        ("Falsel", "Falsel Pharma AG"),
        ("East Lake Bank", "eastlakebank.com"),
    ],
)
def test_spellings_of_one_company_share_a_key(one: str, other: str) -> None:
    mine, theirs = ({key.hash for key in keys_of("organization", company_form(name))} for name in (one, other))

    assert mine & theirs


def test_a_common_name_makes_no_key_of_its_own_words() -> None:
    rules = [key.rule for key in keys_of("organization", company_form("Müller Bau GmbH"))]
    common = [key.rule for key in keys_of("organization", company_form("Schmidt Bau GmbH"))]

    assert "own_words" not in common
    assert "core" in common
    assert len(rules) <= 8
