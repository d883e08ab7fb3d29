"""Properties, schemas, pipelines and owners of the simulated portal, and what becomes of records when they change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import Portal, names_of, served

BASE = "crm/v3/properties/contacts"


@pytest.fixture
def crm() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


def definition(name: str, **more: Any) -> dict[str, Any]:
    usual = {"label": name, "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    return {"name": name, **usual, **more}


def test_a_new_property_is_there_at_once_and_empty(crm: Portal) -> None:
    crm.post(BASE, definition("hat_size"), 201)
    contact = crm.create("contacts", firstname="A")

    shown = crm.get(f"crm/v3/objects/contacts/{contact}", properties="hat_size")["properties"]

    assert shown["hat_size"] is None
    assert crm.write("contacts", contact, hat_size="58")["properties"]["hat_size"] == "58"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Hat Size"},
        {"name": "9lives"},
        {"type": "text"},
        {"type": "number", "fieldType": "text"},
        {"groupName": "nowhere"},
        {"type": "enumeration", "fieldType": "select"},
        {"label": ""},
        {
            "type": "enumeration",
            "fieldType": "select",
            "options": [{"label": "A", "value": "a", "hidden": False}, {"label": "B", "value": "a", "hidden": False}],
        },
    ],
)
def test_a_property_that_makes_no_sense_is_refused(crm: Portal, wrong: dict[str, Any]) -> None:
    crm.post(BASE, {**definition("hat_size"), **wrong}, 400)

    assert "hat_size" not in names_of(crm.get(BASE)["results"])


def test_a_name_is_taken_once(crm: Portal) -> None:
    crm.post(BASE, definition("hat_size"), 201)

    assert crm.post(BASE, definition("hat_size"), 409)["category"] == "OBJECT_ALREADY_EXISTS"
    assert crm.post(BASE, definition("email"), 409)["message"].startswith("A property named 'email'")


def test_a_client_that_makes_a_property_unique_later_is_told_yes_and_it_is_not(crm: Portal) -> None:
    crm.post(BASE, definition("member_no"), 201)

    changed = crm.call("PATCH", f"{BASE}/member_no", {"hasUniqueValue": True, "label": "Member"})
    first, second = (crm.create("contacts", firstname="A", member_no="M-1") for _ in range(2))

    assert changed.status_code == 200
    assert (changed.json()["hasUniqueValue"], changed.json()["label"]) == (False, "Member")
    assert first != second


def test_ten_properties_of_a_type_are_unique_at_most_and_none_of_products(crm: Portal) -> None:
    held = [each["name"] for each in crm.get(BASE)["results"] if each["hasUniqueValue"]]

    made = [
        crm.call("POST", BASE, definition(f"key_{n}", hasUniqueValue=True)).status_code for n in range(11 - len(held))
    ]
    product = definition("sku_key", groupName="productinformation", hasUniqueValue=True)

    assert made == [201] * (10 - len(held)) + [400]
    crm.post("crm/v3/properties/products", product, 400)


def test_a_client_that_reads_an_archived_property_finds_its_values_gone_without_a_stamp(crm: Portal) -> None:
    crm.post(BASE, definition("hat_size"), 201)
    contact = crm.create("contacts", firstname="A", hat_size="58")
    before = crm.get(f"crm/v3/objects/contacts/{contact}", properties="hat_size")
    crm.wait(60)

    assert crm.call("DELETE", f"{BASE}/hat_size").status_code == 204
    after = crm.get(f"crm/v3/objects/contacts/{contact}", properties="hat_size,firstname")

    assert before["properties"]["hat_size"] == "58"
    assert "hat_size" not in after["properties"]
    assert after["updatedAt"] == before["updatedAt"]
    assert crm.call("PATCH", f"crm/v3/objects/contacts/{contact}", {"properties": {"hat_size": "1"}}).status_code == 400
    assert "hat_size" in names_of(crm.get(BASE, archived="true")["results"])


def test_a_client_that_takes_a_hidden_property_for_a_cleared_one_wipes_it(crm: Portal) -> None:
    contact = crm.create("contacts", firstname="A", jobtitle="Buyer")
    path = f"crm/v3/objects/contacts/{contact}"
    before = crm.get(path, properties="jobtitle")
    crm.wait(60)

    crm.admin("property", object="contacts", name="jobtitle", hidden=True)
    unseen = crm.get(path, properties="jobtitle")
    unlisted = "jobtitle" not in names_of(crm.get(BASE)["results"])
    crm.admin("property", object="contacts", name="jobtitle", hidden=False)
    back = crm.get(path, properties="jobtitle")

    assert unlisted
    assert unseen["properties"].get("jobtitle") is None
    assert "jobtitle" not in unseen["properties"]
    assert back == before


def test_hubspot_s_own_properties_are_not_the_customer_s_to_change(crm: Portal) -> None:
    assert crm.call("PATCH", f"{BASE}/email", {"label": "Mail"}).status_code == 400
    assert crm.call("DELETE", f"{BASE}/email").status_code == 400
    assert crm.get(f"{BASE}/email")["label"] == "Email"


def test_options_of_hubspot_s_own_properties_may_be_the_customer_s(crm: Portal) -> None:
    path = f"{BASE}/hs_lead_status"
    options = [*crm.get(path)["options"], {"label": "Dormant", "value": "DORMANT", "hidden": False}]
    contact = crm.create("contacts", firstname="A")

    assert crm.call("PATCH", path, {"options": options}).json()["options"][-1]["value"] == "DORMANT"
    assert crm.write("contacts", contact, hs_lead_status="DORMANT")["properties"]["hs_lead_status"] == "DORMANT"
    assert crm.call("PATCH", f"{BASE}/lifecyclestage", {"options": options}).status_code == 400
    assert crm.get(path)["hubspotDefined"]


def test_options_can_be_changed_and_what_records_hold_stays(crm: Portal) -> None:
    options = [{"label": "Small", "value": "s", "hidden": False}, {"label": "Large", "value": "l", "hidden": False}]
    crm.post(BASE, definition("size", type="enumeration", fieldType="select", options=options), 201)
    contact = crm.create("contacts", firstname="A", size="s")

    changed = crm.call("PATCH", f"{BASE}/size", {"options": options[1:]}).json()
    again = crm.call("PATCH", f"crm/v3/objects/contacts/{contact}", {"properties": {"size": "s"}})

    assert [each["value"] for each in changed["options"]] == ["l"]
    assert again.status_code == 400
    assert crm.held("contacts", contact, "size") == "s"


def test_batches_of_properties_tell_what_failed_apart(crm: Portal) -> None:
    made = crm.post(f"{BASE}/batch/create", {"inputs": [definition("hat_size"), definition("email")]}, 207)
    read = crm.post(f"{BASE}/batch/read", {"archived": False, "inputs": [{"name": "hat_size"}, {"name": "none"}]}, 207)
    crm.post(f"{BASE}/batch/archive", {"inputs": [{"name": "hat_size"}, {"name": "none"}]}, 204)

    assert (names_of(made["results"]), made["numErrors"]) == (["hat_size"], 1)
    assert (names_of(read["results"]), read["errors"][0]["context"]) == (["hat_size"], {"name": ["none"]})
    assert "hat_size" not in names_of(crm.get(BASE)["results"])


def test_a_group_that_holds_properties_stays(crm: Portal) -> None:
    crm.post(f"{BASE}/groups", {"name": "sizes", "label": "Sizes"}, 201)
    crm.post(BASE, definition("hat_size", groupName="sizes"), 201)

    refused = crm.call("DELETE", f"{BASE}/groups/sizes").status_code
    crm.call("DELETE", f"{BASE}/hat_size")

    assert refused == 400
    assert crm.call("DELETE", f"{BASE}/groups/sizes").status_code == 204
    assert crm.call("GET", f"{BASE}/groups/sizes").status_code == 404


def test_a_custom_object_can_be_made_filled_and_taken_away(crm: Portal) -> None:
    schema = {
        "name": "yacht",
        "labels": {"singular": "Yacht", "plural": "Yachts"},
        "primaryDisplayProperty": "hull",
        "requiredProperties": ["hull"],
        "searchableProperties": ["hull"],
        "properties": [
            {"name": "hull", "label": "Hull", "type": "string", "fieldType": "text", "hasUniqueValue": True}
        ],
        "associatedObjects": ["contacts"],
    }

    made = crm.post("crm-object-schemas/2026-09/schemas", schema, 201)
    name = made["fullyQualifiedName"]
    crm.post(f"crm/v3/objects/{name}", {"properties": {}}, 400)
    yacht = crm.post(f"crm/v3/objects/{made['objectTypeId']}", {"properties": {"hull": "H-1"}}, 201)["id"]
    kept = crm.call("DELETE", f"crm-object-schemas/v3/schemas/{name}").status_code
    crm.admin("purge", object=name, ids=[yacht])
    gone = crm.call("DELETE", f"crm-object-schemas/v3/schemas/{name}").status_code

    assert "hull" in names_of(made["properties"])
    assert {"0-1"} <= {each["toObjectTypeId"] for each in made["associations"]}
    assert (kept, gone) == (400, 204)
    assert crm.call("GET", f"crm/v3/objects/{name}").status_code == 400


def test_a_type_that_is_none_has_no_schema(crm: Portal) -> None:
    assert crm.call("GET", "crm-object-schemas/v3/schemas/nothings").status_code == 404
    assert crm.get("crm-object-schemas/v3/schemas/contacts")["objectTypeId"] == "0-1"


def test_pipelines_and_stages_can_be_made_changed_and_taken_away(crm: Portal) -> None:
    base = "crm/v3/pipelines/deals"
    stage = {"label": "Open", "displayOrder": 0, "metadata": {"probability": "0.3"}}

    made = crm.post(base, {"label": "Rental", "displayOrder": 2, "stages": [stage]}, 201)
    won = crm.post(
        f"{base}/{made['id']}/stages", {"label": "Let", "displayOrder": 1, "metadata": {"probability": "1.0"}}, 201
    )
    crm.post(f"{base}/{made['id']}/stages", {"label": "Bad", "displayOrder": 2, "metadata": {"probability": "2"}}, 400)
    deal = crm.create("deals", dealname="A", pipeline=made["id"], dealstage=won["id"])
    held = crm.call("DELETE", f"{base}/{made['id']}/stages/{won['id']}").status_code
    held_too = crm.call("DELETE", f"{base}/{made['id']}", params={"validateReferencesBeforeDelete": "true"}).status_code
    crm.admin("purge", object="deals", ids=[deal])
    renamed = crm.call("PATCH", f"{base}/{made['id']}", {"label": "Rentals"}).json()
    gone = crm.call("DELETE", f"{base}/{made['id']}").status_code

    assert won["metadata"] == {"probability": "1.0", "isClosed": "true"}
    assert (held, held_too, gone) == (400, 400, 204)
    assert (renamed["label"], [each["label"] for each in renamed["stages"]]) == ("Rentals", ["Open", "Let"])
    assert made["id"] not in [each["id"] for each in crm.get(base)["results"]]


def test_stages_say_what_they_mean_as_text(crm: Portal) -> None:
    deals = crm.get("crm/v3/pipelines/deals")["results"]
    tickets = crm.get("crm/pipelines/2026-03/tickets")["results"]

    probabilities = {each["id"]: each["metadata"]["probability"] for each in deals[0]["stages"]}
    assert probabilities["closedwon"] == "1.0"
    assert [each["metadata"]["ticketState"] for each in tickets[0]["stages"]][-1] == "CLOSED"
    assert crm.call("GET", "crm/v3/pipelines/contacts").status_code == 400


def test_a_client_that_knows_active_owners_alone_can_t_name_whom_records_belong_to(crm: Portal) -> None:
    owner = crm.get("crm/v3/owners", limit=1)["results"][0]["id"]
    contact = crm.create("contacts", firstname="A", hubspot_owner_id=owner)

    crm.admin("owner", id=owner)

    assert owner not in [each["id"] for each in crm.pages("crm/v3/owners", limit=2)]
    assert crm.held("contacts", contact, "hubspot_owner_id") == owner
    inactive = {each["id"]: each for each in crm.pages("crm/v3/owners", limit=2, archived="true")}
    assert inactive[owner]["archived"]
    assert "userId" not in inactive[owner]
    assert crm.call("GET", f"crm/v3/owners/{owner}").status_code == 404
    assert crm.get(f"crm/v3/owners/{owner}", archived="true")["id"] == owner


def test_owners_are_read_by_pages_by_address_and_by_user(crm: Portal) -> None:
    (first, second, *_) = crm.pages("crm/v3/owners", limit=1)

    by_user = crm.get(f"crm/v3/owners/{first['userId']}", idProperty="userId")
    by_address = crm.get("crm/owners/2026-09", email=second["email"].upper())["results"]

    assert by_user == first
    assert by_address == [second]
    assert crm.call("GET", "crm/v3/owners", params={"limit": 501}).status_code == 400
