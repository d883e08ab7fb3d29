"""What public readers ask of a portal besides the present API, or spell otherwise; each made one of them fail once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=40) as each:
        yield each


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("properties/v1/deals/properties", "deals"),
        ("properties/v2/contact/properties", "contacts"),
        ("companies/v2/properties", "companies"),
    ],
)
def test_old_lists_of_properties_are_bare_lists(portal: Portal, path: str, kind: str) -> None:
    listed = portal.get(path)

    assert [each["name"] for each in listed] == [
        each["name"] for each in portal.get(f"crm/v3/properties/{kind}")["results"]
    ]


def test_an_old_list_of_what_is_no_type_is_not_empty(portal: Portal) -> None:
    assert "hs_object_id" in [each["name"] for each in portal.get("properties/v2/form/properties")]


def test_records_are_listed_under_v4_too(portal: Portal) -> None:
    assert (
        portal.get("crm/v4/objects/tickets", limit=3)["results"]
        == portal.get("crm/v3/objects/tickets", limit=3)["results"]
    )


def test_labels_have_another_spelling(portal: Portal) -> None:
    pair = "contacts/companies/labels"

    assert portal.get(f"crm/associations/v4/{pair}") == portal.get(f"crm/v4/associations/{pair}")


@pytest.mark.parametrize(
    "name", ["goal_targets", "feedback_submissions", "postal_mail", "invoices", "deal_split", "carts"]
)
def test_types_without_records_are_known(portal: Portal, name: str) -> None:
    assert portal.get(f"crm/v3/objects/{name}")["results"] == []
    assert portal.get(f"crm/v3/properties/{name}")["results"] != []


def test_a_custom_object_has_a_short_name_with_p_before_it(portal: Portal) -> None:
    assert {each["id"] for each in portal.pages("crm/v3/objects/p_machine", limit=100)} == set(portal.live("machines"))


def test_associations_with_what_is_no_type_are_passed_over(portal: Portal) -> None:
    asked = portal.get("crm/v3/objects/contacts", associations="conversations,companies", limit=100)["results"]

    assert {name for each in asked for name in each.get("associations", {})} == {"companies"}


def test_records_that_can_t_be_linked_are_found_to_have_no_links(portal: Portal) -> None:
    contact = next(iter(portal.live("contacts")))

    answer = portal.post("crm/v4/associations/contacts/products/batch/read", {"inputs": [{"id": contact}]}, 207)

    assert (answer["results"], answer["numErrors"]) == ([], 1)
