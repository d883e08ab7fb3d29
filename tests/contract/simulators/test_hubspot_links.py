"""What connects records of the simulated portal: associations and their labels, merges, and companies that it links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served

LINK, PRIMARY = 279, 1
BATCH = "crm/v4/associations/contacts/companies/batch"


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=60) as each:
        yield each


@pytest.fixture
def crm() -> Iterator[Portal]:
    """A portal whose switches a test may set."""
    with served(people=20) as each:
        yield each


def people_and_firms(portal: Portal, people: int = 1, firms: int = 1) -> tuple[list[str], list[str]]:
    contacts = [portal.create("contacts", firstname=f"P{number}") for number in range(people)]
    return contacts, [portal.create("companies", name=f"C{number}") for number in range(firms)]


def link(portal: Portal, contact: str, company: str, number: int = LINK, category: str = "HUBSPOT_DEFINED") -> None:
    types = [{"associationCategory": category, "associationTypeId": number}]
    sent = {"inputs": [{"from": {"id": contact}, "to": {"id": company}, "types": types}]}
    portal.post(f"{BATCH}/create", sent, 201)


def links(portal: Portal, contact: str) -> dict[str, list[Any]]:
    """Numbers of the types by company."""
    answer = portal.call("POST", f"{BATCH}/read", {"inputs": [{"id": contact}]})
    rows = answer.json()["results"]
    to = rows[0]["to"] if rows else []
    return {str(each["toObjectId"]): sorted(kind["typeId"] for kind in each["associationTypes"]) for each in to}


def test_a_second_primary_company_takes_the_first_one_s_place(portal: Portal) -> None:
    (contact,), (one, two) = people_and_firms(portal, 1, 2)

    link(portal, contact, one, PRIMARY)
    before = links(portal, contact)
    link(portal, contact, two)
    merely_linked = links(portal, contact)
    link(portal, contact, two, PRIMARY)

    assert before == {one: [PRIMARY, LINK]}
    assert merely_linked == {one: [PRIMARY, LINK], two: [LINK]}
    assert links(portal, contact) == {one: [LINK], two: [PRIMARY, LINK]}
    assert portal.held("contacts", contact, "associatedcompanyid") == two


def test_both_ends_see_an_association_each_under_its_own_number(portal: Portal) -> None:
    (contact,), (company,) = people_and_firms(portal)

    link(portal, contact, company)

    back = portal.post("crm/v4/associations/companies/contacts/batch/read", {"inputs": [{"id": company}]})
    assert [each["typeId"] for each in back["results"][0]["to"][0]["associationTypes"]] == [280]
    assert back["results"][0]["to"][0]["toObjectId"] == contact


def test_a_number_of_the_other_direction_is_refused(portal: Portal) -> None:
    (contact,), (company,) = people_and_firms(portal)
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 280}]
    sent = {"inputs": [{"from": {"id": contact}, "to": {"id": company}, "types": types}]}

    answer = portal.call("POST", f"{BATCH}/create", sent)

    assert answer.status_code in (207, 400)
    assert links(portal, contact) == {}


def test_a_label_is_added_beside_the_link_and_goes_alone(portal: Portal) -> None:
    (contact,), (company,) = people_and_firms(portal)
    made = portal.post("crm/v4/associations/contacts/companies/labels", {"label": "Board", "name": "board"})["results"]
    number = made[0]["typeId"]
    spec = [{"associationCategory": "USER_DEFINED", "associationTypeId": number}]

    link(portal, contact, company, number, "USER_DEFINED")
    labelled = links(portal, contact)
    pair = {"from": {"id": contact}, "to": {"id": company}, "types": spec}
    portal.post(f"{BATCH}/labels/archive", {"inputs": [pair]}, 204)
    bare = links(portal, contact)
    portal.post(f"{BATCH}/archive", {"inputs": [{"from": {"id": contact}, "to": [{"id": company}]}]}, 204)

    assert labelled == {company: sorted([number, LINK])}
    assert bare == {company: [LINK]}
    assert links(portal, contact) == {}


@pytest.mark.parametrize(("operation", "most"), [("read", 1_000), ("create", 2_000), ("associate/default", 2_000)])
def test_a_batch_of_associations_has_its_limit(portal: Portal, operation: str, most: int) -> None:
    row = {"id": "1", "from": {"id": "1"}, "to": {"id": "1"}, "types": []}

    answer = portal.call("POST", f"{BATCH}/{operation}", {"inputs": [row] * (most + 1)})

    assert answer.status_code == 400, answer.text


def test_many_associations_of_one_record_come_in_pages() -> None:
    with served(people=20) as portal:
        firms = portal.admin(
            "create", object="companies", records=[{"properties": {"name": f"C{n}"}} for n in range(750)]
        )
        contact = portal.create("contacts", firstname="Busy")
        portal.admin(
            "associate", from_object="contacts", to_object="companies", **{"from": contact, "to": firms["ids"]}
        )
        read: list[str] = []
        pages = 0
        asked: dict[str, Any] = {"id": contact}
        while True:
            (row,) = portal.post(f"{BATCH}/read", {"inputs": [asked]})["results"]
            read += [str(each["toObjectId"]) for each in row["to"]]
            pages += 1
            if "paging" not in row:
                break
            asked = {"id": contact, "after": row["paging"]["next"]["after"]}
        alone = list(portal.pages(f"crm/v4/objects/contacts/{contact}/associations/companies", limit=500))

        assert len(read) == len(set(read))
        assert set(read) == set(firms["ids"]) == {str(each["toObjectId"]) for each in alone}
        assert pages > 1


def test_inline_associations_tell_a_primary_company_twice(portal: Portal) -> None:
    (contact,), (company,) = people_and_firms(portal)
    link(portal, contact, company, PRIMARY)

    shown = portal.get(f"crm/v3/objects/contacts/{contact}", associations="companies")["associations"]["companies"]

    assert {(each["id"], each["type"]) for each in shown["results"]} == {
        (company, "contact_to_company"),
        (company, "contact_to_company_unlabeled"),
    }


def test_records_can_be_linked_as_they_are_made(portal: Portal) -> None:
    _, (company,) = people_and_firms(portal, 0, 1)
    kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": LINK}]
    sent = {"properties": {"firstname": "A"}, "associations": [{"to": {"id": company}, "types": kinds}]}

    made = portal.post("crm/v3/objects/contacts", sent, 201)["id"]

    assert company in links(portal, made)


def test_an_association_moves_no_stamp_unless_it_is_switched_on(crm: Portal) -> None:
    (contact, other), (company,) = people_and_firms(crm, 2, 1)
    crm.wait(60)
    before = crm.rows("contacts")[contact]["properties"]["lastmodifieddate"]

    link(crm, contact, company)
    after = crm.rows("contacts")[contact]["properties"]["lastmodifieddate"]
    crm.admin("switch", associations_touch=True)
    link(crm, other, company)

    assert after == before
    assert crm.rows("contacts")[other]["properties"]["lastmodifieddate"] > before


@pytest.mark.parametrize("keeps", [False, True])
def test_old_ids_lead_to_the_survivor_through_a_chain_of_merges(crm: Portal, keeps: bool) -> None:
    crm.admin("switch", merge_keeps_primary_id=keeps)
    ids = [crm.create("contacts", email=f"m{n}@example.com", **({"city": "Ulm"} if n == 1 else {})) for n in range(3)]

    path = "crm/v3/objects/contacts/merge"
    first = crm.post(path, {"primaryObjectId": ids[0], "objectIdToMerge": ids[1]})["id"]
    last = crm.post(path, {"primaryObjectId": first, "objectIdToMerge": ids[2]})["id"]
    crm.wait(10)

    shown = crm.get(
        f"crm/v3/objects/contacts/{ids[1]}", properties="email,city,hs_additional_emails,hs_merged_object_ids"
    )
    values = shown["properties"]
    batch = crm.post("crm/v3/objects/contacts/batch/read", {"inputs": [{"id": each} for each in ids], "properties": []})
    assert (last == ids[0]) is keeps
    assert shown["id"] == last
    assert {each["id"] for each in batch["results"]} == {last}
    assert (values["email"], values["city"]) == ("m0@example.com", "Ulm")
    assert set(values["hs_additional_emails"].split(";")) == {"m1@example.com", "m2@example.com"}
    assert set(values["hs_merged_object_ids"].split(";")) >= {ids[1], ids[2]}
    listed = {each["id"] for each in crm.pages("crm/v3/objects/contacts", limit=100)}
    binned = {each["id"] for each in crm.pages("crm/v3/objects/contacts", limit=100, archived="true")}
    gone = set(ids) - {last}
    assert not gone & (listed | binned)
    assert {old for old, survivor in crm.admin("merged", object="contacts").items() if survivor == last} >= gone


def test_a_merge_unites_what_both_were_linked_with(crm: Portal) -> None:
    (one, other), (first, second) = people_and_firms(crm, 2, 2)
    link(crm, one, first, PRIMARY)
    link(crm, other, second, PRIMARY)

    survivor = crm.post("crm/v3/objects/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": other})["id"]

    assert set(links(crm, survivor)) == {first, second}
    assert links(crm, survivor)[first] == [PRIMARY, LINK]


def test_the_furthest_lifecycle_and_the_oldest_creation_survive_a_merge(crm: Portal) -> None:
    old = crm.create("contacts", firstname="Old", lifecyclestage="customer")
    born = crm.held("contacts", old, "createdate")
    crm.wait(3_600)
    young = crm.create("contacts", firstname="Young", lifecyclestage="lead")

    survivor = crm.post("crm/v3/objects/contacts/merge", {"primaryObjectId": young, "objectIdToMerge": old})["id"]

    values = crm.rows("contacts")[survivor]["properties"]
    assert (values["firstname"], values["lifecyclestage"], values["createdate"]) == ("Young", "customer", born)


@pytest.mark.parametrize("case", ["itself", "merged already", "another type"])
def test_a_merge_that_can_t_be_is_refused(crm: Portal, case: str) -> None:
    (one, other), (company,) = people_and_firms(crm, 2, 1)
    if case == "merged already":
        crm.post("crm/v3/objects/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": other})
    partner = {"itself": one, "merged already": other, "another type": company}[case]

    answer = crm.call("POST", "crm/v3/objects/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": partner})

    assert answer.status_code in (400, 404), answer.text


def test_a_merged_contact_keeps_every_email_taken(crm: Portal) -> None:
    one, other = crm.create("contacts", email="a@example.com"), crm.create("contacts", email="b@example.com")
    survivor = crm.post("crm/v3/objects/contacts/merge", {"primaryObjectId": one, "objectIdToMerge": other})["id"]

    again = crm.call("POST", "crm/v3/objects/contacts", {"properties": {"email": "b@example.com"}, "associations": []})

    assert again.status_code == 409
    assert f"Existing ID: {survivor}" in again.json()["message"]


def test_the_portal_links_a_new_contact_to_its_company_by_domain(crm: Portal) -> None:
    crm.admin("switch", auto_company_link=True)
    firms = len(crm.live("companies"))

    known = crm.create("contacts", email="one@brandnew-firm.com")
    free = crm.create("contacts", email="one@gmail.com")
    at_once = links(crm, known)
    crm.wait(600)

    (company,) = links(crm, known)
    assert at_once == {}
    assert links(crm, free) == {}
    assert crm.held("companies", company, "domain") == "brandnew-firm.com"
    assert len(crm.live("companies")) == firms + 1
