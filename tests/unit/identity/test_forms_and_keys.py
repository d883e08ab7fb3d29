"""Forms are pure and whole; keys are stable, few, and only some of them form pairs."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

import pytest
from hypothesis import given

from tests.unit.identity.people import RECORDS, company_form, form, person
from unified_model.entities import PersonRecord
from unified_model.identity.forms import person_form
from unified_model.identity.keys import KEYS_VERSION, RULES, key_hash, keys_of, pairing_keys, rule_of
from unified_model.store.keys import RULE_MASK


@given(RECORDS)
def test_a_form_is_made_the_same_twice_and_survives_json(record: PersonRecord) -> None:
    first = person_form(record)

    assert person_form(record) == first
    assert json.loads(json.dumps(first)) == first


def test_contact_points_get_their_canonical_form() -> None:
    record = person(email="J.Doe+x@Gmail.com", phone="0374 161 2276", address={"locality": "Köln", "country": "UK"})

    person_form(record)

    assert [point.canonical for point in record.points] == ["jdoe@gmail.com", "+443741612276", "koln | gb"]


def test_free_mail_is_no_company() -> None:
    assert "d" not in form(email="jane@gmail.com")
    assert form(email="jane@acme.com")["d"] == ["acme.com"]


def test_nothing_but_placeholders_leaves_an_empty_form_without_keys() -> None:
    empty = form(given_name="n/a", family_name="-", email="test@test.com", phone="555-0100", company="unknown")

    assert empty == {}
    assert keys_of("person", empty) == []


def test_names_in_either_order_and_their_nicknames_share_a_key() -> None:
    straight = {key.hash for key in keys_of("person", form(given_name="Debbie", family_name="Wright"))}
    swapped = {key.hash for key in keys_of("person", form(given_name="Wright", family_name="Deborah"))}

    assert straight & swapped


def test_a_companys_name_and_its_domain_lead_to_one_key() -> None:
    by_name = {key.hash for key in keys_of("person", form(family_name="Falcalson", company="Falcon First Logistics"))}
    by_site = {key.hash for key in keys_of("person", form(family_name="Falcalson", email="info@falconfirst.com"))}

    assert {rule_of(key).name for key in by_name & by_site} == {"family", "circle_family"}


@given(RECORDS)
def test_keys_are_signed_64_bit_name_their_rule_and_are_few(record: PersonRecord) -> None:
    keys = keys_of("person", person_form(record))

    assert len(keys) <= 24
    for key in keys:
        assert -(2**63) <= key.hash < 2**63
        assert rule_of(key.hash).name == key.rule
        assert key_hash("person", key.rule, key.value) == key.hash


def test_a_key_is_the_same_on_every_machine() -> None:
    assert key_hash("person", "email", "jane@acme.com") == key_hash("person", "email", "jane@acme.com")
    assert key_hash("person", "phone", "741612276") != key_hash("organization", "phone", "741612276")
    assert keys_of("organization", company_form("Acme Inc"))[0].value == "acme"


def test_only_keys_under_their_cap_form_pairs_and_refining_ones_wait_for_an_oversize_parent() -> None:
    birth = key_hash("person", "birth", "1980-01-01")
    child = key_hash("person", "birth_initials", "1980-01-01 dj")
    email = key_hash("person", "email", "jane@acme.com")

    assert pairing_keys([email, birth, child], set()) == [email, birth]
    assert pairing_keys([email, birth, child], {birth}) == [email, child]


def test_the_store_reads_the_rule_out_of_a_key_as_it_was_written() -> None:
    for rule in RULES:
        assert key_hash(rule.kind, rule.name, "acme") & RULE_MASK == rule.code


def test_every_rule_has_a_number_of_its_own_that_fits_the_key() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert max(rule.code for rule in RULES) < 32


BORN = {"given_name": "Frank", "family_name": "Brightman", "birth_date": "1856-06-18"}
HOME = {"address": {"locality": "Bristol", "postal_code": "BS2 0EL"}}


@pytest.mark.parametrize(
    ("other", "rules"),
    [
        ({"birth_date": "1858-06-18", "given_name": "Feank", "family_name": "Brightman"}, {"birth_day_name", "family"}),
        ({"birth_date": "1856-07-19", "given_name": "Feank", "family_name": "Brigthman", **HOME}, {"birth_year_place"}),
        ({"birth_date": "1856-06-18", "given_name": "Ed", "family_name": "Ward"}, {"birth"}),
        ({"family_name": "Brightman", **HOME}, {"circle_family", "family", "postcode_family"}),
        ({"given_name": "Brightman", **HOME}, {"circle_family", "family", "postcode_family"}),
    ],
)
def test_people_of_few_fields_meet_in_spite_of_slips(other: dict[str, Any], rules: set[str]) -> None:
    mine = {key.hash for key in keys_of("person", form(**BORN, **HOME))}
    theirs = {key.hash for key in keys_of("person", form(**other))}

    assert {rule_of(key).name for key in mine & theirs} == rules


def test_a_mailbox_with_digits_leads_to_its_slips_behind_the_at_where_ages_are_known() -> None:
    one = {key.hash for key in keys_of("person", form(email="roberta25@smith.net", birth_date="1971-06-24"))}
    slip = {key.hash for key in keys_of("person", form(email="roberta25@smiht.nte", birth_date="1971-05-23"))}

    assert {rule_of(key).name for key in one & slip} == {"mailbox"}


def test_records_without_a_birth_date_pay_nothing_for_keys_of_dates() -> None:
    at_work = form(given_name="Jane", family_name="Doe", email="jane.doe7@acme.com", company="Acme Inc", **HOME)

    assert [key.rule for key in keys_of("person", at_work)] == [
        "email", "name", "family", "circle_family", "circle_given", "postcode_given",
    ]  # fmt: skip


def test_other_keys_are_another_version_of_them() -> None:
    """Fails when a rule changes: raise KEYS_VERSION, so that stores make their keys anew, and put the new mark here."""
    people = [
        form(**BORN, **HOME, email="frank.b7@acme.com", phone="+1 212 555 7788", external_ids={"tax": "123456789"}),
        form(given_name="Bob", family_name="Smith-Jones", company="Acme Holding GmbH", email="info@acme.com", **HOME),
        form(given_name="Debbie", email="thefarson12@gmail.com", **HOME),
    ]
    companies = [company_form("Falcon First Logistics", "falconfirst.com", "+1 212 555 7788"), company_form("Acme")]
    keys = [key.hash for one in people for key in keys_of("person", one)]
    keys += [key.hash for one in companies for key in keys_of("organization", one)]

    mark = blake2b(repr(keys).encode(), digest_size=4).hexdigest()

    assert (KEYS_VERSION, mark) == ("4", "a2104939")
