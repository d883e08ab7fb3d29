"""Who may pass the simulated portal, how often, and in which forms it says no."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from tests.contract.simulators.hubspot_portal import PORTAL_ID, Portal, served

HALF_AN_HOUR_S = 1_800
LIST = "crm/v3/objects/contacts"


@pytest.fixture
def crm() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


def sign_in(portal: Portal) -> str:
    form = {
        "grant_type": "refresh_token",
        "client_id": "hub",
        "client_secret": "hub-secret",
        "refresh_token": "hub-refresh",
    }
    answer = portal.session.post(f"{portal.address}/oauth/v1/token", data=form, timeout=10)
    assert answer.status_code == 200, answer.text
    assert answer.json()["refresh_token"] == "hub-refresh"
    return str(answer.json()["access_token"])


def test_without_a_token_nobody_passes(crm: Portal) -> None:
    bare = requests.get(f"{crm.address}/{LIST}", timeout=10)
    by_key = requests.get(f"{crm.address}/{LIST}", params={"hapikey": "hub-token"}, timeout=10)
    crm.token = "wrong"

    assert (bare.status_code, by_key.status_code) == (401, 401)
    assert crm.call("GET", LIST).json()["category"] == "INVALID_AUTHENTICATION"


def test_an_access_token_ends_after_half_an_hour_and_the_refresh_token_goes_on(crm: Portal) -> None:
    crm.token = sign_in(crm)

    first = crm.call("GET", LIST).status_code
    crm.wait(HALF_AN_HOUR_S + 1)
    late = crm.call("GET", LIST)
    crm.token = sign_in(crm)

    assert first == 200
    assert (late.status_code, late.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert crm.call("GET", LIST).status_code == 200


def test_a_missing_scope_is_named_and_shuts_one_type_alone(crm: Portal) -> None:
    crm.admin("tokens", scopes=["crm.objects.contacts.read", "crm.schemas.contacts.read"])

    refused = crm.call("GET", "crm/v3/objects/deals")
    writing = crm.call("POST", LIST, {"properties": {"firstname": "A"}, "associations": []})

    assert crm.call("GET", LIST).status_code == 200
    assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
    assert "crm.objects.deals.read" in refused.text
    assert writing.status_code == 403


def test_bodies_of_emails_take_a_scope_of_their_own(crm: Portal) -> None:
    text = "What was said"
    made = crm.create("emails", hs_timestamp="2026-11-20T08:00:00Z", hs_email_direction="EMAIL", hs_email_text=text)
    path = f"crm/v3/objects/emails/{made}"

    seen = crm.get(path, properties="hs_email_text")["properties"]["hs_email_text"]
    scopes = [
        each for each in crm.get("oauth/v1/access-tokens/" + sign_in(crm))["scopes"] if each != "sales-email-read"
    ]
    crm.admin("tokens", scopes=scopes)
    hidden = crm.get(path, properties="hs_email_text")["properties"]["hs_email_text"]

    assert seen == text
    assert hidden != text


def test_the_portal_says_who_it_is(crm: Portal) -> None:
    details = crm.get("account-info/v3/details")

    assert details["portalId"] == PORTAL_ID
    assert {"accountType", "timeZone", "companyCurrency", "utcOffset"} <= details.keys()
    assert details == crm.get("account-info/2026-09/details")


def test_answers_tell_the_pace_and_searches_don_t(crm: Portal) -> None:
    crm.admin("limits", calls_in_10_s=190, calls_a_day=625_000)

    listed = crm.call("GET", LIST).headers
    searched = crm.call("POST", f"{LIST}/search", {}).headers
    crm.token = sign_in(crm)
    signed_in = crm.call("GET", LIST).headers

    assert listed["X-HubSpot-RateLimit-Max"] == "190"
    assert 0 <= int(listed["X-HubSpot-RateLimit-Remaining"]) < 190
    assert listed["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert listed["X-HubSpot-RateLimit-Daily"] == "625000"
    assert "X-HubSpot-RateLimit-Daily-Remaining" in listed
    assert not [name for name in searched if name.lower().startswith("x-hubspot-ratelimit")]
    assert "X-HubSpot-RateLimit-Max" in signed_in
    assert "X-HubSpot-RateLimit-Daily" not in signed_in


def test_each_of_the_three_limits_refuses_under_its_own_name(crm: Portal) -> None:
    def policy(path: str, method: str = "GET") -> str:
        for _ in range(12):
            answer = crm.call(method, path, {} if method == "POST" else None)
            if answer.status_code == 429:
                return str(answer.json()["policyName"])
        return "none"

    crm.admin("limits", calls_in_10_s=1_000_000, search_a_second=3, calls_a_day=1_000_000)
    second = policy(f"{LIST}/search", "POST")
    crm.admin("limits", calls_in_10_s=5, search_a_second=1_000_000)
    ten_seconds = policy(LIST)
    crm.admin("limits", calls_in_10_s=1_000_000, calls_a_day=1)
    day = policy(LIST)
    crm.wait(24 * 3_600)

    assert (second, ten_seconds, day) == ("SECONDLY", "TEN_SECONDLY_ROLLING", "DAILY")
    assert crm.call("GET", LIST).status_code == 200, "a new day begins with nothing used"


def test_a_search_limit_lets_go_after_a_second(crm: Portal) -> None:
    crm.admin("limits", search_a_second=2)
    statuses = [crm.call("POST", f"{LIST}/search", {}).status_code for _ in range(4)]

    time.sleep(1.1)

    assert 429 in statuses
    assert crm.call("POST", f"{LIST}/search", {}).status_code == 200


def test_other_apps_searches_take_from_the_same_second(crm: Portal) -> None:
    crm.admin("limits", search_a_second=5)
    crm.admin("traffic", search_a_second=4)

    statuses = [crm.call("POST", f"{LIST}/search", {}).status_code for _ in range(3)]

    assert statuses.count(200) <= 2
    assert 429 in statuses


@pytest.mark.parametrize("path", ["crm/v3/objects", "nowhere", "contacts/v1/lists", "crm/objects/2025-01/contacts"])
def test_paths_that_are_none_are_not_found(crm: Portal, path: str) -> None:
    assert crm.call("GET", path).status_code == 404


def test_a_url_that_is_too_long_is_refused(crm: Portal) -> None:
    assert crm.call("GET", LIST, params={"properties": ",".join(["jobtitle"] * 3_000)}).status_code == 414


def test_the_newest_version_holds_writes_to_the_portal_s_own_rules(crm: Portal) -> None:
    sent = {"properties": {"dealname": "No stage given", "pipeline": "default"}, "associations": []}
    lax = {"properties": {"firstname": "No e-mail"}, "associations": []}

    older = crm.call("POST", LIST, lax).status_code
    newer = [
        crm.call("POST", f"crm/objects/2026-09/{kind}", body) for kind, body in (("contacts", lax), ("deals", sent))
    ]

    assert older == 201
    assert 400 in [each.status_code for each in newer]
    assert {each.json()["category"] for each in newer if each.status_code == 400} == {"VALIDATION_ERROR"}


def test_one_record_s_associations_have_no_path_in_the_newest_version(crm: Portal) -> None:
    contact = next(iter(crm.live("contacts")))

    found = [
        crm.call("GET", f"crm/objects/{version}/contacts/{contact}/associations/companies").status_code
        for version in ("2026-03", "2026-09")
    ]

    assert found == [200, 404]
