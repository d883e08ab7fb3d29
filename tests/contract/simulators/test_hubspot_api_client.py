"""hubspot-api-client works against the simulated portal as it does against a real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.companies.exceptions import ApiException as CompaniesException
from hubspot.crm.contacts.exceptions import ApiException, ForbiddenException, NotFoundException, UnauthorizedException

from tests.contract.simulators.hubspot_portal import Portal, served


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=120) as each:
        yield each


@pytest.fixture(scope="module")
def crm(portal: Portal) -> Any:
    return portal.client().crm


def properties(**values: str) -> dict[str, Any]:
    return {"properties": values, "associations": []}


def test_every_contact_is_read_with_all_it_holds(portal: Portal, crm: Any) -> None:
    held = portal.live("contacts")
    names = [*next(iter(held.values()))["properties"]]

    read = {each.id: each.properties for each in crm.contacts.get_all(properties=names)}

    assert {each: {name: values[name] for name in names} for each, values in read.items()} == {
        each: {name: row["properties"][name] for name in names} for each, row in held.items()
    }


def test_one_record_s_life(portal: Portal, crm: Any) -> None:
    api = crm.contacts.basic_api
    made = api.create(properties(email="life@example.com", firstname="Ann"))
    api.update(made.id, {"properties": {"city": "Ulm"}})
    found = api.get_by_id("life@example.com", id_property="email", properties=["city"], associations=["companies"])
    api.archive(made.id)

    assert (found.id, found.properties["city"], found.archived) == (made.id, "Ulm", False)
    assert portal.rows("contacts")[made.id]["archived"]
    assert api.get_by_id(made.id, archived=True).archived_at is not None
    with pytest.raises(NotFoundException):
        api.get_by_id(made.id)


def test_refusals_come_as_the_exceptions_of_their_package(portal: Portal, crm: Any) -> None:
    crm.contacts.basic_api.create(properties(email="taken@example.com"))

    with pytest.raises(ApiException) as taken:
        crm.contacts.basic_api.create(properties(email="taken@example.com"))
    with pytest.raises(CompaniesException) as bad:
        crm.companies.basic_api.create(properties(name="A", annualrevenue="much"))
    with pytest.raises(UnauthorizedException):
        HubSpot(access_token="wrong", host=portal.address).crm.contacts.basic_api.get_page()

    assert (taken.value.status, bad.value.status) == (409, 400)
    assert "Existing ID" in taken.value.body


def test_a_missing_scope_is_forbidden() -> None:
    with served(people=20) as portal:
        portal.admin("tokens", scopes=["crm.objects.companies.read"])

        with pytest.raises(ForbiddenException):
            portal.client().crm.contacts.basic_api.get_page()


def test_batches_tell_what_became_of_each_row(portal: Portal, crm: Any) -> None:
    api = crm.contacts.batch_api
    rows = [{**properties(email=f"b{number}@example.com"), "objectWriteTraceId": f"t{number}"} for number in range(100)]
    rows[7]["properties"]["email"] = "nobody"

    made = api.create({"inputs": rows})
    ids = [each.id for each in made.results]
    changed = api.update({"inputs": [{"id": each, "properties": {"city": "Ulm"}} for each in ids]})
    read = api.read({"inputs": [{"id": each} for each in (*ids, "999999999")], "properties": ["city"]})
    api.archive({"inputs": [{"id": each} for each in ids]})

    assert (len(ids), made.num_errors, made.errors[0].context["objectWriteTraceId"]) == (99, 1, ["t7"])
    assert {each.properties["city"] for each in changed.results} == {each.properties["city"] for each in read.results}
    assert (len(read.results), read.num_errors) == (99, 1)
    held = portal.rows("contacts")
    assert all(held[each]["archived"] for each in ids)


def test_an_upsert_makes_and_then_changes(portal: Portal, crm: Any) -> None:
    row = {"id": "K-1", "idProperty": "customer_number", "properties": {"name": "Key Ltd"}}

    (made,) = crm.companies.batch_api.upsert({"inputs": [row]}).results
    (changed,) = crm.companies.batch_api.upsert({"inputs": [{**row, "properties": {"city": "Ulm"}}]}).results

    assert (made.new, changed.new, changed.id) == (True, False, made.id)
    assert (portal.held("companies", made.id, "name"), portal.held("companies", made.id, "city")) == ("Key Ltd", "Ulm")


def test_a_search_finds_by_filter_and_by_words(portal: Portal, crm: Any) -> None:
    made = crm.companies.basic_api.create(properties(name="Quixotic Mills", city="Ulm"))
    portal.wait(5)
    filters = [{"filters": [{"propertyName": "name", "operator": "EQ", "value": "Quixotic Mills"}]}]

    by_filter = crm.companies.search_api.do_search({"filterGroups": filters, "properties": ["city"], "limit": 5})
    by_words = crm.companies.search_api.do_search({"query": "quixotic"})

    assert (by_filter.total, by_filter.results[0].id, by_filter.results[0].properties["city"]) == (1, made.id, "Ulm")
    assert [each.id for each in by_words.results] == [made.id]


def test_records_are_linked_read_and_taken_apart(portal: Portal, crm: Any) -> None:
    contact = crm.contacts.basic_api.create(properties(firstname="Ann")).id
    company = crm.companies.basic_api.create(properties(name="Ann Ltd")).id
    api = crm.associations.v4
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]

    api.basic_api.create("contacts", contact, "companies", company, spec)
    alone = api.basic_api.get_page("contacts", contact, "companies").results
    (batch,) = api.batch_api.get_page("contacts", "companies", {"inputs": [{"id": contact}]}).results
    api.basic_api.archive("contacts", contact, "companies", company)

    assert [each.to_object_id for each in alone] == [company]
    assert {each.type_id for each in batch.to[0].association_types} == {1, 279}
    assert portal.rows("contacts")[contact]["associations"].get("companies", []) == []


@pytest.mark.parametrize("keeps", [False, True])
def test_a_merge_answers_with_the_survivor(keeps: bool) -> None:
    with served(people=20) as portal:
        portal.admin("switch", merge_keeps_primary_id=keeps)
        api = portal.client().crm.companies
        one, other = (api.basic_api.create(properties(name=name)).id for name in ("One", "Other"))

        survivor = api.basic_api.merge({"primaryObjectId": one, "objectIdToMerge": other}).id

        assert (survivor == one) is keeps
        assert api.basic_api.get_by_id(other).id == survivor


def test_an_erased_contact_is_gone(portal: Portal, crm: Any) -> None:
    made = crm.contacts.basic_api.create(properties(email="gone@example.com"))

    crm.contacts.basic_api.purge({"objectId": "gone@example.com", "idProperty": "email"})

    assert made.id not in portal.rows("contacts")


def test_what_types_are_is_told(crm: Any, portal: Portal) -> None:
    stages = crm.pipelines.pipelines_api.get_all("deals").results[0].stages
    owners = crm.owners.owners_api.get_page(limit=500).results
    (machine,) = crm.schemas.core_api.get_all().results
    email = crm.properties.core_api.get_by_name("contacts", "email")

    assert [each.metadata["isClosed"] for each in stages][-1] == "true"
    assert {row["properties"]["hubspot_owner_id"] for row in portal.live("deals").values()} - {None} <= {
        *(each.id for each in owners),
        *(each.id for each in crm.owners.owners_api.get_page(archived=True).results),
    }
    assert (machine.name, email.type, email.modification_metadata.read_only_value) == ("machine", "string", False)


def test_a_token_is_fetched_and_known(portal: Portal) -> None:
    api = portal.client().oauth
    token = api.tokens_api.create(
        grant_type="refresh_token", client_id="hub", client_secret="hub-secret", refresh_token="hub-refresh"
    )

    known = api.access_tokens_api.get(token.access_token)

    assert (known.hub_id, token.expires_in) == (4242001, 1800)
