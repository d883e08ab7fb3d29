"""Merges in the simulated portal: what survives, and what a naive client makes of ids that went."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served

CONTACTS = "crm/v3/objects/contacts"
numbers = itertools.count()
GIVEN = {
    "contacts": {"firstname": "P"},
    "companies": {"name": "C"},
    "deals": {"dealname": "D", "pipeline": "default", "dealstage": "contractsent"},
    "tickets": {"subject": "T", "hs_pipeline": "0", "hs_pipeline_stage": "1"},
}


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=30) as each:
        yield each


@pytest.fixture(params=[False, True], ids=["new id", "primary's id"])
def crm(portal: Portal, request: pytest.FixtureRequest) -> Iterator[Portal]:
    """The portal in each of the two ways in which survivors get their ids."""
    portal.admin("switch", merge_keeps_primary_id=request.param)
    yield portal
    portal.admin("switch", merge_keeps_primary_id=False)


def merge(portal: Portal, primary: str, other: str, kind: str = "contacts") -> str:
    sent = {"primaryObjectId": primary, "objectIdToMerge": other}
    return str(portal.post(f"crm/v3/objects/{kind}/merge", sent)["id"])


def values(portal: Portal, record: str, *names: str, kind: str = "contacts") -> list[str | None]:
    held = portal.get(f"crm/v3/objects/{kind}/{record}", properties=",".join(names))["properties"]
    return [held[name] for name in names]


def read(portal: Portal, *ids: str, properties: tuple[str, ...] = ("hs_merged_object_ids",)) -> list[dict[str, Any]]:
    sent = {"inputs": [{"id": each} for each in ids], "properties": list(properties), "propertiesWithHistory": []}
    return list(portal.post(f"{CONTACTS}/batch/read", sent)["results"])


def opt_out(portal: Portal, contact: str) -> None:
    """What the link at the foot of a mail does."""
    inside = portal.simulator.portal
    kind = inside.kind("contacts")
    row = inside.tables[kind.plural][int(contact)]
    inside.put(kind, replace(row, values={**row.values, "hs_email_optout": "true"}))


def fresh() -> str:
    """An address that nobody has yet."""
    return f"fresh{next(numbers)}@example.com"


def test_who_writes_down_the_survivor_under_the_id_that_was_asked_for_has_one_person_twice(portal: Portal) -> None:
    one, other = portal.create("contacts", firstname="A"), portal.create("contacts", firstname="B")
    survivor = merge(portal, one, other)

    naive = {asked: portal.get(f"{CONTACTS}/{asked}")["properties"]["firstname"] for asked in (one, other, survivor)}
    careful = {portal.get(f"{CONTACTS}/{asked}")["id"] for asked in (one, other, survivor)}

    assert naive == {one: "A", other: "A", survivor: "A"}
    assert careful == {survivor}
    assert survivor not in (one, other)


def test_who_keeps_the_primary_s_id_by_faith_finds_it_gone_from_every_list(portal: Portal) -> None:
    one, other = portal.create("contacts", firstname="A"), portal.create("contacts", firstname="B")
    merge(portal, one, other)
    portal.wait(10)

    listed = {each["id"] for each in portal.pages(CONTACTS, limit=100)}
    binned = {each["id"] for each in portal.pages(CONTACTS, limit=100, archived="true")}
    searched = portal.found(
        "contacts", {"propertyName": "hs_object_id", "operator": "IN", "values": [one, other]}, limit=200
    )

    assert not {one, other} & (listed | binned | set(searched))


def test_who_matches_a_batch_read_by_position_gives_people_each_other_s_values(crm: Portal) -> None:
    one, other, third = (crm.create("contacts", firstname=name) for name in ("A", "B", "C"))
    survivor = merge(crm, one, other)

    results = read(crm, other, one, third, properties=("firstname", "hs_merged_object_ids"))
    naive = dict(zip((other, one, third), (each["properties"]["firstname"] for each in results), strict=False))
    careful = {
        asked: each["properties"]["firstname"]
        for each in results
        for asked in (each["id"], *(each["properties"]["hs_merged_object_ids"] or "").split(";"))
    }

    assert len(results) == 2
    assert naive != {other: "A", one: "A", third: "C"}
    assert {asked: careful[asked] for asked in (one, other, third)} == {one: "A", other: "A", third: "C"}
    assert {each["id"] for each in results} == {survivor, third}


def test_a_survivor_names_all_that_went_into_it_over_a_chain(crm: Portal) -> None:
    ids = [crm.create("contacts", firstname=f"P{number}") for number in range(4)]

    left, right = merge(crm, ids[0], ids[1]), merge(crm, ids[2], ids[3])
    last = merge(crm, left, right)

    merged, with_times = values(crm, last, "hs_merged_object_ids", "hs_calculated_merged_vids")
    gone = {*ids, left, right} - {last}
    assert set((merged or "").split(";")) == gone
    assert {each.partition(":")[0] for each in (with_times or "").split(";")} == gone
    assert all(each.partition(":")[2].isdigit() for each in (with_times or "").split(";"))
    assert {crm.get(f"{CONTACTS}/{each}")["id"] for each in gone} == {last}
    assert {each["id"] for each in read(crm, *gone)} == {last}


def test_a_merge_is_found_by_its_survivor_s_stamp(crm: Portal) -> None:
    one, other = crm.create("contacts", firstname="A"), crm.create("contacts", firstname="B")
    crm.wait(600)
    since = str(int(crm.simulator.clock.now().timestamp() * 1_000))
    crm.wait(1)

    survivor = merge(crm, one, other)
    crm.wait(60)

    changed = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": since}
    merged = {"propertyName": "hs_merged_object_ids", "operator": "HAS_PROPERTY"}
    assert crm.found("contacts", changed, merged) == [survivor]


def test_search_names_ids_that_are_merged_away_until_it_has_caught_up(portal: Portal) -> None:
    one, other = (portal.create("contacts", firstname="Zenobia") for _ in range(2))
    portal.wait(10)
    survivor = merge(portal, one, other)
    named = {"propertyName": "firstname", "operator": "EQ", "value": "Zenobia"}

    late = portal.found("contacts", named)
    read_by_them = {each["id"] for each in read(portal, *late)}
    portal.wait(10)

    assert late == sorted([one, other], key=int)
    assert read_by_them == {survivor}
    assert portal.found("contacts", named) == [survivor]


def test_the_primary_s_value_wins_unless_it_is_empty(crm: Portal) -> None:
    primary = crm.create("contacts", firstname="Ann", jobtitle="Clerk")
    crm.write("contacts", primary, jobtitle="")
    other = crm.create("contacts", firstname="Anne", jobtitle="Head", city="Ulm")

    survivor = merge(crm, primary, other)

    assert values(crm, survivor, "firstname", "jobtitle", "city") == ["Ann", "Head", "Ulm"]


def test_the_furthest_stage_the_oldest_birth_and_an_opt_out_survive(crm: Portal) -> None:
    other = crm.create("contacts", firstname="B", lifecyclestage="customer")
    born = crm.get(f"{CONTACTS}/{other}")["createdAt"]
    opt_out(crm, other)
    crm.wait(3_600)
    primary = crm.create("contacts", firstname="A", lifecyclestage="lead")

    survivor = merge(crm, primary, other)

    shown = crm.get(f"{CONTACTS}/{survivor}", properties="lifecyclestage,hs_email_optout,createdate")
    assert (shown["createdAt"], shown["properties"]["createdate"]) == (born, born)
    assert (shown["properties"]["lifecyclestage"], shown["properties"]["hs_email_optout"]) == ("customer", "true")


def test_all_addresses_go_on_as_additional_ones_and_stay_taken(crm: Portal) -> None:
    addresses = [fresh() for _ in range(4)]
    one, other = (crm.create("contacts", email=each) for each in addresses[:2])
    crm.write("contacts", one, hs_additional_emails=f";{addresses[2]}")
    crm.write("contacts", other, hs_additional_emails=f";{addresses[3]}")

    survivor = merge(crm, one, other)

    primary, additional = values(crm, survivor, "email", "hs_additional_emails")
    taken = [
        crm.call("POST", CONTACTS, {"properties": {"email": each}, "associations": []}).status_code
        for each in addresses
    ]
    assert primary == addresses[0]
    assert set((additional or "").split(";")) == set(addresses[1:])
    assert taken == [409] * 4


def test_a_contact_without_an_address_takes_the_other_s(crm: Portal) -> None:
    address = fresh()
    one, other = crm.create("contacts", firstname="A"), crm.create("contacts", email=address)

    survivor = merge(crm, one, other)

    assert values(crm, survivor, "email", "hs_additional_emails") in ([address, None], [address, ""])


def test_people_of_a_merged_company_belong_to_the_survivor(crm: Portal) -> None:
    firms = [crm.create("companies", name="C") for _ in range(2)]
    people = [crm.create("contacts", firstname="P") for _ in range(3)]
    for person, firm in zip(people, (*firms, firms[1]), strict=True):
        crm.write("contacts", person, associatedcompanyid=firm)
    crm.write("contacts", people[2], associatedcompanyid=firms[0])

    survivor = merge(crm, firms[0], firms[1], "companies")

    held = [values(crm, each, "associatedcompanyid") for each in people]
    back = crm.get(f"crm/v4/objects/companies/{survivor}/associations/contacts")["results"]
    assert held == [[survivor]] * 3
    assert {each["toObjectId"]: [kind["typeId"] for kind in each["associationTypes"]] for each in back} == {
        person: [2, 280] for person in people
    }
    assert values(crm, survivor, "num_associated_contacts", kind="companies") == ["3"]


def test_a_contact_that_was_merged_keeps_one_primary_company(crm: Portal) -> None:
    firms = [crm.create("companies", name="C") for _ in range(2)]
    one, other = (crm.create("contacts", firstname="P") for _ in range(2))
    crm.write("contacts", one, associatedcompanyid=firms[0])
    crm.write("contacts", other, associatedcompanyid=firms[1])

    survivor = merge(crm, one, other)

    linked = crm.get(f"crm/v4/objects/contacts/{survivor}/associations/companies")["results"]
    kinds = {each["toObjectId"]: [kind["typeId"] for kind in each["associationTypes"]] for each in linked}
    former = crm.get(f"crm/v4/objects/companies/{firms[1]}/associations/contacts")["results"]
    assert kinds == {firms[0]: [1, 279], firms[1]: [279]}
    assert [[kind["typeId"] for kind in each["associationTypes"]] for each in former] == [[280]]
    assert values(crm, survivor, "associatedcompanyid") == [firms[0]]


def test_activities_of_both_are_the_survivor_s(crm: Portal) -> None:
    one, other = (crm.create("contacts", firstname="P") for _ in range(2))
    notes = [crm.create("notes", hs_timestamp="2026-11-20T08:00:00Z", hs_note_body="Called") for _ in range(2)]
    for note, contact in zip(notes, (one, other), strict=True):
        crm.call("PUT", f"crm/v4/objects/notes/{note}/associations/default/contacts/{contact}")

    survivor = merge(crm, one, other)

    linked = crm.get(f"crm/v4/objects/contacts/{survivor}/associations/notes")["results"]
    assert [each["toObjectId"] for each in linked] == notes


def test_two_that_were_linked_with_each_other_are_not_linked_with_themselves(crm: Portal) -> None:
    parent, child = (crm.create("companies", name="C") for _ in range(2))
    path = f"crm/v4/objects/companies/{parent}/associations/companies/{child}"
    crm.call("PUT", path, [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 13}])

    survivor = merge(crm, child, parent, "companies")

    assert crm.get(f"crm/v4/objects/companies/{survivor}/associations/companies")["results"] == []
    assert not values(crm, survivor, "hs_parent_company_id", kind="companies")[0]


@pytest.mark.parametrize("kind", sorted(GIVEN))
def test_what_a_merge_refuses_it_leaves_as_it_was(crm: Portal, kind: str) -> None:
    one, other, binned = (crm.create(kind, **GIVEN[kind]) for _ in range(3))
    crm.call("DELETE", f"crm/v3/objects/{kind}/{binned}")
    merged_away = crm.create(kind, **GIVEN[kind])
    merge(crm, crm.create(kind, **GIVEN[kind]), merged_away, kind)
    before = crm.rows(kind)

    refused = [
        crm.call("POST", f"crm/v3/objects/{kind}/merge", {"primaryObjectId": a, "objectIdToMerge": b}).status_code
        for a, b in ((one, one), (one, merged_away), (merged_away, one), (one, binned), (other, "1"), (one, "x"))
    ]

    assert refused == [400, 400, 400, 404, 404, 400]
    assert crm.rows(kind) == before


def test_activities_can_t_be_merged(portal: Portal) -> None:
    one, other = (portal.create("notes", hs_timestamp="2026-11-20T08:00:00Z") for _ in range(2))

    answer = portal.call("POST", "crm/v3/objects/notes/merge", {"primaryObjectId": one, "objectIdToMerge": other})

    assert answer.status_code == 404


def test_a_record_takes_part_in_250_merges_and_no_more(crm: Portal) -> None:
    ids = crm.admin("create", object="companies", records=[{"properties": {"name": "C"}}] * 252)["ids"]
    survivor = ids[0]
    for each in ids[1:251]:
        survivor = crm.admin("merge", object="companies", primary=survivor, other=each)["id"]

    sent = {"primaryObjectId": survivor, "objectIdToMerge": ids[251]}
    answer = crm.call("POST", "crm/v3/objects/companies/merge", sent)

    assert answer.status_code == 400
    assert crm.get(f"crm/v3/objects/companies/{ids[250]}")["id"] == survivor


def test_a_write_under_an_old_id_reaches_the_survivor(crm: Portal) -> None:
    one, other = crm.create("contacts", firstname="A"), crm.create("contacts", firstname="B")
    survivor = merge(crm, one, other)

    written = crm.write("contacts", other, city="Ulm")

    assert written["id"] == survivor
    assert values(crm, survivor, "city") == ["Ulm"]


def test_what_a_merge_changed_stands_in_the_history_as_a_merge_s_work(crm: Portal) -> None:
    one, other = crm.create("contacts", firstname="A"), crm.create("contacts", firstname="B", city="Ulm")

    survivor = merge(crm, one, other)

    history = crm.get(f"{CONTACTS}/{survivor}", propertiesWithHistory="city,firstname")["propertiesWithHistory"]
    assert [each["sourceType"] for each in history["city"]] == ["MERGE_OBJECTS"]
    assert [each["value"] for each in history["firstname"]] == ["A"]


def test_a_deal_s_line_items_go_with_it(crm: Portal) -> None:
    deals = [crm.create("deals", **GIVEN["deals"]) for _ in range(2)]
    items = [crm.create("line_items", name="Chair", price="10") for _ in range(2)]
    for deal, item in zip(deals, items, strict=True):
        crm.call("PUT", f"crm/v4/objects/deals/{deal}/associations/default/line_items/{item}")

    survivor = merge(crm, deals[0], deals[1], "deals")

    linked = crm.get(f"crm/v4/objects/deals/{survivor}/associations/line_items")["results"]
    assert [each["toObjectId"] for each in linked] == items


def test_the_domain_of_a_merged_company_goes_on_as_an_additional_one(crm: Portal) -> None:
    firms = [crm.create("companies", name="C", domain=f"{name}.example") for name in ("one", "two", "three")]

    survivor = merge(crm, merge(crm, firms[0], firms[1], "companies"), firms[2], "companies")

    held = values(crm, survivor, "domain", "hs_additional_domains", kind="companies")
    assert held == ["one.example", "two.example;three.example"]


def test_a_contact_of_too_many_addresses_is_not_made_by_a_merge(crm: Portal) -> None:
    contacts = [crm.create("contacts", email=fresh()) for _ in range(2)]
    before = crm.rows("contacts")
    crm.admin("switch", most_identities=1)

    sent = {"primaryObjectId": contacts[0], "objectIdToMerge": contacts[1]}
    answer = crm.call("POST", f"{CONTACTS}/merge", sent)
    crm.admin("switch", most_identities=250)

    assert answer.status_code == 414
    assert crm.rows("contacts") == before
