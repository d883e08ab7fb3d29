"""What a connection knows of a portal's objects: names in any form, properties, links, and what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.hubspot.describing import Describer
from connectors.hubspot.paths import VERSIONS, Paths
from connectors.hubspot.settings import settings_of
from tests.unit.hubspot.stub import ACCOUNT, Asked, Reply, Stub, stub
from unified_model.errors import NeedsOperator, UsageError

MACHINE = {
    "name": "machine",
    "fullyQualifiedName": "p4242001_machine",
    "objectTypeId": "2-1001",
    "labels": {"singular": "Machine", "plural": "Machines"},
    "requiredProperties": ["serial"],
    "associations": [
        {"fromObjectTypeId": "2-1001", "toObjectTypeId": "0-1", "name": "machine_to_contact"},
        {"fromObjectTypeId": "0-2", "toObjectTypeId": "2-1001", "name": "company_to_machine"},
        {"fromObjectTypeId": "2-1001", "toObjectTypeId": "0-1", "name": "machine_to_contact_2"},
    ],
}


def definition(name: str, **more: Any) -> dict[str, Any]:
    body = {"name": name, "label": name.title(), "type": "string", "fieldType": "text", "groupName": "g", "options": []}
    return {**body, "description": "", **more}


class Portal:
    """Answers for properties and schemas; what it holds may change."""

    def __init__(self) -> None:
        names = ("hs_object_id", "hs_merged_object_ids", "lastmodifieddate", "hs_lastmodifieddate", "email", "phone")
        self.properties = [definition(name) for name in names]
        self.refused: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        kind = asked.path.split("/")[-1]
        if "account-info" in asked.path:
            return Reply(ACCOUNT)
        if asked.path.endswith("/schemas"):
            return Reply({"results": [MACHINE]})
        if kind in self.refused:
            context = {"requiredGranularScopes": [f"crm.objects.{kind}.read"]}
            return Reply({"category": "MISSING_SCOPES", "errors": [{"message": "", "context": context}]}, 403)
        return Reply({"results": self.properties})


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def at(portal: Portal) -> Iterator[Stub]:
    with stub(portal) as each:
        yield each


def describer(at: Stub, *wanted: str, **options: Any) -> Describer:
    return Describer(at.client(**options), lambda _: wanted, monotonic=at.clock.monotonic)


def test_all_properties_are_read_in_the_order_of_their_names(at: Stub) -> None:
    schema = describer(at).schema("contacts")

    assert schema.columns == tuple(sorted(schema.columns))
    assert set(schema.columns) == set(schema.properties)
    assert schema.linked == ("companies",)
    assert schema.names == tuple(sorted((*schema.columns, "associations.companies")))


@pytest.mark.parametrize(
    ("object", "stamp"),
    [("contacts", "lastmodifieddate"), ("companies", "hs_lastmodifieddate"), ("calls", "hs_lastmodifieddate")],
)
def test_each_object_tells_its_changes_by_its_own_property(at: Stub, object: str, stamp: str) -> None:
    assert describer(at).schema(object).stamp == stamp


@pytest.mark.parametrize("name", ["contacts", "contact", "Contacts", "0-1"])
def test_a_standard_object_goes_by_any_of_its_names(at: Stub, name: str) -> None:
    settings = settings_of("hub", {"url": at.address, "objects": [name]})

    assert settings.objects == ("contacts",)
    schema = describer(at).schema(name)
    assert (schema.object, schema.type, schema.type_id) == ("contacts", "contacts", "0-1")


@pytest.mark.parametrize("name", ["machine", "machines", "p4242001_machine", "2-1001"])
def test_a_custom_object_goes_by_any_of_its_names_and_links_to_what_its_schema_says(at: Stub, name: str) -> None:
    schema = describer(at, objects=[name]).schema(name)

    assert (schema.object, schema.type, schema.type_id) == (name, "2-1001", "2-1001")
    assert schema.stamp == "hs_lastmodifieddate"
    assert schema.linked == ("contacts", "companies")
    assert schema.required == ("serial",)
    assert at.paths == ["/crm-object-schemas/v3/schemas", "/crm/v3/properties/2-1001"]


def test_an_object_that_the_portal_does_not_have_stops_itself_with_a_remedy(at: Stub) -> None:
    with pytest.raises(NeedsOperator, match=r"hub \(lamps\): the portal has no object"):
        describer(at).schema("lamps")


def test_a_missing_scope_stops_one_object_and_is_named(at: Stub, portal: Portal) -> None:
    portal.refused.add("deals")
    described = describer(at)

    with pytest.raises(NeedsOperator, match=r"crm\.objects\.deals\.read"):
        described.schema("deals")

    assert described.schema("contacts").columns


@pytest.mark.parametrize("excluded", ["phone", "contacts.phone", "contact.phone", "0-1.phone"])
def test_an_excluded_property_is_never_asked_for(at: Stub, excluded: str) -> None:
    described = describer(at, exclude_fields=[excluded])

    assert "phone" not in described.schema("contacts").columns
    assert ("phone" in described.schema("companies").columns) == ("." in excluded)


def test_excluding_spares_what_reading_itself_needs_and_reaches_links_and_names_of_owners(
    at: Stub, portal: Portal
) -> None:
    portal.properties.append(definition("hubspot_owner_id"))
    needed = ["lastmodifieddate", "hs_object_id", "hs_merged_object_ids"]
    assert describer(at, "owner.name").schema("contacts").lookups == ("owner.name",)

    schema = describer(
        at, "owner.name", exclude_fields=[*needed, "contacts.associations.companies", "hubspot_owner_id"]
    ).schema("contacts")

    assert set(needed) < set(schema.columns)
    assert schema.linked == ()
    assert schema.lookups == ()


def test_properties_tell_their_type_options_and_whether_they_can_be_written(at: Stub, portal: Portal) -> None:
    options = [{"label": "Open deal", "value": "OPEN_DEAL"}, {"label": "New", "value": "NEW", "hidden": True}]
    portal.properties = [
        definition("hs_lead_status", type="enumeration", fieldType="select", options=options),
        definition("hubspot_owner_id", type="enumeration", externalOptions=True),
        definition("unsilo_id", hasUniqueValue=True),
        definition("num_notes", type="number", calculated=True),
        definition("createdate", type="datetime", modificationMetadata={"readOnlyValue": True}),
        definition("gone", archived=True),
    ]

    properties = describer(at).properties("contacts")

    assert properties["hs_lead_status"].options == ("OPEN_DEAL", "NEW")
    assert properties["hubspot_owner_id"].external
    assert properties["unsilo_id"].unique
    assert [name for name, each in properties.items() if each.writable] == [
        "hs_lead_status", "hubspot_owner_id", "unsilo_id",
    ]  # fmt: skip
    assert describer(at).schema("contacts").drifting == ("num_notes",)
    assert "gone" not in properties


def test_a_read_asks_anew_what_is_there_and_what_follows_it_does_not(at: Stub, portal: Portal) -> None:
    described = describer(at)
    described.schema("contacts", for_read=True)
    described.schema("contacts")
    portal.properties.append(definition("new_one"))

    assert "new_one" not in described.schema("contacts").columns
    assert "new_one" in described.schema("contacts", for_read=True).columns
    assert len(at.asked) == 2


def test_owners_are_described_without_a_call(at: Stub) -> None:
    assert "email" in describer(at).schema("owners").columns
    assert at.asked == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"api_version": "2025-01"}, "api_version"),
        ({"auth": "password"}, "auth"),
        ({"auth": "oauth"}, "client_id"),
        ({"pace_share": 1.5}, "pace_share"),
        ({"search_a_second": True}, "search_a_second"),
        ({"objects": ["con tacts"]}, "objects"),
        ({"associations": ["contacts"]}, "associations"),
        ({"url": "ftp://hubspot.example"}, "url"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        settings_of("hub", options)


V3 = """
/crm/v3/objects/contacts/batch/read
/crm/v4/associations/contacts/companies/batch/labels/archive
/crm/v3/properties/contacts/email
/crm-object-schemas/v3/schemas
/crm/v3/owners
/crm/v3/pipelines/deals
/account-info/v3/details
/oauth/v1/token
/crm/v4/associations/contacts/companies/labels
"""
DATED = """
/crm/objects/2026-09/contacts/batch/read
/crm/associations/2026-09/contacts/companies/batch/labels/archive
/crm/properties/2026-09/contacts/email
/crm-object-schemas/2026-09/schemas
/crm/owners/2026-09
/crm/pipelines/2026-09/deals
/account-info/2026-09/details
/oauth/2026-09/token
/crm/associations/2026-09/contacts/companies/labels
"""


@pytest.mark.parametrize(("version", "expected"), [("v3", V3), ("2026-09", DATED)])
def test_a_version_is_nothing_but_other_paths(version: str, expected: str) -> None:
    paths = Paths(version)

    assert [
        paths.batch("contacts", "read"),
        paths.associations("contacts", "companies", "labels/archive"),
        paths.properties("contacts", "email"),
        paths.schemas(),
        paths.owners(),
        paths.pipelines("deals"),
        paths.account(),
        paths.token(),
        paths.labels("contacts", "companies"),
    ] == expected.split()


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_put_into_a_path_is_quoted(version: str) -> None:
    assert Paths(version).record("contacts", "a/b?c@example.org").endswith("/contacts/a%2Fb%3Fc%40example.org")
