"""What the simulated portal takes into its properties, what it makes of it, and what it drops without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators.hubspot.derived import derive
from simulators.hubspot.value_types import keep
from tests.contract.simulators.hubspot_portal import Portal, served

DEAL = {"dealname": "Boiler", "pipeline": "default", "dealstage": "appointmentscheduled"}
LONGEST = 65_536


@pytest.fixture(scope="module")
def crm() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


def patch(crm: Portal, kind: str, record: str, **properties: Any) -> requests.Response:
    return crm.call("PATCH", f"crm/v3/objects/{kind}/{record}", {"properties": properties})


def codes(answer: requests.Response) -> dict[str, str]:
    """What was wrong by property, as the errors tell it."""
    assert answer.status_code == 400, answer.text
    return {each["context"]["propertyName"][0]: each["code"] for each in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("kind", "name", "sent", "kept"),
    [
        ("contacts", "jobtitle", " Head of  Sales ", " Head of  Sales "),
        ("contacts", "jobtitle", "x" * LONGEST, "x" * LONGEST),
        ("contacts", "email", " Ann.Lee@Example.COM ", "ann.lee@example.com"),
        ("companies", "numberofemployees", "1000.5", "1000.5"),
        ("companies", "numberofemployees", "-3", "-3"),
        ("companies", "numberofemployees", 17, "17"),
        ("contacts", "date_of_birth", "1984-02-29", "1984-02-29"),
        ("contacts", "date_of_birth", "1715817600000", "2024-05-16"),
        ("deals", "closedate", "2026-05-16T08:30:00Z", "2026-05-16T08:30:00Z"),
        ("deals", "closedate", "2026-05-16T10:30:00.250+02:00", "2026-05-16T08:30:00.250Z"),
        ("deals", "closedate", "1715848200000", "2024-05-16T08:30:00Z"),
        ("contacts", "interests", "events;newsletter", "events;newsletter"),
        ("contacts", "interests", "events;events", "events"),
        ("contacts", "hs_lead_status", "IN_PROGRESS", "IN_PROGRESS"),
        ("contacts", "hs_marketable_status", True, "true"),
    ],
)
def test_values_are_kept_as_text_of_their_type(crm: Portal, kind: str, name: str, sent: Any, kept: str) -> None:
    record = crm.create(
        kind, **(DEAL if kind == "deals" else {"firstname": "A"} if kind == "contacts" else {"name": "A"})
    )

    answer = patch(crm, kind, record, **{name: sent})

    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"][name] == kept
    assert crm.held(kind, record, name) == kept


@pytest.mark.parametrize(
    ("kind", "name", "sent", "code"),
    [
        ("contacts", "nothing_such", "1", "PROPERTY_DOESNT_EXIST"),
        ("contacts", "hs_object_id", "1", "READ_ONLY_VALUE"),
        ("contacts", "hs_email_domain", "example.com", "READ_ONLY_VALUE"),
        ("contacts", "lastmodifieddate", "2026-01-01T00:00:00Z", "READ_ONLY_VALUE"),
        ("contacts", "jobtitle", "x" * (LONGEST + 1), "VALUE_TOO_LONG"),
        ("contacts", "email", "ann.lee at example.com", "INVALID_EMAIL"),
        ("contacts", "email", "ann@localhost", "INVALID_EMAIL"),
        ("contacts", "hs_lead_status", "In Progress", "INVALID_OPTION"),
        ("contacts", "hs_lead_status", "in_progress", "INVALID_OPTION"),
        ("contacts", "interests", "newsletter;Events", "INVALID_OPTION"),
        ("contacts", "hubspot_owner_id", "9001", "INVALID_OPTION"),
        ("contacts", "date_of_birth", "16.05.2024", "INVALID_DATE"),
        ("contacts", "date_of_birth", "2024-05-16T00:00:00Z", "INVALID_DATE"),
        ("contacts", "date_of_birth", "1715810400000", "INVALID_DATE"),
        ("companies", "numberofemployees", "1,000", "INVALID_NUMBER"),
        ("companies", "numberofemployees", "1.000,5", "INVALID_NUMBER"),
        ("companies", "numberofemployees", "NaN", "INVALID_NUMBER"),
        ("deals", "closedate", "2026-05-16T08:30:00", "INVALID_DATE"),
        ("deals", "dealstage", "148310031", "INVALID_OPTION"),
        ("deals", "pipeline", "Sales Pipeline", "INVALID_OPTION"),
        ("deals", "dealname", ["a"], "INVALID_TYPE"),
    ],
)
def test_values_of_another_type_are_refused_by_name_and_code(
    crm: Portal, kind: str, name: str, sent: Any, code: str
) -> None:
    record = crm.create(
        kind, **(DEAL if kind == "deals" else {"firstname": "A"} if kind == "contacts" else {"name": "A"})
    )
    before = crm.rows(kind)[record]

    answer = patch(crm, kind, record, **{name: sent})

    assert codes(answer) == {name: code}
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert crm.rows(kind)[record] == before


def test_the_message_of_bad_values_holds_them_once_more_as_json(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A")

    message = patch(crm, "contacts", record, nothing_such="1", email="x").json()["message"]

    head, _, details = message.partition(": ")
    assert head == "Property values were not valid"
    assert {each["name"]: each["error"] for each in json.loads(details)} == {
        "nothing_such": "PROPERTY_DOESNT_EXIST",
        "email": "INVALID_EMAIL",
    }


def test_a_client_that_sends_one_bad_value_loses_the_good_ones_beside_it(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A")

    answer = patch(crm, "contacts", record, jobtitle="Buyer", notes_last_contacted="2026-01-01T00:00:00Z")

    assert answer.status_code == 400
    assert crm.held("contacts", record, "jobtitle") is None


def test_a_client_that_clears_with_null_clears_nothing_and_is_not_told(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A", jobtitle="Buyer")

    ignored = patch(crm, "contacts", record, jobtitle=None, city="Ulm")
    kept = crm.held("contacts", record, "jobtitle")
    crm.admin("switch", nulls_refused=True)
    refused = patch(crm, "contacts", record, jobtitle=None)
    crm.admin("switch", nulls_refused=False)
    cleared = patch(crm, "contacts", record, jobtitle="")

    assert (ignored.status_code, kept) == (200, "Buyer")
    assert codes(refused) == {"jobtitle": "INVALID_TYPE"}
    assert cleared.json()["properties"]["jobtitle"] in ("", None)
    assert crm.held("contacts", record, "jobtitle") in ("", None)


def test_a_client_that_writes_one_of_several_values_wipes_the_others(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A", interests="newsletter;events")

    patch(crm, "contacts", record, interests="webinars")
    wiped = crm.held("contacts", record, "interests")
    patch(crm, "contacts", record, interests=";events")

    assert wiped == "webinars"
    assert crm.held("contacts", record, "interests") == "webinars;events"


def test_a_client_that_sets_the_life_cycle_back_is_told_yes_and_nothing_happens(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A", lifecyclestage="customer")

    answer = patch(crm, "contacts", record, lifecyclestage="lead", city="Ulm")

    assert answer.status_code == 200
    assert answer.json()["properties"]["lifecyclestage"] == "customer"
    assert (crm.held("contacts", record, "lifecyclestage"), crm.held("contacts", record, "city")) == ("customer", "Ulm")


def test_the_life_cycle_goes_back_by_way_of_nothing(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A", lifecyclestage="customer")

    patch(crm, "contacts", record, lifecyclestage="")
    patch(crm, "contacts", record, lifecyclestage="lead")

    assert crm.held("contacts", record, "lifecyclestage") == "lead"


def test_people_set_the_life_cycle_back_at_once(crm: Portal) -> None:
    record = crm.create("companies", name="A", lifecyclestage="customer")

    crm.admin("edit", object="companies", ids=[record], set={"lifecyclestage": "lead"})

    assert crm.held("companies", record, "lifecyclestage") == "lead"


def test_a_client_that_knows_hubspot_s_stages_alone_takes_a_portal_s_own_for_none(crm: Portal) -> None:
    known = ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"]
    crm.admin("stage", object="companies", value="160001", label="Trial", before="customer")
    record = crm.create("companies", name="A", lifecyclestage="opportunity")

    patch(crm, "companies", record, lifecyclestage="160001")
    held, began = (crm.held("companies", record, each) for each in ("lifecyclestage", "hs_lifecyclestage_160001_date"))
    patch(crm, "companies", record, lifecyclestage="opportunity")
    kept = crm.held("companies", record, "lifecyclestage")
    patch(crm, "companies", record, lifecyclestage="customer")

    assert held == kept == "160001"
    assert held not in known
    assert began is not None
    assert crm.held("companies", record, "lifecyclestage") == "customer"
    options = crm.get("crm/v3/properties/companies/lifecyclestage")["options"]
    assert [each["value"] for each in options].index("160001") == known.index("customer")


def test_each_stage_of_the_life_cycle_has_its_date(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A", lifecyclestage="lead")
    crm.wait(3_600)

    patch(crm, "contacts", record, lifecyclestage="customer")

    dates = {
        stage: crm.held("contacts", record, f"hs_lifecyclestage_{stage}_date")
        for stage in ("subscriber", "lead", "opportunity", "customer")
    }
    assert (dates["subscriber"], dates["opportunity"]) == (None, None)
    assert dates["lead"] is not None
    assert dates["customer"] is not None
    assert dates["lead"] < dates["customer"]


@pytest.mark.parametrize(
    ("kind", "sent", "missing"),
    [
        ("contacts", {"jobtitle": "Buyer"}, {"email", "firstname", "lastname"}),
        ("companies", {"city": "Ulm"}, {"name", "domain"}),
        ("deals", {"dealname": "A"}, {"pipeline", "dealstage"}),
        ("deals", {"pipeline": "default", "dealstage": "closedwon"}, {"dealname"}),
        ("tickets", {"subject": "A"}, {"hs_pipeline_stage"}),
        ("notes", {"hs_note_body": "A"}, {"hs_timestamp"}),
        ("line_items", {"quantity": "1"}, {"name", "hs_product_id"}),
        ("machines", {"model": "A"}, {"serial_number"}),
    ],
)
def test_a_record_is_not_made_without_what_its_type_needs(
    crm: Portal, kind: str, sent: dict[str, str], missing: set[str]
) -> None:
    before = len(crm.rows(kind))

    refused = crm.post(f"crm/v3/objects/{kind}", {"properties": sent, "associations": []}, 400)

    assert set(refused["context"]["properties"]) == missing
    assert len(crm.rows(kind)) == before


def test_a_ticket_without_a_pipeline_is_in_the_only_one(crm: Portal) -> None:
    record = crm.create("tickets", subject="Leak", hs_pipeline_stage="4")

    held = crm.rows("tickets")[record]["properties"]

    assert held["hs_pipeline"] == "0"
    assert held["closed_date"] is not None


def test_a_stage_written_again_keeps_its_date(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A", lifecyclestage="lead")
    began = crm.held("contacts", record, "hs_lifecyclestage_lead_date")
    crm.wait(3_600)

    patch(crm, "contacts", record, lifecyclestage="lead", city="Ulm")

    assert crm.held("contacts", record, "hs_lifecyclestage_lead_date") == began


def test_a_new_owner_is_dated_and_an_owner_is_named_by_id_not_by_user(crm: Portal) -> None:
    owner = crm.get("crm/v3/owners", limit=1)["results"][0]
    record = crm.create("contacts", firstname="A")

    patch(crm, "contacts", record, hubspot_owner_id=owner["id"])
    by_user = patch(crm, "contacts", record, hubspot_owner_id=str(owner["userId"]))

    held = crm.rows("contacts")[record]["properties"]
    assert codes(by_user) == {"hubspot_owner_id": "INVALID_OPTION"}
    assert (held["hubspot_owner_id"], held["hs_all_owner_ids"]) == (owner["id"], owner["id"])
    assert held["hubspot_owner_assigneddate"] is not None


def test_a_new_contact_is_not_billed_as_a_marketing_contact_unless_asked_for(crm: Portal) -> None:
    plain = crm.create("contacts", firstname="A")
    marketing = crm.create("contacts", firstname="B", hs_marketable_status="true")

    assert crm.held("contacts", plain, "hs_marketable_status") == "false"
    assert crm.held("contacts", marketing, "hs_marketable_status") == "true"


def test_a_client_that_compares_addresses_as_sent_sees_a_change_that_is_none(crm: Portal) -> None:
    sent = "Eve.Moss@Example.com"
    record = crm.create("contacts", email=sent)

    held = crm.held("contacts", record, "email")

    assert held != sent
    assert held == sent.lower()
    assert crm.held("contacts", record, "hs_email_domain") == "example.com"


def test_the_newest_version_refuses_what_the_older_ones_take(crm: Portal) -> None:
    rule = {"property": "dealstage", "value": "closedlost", "required": "description"}
    crm.admin("validation", object="deals", when=[rule], required=["amount"])
    lost, body = {**DEAL, "dealstage": "closedlost"}, "crm/objects/{}/deals"

    older = crm.post("crm/v3/objects/deals", {"properties": lost}, 201)
    dated = crm.post(body.format("2026-03"), {"properties": lost}, 201)
    refused = crm.post(body.format("2026-09"), {"properties": lost}, 400)
    complete = crm.post(body.format("2026-09"), {"properties": {**lost, "description": "Price", "amount": "1"}}, 201)
    emptied = crm.call("PATCH", f"{body.format('2026-09')}/{complete['id']}", {"properties": {"description": ""}})
    elsewhere = crm.call("PATCH", f"{body.format('2026-09')}/{older['id']}", {"properties": {"amount": "5"}})
    crm.admin("switch", validation_2026_09=False)
    off = crm.post(body.format("2026-09"), {"properties": lost}, 201)
    crm.admin("switch", validation_2026_09=True)

    assert older["id"] != dated["id"] != off["id"]
    assert set(refused["context"]["properties"]) == {"amount", "description"}
    assert emptied.json()["context"]["properties"] == ["description"]
    assert elsewhere.status_code == 200


def test_a_client_that_reads_days_in_one_form_alone_mistakes_the_other(crm: Portal) -> None:
    record = crm.create("contacts", firstname="A", date_of_birth="1984-02-29")
    path = f"crm/v3/objects/contacts/{record}"
    crm.admin("switch", dates_in_ms=True)

    told = crm.get(path, properties="date_of_birth")["properties"]["date_of_birth"]
    again = patch(crm, "contacts", record, date_of_birth=told)
    crm.admin("switch", dates_in_ms=False)

    assert told == "446860800000"
    assert again.status_code == 200
    assert crm.held("contacts", record, "date_of_birth") == "1984-02-29"


def test_a_client_that_takes_a_stage_for_its_own_meets_one_that_a_deal_set(crm: Portal) -> None:
    contact = crm.create("contacts", firstname="A", lifecyclestage="lead")
    evangelist = crm.create("contacts", firstname="B", lifecyclestage="evangelist")
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}
    linked = [{"to": {"id": each}, "types": [spec]} for each in (contact, evangelist)]
    crm.admin("switch", lifecycle_follows_deals=True)

    deal = crm.post("crm/v3/objects/deals", {"properties": DEAL, "associations": linked}, 201)["id"]
    opened = crm.held("contacts", contact, "lifecyclestage")
    patch(crm, "deals", deal, dealstage="closedwon")
    crm.admin("switch", lifecycle_follows_deals=False)

    path = f"crm/v3/objects/contacts/{contact}"
    history = crm.get(path, propertiesWithHistory="lifecyclestage")["propertiesWithHistory"]["lifecyclestage"]
    assert (opened, crm.held("contacts", contact, "lifecyclestage")) == ("opportunity", "customer")
    assert [each["sourceType"] for each in history] == ["AUTOMATION_PLATFORM", "AUTOMATION_PLATFORM", "INTEGRATION"]
    assert crm.held("contacts", evangelist, "lifecyclestage") == "evangelist"


def test_what_a_portal_begins_with_keeps_its_own_rules(crm: Portal) -> None:
    """Held against the rules themselves: nothing that writes would refuse, or keep differently, is in it."""
    portal = crm.simulator.portal
    owners = [str(each) for each in portal.owners]

    for plural, table in portal.tables.items():
        kind = portal.kinds[plural]
        for row in table.values():
            for name, value in row.values.items():
                found = kind.properties[name]
                allowed = owners if found.refers_to == "OWNER" else None
                assert keep(found, value, "", allowed) == value, (plural, row.id, name)
            assert derive(portal, kind, row, {}) == {}, (plural, row.id)
