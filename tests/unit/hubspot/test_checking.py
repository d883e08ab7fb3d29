"""What `check` finds in a portal, and what `check --fix` makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.contract import Finding
from connectors.hubspot.connector import HubSpotConnector, open_hubspot
from connectors.hubspot.mapping import STANDARD
from tests.unit.hubspot.stub import ACCOUNT, SECRETS, Asked, Reply, Stub, stub

USAGE = {"name": "private app", "usageLimit": 1000, "currentUsage": 100, "resetsAt": "2026-11-22T23:00:00Z"}
MAPPED = [row.column for mapping in STANDARD.values() for row in mapping.rows if "." not in row.column]


class Portal:
    """Some contacts and companies, with every property that the standard mapping reads."""

    def __init__(self) -> None:
        names = dict.fromkeys((*MAPPED, "hs_object_id", "hubspot_owner_id"))
        self.properties: dict[str, dict[str, Any]] = {name: {"name": name, "type": "string"} for name in names}
        self.refused: dict[str, list[str]] = {}
        self.total = 250
        self.usage = USAGE
        self.made: list[Asked] = []
        self.edited: list[str] = []
        self.scopes = ["crm.objects.contacts.read", "crm.objects.companies.read", "crm.objects.owners.read"]

    def __call__(self, asked: Asked) -> Reply:
        path = asked.path
        for part, scopes in self.refused.items():
            if part in path:
                context = {"requiredGranularScopes": scopes}
                return Reply({"category": "MISSING_SCOPES", "errors": [{"message": "", "context": context}]}, 403)
        if path.endswith("/token"):
            return Reply({"access_token": "access-1", "expires_in": 1800})
        if "access-tokens" in path:
            return Reply({"hub_id": 4242001, "scopes": self.scopes})
        if path.endswith("/details"):
            headers = {"X-HubSpot-RateLimit-Max": "190", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"}
            return Reply(ACCOUNT, headers={**headers, "X-HubSpot-RateLimit-Remaining": "189"})
        if "api-usage" in path:
            return Reply({"results": [self.usage]})
        if path.endswith("/search"):
            return Reply({"total": self.total, "results": []})
        if asked.method == "PATCH":
            self.edited.append(path)
            return Reply({"category": "OBJECT_NOT_FOUND"}, 404)
        if "/properties/" in path and asked.method == "POST":
            self.made.append(asked)
            if not path.endswith("/groups"):
                self.properties[asked.body["name"]] = asked.body
            return Reply(asked.body, 201)
        if "/properties/" in path:
            return Reply({"results": list(self.properties.values())})
        return Reply({"results": [{"id": "1", "properties": {}}]})


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def at(portal: Portal) -> Iterator[Stub]:
    with stub(portal) as each:
        yield each


def source(at: Stub, **options: Any) -> HubSpotConnector:
    clock = at.clock
    settings = {"url": at.address, **options}
    return open_hubspot(
        "hub", settings, secret=SECRETS.get, clock=clock.now, sleep=clock.sleep, monotonic=clock.monotonic
    )


def bad(found: list[Finding] | Any, *levels: str) -> list[Finding]:
    return [each for each in found if each.level in (levels or ("warning", "error"))]


def test_a_portal_in_which_all_is_well_is_described(at: Stub) -> None:
    found = source(at).check()

    assert bad(found) == []
    told = " ".join(each.message for each in found)
    assert "portal 4242001 (sandbox, Europe/Berlin)" in told
    assert "152 of the portal's 190 calls in 10 s, and 4 searches a second, are ours" in told
    assert "100 of 1,000 calls a day are used; we take 250 at most" in told


def test_nothing_is_changed_by_a_check(at: Stub, portal: Portal) -> None:
    source(at, push="push").check()

    assert portal.made == []
    assert {path.rpartition("/")[2] for path in portal.edited} == {"0"}  # no record has this id


def test_properties_of_the_mapping_that_the_portal_lacks_are_named_unless_they_are_excluded(
    at: Stub, portal: Portal
) -> None:
    del portal.properties["mobilephone"], portal.properties["fax"]

    found = bad(source(at, exclude_fields=["fax"]).check())

    assert [(each.subject, each.level) for each in found] == [("contacts", "warning")]
    assert "mobilephone" in found[0].message
    assert "fax" not in found[0].message


def test_a_scope_that_is_missing_is_named_with_its_object_and_the_others_are_checked(at: Stub, portal: Portal) -> None:
    portal.refused["/objects/companies"] = ["crm.objects.companies.read"]

    found = source(at).check()

    errors = bad(found, "error")
    assert [each.subject for each in errors] == ["companies"]
    assert "crm.objects.companies.read" in errors[0].message
    assert any(each.subject == "contacts" and each.level == "ok" for each in found)


def test_links_that_can_not_be_read_are_told(at: Stub, portal: Portal) -> None:
    portal.refused["/associations/contacts/companies"] = ["crm.objects.companies.read"]

    found = bad(source(at, objects=["contacts"]).check())

    assert [each.level for each in found] == ["warning"]
    assert "Links to companies" in found[0].message


def test_scopes_that_an_app_was_not_given_are_told(at: Stub) -> None:
    found = bad(source(at, auth="oauth", client_id="hub", objects=["contacts", "emails"], push="push").check())

    told = {each.subject: each.message for each in found if "scopes" in each.message}
    assert "crm.objects.contacts.write, crm.schemas.contacts.write" in told["contacts"]
    assert "sales-email-read" in told["emails"]
    assert all("access-1" not in each.message for each in found)


def test_a_push_needs_the_unique_property(at: Stub, portal: Portal) -> None:
    assert not bad(source(at).check())

    found = bad(source(at, push="plan").check(), "error")

    assert [each.subject for each in found] == ["contacts", "companies"]
    assert all("unsilo_id is missing" in each.message and "check --fix" in each.remedy for each in found)


def test_check_fix_makes_the_unique_property_and_its_group_once(at: Stub, portal: Portal) -> None:
    opened = source(at, push="push", objects=["contacts", "owners"])

    first, second = opened.provision(), opened.provision()

    assert [each.message for each in first] == ["unsilo_id was made."]
    assert [each.message for each in second] == ["unsilo_id is there."]
    group, made = portal.made
    assert made.path == "/crm/v3/properties/contacts"
    assert made.body["groupName"] == group.body["name"]
    assert (made.body["type"], made.body["fieldType"], made.body["hasUniqueValue"]) == ("string", "text", True)
    assert not bad(opened.check(), "error")


def test_check_fix_says_how_to_make_the_property_by_hand_when_it_may_not(at: Stub, portal: Portal) -> None:
    portal.refused["/properties/contacts/groups"] = ["crm.schemas.contacts.write"]

    found = bad(source(at, push="push", objects=["contacts"]).provision())

    assert [each.level for each in found] == ["error"]
    assert "crm.schemas.contacts.write" in found[0].message
    assert "Require unique values" in found[0].remedy


def test_check_fix_leaves_a_property_alone_that_is_there_without_being_unique(at: Stub, portal: Portal) -> None:
    portal.properties["unsilo_id"] = {"name": "unsilo_id", "type": "string", "hasUniqueValue": False}
    opened = source(at, push="push", objects=["contacts"])

    found = bad([*opened.provision(), *opened.check()], "error")

    assert [each.message.partition(":")[0] for each in found][1:] == ["unsilo_id"]
    assert all("not unique" in each.message and "Delete unsilo_id" in each.remedy for each in found)
    assert portal.made == []


def test_check_fix_makes_nothing_while_nothing_is_pushed(at: Stub, portal: Portal) -> None:
    assert not bad(source(at).provision())
    assert portal.made == []


def test_an_eleventh_unique_property_is_not_tried(at: Stub, portal: Portal) -> None:
    for number in range(10):
        portal.properties[f"key_{number}"] = {"name": f"key_{number}", "type": "string", "hasUniqueValue": True}

    found = bad(source(at, push="push", objects=["contacts"]).provision())

    assert "10 unique properties" in found[0].message
    assert portal.made == []


def test_a_first_read_that_takes_days_of_our_share_is_told_beforehand(at: Stub, portal: Portal) -> None:
    portal.total = 100_000

    found = bad(source(at).check())

    assert len(found) == 1
    assert "days of our share" in found[0].message


def test_a_token_that_is_refused_is_all_that_is_told(at: Stub, portal: Portal) -> None:
    at.answer = lambda _: Reply({"category": "INVALID_AUTHENTICATION", "message": "no"}, 401)

    found = source(at).check()

    assert [(each.level, each.subject) for each in found] == [("error", "hub")]
    assert found[0].remedy


def test_the_days_calls_are_those_that_headers_tell_where_nothing_else_does(at: Stub, portal: Portal) -> None:
    headers = {"X-HubSpot-RateLimit-Daily": "250000", "X-HubSpot-RateLimit-Daily-Remaining": "249000"}
    at.answer = lambda asked: Reply(None, 404) if "usage" in asked.path else Reply(ACCOUNT, headers=headers)

    daily = source(at).limits()[0]

    assert (daily.name, daily.total, daily.ours) == ("calls a day", 250_000, 62_500)
    assert daily.used >= 1_000


def test_settings_that_name_what_is_not_read_are_told(at: Stub) -> None:
    found = bad(source(at, exclude_fields=["deals.amount"]).check())

    assert [each.subject for each in found] == ["deals"]


def test_what_is_forecast_grows_with_what_changed_and_with_links(at: Stub, portal: Portal) -> None:
    opened = source(at)
    portal.total = 10_000

    with_links = opened.forecast("contacts", None)
    without = source(at, associations={"contacts": []}).forecast("contacts", None)

    assert with_links == without + 10
    assert 100 <= without <= 110
    assert opened.forecast("owners", None) == 2
