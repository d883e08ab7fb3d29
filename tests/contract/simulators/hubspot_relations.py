"""Associations as a careful client makes and reads them, for tests of the simulated portal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.contract.simulators.hubspot_portal import Portal

MERE, PRIMARY = 279, 1
BATCH = "crm/v4/associations/contacts/companies/batch"
LABELS = "crm/v4/associations/contacts/companies/labels"


def people(portal: Portal, count: int) -> list[str]:
    return list(portal.admin("create", object="contacts", records=[{"properties": {"firstname": "P"}}] * count)["ids"])


def firms(portal: Portal, count: int) -> list[str]:
    return list(portal.admin("create", object="companies", records=[{"properties": {"name": "C"}}] * count)["ids"])


def spec(number: int, category: str = "HUBSPOT_DEFINED") -> dict[str, Any]:
    return {"associationCategory": category, "associationTypeId": number}


def pair(here: str, there: str, *specs: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"from": {"id": here}, "to": {"id": there}}
    return row | ({"types": list(specs)} if specs else {})


def link(portal: Portal, contact: str, companies: Sequence[str], number: int = MERE) -> None:
    portal.post(f"{BATCH}/create", {"inputs": [pair(contact, each, spec(number)) for each in companies]}, 201)


def read(portal: Portal, *inputs: dict[str, str], a: str = "contacts", b: str = "companies") -> Any:
    answer = portal.call("POST", f"crm/v4/associations/{a}/{b}/batch/read", {"inputs": list(inputs)})
    assert answer.status_code in (200, 207), answer.text
    return answer.json()


def linked(portal: Portal, record: str, a: str = "contacts", b: str = "companies") -> dict[str, list[tuple[str, int]]]:
    """What a careful client reads: (category, number) by id, all pages."""
    found: dict[str, list[tuple[str, int]]] = {}
    asked = {"id": record}
    while True:
        rows = read(portal, asked, a=a, b=b)["results"]
        for row in rows:
            for to in row["to"]:
                kinds = [(kind["category"], kind["typeId"]) for kind in to["associationTypes"]]
                found[str(to["toObjectId"])] = sorted(kinds)
        if not rows or "paging" not in rows[0]:
            return found
        asked = {"id": record, "after": rows[0]["paging"]["next"]["after"]}
