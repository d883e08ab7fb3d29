"""The ways in which a record is gone from the simulated portal, which a naive client takes for one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served

CONTACTS = "crm/v3/objects/contacts"
ERASE = f"{CONTACTS}/gdpr-delete"
DAY_S = 24 * 3_600


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


@pytest.fixture
def crm() -> Iterator[Portal]:
    """A portal of its own, for tests that let months pass or set switches."""
    with served(people=10) as each:
        yield each


def status(portal: Portal, record: str, *, archived: bool = False, kind: str = "contacts") -> int:
    path = f"crm/v3/objects/{kind}/{record}"
    return portal.call("GET", path, params={"archived": str(archived).lower()}).status_code


def listed(portal: Portal, *, archived: bool = False) -> set[str]:
    return {each["id"] for each in portal.pages(CONTACTS, limit=100, archived=str(archived).lower())}


def written_by_hand(portal: Portal, address: str) -> int:
    """How it ends when a person of the portal makes a contact with an address."""
    sent: Any = {"object": "contacts", "records": [{"properties": {"email": address}}]}
    return portal.session.post(f"{portal.address}/__admin/create", json=sent, timeout=30).status_code


def test_four_ways_to_be_gone_differ_only_in_where_the_id_still_leads(portal: Portal) -> None:
    archived, purged, erased, merged, other = (portal.create("contacts", firstname="P") for _ in range(5))
    portal.call("DELETE", f"{CONTACTS}/{archived}")
    portal.admin("purge", object="contacts", ids=[purged])
    portal.post(ERASE, {"objectId": erased}, 204)
    survivor = portal.admin("merge", object="contacts", primary=other, other=merged)["id"]

    gone = (archived, purged, erased, merged)
    naive = [each not in listed(portal) for each in gone]
    binned = listed(portal, archived=True)
    told = {each: (status(portal, each), status(portal, each, archived=True), each in binned) for each in gone}

    assert naive == [True] * 4
    assert told == {
        archived: (404, 200, True),
        purged: (404, 404, False),
        erased: (404, 404, False),
        merged: (200, 404, False),
    }
    assert portal.get(f"{CONTACTS}/{merged}")["id"] == survivor


def test_who_reads_the_bin_once_a_quarter_never_hears_of_what_was_deleted(crm: Portal) -> None:
    record = crm.create("contacts", firstname="P")
    crm.call("DELETE", f"{CONTACTS}/{record}")

    crm.wait(89 * DAY_S)
    in_time = record in listed(crm, archived=True)
    crm.wait(2 * DAY_S)

    assert in_time
    assert record not in listed(crm, archived=True)
    assert record not in crm.rows("contacts")


@pytest.mark.parametrize("touches", [True, False])
def test_who_follows_the_stamps_alone_may_never_hear_of_a_restored_record(crm: Portal, touches: bool) -> None:
    crm.admin("switch", restore_touches=touches)
    record = crm.create("contacts", firstname="P")
    crm.call("DELETE", f"{CONTACTS}/{record}")
    crm.wait(600)
    since = str(int(crm.simulator.clock.now().timestamp() * 1_000))
    crm.wait(1)

    crm.admin("restore", object="contacts", ids=[record])
    crm.wait(60)

    changed = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": since}
    assert (record in crm.found("contacts", changed)) is touches
    assert record in listed(crm)
    assert record not in listed(crm, archived=True)


def test_archiving_again_says_the_same_and_moves_nothing(portal: Portal) -> None:
    record = portal.create("contacts", firstname="P")

    first = portal.call("DELETE", f"{CONTACTS}/{record}").status_code
    before = portal.rows("contacts")[record]
    portal.wait(60)
    second = portal.call("DELETE", f"{CONTACTS}/{record}").status_code

    assert (first, second) == (204, 204)
    assert portal.rows("contacts")[record] == before


def test_archiving_moves_no_stamp(portal: Portal) -> None:
    record = portal.create("contacts", firstname="P")
    before = portal.rows("contacts")[record]["updatedAt"]
    portal.wait(60)

    portal.call("DELETE", f"{CONTACTS}/{record}")

    shown = portal.get(f"{CONTACTS}/{record}", archived="true")
    assert (shown["updatedAt"], shown["archivedAt"] > before) == (before, True)


def test_a_record_in_the_bin_keeps_no_address_from_others_and_can_t_come_back_beside_them(portal: Portal) -> None:
    first = portal.create("contacts", email="twice@example.com")
    portal.call("DELETE", f"{CONTACTS}/{first}")

    second = portal.create("contacts", email="twice@example.com")
    answer = portal.session.post(
        f"{portal.address}/__admin/restore", json={"object": "contacts", "ids": [first]}, timeout=30
    )

    assert second != first
    assert answer.status_code == 400
    assert second in answer.json()["message"]
    assert first in listed(portal, archived=True)


@pytest.mark.parametrize("named", ["id", "email", "additional email", "id in the bin", "email in the bin"])
def test_an_erased_contact_is_nowhere_at_once_however_it_was_named(portal: Portal, named: str) -> None:
    address = f"erase.{named.replace(' ', '-')}@example.com"
    record = portal.create("contacts", email=address)
    portal.write("contacts", record, hs_additional_emails=f";second.{address}")
    if named.endswith("bin"):
        portal.call("DELETE", f"{CONTACTS}/{record}")
    sent = {"objectId": {"email": address, "additional email": f"second.{address}"}.get(named.split(" in ")[0], record)}
    sent |= {} if named.startswith("id") else {"idProperty": "email"}

    portal.post(ERASE, sent, 204)

    by_address = {"idProperty": "email", "inputs": [{"id": address}], "properties": []}
    assert (status(portal, record), status(portal, record, archived=True)) == (404, 404)
    assert portal.post(f"{CONTACTS}/batch/read", by_address, 207)["results"] == []
    assert record in portal.admin("erased", object="contacts")
    assert record not in portal.rows("contacts")


@pytest.mark.parametrize("way", ["erased", "archived"])
def test_search_shows_who_is_gone_until_it_has_caught_up(portal: Portal, way: str) -> None:
    record = portal.create("contacts", firstname=f"Late {way}")
    portal.wait(10)
    if way == "erased":
        portal.post(ERASE, {"objectId": record}, 204)
    else:
        portal.call("DELETE", f"{CONTACTS}/{record}")

    named = {"propertyName": "firstname", "operator": "EQ", "value": f"Late {way}"}
    late = portal.found("contacts", named)
    portal.wait(10)

    assert late == [record]
    assert status(portal, record) == 404
    assert portal.found("contacts", named) == []


def test_an_erasure_that_is_asked_for_again_is_not_found(portal: Portal) -> None:
    record = portal.create("contacts", firstname="P")
    portal.post(ERASE, {"objectId": record}, 204)

    again = portal.call("POST", ERASE, {"objectId": record})

    assert (again.status_code, again.json()["category"]) == (404, "OBJECT_NOT_FOUND")


def test_the_address_of_an_erased_contact_is_shut_to_people_and_open_to_the_api(portal: Portal) -> None:
    record = portal.create("contacts", email="shut@example.com")
    portal.post(ERASE, {"objectId": record}, 204)

    by_hand = written_by_hand(portal, "shut@example.com")
    by_api = portal.create("contacts", email="shut@example.com")

    assert by_hand == 400
    assert portal.held("contacts", by_api, "email") == "shut@example.com"


def test_an_address_that_nobody_has_is_shut_all_the_same(portal: Portal) -> None:
    portal.post(ERASE, {"objectId": "Stranger@example.com", "idProperty": "email"}, 204)

    assert written_by_hand(portal, "stranger@example.com") == 400


def test_erasing_is_for_contacts_alone_and_wants_a_name_that_it_knows(portal: Portal) -> None:
    company = portal.create("companies", name="C")
    asked: list[tuple[str, dict[str, Any]]] = [
        ("crm/v3/objects/companies/gdpr-delete", {"objectId": company}),
        (ERASE, {}),
        (ERASE, {"objectId": "Ann", "idProperty": "firstname"}),
    ]

    refused = [portal.call("POST", path, sent).status_code for path, sent in asked]

    assert refused == [404, 400, 400]
    assert company in portal.live("companies")


def test_who_deletes_to_erase_leaves_the_person_in_the_bin(portal: Portal) -> None:
    record = portal.create("contacts", email="still@example.com")

    portal.post(f"{CONTACTS}/batch/archive", {"inputs": [{"id": record}]}, 204)

    shown = portal.get(f"{CONTACTS}/{record}", archived="true", properties="email")
    assert shown["properties"]["email"] == "still@example.com"


def test_what_a_purged_record_was_linked_with_forgets_it(portal: Portal) -> None:
    contact, company = portal.create("contacts", firstname="P"), portal.create("companies", name="C")
    portal.write("contacts", contact, associatedcompanyid=company)

    portal.admin("purge", object="companies", ids=[company])

    shown = portal.get(f"{CONTACTS}/{contact}", properties="associatedcompanyid", associations="companies")
    assert not shown["properties"]["associatedcompanyid"]
    assert "associations" not in shown
    assert portal.get(f"crm/v4/objects/contacts/{contact}/associations/companies")["results"] == []


def test_the_whole_bin_can_be_emptied(crm: Portal) -> None:
    records = [crm.create("contacts", firstname="P") for _ in range(3)]
    crm.post(f"{CONTACTS}/batch/archive", {"inputs": [{"id": each} for each in records]}, 204)
    before = len(listed(crm, archived=True))

    purged = crm.admin("empty_bin")["purged"]

    assert purged >= before >= 3
    assert listed(crm, archived=True) == set()
    assert [status(crm, each, archived=True) for each in records] == [404] * 3


def test_locked_contacts_are_not_erased(portal: Portal) -> None:
    record = portal.create("contacts", firstname="P")
    portal.admin("lock", object="contacts", ids=[record], locked=True)

    answer = portal.call("POST", ERASE, {"objectId": record})
    portal.admin("lock", object="contacts", ids=[record], locked=False)

    assert answer.status_code == 423
    assert status(portal, record) == 200
