"""Every operation that the simulated portal serves answers in the shape of HubSpot's machine-readable contract.

The other tests of the portal watch every answer that they get; these call each operation at least once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests

from tests.contract.simulators.hubspot_contract import problems, served_operations
from tests.contract.simulators.hubspot_portal import PORTAL_ID, TOKEN, Portal, served

NEW: dict[str, dict[str, str]] = {
    "contacts": {"email": "new@example.com"},
    "companies": {"name": "New Ltd"},
    "deals": {"dealname": "New", "pipeline": "default", "dealstage": "appointmentscheduled"},
    "tickets": {"subject": "New", "hs_pipeline": "0", "hs_pipeline_stage": "1"},
    "products": {"name": "New"},
    "line_items": {"name": "New", "quantity": "1", "price": "2.50"},
    "quotes": {"hs_title": "New", "hs_expiration_date": "2027-01-01"},
    "calls": {"hs_timestamp": "2026-11-20T08:00:00Z", "hs_call_title": "New"},
    "emails": {"hs_timestamp": "2026-11-20T08:00:00Z", "hs_email_direction": "EMAIL"},
    "meetings": {"hs_timestamp": "2026-11-20T08:00:00Z", "hs_meeting_title": "New"},
    "notes": {"hs_timestamp": "2026-11-20T08:00:00Z", "hs_note_body": "New"},
    "tasks": {"hs_timestamp": "2026-11-20T08:00:00Z", "hs_task_subject": "New"},
    "leads": {"hs_lead_name": "New"},
    "machines": {"serial_number": "NEW-1"},
}
"""What a new record of each type needs."""
CHANGED = {"hubspot_owner_id": ""}


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=60) as each:
        yield each


def live_through(portal: Portal, kind: str, base: str) -> None:
    """Every operation on records of a type, with answers of each kind."""
    objects, sent = f"{base}/{kind}", {"properties": NEW[kind], "associations": []}
    made = portal.post(objects, sent, 201)["id"]
    shown = [*NEW[kind], "hs_object_id"]
    portal.get(
        f"{objects}/{made}", properties=",".join(shown), propertiesWithHistory=shown[0], associations="companies"
    )
    list(portal.pages(objects, limit=50, properties=",".join(shown), propertiesWithHistory=shown[0]))
    list(portal.pages(objects, limit=100, archived="true", associations="contacts"))
    assert portal.call("PATCH", f"{objects}/{made}", {"properties": CHANGED}).status_code == 200
    portal.post(f"{objects}/search", {"limit": 200, "sorts": ["-hs_object_id"], "properties": shown})
    asked = {"properties": shown, "propertiesWithHistory": []}
    portal.post(f"{objects}/batch/read", {**asked, "inputs": [{"id": made}]})
    portal.post(f"{objects}/batch/read", {**asked, "inputs": [{"id": made}, {"id": "999"}]}, 207)
    distinct = [
        {name: value.replace("new", f"b{n}").replace("NEW", f"B{n}") for name, value in NEW[kind].items()}
        for n in (1, 2)
    ]
    bad = distinct[0] | {"nothing_such": "1"}
    portal.post(f"{objects}/batch/create", {"inputs": [{"properties": distinct[0], "associations": []}]}, 201)
    traced = [
        {"properties": properties, "associations": [], "objectWriteTraceId": trace}
        for properties, trace in ((distinct[1], "a"), (bad, "b"))
    ]
    portal.post(f"{objects}/batch/create", {"inputs": traced}, 207)
    portal.post(f"{objects}/batch/update", {"inputs": [{"id": made, "properties": CHANGED}]})
    updates = [{"id": made, "properties": CHANGED}, {"id": "999", "properties": CHANGED, "objectWriteTraceId": "x"}]
    portal.post(f"{objects}/batch/update", {"inputs": updates}, 207)
    portal.post(f"{objects}/batch/archive", {"inputs": [{"id": made}]}, 204)
    assert portal.call("DELETE", f"{objects}/{made}").status_code in (204, 404)
    assert portal.call("GET", f"{objects}/{made}").status_code == 404
    portal.get(f"{objects}/{made}", archived="true")


@pytest.mark.parametrize("kind", NEW)
def test_every_operation_on_records_keeps_the_contract(portal: Portal, kind: str) -> None:
    live_through(portal, kind, "crm/v3/objects")


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
def test_dated_paths_answer_in_the_same_shapes(version: str) -> None:
    with served(people=20) as portal:
        for kind in ("companies", "machines", "notes"):
            live_through(portal, kind, f"crm/objects/{version}")


@pytest.mark.parametrize("name", ["contact", "0-1", "CONTACT"])
def test_a_type_has_several_names(portal: Portal, name: str) -> None:
    called, known = (portal.get(f"crm/v3/objects/{each}", limit=5) for each in (name, "contacts"))

    assert called["results"] == known["results"]
    assert len(called["results"]) == 5


@pytest.mark.parametrize("kind", [kind for kind in NEW if kind != "products"])
def test_upserts_keep_the_contract(portal: Portal, kind: str) -> None:
    group = portal.get(f"crm/v3/properties/{kind}/hs_object_id")["groupName"]
    key = {"name": "hub_key", "label": "Key", "type": "string", "fieldType": "text", "groupName": group}
    portal.post(f"crm/v3/properties/{kind}", {**key, "hasUniqueValue": True}, 201)
    properties = {each: value.replace("new@", "up@").replace("NEW-1", "UP") for each, value in NEW[kind].items()}
    base, path = {"properties": properties, "idProperty": "hub_key"}, f"crm/v3/objects/{kind}/batch/upsert"

    (made,) = portal.post(path, {"inputs": [{**base, "id": "U-1"}]})["results"]
    (again,) = portal.post(path, {"inputs": [{**base, "id": "U-1"}]})["results"]
    bad = {**base, "id": "U-2", "properties": {"nothing_such": "1"}, "objectWriteTraceId": "t2"}
    answer = portal.post(path, {"inputs": [{**base, "id": "U-1", "objectWriteTraceId": "t1"}, bad]}, 207)

    assert (made["new"], again["new"], made["id"]) == (True, False, again["id"])
    assert [each["context"]["objectWriteTraceId"] for each in answer["errors"]] == [["t2"]]


def test_products_have_no_unique_properties(portal: Portal) -> None:
    key = {"name": "k", "label": "K", "type": "string", "fieldType": "text", "groupName": "productinformation"}

    answer = portal.call("POST", "crm/v3/properties/products", {**key, "hasUniqueValue": True})

    assert answer.status_code == 400


@pytest.mark.parametrize("kind", ["contacts", "companies", "deals", "tickets", "machines"])
def test_merges_keep_the_contract(portal: Portal, kind: str) -> None:
    first, second = list(portal.live(kind))[:2]

    merged = portal.post(f"crm/v3/objects/{kind}/merge", {"primaryObjectId": first, "objectIdToMerge": second})

    assert merged["id"] not in (first, second)
    assert portal.get(f"crm/v3/objects/{kind}/{first}")["id"] == merged["id"]


def test_associations_keep_the_contract(portal: Portal) -> None:
    contact, company = portal.create("contacts", firstname="Ann"), portal.create("companies", name="Ann Ltd")
    pair = {"from": {"id": contact}, "to": {"id": company}}
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
    batch = "crm/v4/associations/contacts/companies/batch"
    one = f"crm/v4/objects/contacts/{contact}/associations"

    portal.post(f"{batch}/create", {"inputs": [{**pair, "types": [spec]}]}, 201)
    portal.post(f"{batch}/associate/default", {"inputs": [pair]})
    read = portal.post(f"{batch}/read", {"inputs": [{"id": contact}]})
    portal.post(f"{batch}/read", {"inputs": [{"id": contact}, {"id": "999"}]}, 207)
    portal.get(f"{one}/companies", limit=500)
    assert portal.call("PUT", f"{one}/companies/{company}", [spec]).status_code == 201
    assert portal.call("PUT", f"{one}/default/companies/{company}").status_code == 200
    portal.post(f"{batch}/labels/archive", {"inputs": [{**pair, "types": [spec]}]}, 204)
    portal.post(f"{batch}/archive", {"inputs": [{"from": {"id": contact}, "to": [{"id": company}]}]}, 204)
    assert portal.call("DELETE", f"{one}/companies/{company}").status_code == 204

    assert [each["toObjectId"] for each in read["results"][0]["to"]] == [company]


def test_labels_keep_the_contract(portal: Portal) -> None:
    labels = "crm/v4/associations/contacts/companies/labels"

    made = portal.post(labels, {"label": "Adviser", "name": "adviser", "inverseLabel": "Advised by"})["results"]
    number = made[0]["typeId"]
    renamed = portal.call("PUT", labels, {"associationTypeId": number, "label": "Counsel"})
    held = portal.get(labels)["results"]
    gone = portal.call("DELETE", f"{labels}/{number}")

    assert (renamed.status_code, gone.status_code) == (204, 204)
    assert {"category": "USER_DEFINED", "typeId": number, "label": "Counsel"} in held
    assert number not in [
        each["typeId"] for each in portal.get(labels)["results"] if each["category"] == "USER_DEFINED"
    ]


def test_properties_and_their_groups_keep_the_contract(portal: Portal) -> None:
    base = "crm/v3/properties/contacts"
    own = {"name": "shoe_size", "label": "Shoe size", "type": "number", "fieldType": "number", "groupName": "mine"}
    group = portal.post(f"{base}/groups", {"name": "mine", "label": "Mine", "displayOrder": 1}, 201)
    made = portal.post(base, own, 201)
    changed = portal.call("PATCH", f"{base}/shoe_size", {"label": "Size of shoe"}).json()
    portal.post(f"{base}/batch/create", {"inputs": [{**own, "name": "hat_size"}]}, 201)
    portal.post(f"{base}/batch/read", {"inputs": [{"name": "shoe_size"}], "archived": False})
    portal.post(f"{base}/batch/read", {"inputs": [{"name": "shoe_size"}, {"name": "none"}], "archived": False}, 207)
    portal.post(f"{base}/batch/archive", {"inputs": [{"name": "hat_size"}]}, 204)
    assert portal.call("DELETE", f"{base}/shoe_size").status_code == 204
    archived = portal.get(base, archived="true")["results"]
    portal.get(f"{base}/groups/mine")
    portal.get(f"{base}/groups")
    assert portal.call("PATCH", f"{base}/groups/mine", {"label": "Ours"}).status_code == 200
    assert portal.call("DELETE", f"{base}/groups/mine").status_code == 204

    assert (group["name"], made["name"], changed["label"]) == ("mine", "shoe_size", "Size of shoe")
    assert {"shoe_size", "hat_size"} <= {each["name"] for each in archived}
    assert not {"shoe_size", "hat_size"} & {each["name"] for each in portal.get(base)["results"]}


@pytest.mark.parametrize("kind", NEW)
def test_what_a_type_is_keeps_the_contract(portal: Portal, kind: str) -> None:
    listed = portal.get(f"crm/v3/properties/{kind}")["results"]
    alone = portal.get(f"crm/v3/properties/{kind}/hs_object_id")

    assert alone == next(each for each in listed if each["name"] == "hs_object_id")
    assert alone["modificationMetadata"]["readOnlyValue"]
    assert {each["name"] for each in listed} >= set(next(iter(portal.rows(kind).values()))["properties"])


@pytest.mark.parametrize("kind", ["deals", "tickets", "leads", "machines"])
def test_pipelines_keep_the_contract(portal: Portal, kind: str) -> None:
    (first, *_) = portal.get(f"crm/v3/pipelines/{kind}")["results"]
    stages = portal.get(f"crm/v3/pipelines/{kind}/{first['id']}/stages")["results"]

    assert portal.get(f"crm/v3/pipelines/{kind}/{first['id']}") == first
    assert stages == first["stages"]
    assert portal.get(f"crm/v3/pipelines/{kind}/{first['id']}/stages/{stages[0]['id']}") == stages[0]


def test_changes_of_pipelines_keep_the_contract(portal: Portal) -> None:
    stage = {"label": "Met", "displayOrder": 1, "metadata": {"probability": "0.1"}}
    made = portal.post("crm/v3/pipelines/deals", {"label": "Trial", "displayOrder": 7, "stages": [stage]}, 201)
    path = f"crm/v3/pipelines/deals/{made['id']}"
    added = portal.post(f"{path}/stages", {**stage, "label": "Won", "metadata": {"probability": "1.0"}}, 201)

    assert portal.call("PATCH", path, {"label": "Trials"}).json()["label"] == "Trials"
    assert portal.call("PATCH", f"{path}/stages/{added['id']}", {"label": "Signed"}).json()["label"] == "Signed"
    assert portal.call("PUT", f"{path}/stages/{added['id']}", stage).json()["label"] == "Met"
    assert portal.call("DELETE", f"{path}/stages/{added['id']}").status_code == 204
    assert portal.call("PUT", path, {"label": "T", "displayOrder": 8, "stages": [stage]}).json()["label"] == "T"
    assert portal.call("DELETE", path).status_code == 204
    assert made["id"] not in [each["id"] for each in portal.get("crm/v3/pipelines/deals")["results"]]


def test_erasing_a_contact_keeps_the_contract(portal: Portal) -> None:
    made = portal.create("contacts", email="erase-me@example.com")

    portal.post("crm/v3/objects/contacts/gdpr-delete", {"objectId": made}, 204)

    assert portal.call("GET", f"crm/v3/objects/contacts/{made}").status_code == 404


def test_owners_keep_the_contract(portal: Portal) -> None:
    owners = list(portal.pages("crm/v3/owners", limit=3))
    gone = list(portal.pages("crm/v3/owners/", archived="true"))

    assert len(owners) > 3
    assert portal.get(f"crm/v3/owners/{owners[0]['id']}") == owners[0]
    assert all(each["archived"] for each in gone)
    assert [each["id"] for each in portal.get("crm/v3/owners", email=owners[1]["email"])["results"]] == [
        owners[1]["id"]
    ]


@pytest.mark.parametrize(
    "path", ["crm-object-schemas/v3/schemas", "crm/v3/schemas", "crm-object-schemas/2026-09/schemas"]
)
def test_schemas_keep_the_contract(portal: Portal, path: str) -> None:
    (machine,) = portal.get(path)["results"]

    assert machine == portal.get(f"{path}/{machine['fullyQualifiedName']}")
    assert machine["fullyQualifiedName"] == f"p{PORTAL_ID}_machine"
    assert machine["objectTypeId"].startswith("2-")


def test_a_custom_object_of_one_s_own_keeps_the_contract(portal: Portal) -> None:
    base = "crm-object-schemas/v3/schemas"
    definition = {
        "name": "boat",
        "labels": {"singular": "Boat", "plural": "Boats"},
        "requiredProperties": ["hull"],
        "primaryDisplayProperty": "hull",
        "properties": [{"name": "hull", "label": "Hull", "type": "string", "fieldType": "text"}],
        "associatedObjects": ["CONTACT"],
    }
    made = portal.post(base, definition, 201)
    link = {"fromObjectTypeId": made["objectTypeId"], "toObjectTypeId": "0-2", "name": "boat_to_company"}
    linked = portal.post(f"{base}/boat/associations", link, 201)
    changed = portal.call("PATCH", f"{base}/boat", {"labels": {"singular": "Ship", "plural": "Ships"}}).json()

    assert (made["name"], changed["labels"]["singular"]) == ("boat", "Ship")
    assert portal.call("DELETE", f"{base}/boat/associations/{linked['id']}").status_code == 204
    assert portal.call("DELETE", f"{base}/boat").status_code == 204
    assert [each["name"] for each in portal.get(base)["results"]] == ["machine"]


def test_tokens_keep_the_contract(portal: Portal) -> None:
    form = {"grant_type": "refresh_token", "client_id": "hub", "client_secret": "hub-secret"}
    for path in ("oauth/v1/token", "oauth/2026-03/token"):
        sent = portal.session.post(
            f"{portal.address}/{path}", data={**form, "refresh_token": "hub-refresh"}, timeout=10
        )
        assert sent.json()["expires_in"] == 1800, sent.text
        known = portal.get(f"oauth/v1/access-tokens/{sent.json()['access_token']}")
        assert known["hub_id"] == PORTAL_ID

    granted = portal.get("oauth/v1/refresh-tokens/hub-refresh")
    refused = portal.session.post(f"{portal.address}/oauth/v1/token", data={**form, "refresh_token": "x"}, timeout=10)

    assert refused.status_code == 400
    assert granted["hub_id"] == PORTAL_ID
    assert portal.call("DELETE", "oauth/v1/refresh-tokens/hub-refresh").status_code == 204
    assert portal.call("GET", "oauth/v1/refresh-tokens/hub-refresh").status_code in (400, 404)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "category"),
    [
        ("GET", "crm/v3/objects/contacts/999999999", None, 404, "OBJECT_NOT_FOUND"),
        ("PATCH", "crm/v3/objects/contacts/999999999", {"properties": {"city": "Ulm"}}, 404, "OBJECT_NOT_FOUND"),
        ("GET", "crm/v3/objects/nothings", None, 400, "VALIDATION_ERROR"),
        ("GET", "crm/v3/objects/contacts?limit=101", None, 400, "VALIDATION_ERROR"),
        ("GET", "crm/v3/objects/contacts?limit=51&propertiesWithHistory=email", None, 400, "VALIDATION_ERROR"),
        ("GET", "crm/v3/objects/contacts?limit=x", None, 400, "VALIDATION_ERROR"),
        ("POST", "crm/v3/objects/contacts", {"properties": {}, "associations": []}, 400, "VALIDATION_ERROR"),
        ("POST", "crm/v3/objects/contacts/search", {"limit": 201}, 400, "VALIDATION_ERROR"),
        ("POST", "crm/v3/objects/contacts/batch/read", {"inputs": [{"id": "1"}] * 101}, 400, "VALIDATION_ERROR"),
        ("GET", "crm/v3/pipelines/deals/none", None, 404, None),
        ("GET", "crm/v3/owners/999", None, 404, None),
        ("GET", "crm/v3/properties/contacts/none", None, 404, None),
        ("GET", "crm/v4/associations/contacts/nothings/labels", None, 400, "VALIDATION_ERROR"),
    ],
)  # fmt: skip
def test_refusals_keep_the_contract(
    portal: Portal, method: str, path: str, sent: Any, status: int, category: str | None
) -> None:
    answer = portal.call(method, path, sent)

    assert answer.status_code == status, answer.text
    assert category in (None, answer.json()["category"])
    assert answer.json()["status"] == "error"


def test_a_body_that_is_not_json_is_refused(portal: Portal) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    path = f"{portal.address}/crm/v3/objects/contacts"

    torn = requests.post(
        path, data='{"properties"', headers={**headers, "Content-Type": "application/json"}, timeout=10
    )
    unnamed = requests.post(path, data="email=a", headers={**headers, "Content-Type": "text/plain"}, timeout=10)

    assert (torn.status_code, unnamed.status_code) == (400, 415)


def test_every_operation_of_the_contract_was_called(portal: Portal) -> None:
    """It speaks of this file's own calls: alone it fails."""
    wanted = {
        (each.method, each.path)
        for each in served_operations()
        # A product has no unique property, so that there is nothing to find it by.
        if each.path != "/crm/v3/objects/products/batch/upsert"
    }

    called = {(method, path) for method, path, status in portal.watched.seen if status < 400}

    assert sorted(wanted - called) == []


def test_the_watch_tells_of_every_kind_of_misshapen_answer() -> None:
    def told(status: int, body: Mapping[str, Any] | None, path: str = "/crm/v3/objects/contacts/1") -> list[str]:
        return list(problems("GET", path, status, b"" if body is None else json.dumps(body).encode()))

    good = {
        "id": "1",
        "properties": {"email": None},
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
    }
    assert told(200, good) == []
    assert told(200, {**good, "id": 1})
    assert told(200, {**good, "properties": {"amount": 5}})
    assert told(200, {**good, "createdAt": "yesterday"})
    assert told(200, {"id": "1"})
    assert told(201, good)
    assert told(404, {"message": "gone"})
    assert told(404, {"message": "gone", "category": "OBJECT_NOT_FOUND", "correlationId": "x"}) == []
    assert told(429, {"status": "error", "message": "slow down", "errorType": "RATE_LIMIT"})
