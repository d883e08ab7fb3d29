"""Kinds of association in the simulated portal: numbers, directions, labels and primary ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served
from tests.contract.simulators.hubspot_relations import (
    BATCH,
    LABELS,
    MERE,
    PRIMARY,
    firms,
    link,
    linked,
    pair,
    people,
    spec,
)


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=30) as each:
        yield each


def label_numbered(portal: Portal, a: str, b: str, number: int) -> None:
    """A label of the portal's own under a number that HubSpot uses too: they are counted up from 1."""
    made = 0
    while made < number:
        name = f"label_{made}"
        made = portal.post(f"crm/v4/associations/{a}/{b}/labels", {"label": name, "name": name})["results"][0]["typeId"]
    assert made == number


def test_who_knows_types_by_number_alone_takes_a_label_for_the_primary_company() -> None:
    with served(people=5) as portal:
        # Each label takes two numbers, one for each direction.
        used = portal.post(LABELS, {"label": "Guest", "name": "guest"})["results"][1]["typeId"]
        a, b, primary = ("companies", "tickets", 25) if used % 2 == 0 else ("tickets", "companies", 26)
        ends = {"companies": firms(portal, 1)[0]}
        ends["tickets"] = portal.create("tickets", subject="T", hs_pipeline="0", hs_pipeline_stage="1")
        label_numbered(portal, a, b, primary)

        row = pair(ends[a], ends[b], spec(primary, "USER_DEFINED"))
        portal.post(f"crm/v4/associations/{a}/{b}/batch/create", {"inputs": [row]}, 201)

        (kinds,) = linked(portal, ends[a], a, b).values()
        assert primary in [number for _, number in kinds]
        assert ("HUBSPOT_DEFINED", primary) not in kinds


def test_a_label_has_another_number_and_another_text_at_its_other_end(portal: Portal) -> None:
    sent = {"label": "Manager", "name": "manager_employee", "inverseLabel": "Managed by"}

    there, back = portal.post(LABELS, sent)["results"]

    known = portal.get("crm/v4/associations/companies/contacts/labels")["results"]
    assert (there["label"], back["label"]) == ("Manager", "Managed by")
    assert back in known
    assert there not in known


def test_deleting_a_label_takes_it_from_every_association_and_leaves_the_links(portal: Portal) -> None:
    (contact,), (company,) = people(portal, 1), firms(portal, 1)
    number = portal.post(LABELS, {"label": "Guest", "name": "guest"})["results"][0]["typeId"]
    portal.post(f"{BATCH}/create", {"inputs": [pair(contact, company, spec(number, "USER_DEFINED"))]}, 201)

    portal.call("DELETE", f"{LABELS}/{number}")

    assert linked(portal, contact) == {company: [("HUBSPOT_DEFINED", MERE)]}
    assert linked(portal, company, "companies", "contacts") == {contact: [("HUBSPOT_DEFINED", 280)]}
    assert portal.call("DELETE", f"{LABELS}/{number}").status_code == 404


def test_between_two_types_there_are_fifty_labels_at_most() -> None:
    with served(people=5) as portal:
        made = [
            portal.call("POST", LABELS, {"label": f"Label {n}", "name": f"label_{n}"}).status_code for n in range(51)
        ]

        assert made == [200] * 50 + [400]


@pytest.mark.parametrize(
    ("a", "b", "there", "back", "primary"),
    [
        ("contacts", "companies", 279, 280, (1, 2)),
        ("contacts", "deals", 4, 3, None),
        ("deals", "companies", 341, 342, (5, 6)),
        ("contacts", "tickets", 15, 16, None),
        ("companies", "tickets", 340, 339, (25, 26)),
        ("deals", "tickets", 27, 28, None),
        ("deals", "line_items", 19, 20, None),
        ("notes", "contacts", 202, 201, None),
        ("notes", "companies", 190, 189, None),
        ("notes", "deals", 214, 213, None),
        ("notes", "tickets", 228, 227, None),
        ("tasks", "companies", 192, 191, None),
        ("tasks", "deals", 216, 215, None),
        ("calls", "companies", 182, 181, None),
        ("calls", "deals", 206, 205, None),
        ("emails", "contacts", 198, 197, None),
        ("emails", "companies", 186, 185, None),
        ("emails", "deals", 210, 209, None),
        ("meetings", "companies", 188, 187, None),
        ("meetings", "deals", 212, 211, None),
    ],
)
def test_the_numbers_of_hubspot_s_own_types_lead_one_way(
    portal: Portal, a: str, b: str, there: int, back: int, primary: tuple[int, int] | None
) -> None:
    def known(start: str, end: str) -> dict[int, str | None]:
        kinds = portal.get(f"crm/v4/associations/{start}/{end}/labels")["results"]
        return {each["typeId"]: each["label"] for each in kinds if each["category"] == "HUBSPOT_DEFINED"}

    expected: list[dict[int, str | None]] = [{there: None}, {back: None}]
    if primary is not None:
        expected = [held | {number: "Primary"} for held, number in zip(expected, primary, strict=True)]

    assert [known(a, b), known(b, a)] == expected


