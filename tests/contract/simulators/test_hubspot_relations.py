"""Associations of the simulated portal, and what a client loses that reads or writes them naively."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served
from tests.contract.simulators.hubspot_relations import (
    BATCH,
    MERE,
    PRIMARY,
    firms,
    link,
    linked,
    pair,
    people,
    read,
    spec,
)


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=30) as each:
        yield each


@pytest.fixture
def crm(portal: Portal) -> Iterator[Portal]:
    """The same portal, whose switches are as they were once the test is over."""
    before = vars(portal.simulator.portal.switches).copy()
    yield portal
    vars(portal.simulator.portal.switches).update(before)


def test_who_reads_one_page_of_a_record_s_associations_loses_the_rest(crm: Portal) -> None:
    crm.admin("switch", association_page=3)
    (contact,), companies = people(crm, 1), firms(crm, 8)
    link(crm, contact, companies)

    naive = [to["toObjectId"] for row in read(crm, {"id": contact})["results"] for to in row["to"]]

    assert naive == companies[:3]
    assert list(linked(crm, contact)) == companies


def test_records_of_one_batch_go_on_each_behind_its_own_after(crm: Portal) -> None:
    crm.admin("switch", association_page=2)
    (one, other), companies = people(crm, 2), firms(crm, 5)
    link(crm, one, companies)
    link(crm, other, companies[:3])

    first = read(crm, {"id": one}, {"id": other})["results"]
    more = [{"id": row["from"]["id"], "after": row["paging"]["next"]["after"]} for row in first]
    second = read(crm, *more)["results"]

    told = {row["from"]["id"]: [to["toObjectId"] for to in row["to"]] for row in second}
    assert told == {one: companies[2:4], other: companies[2:3]}
    assert ["paging" in row for row in second] == [True, False]


def test_who_keeps_what_a_batch_read_does_not_mention_keeps_a_link_that_is_gone(portal: Portal) -> None:
    contacts, (company,) = people(portal, 2), firms(portal, 1)
    for each in contacts:
        link(portal, each, [company])
    naive = {row["from"]["id"]: row["to"] for row in read(portal, *({"id": each} for each in contacts))["results"]}

    portal.post(f"{BATCH}/archive", {"inputs": [{"from": {"id": contacts[0]}, "to": [{"id": company}]}]}, 204)
    answer = read(portal, *({"id": each} for each in contacts))
    naive |= {row["from"]["id"]: row["to"] for row in answer["results"]}

    assert naive[contacts[0]]
    assert linked(portal, contacts[0]) == {}
    (error,) = answer["errors"]
    assert (error["category"], error["context"]["fromObjectId"]) == ("OBJECT_NOT_FOUND", [contacts[0]])
    assert answer["numErrors"] == 1


def test_who_merely_links_by_the_primary_type_takes_the_customer_s_primary_company_away(portal: Portal) -> None:
    naive, careful = people(portal, 2)
    chosen, ours = firms(portal, 2)
    for each in (naive, careful):
        link(portal, each, [chosen], PRIMARY)

    link(portal, naive, [ours], PRIMARY)
    link(portal, careful, [ours])

    assert portal.held("contacts", naive, "associatedcompanyid") == ours
    assert portal.held("contacts", careful, "associatedcompanyid") == chosen


def test_who_looks_at_the_status_alone_overlooks_what_default_association_refused(portal: Portal) -> None:
    (contact,), (company,) = people(portal, 1), firms(portal, 1)

    inputs = [pair(contact, company), pair(contact, "999999")]
    answer = portal.call("POST", f"{BATCH}/associate/default", {"inputs": inputs})

    assert answer.status_code == 200
    assert answer.json()["numErrors"] == 1
    assert answer.json()["errors"][0]["context"]["toObjectId"] == ["999999"]
    assert linked(portal, contact) == {company: [("HUBSPOT_DEFINED", MERE)]}


def test_a_batch_with_labels_tells_each_pair_that_it_refuses_in_a_207(portal: Portal) -> None:
    (contact,), (company,) = people(portal, 1), firms(portal, 1)
    inputs = [pair(contact, company, spec(MERE)), pair(contact, company, spec(280)), pair("77", company, spec(MERE))]

    answer = portal.post(f"{BATCH}/create", {"inputs": inputs}, 207)

    assert [row["toObjectId"] for row in answer["results"]] == [company]
    assert [error["category"] for error in answer["errors"]] == ["VALIDATION_ERROR", "OBJECT_NOT_FOUND"]


@pytest.mark.parametrize("operation", ["create", "associate/default"])
def test_one_row_of_a_batch_may_fail_by_itself_and_is_not_there(portal: Portal, operation: str) -> None:
    contacts, (company,) = people(portal, 5), firms(portal, 1)
    types = [spec(MERE)] if operation == "create" else []
    portal.admin("faults", orders=[{"fault": "row_refused", "path": operation}])

    answer = portal.call("POST", f"{BATCH}/{operation}", {"inputs": [pair(each, company, *types) for each in contacts]})

    (error,) = answer.json()["errors"]
    failed = error["context"]["fromObjectId"]
    assert set(linked(portal, company, "companies", "contacts")) == set(contacts) - set(failed)
    assert len(failed) == 1


def test_archiving_takes_a_hundred_distinct_starts_at_most(portal: Portal) -> None:
    contacts, (company,) = people(portal, 101), firms(portal, 1)
    portal.post(f"{BATCH}/associate/default", {"inputs": [pair(each, company) for each in contacts]})
    inputs = [{"from": {"id": each}, "to": [{"id": company}]} for each in contacts]

    refused = portal.call("POST", f"{BATCH}/archive", {"inputs": inputs})
    before = len(linked(portal, company, "companies", "contacts"))
    portal.post(f"{BATCH}/archive", {"inputs": inputs[:100]}, 204)

    assert refused.status_code == 400
    assert (before, len(linked(portal, company, "companies", "contacts"))) == (101, 1)


def test_who_compares_ids_as_text_finds_none_where_they_are_numbers(crm: Portal) -> None:
    (contact,), (company,) = people(crm, 1), firms(crm, 1)
    link(crm, contact, [company])

    crm.admin("switch", number_ids=True)
    headers = {"Authorization": f"Bearer {crm.token}"}
    sent = {"inputs": [{"id": contact}]}
    answer = crm.session.post(f"{crm.address}/{BATCH}/read", json=sent, headers=headers, timeout=30).json()
    crm.watched.wrong.clear()  # the contract knows ids as text alone
    (to,) = answer["results"][0]["to"]

    assert to["toObjectId"] != company
    assert str(to["toObjectId"]) == company


def test_who_counts_the_inline_rows_counts_a_primary_company_twice_and_misses_those_beyond(crm: Portal) -> None:
    crm.admin("switch", inline_associations=4)
    (contact,), companies = people(crm, 1), firms(crm, 6)
    link(crm, contact, companies)
    link(crm, contact, companies[:1], PRIMARY)

    shown = crm.get(f"crm/v3/objects/contacts/{contact}", associations="companies")["associations"]["companies"]
    listed = next(
        each
        for each in crm.pages("crm/v3/objects/contacts", associations="companies", limit=100)
        if each["id"] == contact
    )

    assert len(shown["results"]) == 5
    assert {each["id"] for each in shown["results"]} == set(companies[:4])
    assert shown["paging"]["next"]["after"] == companies[3]
    assert listed["associations"]["companies"] == shown
    assert set(linked(crm, contact)) == set(companies)


def test_who_follows_the_stamps_alone_never_hears_of_a_new_association(portal: Portal) -> None:
    (contact,), (company,) = people(portal, 1), firms(portal, 1)
    portal.wait(600)
    since = str(int(portal.simulator.clock.now().timestamp() * 1_000))
    portal.wait(60)

    link(portal, contact, [company], PRIMARY)
    portal.wait(60)

    changed = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": since}
    assert contact not in portal.found("contacts", changed, limit=200)
    assert portal.held("contacts", contact, "associatedcompanyid") == company


def test_a_company_in_the_recycle_bin_is_linked_with_nobody_until_it_comes_back(portal: Portal) -> None:
    (contact,), (company,) = people(portal, 1), firms(portal, 1)
    link(portal, contact, [company], PRIMARY)

    portal.call("DELETE", f"crm/v3/objects/companies/{company}")
    portal.wait(10)
    meanwhile = linked(portal, contact), portal.held("contacts", contact, "associatedcompanyid")
    among = {"propertyName": "associations.company", "operator": "EQ", "value": company}
    found = portal.found("contacts", among)
    portal.admin("restore", object="companies", ids=[company])

    assert meanwhile in (({}, None), ({}, ""))
    assert (found, portal.found("contacts", among)) == ([], [contact])
    assert linked(portal, contact) == {company: [("HUBSPOT_DEFINED", PRIMARY), ("HUBSPOT_DEFINED", MERE)]}
    assert portal.held("contacts", contact, "associatedcompanyid") == company


def test_a_record_that_is_made_with_an_association_that_can_t_be_is_not_made(portal: Portal) -> None:
    before = len(portal.live("contacts"))
    wrong = {"to": {"id": "999999"}, "types": [spec(MERE)]}

    answer = portal.call(
        "POST", "crm/v3/objects/contacts", {"properties": {"email": "nobody@example.com"}, "associations": [wrong]}
    )

    assert answer.status_code in (400, 404)
    assert len(portal.live("contacts")) == before


def test_what_a_refused_write_had_linked_already_is_taken_back(portal: Portal) -> None:
    (contact,), (company,) = people(portal, 1), firms(portal, 1)
    before = portal.rows("contacts")[contact], portal.rows("companies")[company]
    good, bad = ({"to": {"id": each}, "types": [spec(PRIMARY)]} for each in (company, "999999"))

    new = {"properties": {"firstname": "N"}, "associations": [good, bad]}
    made = portal.call("POST", "crm/v3/objects/contacts", new).status_code
    sent = {"properties": {"associatedcompanyid": "999999", "firstname": "Other"}}
    changed = portal.call("PATCH", f"crm/v3/objects/contacts/{contact}", sent).status_code

    assert {made, changed} <= {400, 404}
    assert (portal.rows("contacts")[contact], portal.rows("companies")[company]) == before
    assert linked(portal, company, "companies", "contacts") == {}


def test_writing_the_primary_company_as_a_property_is_an_association(portal: Portal) -> None:
    (contact,), (one, other) = people(portal, 1), firms(portal, 2)

    portal.write("contacts", contact, associatedcompanyid=one)
    portal.write("contacts", contact, associatedcompanyid=other)
    cleared = linked(portal, contact)
    portal.write("contacts", contact, associatedcompanyid="")

    mere = ("HUBSPOT_DEFINED", MERE)
    assert cleared == {one: [mere], other: [("HUBSPOT_DEFINED", PRIMARY), mere]}
    assert linked(portal, contact) == {one: [mere], other: [mere]}


def test_a_line_item_belongs_to_one_parent(portal: Portal) -> None:
    deals = [portal.create("deals", dealname="D", pipeline="default", dealstage="contractsent") for _ in range(2)]
    item = portal.create("line_items", name="Chair", price="10")
    path = "crm/v4/associations/deals/line_items/batch/create"

    first = portal.call("POST", path, {"inputs": [pair(deals[0], item, spec(19))]})
    second = portal.call("POST", path, {"inputs": [pair(deals[1], item, spec(19))]})

    assert (first.status_code, second.status_code) == (201, 207)
    assert set(linked(portal, item, "line_items", "deals")) == {deals[0]}


def test_products_cannot_be_associated(portal: Portal) -> None:
    product = portal.create("products", name="Chair", price="10")
    deal = portal.create("deals", dealname="D", pipeline="default", dealstage="contractsent")

    answer = portal.call("PUT", f"crm/v4/objects/deals/{deal}/associations/default/products/{product}")

    assert answer.status_code == 400


def test_a_record_has_room_for_so_many_associations(crm: Portal) -> None:
    crm.admin("switch", associations_of_record=2, associations_of_engagement=1)
    (contact, other), companies = people(crm, 2), firms(crm, 3)
    note = crm.create("notes", hs_timestamp="2026-11-20T08:00:00Z", hs_note_body="Called")

    answer = crm.post(f"{BATCH}/create", {"inputs": [pair(contact, each, spec(MERE)) for each in companies]}, 207)
    of_note = [
        crm.call("PUT", f"crm/v4/objects/notes/{note}/associations/default/contacts/{each}").status_code
        for each in (contact, other)
    ]

    assert len(answer["results"]) == 2
    assert of_note == [200, 400]


def test_locked_records_are_not_associated_and_nothing_of_the_batch_is(portal: Portal) -> None:
    contacts, (company,) = people(portal, 2), firms(portal, 1)
    portal.admin("lock", object="contacts", ids=contacts[1:], locked=True)

    answer = portal.call("POST", f"{BATCH}/associate/default", {"inputs": [pair(each, company) for each in contacts]})
    portal.admin("lock", object="contacts", ids=contacts[1:], locked=False)

    assert answer.status_code == 423
    assert linked(portal, company, "companies", "contacts") == {}


def test_the_newest_version_holds_associations_to_what_the_token_s_user_may(portal: Portal) -> None:
    (contact,), (company,) = people(portal, 1), firms(portal, 1)
    portal.admin("validation", object="contacts", no_links=["companies"])
    inputs = {"inputs": [pair(contact, company, spec(MERE))]}

    newest = portal.post("crm/associations/2026-09/contacts/companies/batch/create", inputs, 207)
    older = portal.post("crm/associations/2026-03/contacts/companies/batch/create", inputs, 201)
    portal.admin("validation", object="contacts", no_links=[])

    assert newest["errors"][0]["category"] == "VALIDATION_ERROR"
    assert [row["toObjectId"] for row in older["results"]] == [company]


def test_a_company_with_many_contacts_is_read_in_whole_pages_by_rising_id(portal: Portal) -> None:
    contacts, (company,) = people(portal, 1_300), firms(portal, 1)
    for start in range(0, len(contacts), 1_000):
        inputs = [pair(each, company) for each in contacts[start : start + 1_000]]
        portal.post(f"{BATCH}/associate/default", {"inputs": inputs})

    path = f"crm/v4/objects/companies/{company}/associations/contacts"
    listed = [each["toObjectId"] for each in portal.pages(path)]
    count = portal.held("companies", company, "num_associated_contacts")
    portal.call("DELETE", f"{path}/{contacts[0]}")
    without_one = [each["toObjectId"] for each in portal.pages(path)]

    assert listed == sorted(contacts, key=int)
    assert without_one == listed[1:]
    assert count == "1300"
    assert portal.call("GET", path, params={"limit": 501}).status_code == 400
