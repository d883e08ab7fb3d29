"""A token that may see less than was asked for: what it may see is read, the rest is named, and comes later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.hubspot.rehearsed import Portal, rehearsed
from unified_model.errors import NeedsOperator
from unified_model.records import Page

CONTACTS = ("crm.objects.contacts.read", "crm.schemas.contacts.read")
COMPANIES = ("crm.objects.companies.read", "crm.schemas.companies.read")
OWNERS = ("crm.objects.owners.read",)


@pytest.fixture
def portal() -> Iterator[Portal]:
    with rehearsed(people=20) as portal:
        portal.sleep(3600)
        yield portal


def read(portal: Portal, cursor: str | None = None) -> list[Page]:
    return list(portal.open(objects=["contacts", "companies"]).read("contacts", cursor))


def test_an_object_that_the_token_may_not_see_stops_alone_and_names_the_scopes(portal: Portal) -> None:
    portal.admin("tokens", scopes=[*CONTACTS, *OWNERS])
    source = portal.open(objects=["contacts", "companies", "owners"])

    with pytest.raises(NeedsOperator, match=r"hub \(companies\).*crm\.objects\.companies\.read"):
        list(source.read("companies", None))

    assert sum(len(page.records) for page in source.read("contacts", None)) > 0
    assert [each.object for each in source.describe()] == ["contacts", "companies", "owners"]
    notes = {each.object: each.note for each in source.discover()}
    assert notes["contacts"] == ""
    assert "crm.objects.companies.read" in notes["companies"]


def test_names_of_owners_and_links_that_are_not_for_the_token_are_left_out_and_come_when_they_are(
    portal: Portal,
) -> None:
    portal.admin("tokens", scopes=list(CONTACTS))

    without = read(portal)
    again = read(portal, without[-1].cursor)
    portal.admin("tokens", scopes=[*CONTACTS, *COMPANIES, *OWNERS])
    later = read(portal, [*without, *again][-1].cursor)

    first = {record.record_id: record.payload for page in without for record in page.records}
    assert not {"owner.name", "associations.companies"} & {name for payload in first.values() for name in payload}
    assert sum(len(page.records) for page in again) == 0
    backfilled = {record.record_id: record.payload for page in later for record in page.records}
    assert set(backfilled) == set(first)
    assert any(payload["owner.name"] for payload in backfilled.values())
    assert any(payload["associations.companies"] for payload in backfilled.values())


def test_a_push_that_would_be_refused_is_told_beforehand(portal: Portal) -> None:
    portal.admin("tokens", scopes=[*CONTACTS, *COMPANIES, *OWNERS, "crm.objects.companies.write"])

    found = portal.open(push="push").check()

    refused = [each for each in found if "Nothing can be pushed" in each.message]
    assert [(each.level, each.subject) for each in refused] == [("error", "contacts")]
    assert "crm.objects.contacts.write" in refused[0].message
