"""Whatever is sent to the simulated portal, it answers or refuses: it never breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from simulators.web import Call
from tests.contract.simulators.hubspot_contract import served_operations
from tests.contract.simulators.hubspot_portal import Portal, served

ODD: tuple[Any, ...] = (None, 5, True, "", "x", [], {}, [None], {"id": None}, "9" * 30)
FIELDS = (
    "inputs", "properties", "propertiesWithHistory", "associations", "filterGroups", "sorts", "query", "after",
    "limit", "idProperty", "primaryObjectId", "objectIdToMerge", "objectId", "label", "name", "type", "fieldType",
    "options", "labels", "requiredProperties", "stages", "displayOrder", "associationTypeId",
)  # fmt: skip
ROWS = (
    "id",
    "properties",
    "associations",
    "idProperty",
    "from",
    "to",
    "types",
    "objectWriteTraceId",
    "name",
    "filters",
)
NAMES = {
    "objectType": "contacts", "fromObjectType": "contacts", "toObjectType": "companies", "associationTypeId": "279",
    "propertyName": "customer_number", "groupName": "contactinformation", "pipelineId": "default",
    "stageId": "closedwon",
}  # fmt: skip
"""What stands in the places of paths."""
PACKAGES = (
    "crm_objects", "crm_contacts", "crm_associations_v4", "crm_associations_v4_schema", "crm_pipelines",
    "crm_properties", "crm_schemas",
)  # fmt: skip
PARAMETERS = (
    "limit", "after", "archived", "properties", "propertiesWithHistory", "associations", "idProperty", "email",
)  # fmt: skip


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=30) as each:
        yield each


def bodies() -> Iterator[Any]:
    """Bodies with something odd in each place that a request has."""
    yield from ODD
    for field in FIELDS:
        for odd in ODD:
            yield {field: odd}
    for field in ROWS:
        for odd in ODD:
            yield {"inputs": [{field: odd}], "filterGroups": [{field: odd}], "properties": {"city": odd}}
    for odd in ODD:
        filters = [{"propertyName": "city", "operator": "EQ", "value": odd}, {"propertyName": odd, "operator": odd}]
        yield {"filterGroups": [{"filters": filters}]}
        yield {"inputs": [{"id": odd, "properties": {"firstname": odd}}, {"from": {"id": odd}, "to": {"id": odd}}]}
        yield {"properties": {"firstname": odd}, "associations": [{"to": {"id": odd}, "types": odd}]}


def calls(places: Mapping[str, str]) -> list[tuple[str, str]]:
    """Method and path of every operation that takes a body, with names where the contract has places."""
    found = {
        (each.method, each.path)
        for each in served_operations()
        if each.package in PACKAGES and each.method in ("POST", "PUT", "PATCH")
    }
    named = {(method, re.sub(r"\{(\w+)\}", lambda place: places[place[1]], path)) for method, path in found}
    return sorted((method, path.replace("pipelines/contacts", "pipelines/deals")) for method, path in named)


def test_no_body_breaks_the_portal(portal: Portal) -> None:
    contact, company = next(iter(portal.live("contacts"))), next(iter(portal.live("companies")))
    places = NAMES | {"objectId": contact, "fromObjectId": contact, "contactId": contact, "toObjectId": company}
    headers = {"authorization": f"Bearer {portal.token}", "content-type": "application/json"}
    broken = []

    for method, path in calls(places):
        for body in bodies():
            try:
                portal.watched.answer(Call(method, path, headers=headers, body=json.dumps(body).encode()))
            except Exception as problem:  # noqa: BLE001  any that comes out is what this looks for
                broken.append((method, path, body, repr(problem)))

    assert broken == []
    assert portal.watched.wrong == []


@pytest.mark.parametrize("name", PARAMETERS)
def test_no_parameter_breaks_the_portal(portal: Portal, name: str) -> None:
    contact = next(iter(portal.live("contacts")))
    paths = (
        "crm/v3/objects/contacts", f"crm/v3/objects/contacts/{contact}", "crm/v3/owners", "crm/v3/properties/contacts",
        f"crm/v4/objects/contacts/{contact}/associations/companies", "crm/v3/pipelines/deals",
    )  # fmt: skip

    statuses = {
        (path, odd): portal.call("GET", path, params={name: odd}).status_code
        for path in paths
        for odd in ("", "x", "-1", "0", "1.5", "9" * 30, "é", ",", ";", "hs_object_id", "true")
    }

    assert {case: status for case, status in statuses.items() if status >= 500} == {}
