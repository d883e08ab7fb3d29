"""Addresses and other unique values of the simulated portal, and companies that it links by an address's domain."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served

CONTACTS = "crm/v3/objects/contacts"
numbers = itertools.count()


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


@pytest.fixture
def crm() -> Iterator[Portal]:
    """A portal that links companies by itself."""
    with served(people=10) as each:
        each.admin("switch", auto_company_link=True)
        yield each


def fresh(count: int = 1) -> list[str]:
    """Addresses that nobody has yet."""
    return [f"box{next(numbers)}@example.com" for _ in range(count)]


def read(portal: Portal, *addresses: str) -> list[dict[str, Any]]:
    sent = {
        "idProperty": "email",
        "properties": ["email", "hs_additional_emails"],
        "inputs": [{"id": each} for each in addresses],
    }
    answer = portal.call("POST", f"{CONTACTS}/batch/read", sent)
    return list(answer.json()["results"])


def addresses_of(portal: Portal, contact: str) -> tuple[str, set[str]]:
    held = portal.get(f"{CONTACTS}/{contact}", properties="email,hs_additional_emails")["properties"]
    return held["email"] or "", set(filter(None, (held["hs_additional_emails"] or "").split(";")))


def patch(portal: Portal, contact: str, **properties: str) -> int:
    return portal.call("PATCH", f"{CONTACTS}/{contact}", {"properties": properties}).status_code


def test_who_looks_answers_up_by_the_primary_address_alone_makes_people_twice(portal: Portal) -> None:
    main, second = fresh(2)
    contact = portal.create("contacts", email=main)
    portal.write("contacts", contact, hs_additional_emails=f";{second}")

    found = read(portal, second)
    naive = {each["properties"]["email"]: each["id"] for each in found}
    careful = {
        address: each["id"]
        for each in found
        for address in (each["properties"]["email"], *each["properties"]["hs_additional_emails"].split(";"))
    }

    assert second not in naive
    assert careful[second] == contact
    assert portal.call("POST", CONTACTS, {"properties": {"email": second}, "associations": []}).status_code == 409


def test_who_writes_an_additional_address_without_a_leading_semicolon_loses_the_others(portal: Portal) -> None:
    main, second, third, fourth = fresh(4)
    contact = portal.create("contacts", email=main)

    portal.write("contacts", contact, hs_additional_emails=f";{second}")
    portal.write("contacts", contact, hs_additional_emails=f";{third}")
    both = addresses_of(portal, contact)
    portal.write("contacts", contact, hs_additional_emails=fourth)

    assert both == (main, {second, third})
    assert addresses_of(portal, contact) == (main, {fourth})


def test_an_upsert_by_an_additional_address_lands_on_its_owner_and_leaves_the_primary_one(portal: Portal) -> None:
    main, second = fresh(2)
    contact = portal.create("contacts", email=main)
    portal.write("contacts", contact, hs_additional_emails=f";{second}")

    sent = {"inputs": [{"id": second, "idProperty": "email", "properties": {"city": "Ulm"}}]}
    (row,) = portal.post(f"{CONTACTS}/batch/upsert", sent)["results"]

    assert (row["id"], row["new"]) == (contact, False)
    assert addresses_of(portal, contact) == (main, {second})


def test_case_and_blanks_make_no_new_address(portal: Portal) -> None:
    (main,) = fresh()
    contact = portal.create("contacts", email=main)

    again = portal.call("POST", CONTACTS, {"properties": {"email": main.upper()}, "associations": []})

    assert again.status_code == 409
    assert [each["id"] for each in read(portal, main.upper())] == [contact]


@pytest.mark.parametrize(
    ("name", "taken", "refusal"),
    [("email", 0, 409), ("email", 1, 400), ("hs_additional_emails", 0, 409), ("hs_additional_emails", 1, 400)],
)
def test_no_contact_takes_an_address_of_another(portal: Portal, name: str, taken: int, refusal: int) -> None:
    held = fresh(2)
    owner = portal.create("contacts", email=held[0])
    portal.write("contacts", owner, hs_additional_emails=f";{held[1]}")
    other = portal.create("contacts", email=fresh()[0])
    before = portal.rows("contacts")[other]

    answer = patch(portal, other, **{name: held[taken]})

    assert answer == refusal
    assert portal.rows("contacts")[other] == before


def test_an_additional_address_that_becomes_the_primary_one_changes_places_with_it(portal: Portal) -> None:
    main, second = fresh(2)
    contact = portal.create("contacts", email=main)
    portal.write("contacts", contact, hs_additional_emails=f";{second}")

    portal.write("contacts", contact, email=second)

    assert addresses_of(portal, contact) == (second, {main})


def test_an_address_that_is_given_up_is_free(portal: Portal) -> None:
    old, new = fresh(2)
    contact = portal.create("contacts", email=old)

    portal.write("contacts", contact, email=new)

    assert portal.create("contacts", email=old) != contact
    assert [each["id"] for each in read(portal, new)] == [contact]


def test_an_address_stands_once_in_a_contact(portal: Portal) -> None:
    main, second = fresh(2)
    contact = portal.create("contacts", email=main)

    portal.write("contacts", contact, hs_additional_emails=f";{main};{second};{second.upper()}")

    assert addresses_of(portal, contact) == (main, {second})


def test_two_new_contacts_of_one_batch_can_t_share_an_address(portal: Portal) -> None:
    (address,) = fresh()
    inputs = [
        {"objectWriteTraceId": str(each), "properties": {"email": address}, "associations": []} for each in range(2)
    ]

    answer = portal.post(f"{CONTACTS}/batch/create", {"inputs": inputs}, 207)

    assert len(answer["results"]) == 1
    assert [each["category"] for each in answer["errors"]] == ["CONFLICT"]


def test_the_same_address_written_again_is_no_conflict_with_oneself(portal: Portal) -> None:
    main, second = fresh(2)
    contact = portal.create("contacts", email=main)
    portal.write("contacts", contact, hs_additional_emails=f";{second}")

    assert patch(portal, contact, email=main.upper(), hs_additional_emails=f";{second}") == 200
    assert addresses_of(portal, contact) == (main, {second})


def test_a_unique_property_is_held_once_and_frees_its_value_in_the_bin(portal: Portal) -> None:
    first = portal.create("companies", name="A", customer_number="U-1")
    other = portal.create("companies", name="B")
    path = f"crm/v3/objects/companies/{other}"

    refused = portal.call("PATCH", path, {"properties": {"customer_number": "U-1"}})
    portal.call("DELETE", f"crm/v3/objects/companies/{first}")
    taken = portal.call("PATCH", path, {"properties": {"customer_number": "U-1"}})

    assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")
    assert taken.status_code == 200


def test_what_is_not_unique_names_nobody(portal: Portal) -> None:
    sent = {"idProperty": "domain", "inputs": [{"id": "example.com"}], "properties": []}

    assert portal.call("POST", "crm/v3/objects/companies/batch/read", sent).status_code == 400


def test_who_takes_every_company_for_somebody_s_work_takes_in_what_the_portal_made_by_itself(crm: Portal) -> None:
    before = set(crm.live("companies"))

    contact = crm.create("contacts", email="ann@quixotic-mills.example")
    at_once = set(crm.live("companies"))
    crm.wait(60)

    (company,) = set(crm.live("companies")) - before
    row = crm.rows("companies")[company]["properties"]
    assert at_once == before
    assert (row["name"], row["domain"]) == ("Quixotic Mills", "quixotic-mills.example")
    assert row["hs_object_source"] == "AUTOMATION_PLATFORM"
    assert crm.held("contacts", contact, "associatedcompanyid") == company


def test_a_company_that_is_there_is_linked_and_not_made_again(crm: Portal) -> None:
    company = crm.create("companies", name="Mills", domain="mills.example")
    contacts = [crm.create("contacts", email=f"p{number}@mills.example") for number in range(3)]

    crm.wait(60)

    assert [crm.held("contacts", each, "associatedcompanyid") for each in contacts] == [company] * 3
    assert [row["properties"]["domain"] for row in crm.live("companies").values()].count("mills.example") == 1


@pytest.mark.parametrize("address", ["ann@gmail.com", "ann@gmx.de", ""])
def test_private_mailboxes_tell_of_no_company(crm: Portal, address: str) -> None:
    before = len(crm.live("companies"))
    contact = crm.create("contacts", firstname="Ann", email=address)

    crm.wait(60)

    assert len(crm.live("companies")) == before
    assert not crm.held("contacts", contact, "associatedcompanyid")


def test_a_company_that_somebody_chose_meanwhile_stays(crm: Portal) -> None:
    chosen = crm.create("companies", name="Chosen")
    contact = crm.create("contacts", email="ann@elsewhere.example")
    crm.write("contacts", contact, associatedcompanyid=chosen)

    crm.wait(60)

    assert crm.held("contacts", contact, "associatedcompanyid") == chosen
    assert "elsewhere.example" not in [row["properties"]["domain"] for row in crm.live("companies").values()]


def test_a_contact_that_was_merged_meanwhile_is_linked_as_its_survivor(crm: Portal) -> None:
    one, other = crm.create("contacts", firstname="A"), crm.create("contacts", email="b@late.example")
    survivor = crm.admin("merge", object="contacts", primary=one, other=other)["id"]

    crm.wait(60)

    company = crm.held("contacts", survivor, "associatedcompanyid")
    assert company is not None
    assert crm.held("companies", company, "domain") == "late.example"
