"""What customer data holds, pair by pair: which records the machine joins, and which it never does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.identity.people import form, person
from unified_model.entities import Affiliation, ContactPoint
from unified_model.identity.cluster import cluster_component
from unified_model.identity.compare import weigh
from unified_model.identity.forms import Form, person_form
from unified_model.identity.keys import key_hash, key_hashes_of
from unified_model.identity.model import shipped_model

MODEL = shipped_model("person")
HOME = {"address": {"street": "4 Elm Court", "locality": "Reading", "postal_code": "RG1 2AB"}}
OFFICE = {"company": "Acme Holding GmbH", "site": "acme.com"}
FAMILY_PHONE = "+44 118 496 0123"
Fields = dict[str, Any]


def folded(fields: Fields) -> Form:
    """A form; `emails`, `phones` and `employers` are lists of further ones."""
    single = {name: value for name, value in fields.items() if name not in ("emails", "phones", "employers")}
    record = person(**single)
    record.points += [ContactPoint("email", raw) for raw in fields.get("emails", ())]
    record.points += [ContactPoint("phone", raw) for raw in fields.get("phones", ())]
    record.affiliations += [Affiliation(name=name) for name in fields.get("employers", ())]
    return person_form(record)


def joined(one: Fields, other: Fields, stats: dict[int, tuple[int, int]] | None = None) -> bool:
    a, b = folded(one), folded(other)
    if set(key_hashes_of("person", a)).isdisjoint(key_hashes_of("person", b)):
        return False
    weight = int(weigh(MODEL, [a, b], [0], [1], stats or {})[0][0])
    return len(cluster_component([0, 1], {0: "a", 1: "b"}, [(0, 1, weight)], {0: a, 1: b}, MODEL).clusters) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"given_name": "Jane", "emails": ["jane@acme.com", "jdoe81@gmail.com"]},
            {"given_name": "Jane", "emails": ["doe@elsewhere.org", "jdoe81@gmail.com"]},
            id="one of several e-mails",
        ),
        pytest.param(
            {"given_name": "Jane", "family_name": "Doe", "phones": ["+44 118 496 0123", "+44 118 496 0777"]},
            {"given_name": "Jane", "family_name": "Doe", "phones": ["+44 20 7946 0958", "0118 496 0777"]},
            id="one of several phones",
        ),
        pytest.param(
            {"given_name": "Jane", "family_name": "Doe", "employers": ["Bolt Ltd", "Acme Inc"]},
            {"given_name": "Jane", "family_name": "Doe", "employers": ["ACME, Inc."]},
            id="one of several employers",
        ),
        pytest.param(
            {"given_name": "Katie", "family_name": "Chanfalman", **OFFICE},
            {"given_name": "Katherine", "family_name": "Chanfalman", **OFFICE},
            id="nickname",
        ),
        pytest.param(
            {"given_name": "K.", "family_name": "Chanfalman", **OFFICE},
            {"given_name": "Katherine", "family_name": "Chanfalman", **OFFICE},
            id="initial",
        ),
        pytest.param(
            {"given_name": "Chanfalman", "family_name": "Katherine", **OFFICE},
            {"given_name": "Katherine", "family_name": "Chanfalman", **OFFICE},
            id="order of names",
        ),
        pytest.param(
            {"given_name": "Ana", "family_name": "Chanfalman-Ruiz", **OFFICE},
            {"given_name": "Ana", "family_name": "Ruiz", **OFFICE},
            id="double surname",
        ),
        pytest.param(
            {"given_name": "Дмитрий", "family_name": "Лазпетев", **OFFICE},
            {"given_name": "Dmitry", "family_name": "Lazpetev", **OFFICE},
            id="transliteration",
        ),
        pytest.param(
            {"given_name": "Sarah", "family_name": "Jones", "email": "s.horlingmore@acme.com"},
            {"given_name": "Sarah", "family_name": "Horlingmore", "company": "Acme", "site": "acme.com"},
            id="married name",
        ),
        pytest.param(
            {"given_name": "Jane", "family_name": "Chanfalman", "company": "Acme Inc", "phone": FAMILY_PHONE},
            {"given_name": "Jane", "family_name": "Chanfalman", "company": "Bolt Ltd", "phone": FAMILY_PHONE},
            id="changed job",
        ),
        pytest.param(
            {"given_name": "Robert", "family_name": "Allen", "birth_date": "1971-06-24", **HOME},
            {"given_name": "Rob", "family_name": "Alen", "birth_date": "1971-05-24", **HOME},
            id="slips in names and date",
        ),
    ],
)
def test_one_customer_is_joined(one: Fields, other: Fields) -> None:
    assert joined(one, other)
    assert joined(other, one)


AT_HOME: Fields = {"family_name": "Chanfalman", "phone": FAMILY_PHONE, **HOME}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"given_name": "Anna", "birth_date": "1990-05-17", **AT_HOME},
            {"given_name": "Maria", "birth_date": "1990-05-17", **AT_HOME},
            id="twins",
        ),
        pytest.param(
            {"given_name": "Anna", "birth_date": "1990-05-17", **AT_HOME},
            {"given_name": "M.", "birth_date": "1990-05-17", **AT_HOME},
            id="twins, one by an initial",
        ),
        pytest.param(
            {"given_name": "Peter", "email": "thechanfalmans@gmail.com", **AT_HOME},
            {"given_name": "Susan", "email": "thechanfalmans@gmail.com", **AT_HOME},
            id="household of one mailbox",
        ),
        pytest.param(
            {"given_name": "Pat", "suffix": "Jr", **AT_HOME}, {"given_name": "Pat", "suffix": "Sr", **AT_HOME},
            id="father and son",
        ),
        pytest.param(
            {"given_name": "Pat", "birth_date": "1990-05-17", **AT_HOME},
            {"given_name": "Pat", "birth_date": "1962-11-03", **AT_HOME},
            id="father and son by age",
        ),
        pytest.param(
            {"given_name": "Jane", "family_name": "Doe", "email": "info@acme.com", **OFFICE},
            {"given_name": "Tom", "family_name": "Wright", "email": "info@acme.com", **OFFICE},
            id="role address",
        ),
        pytest.param(
            {"given_name": "Jane", "family_name": "Smith", "email": "test@test.com", "phone": "555-0100"},
            {"given_name": "Jane", "family_name": "Smith", "email": "test@test.com", "phone": "555-0100"},
            id="placeholders beside a common name",
        ),
        pytest.param(
            {"given_name": "n/a", "family_name": "unknown", "company": "n/a", "job_title": "n/a"},
            {"given_name": "n/a", "family_name": "unknown", "company": "n/a", "job_title": "n/a"},
            id="placeholders alone",
        ),
    ],
)  # fmt: skip
def test_two_customers_are_never_joined(one: Fields, other: Fields) -> None:
    assert not joined(one, other)
    assert not joined(other, one)


def test_a_phone_and_an_address_that_many_hold_join_nobody() -> None:
    phone = key_hash("person", "phone", folded({"phone": FAMILY_PHONE})["p"][0])
    mailbox = key_hash("person", "email", "frontdesk@acme.com")
    shared = {"phone": FAMILY_PHONE, "email": "frontdesk@acme.com", **OFFICE}

    one, other = {"given_name": "Jane", **shared}, {"family_name": "Wright", **shared}

    assert joined(one, other)
    assert not joined(one, other, {phone: (5, 4), mailbox: (5, 4)})


def test_namesakes_born_a_year_apart_are_no_duplicates_for_that_alone() -> None:
    a = form(given_name="Günther", family_name="Müller", birth_date="1994-11-17")
    b = form(given_name="Günther", family_name="Müller", birth_date="1993-11-19")

    weights, _ = weigh(MODEL, [a, b], [0], [1], {key_hash("person", "family", "mueller"): (6, 0)})

    assert weights[0] < MODEL.merge