@pytest.mark.parametrize(
    ("here", "there", "types", "one_primary"),
    [
        ("companies", "contacts", (280, 2), False),
        ("deals", "companies", (341, 5), True),
        ("companies", "deals", (342, 6), False),
        ("tickets", "companies", (339, 26), True),
    ],
)
def test_primary_types_give_way_on_the_side_that_has_one(
    portal: Portal, here: str, there: str, types: tuple[int, int], one_primary: bool
) -> None:
    given = {
        "companies": {"name": "C"},
        "contacts": {"firstname": "P"},
        "deals": {"dealname": "D", "pipeline": "default", "dealstage": "contractsent"},
        "tickets": {"subject": "T", "hs_pipeline": "0", "hs_pipeline_stage": "1"},
    }
    start = portal.create(here, **given[here])
    ends = [portal.create(there, **given[there]) for _ in range(2)]
    path = f"crm/v4/associations/{here}/{there}/batch/create"

    for each in ends:
        portal.post(path, {"inputs": [pair(start, each, spec(types[1]))]}, 201)

    primary = [
        each for each, kinds in linked(portal, start, here, there).items() if ("HUBSPOT_DEFINED", types[1]) in kinds
    ]
    assert primary == (ends[1:] if one_primary else ends)
    assert all(("HUBSPOT_DEFINED", types[0]) in kinds for kinds in linked(portal, start, here, there).values())


def test_a_custom_object_is_linked_under_numbers_of_the_portal_s_own(portal: Portal) -> None:
    (contact,) = people(portal, 1)
    machine = portal.create("machines", serial_number="M-100")
    known = portal.get("crm/v4/associations/machines/contacts/labels")["results"]

    portal.call("PUT", f"crm/v4/objects/machines/{machine}/associations/default/contacts/{contact}")

    assert linked(portal, machine, "machines", "contacts") == {contact: [("USER_DEFINED", known[0]["typeId"])]}
    assert known[0]["label"] is None


def test_a_company_s_parent_is_its_child_s_parent_seen_from_the_other_end(portal: Portal) -> None:
    parent, child = firms(portal, 2)

    sent = {"inputs": [pair(parent, child, spec(13))]}
    portal.post("crm/v4/associations/companies/companies/batch/create", sent, 201)

    kinds = list(linked(portal, child, "companies", "companies").values())
    assert kinds == [[("HUBSPOT_DEFINED", 14), ("HUBSPOT_DEFINED", 450)]]
    assert portal.held("companies", child, "hs_parent_company_id") == parent


def test_archiving_an_association_takes_all_its_labels_archiving_a_label_only_that(portal: Portal) -> None:
    contacts, (company,) = people(portal, 2), firms(portal, 1)
    for each in contacts:
        link(portal, each, [company], PRIMARY)

    portal.post(f"{BATCH}/labels/archive", {"inputs": [pair(contacts[0], company, spec(PRIMARY))]}, 204)
    portal.post(f"{BATCH}/archive", {"inputs": [{"from": {"id": contacts[1]}, "to": [{"id": company}]}]}, 204)

    assert linked(portal, contacts[0]) == {company: [("HUBSPOT_DEFINED", MERE)]}
    assert linked(portal, contacts[1]) == {}
    assert [portal.held("contacts", each, "associatedcompanyid") for each in contacts] in ([None, None], ["", ""])


def test_taking_the_mere_link_parts_only_those_who_have_no_label_besides(portal: Portal) -> None:
    contacts, (company,) = people(portal, 2), firms(portal, 1)
    link(portal, contacts[0], [company])
    link(portal, contacts[1], [company], PRIMARY)

    inputs = [pair(each, company, spec(MERE)) for each in contacts]
    portal.post(f"{BATCH}/labels/archive", {"inputs": inputs}, 204)

    assert linked(portal, contacts[0]) == {}
    assert linked(portal, contacts[1]) == {company: [("HUBSPOT_DEFINED", PRIMARY), ("HUBSPOT_DEFINED", MERE)]}
