"""Records of the simulated portal: what is refused, how values are kept, what batches and recycle bin promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import Portal, served

HOUR_S = 3_600


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=120) as each:
        yield each


def new(**properties: str) -> dict[str, Any]:
    return {"properties": properties, "associations": []}


def what_failed(answer: Any) -> tuple[int, str, str]:
    """Status, category, and the code of the first detail."""
    body = answer.json()
    codes = [each.get("code", "") for each in body.get("errors", [])]
    return answer.status_code, body["category"], next(iter(codes), "")


@pytest.mark.parametrize(
    ("kind", "properties", "code"),
    [
        ("contacts", {}, ""),
        ("contacts", {"city": "Ulm"}, ""),
        ("contacts", {"email": "nobody"}, "INVALID_EMAIL"),
        ("contacts", {"firstname": "A", "nothing_such": "1"}, "PROPERTY_DOESNT_EXIST"),
        ("contacts", {"firstname": "A", "hs_object_id": "7"}, "READ_ONLY_VALUE"),
        ("contacts", {"firstname": "A", "hubspotscore": "7"}, "READ_ONLY_VALUE"),
        ("contacts", {"firstname": "A", "hs_lead_status": "New"}, "INVALID_OPTION"),
        ("contacts", {"firstname": "A", "interests": "newsletter;sailing"}, "INVALID_OPTION"),
        ("contacts", {"firstname": "A", "date_of_birth": "22.11.1990"}, "INVALID_DATE"),
        ("contacts", {"firstname": "A", "date_of_birth": "1716508800001"}, "INVALID_DATE"),
        ("contacts", {"firstname": "A" * 65_537}, ""),
        ("companies", {"city": "Ulm"}, ""),
        ("companies", {"name": "A", "numberofemployees": "many"}, ""),
        ("companies", {"name": "A", "annualrevenue": "1,000"}, ""),
        ("deals", {"dealname": "A"}, ""),
        ("deals", {"dealname": "A", "pipeline": "default", "dealstage": "148310031"}, "INVALID_OPTION"),
        ("tickets", {"subject": "A"}, ""),
        ("calls", {"hs_call_title": "A"}, ""),
        ("machines", {"model": "A"}, ""),
    ],
)
def test_a_bad_record_is_refused_and_nothing_is_written(
    portal: Portal, kind: str, properties: dict[str, str], code: str
) -> None:
    before = portal.rows(kind)

    answer = portal.call("POST", f"crm/v3/objects/{kind}", new(**properties))

    assert answer.status_code == 400, answer.text
    assert answer.json()["category"] == "VALIDATION_ERROR"
    # The code stands in a detail, or in the JSON that the message ends with.
    assert code in answer.text
    assert portal.rows(kind) == before


def test_every_value_is_text_and_what_was_never_set_is_null(portal: Portal) -> None:
    made = portal.create("deals", dealname="Sale", pipeline="default", dealstage="closedwon", amount="1000.5")

    shown = portal.get(f"crm/v3/objects/deals/{made}", properties="amount,description,nothing_such,hs_is_closed")

    assert shown["properties"]["amount"] == "1000.5"
    assert shown["properties"]["hs_is_closed"] == "true"
    assert shown["properties"]["description"] is None
    assert "nothing_such" not in shown["properties"]


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("email", "  Ann.Brandt@Example.COM", "ann.brandt@example.com"),
        ("date_of_birth", "1990-05-16", "1990-05-16"),
        ("date_of_birth", "642816000000", "1990-05-16"),
        ("hs_lead_status", "NEW", "NEW"),
        ("interests", "events;newsletter", "events;newsletter"),
        ("lastname", "Ünsal-O'Brien ", "Ünsal-O'Brien "),
        ("phone", "+49 731 123", "+49 731 123"),
    ],
)
def test_a_value_is_kept_as_hubspot_keeps_it(portal: Portal, name: str, written: str, kept: str) -> None:
    made = portal.create("contacts", **{"firstname": "A", name: written})

    assert portal.held("contacts", made, name) == kept
    portal.admin("archive", object="contacts", ids=[made])
    portal.admin("purge", object="contacts", ids=[made])


def test_several_values_are_replaced_or_with_a_leading_semicolon_added_to(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A", interests="events;newsletter")

    portal.write("contacts", made, interests=";webinars")
    added = portal.held("contacts", made, "interests")
    portal.write("contacts", made, interests="webinars")

    assert set(str(added).split(";")) == {"events", "newsletter", "webinars"}
    assert portal.held("contacts", made, "interests") == "webinars"


def test_an_empty_text_clears_a_value(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A", city="Ulm")

    portal.write("contacts", made, city="")

    shown = portal.get(f"crm/v3/objects/contacts/{made}", properties="city")
    assert shown["properties"]["city"] in (None, "")


def test_an_update_answers_with_what_was_sent_and_the_default_properties_alone(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A", city="Ulm", country="Germany")

    shown = portal.write("contacts", made, city="Bonn")["properties"]

    assert shown["city"] == "Bonn"
    assert "country" not in shown


def test_one_bad_property_keeps_the_good_ones_out(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A", city="Ulm")

    answer = portal.call(
        "PATCH", f"crm/v3/objects/contacts/{made}", {"properties": {"city": "Bonn", "hubspotscore": "1"}}
    )

    assert answer.status_code == 400
    assert portal.held("contacts", made, "city") == "Ulm"


def test_contacts_are_stamped_under_a_name_of_their_own(portal: Portal) -> None:
    contact, company = portal.create("contacts", firstname="A"), portal.create("companies", name="A")
    portal.wait(60)

    portal.write("contacts", contact, city="Ulm")
    portal.write("companies", company, city="Ulm")

    person, firm = portal.rows("contacts")[contact], portal.rows("companies")[company]
    assert person["properties"]["lastmodifieddate"] > person["properties"]["createdate"]
    assert person["properties"]["hs_lastmodifieddate"] is None
    assert firm["properties"]["hs_lastmodifieddate"] > firm["properties"]["createdate"]
    assert "lastmodifieddate" not in firm["properties"]


def test_lifecycle_goes_forward_and_a_step_back_is_dropped_silently(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A", lifecyclestage="lead")

    portal.write("contacts", made, lifecyclestage="customer")
    back = portal.call("PATCH", f"crm/v3/objects/contacts/{made}", {"properties": {"lifecyclestage": "lead"}})
    after_step_back = portal.held("contacts", made, "lifecyclestage")
    portal.write("contacts", made, lifecyclestage="")
    portal.write("contacts", made, lifecyclestage="lead")

    assert back.status_code == 200
    assert after_step_back == "customer"
    assert portal.held("contacts", made, "lifecyclestage") == "lead"
    assert portal.held("contacts", made, "hs_lifecyclestage_customer_date") is not None


def test_history_is_newest_first_and_says_who_wrote(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A", city="Ulm")
    portal.wait(60)
    portal.admin("edit", object="contacts", ids=[made], set={"city": "Bonn"})
    portal.wait(60)
    portal.write("contacts", made, city="Kiel")

    shown = portal.get(f"crm/v3/objects/contacts/{made}", propertiesWithHistory="city")
    history = shown["propertiesWithHistory"]["city"]

    assert [each["value"] for each in history] == ["Kiel", "Bonn", "Ulm"]
    assert [each["timestamp"] for each in history] == sorted((each["timestamp"] for each in history), reverse=True)
    assert history[0]["sourceType"] == history[2]["sourceType"] != history[1]["sourceType"]


def test_an_email_is_taken_once_in_the_portal(portal: Portal) -> None:
    first = portal.create("contacts", email="once@example.com")
    other = portal.create("contacts", email="other@example.com")

    again = portal.call("POST", "crm/v3/objects/contacts", new(email="Once@example.com"))
    moved = portal.call("PATCH", f"crm/v3/objects/contacts/{other}", {"properties": {"email": "once@example.com"}})

    assert (again.status_code, again.json()["category"]) == (409, "CONFLICT")
    assert f"Existing ID: {first}" in again.json()["message"]
    assert moved.status_code in (400, 409)
    assert portal.held("contacts", other, "email") == "other@example.com"


def test_additional_emails_are_taken_too_and_lead_to_their_contact(portal: Portal) -> None:
    made = portal.create("contacts", email="main@example.com")
    portal.write("contacts", made, hs_additional_emails=";second@example.com")

    refused = portal.call("POST", "crm/v3/objects/contacts", new(email="second@example.com"))
    asked = {
        "idProperty": "email",
        "properties": ["email", "hs_additional_emails"],
        "inputs": [{"id": "second@example.com"}],
    }
    (found,) = portal.post("crm/v3/objects/contacts/batch/read", asked)["results"]
    upserted = portal.post(
        "crm/v3/objects/contacts/batch/upsert",
        {"inputs": [{"id": "second@example.com", "idProperty": "email", "properties": {"city": "Ulm"}}]},
    )["results"]

    assert refused.status_code == 409
    assert (found["id"], found["properties"]["email"]) == (made, "main@example.com")
    assert (upserted[0]["id"], upserted[0]["new"]) == (made, False)


def test_company_domains_are_not_unique_and_an_own_unique_property_is(portal: Portal) -> None:
    first = portal.create("companies", name="A", domain="a.example", customer_number="C-1")
    second = portal.create("companies", name="A", domain="a.example")

    taken = portal.call("POST", "crm/v3/objects/companies", new(name="B", customer_number="C-1"))
    by_key = portal.get("crm/v3/objects/companies/C-1", idProperty="customer_number")

    assert first != second
    assert taken.status_code in (400, 409)
    assert by_key["id"] == first


def test_a_batch_without_traces_fails_as_a_whole(portal: Portal) -> None:
    before = len(portal.rows("contacts"))
    rows = [new(email="batch1@example.com"), new(email="nobody")]

    whole = portal.call("POST", "crm/v3/objects/contacts/batch/create", {"inputs": rows})
    half_traced = [{**rows[0], "objectWriteTraceId": "a"}, rows[1]]
    still_whole = portal.call("POST", "crm/v3/objects/contacts/batch/create", {"inputs": half_traced})
    traced = [{**row, "objectWriteTraceId": trace} for row, trace in zip(rows, "ab", strict=True)]
    partly = portal.post("crm/v3/objects/contacts/batch/create", {"inputs": traced}, 207)

    assert (whole.status_code, still_whole.status_code) == (400, 400)
    assert [each["objectWriteTraceId"] for each in partly["results"]] == ["a"]
    assert [each["context"]["objectWriteTraceId"] for each in partly["errors"]] == [["b"]]
    assert partly["numErrors"] == 1
    assert len(portal.rows("contacts")) == before + 1


def test_a_batch_update_of_unknown_ids_tells_them_and_writes_the_rest(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A")
    inputs = [{"id": each, "properties": {"city": "Ulm"}} for each in (made, "999999999")]

    answer = portal.post("crm/v3/objects/contacts/batch/update", {"inputs": inputs}, 207)

    assert [each["id"] for each in answer["results"]] == [made]
    assert answer["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer["errors"][0]["context"]["ids"] == ["999999999"]
    assert portal.held("contacts", made, "city") == "Ulm"


def test_the_same_id_twice_in_a_batch_update_is_refused(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A")
    inputs = [{"id": made, "properties": {"city": city}} for city in ("Ulm", "Bonn")]

    answer = portal.call("POST", "crm/v3/objects/contacts/batch/update", {"inputs": inputs})

    assert answer.status_code == 400
    assert portal.held("contacts", made, "city") is None


def test_batch_reads_collapse_duplicates_and_tell_missing_ids(portal: Portal) -> None:
    made = portal.create("contacts", firstname="A")
    inputs = [{"id": each} for each in (made, made, "999999999")]

    answer = portal.post("crm/v3/objects/contacts/batch/read", {"properties": ["firstname"], "inputs": inputs}, 207)

    assert [each["id"] for each in answer["results"]] == [made]
    assert (answer["errors"][0]["category"], answer["errors"][0]["context"]["ids"]) == (
        "OBJECT_NOT_FOUND",
        ["999999999"],
    )


@pytest.mark.parametrize("operation", ["create", "update", "upsert", "archive", "read"])
def test_a_batch_holds_a_hundred(portal: Portal, operation: str) -> None:
    row = {"id": "1", "properties": {"city": "Ulm"}, "associations": [], "idProperty": "email"}

    answer = portal.call("POST", f"crm/v3/objects/contacts/batch/{operation}", {"inputs": [row] * 101})

    assert what_failed(answer)[:2] == (400, "VALIDATION_ERROR")


def test_an_archived_record_is_in_the_bin_alone_and_can_come_back(portal: Portal) -> None:
    made = portal.create("companies", name="Gone Ltd")
    path = f"crm/v3/objects/companies/{made}"

    assert portal.call("DELETE", path).status_code == 204
    hidden = portal.call("GET", path).status_code
    binned = portal.get(path, archived="true")
    listed = {each["id"] for each in portal.pages("crm/v3/objects/companies", limit=100)}
    in_bin = {each["id"] for each in portal.pages("crm/v3/objects/companies", limit=100, archived="true")}
    read = portal.post(
        "crm/v3/objects/companies/batch/read", {"inputs": [{"id": made}], "properties": []}, archived="true"
    )
    portal.admin("restore", object="companies", ids=[made])

    assert hidden == 404
    assert binned["archived"]
    assert binned["archivedAt"] >= binned["createdAt"]
    assert (made in listed, made in in_bin) == (False, True)
    assert [each["id"] for each in read["results"]] == [made]
    assert portal.get(path)["archived"] is False


def test_the_bin_empties_after_ninety_days() -> None:
    with served(people=20) as portal:
        made = portal.create("companies", name="Gone Ltd")
        portal.call("DELETE", f"crm/v3/objects/companies/{made}")

        portal.wait(89 * 24 * HOUR_S)
        before = portal.call("GET", f"crm/v3/objects/companies/{made}", params={"archived": "true"}).status_code
        portal.wait(2 * 24 * HOUR_S)
        after = portal.call("GET", f"crm/v3/objects/companies/{made}", params={"archived": "true"}).status_code

        assert (before, after) == (200, 404)


def test_archiving_unknown_ids_says_nothing(portal: Portal) -> None:
    made = portal.create("notes", hs_timestamp="2026-11-20T08:00:00Z")

    portal.post("crm/v3/objects/notes/batch/archive", {"inputs": [{"id": made}, {"id": "999999999"}]}, 204)

    assert portal.rows("notes")[made]["archived"]


def test_an_erased_contact_is_nowhere(portal: Portal) -> None:
    made = portal.create("contacts", email="erase@example.com")

    portal.post("crm/v3/objects/contacts/gdpr-delete", {"objectId": "erase@example.com", "idProperty": "email"}, 204)

    path = f"crm/v3/objects/contacts/{made}"
    assert [portal.call("GET", path, params={"archived": each}).status_code for each in ("false", "true")] == [404, 404]
    assert made in portal.admin("erased", object="contacts")
    assert made not in portal.rows("contacts")


def test_lists_walk_by_id_and_link_to_their_next_page(portal: Portal) -> None:
    first = portal.get("crm/v3/objects/contacts", limit=7, properties="email,city")
    following = portal.session.get(
        first["paging"]["next"]["link"], headers={"Authorization": f"Bearer {portal.token}"}, timeout=10
    ).json()
    walked = [int(each["id"]) for each in portal.pages("crm/v3/objects/contacts", limit=100)]

    assert first["paging"]["next"]["link"].startswith(portal.address)
    assert [*first["results"][0]["properties"]] == [*following["results"][0]["properties"]]
    assert {each["id"] for each in first["results"]}.isdisjoint(each["id"] for each in following["results"])
    assert walked == sorted(walked)
    assert {str(each) for each in walked} == set(portal.live("contacts"))


def test_ids_of_several_lengths_stand_side_by_side(portal: Portal) -> None:
    assert len({len(each) for each in portal.live("contacts")}) > 1
