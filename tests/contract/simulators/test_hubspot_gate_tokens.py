"""Tokens of the simulated portal: given out, told about, ended, revoked, limited to scopes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.contract.simulators.hubspot_portal import PORTAL_ID, Portal, served

LIST = "crm/v3/objects/contacts"
REFRESH = {
    "grant_type": "refresh_token",
    "client_id": "hub",
    "client_secret": "hub-secret",
    "refresh_token": "hub-refresh",
}
CODE = {
    "grant_type": "authorization_code",
    "client_id": "hub",
    "client_secret": "hub-secret",
    "redirect_uri": "http://127.0.0.1/back",
    "code": "hub-code",
}


@pytest.fixture
def crm() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


@pytest.fixture(scope="module")
def shared() -> Iterator[Portal]:
    """A portal whose tests leave it as they found it."""
    with served(people=20) as each:
        yield each


def ask(crm: Portal, form: dict[str, str], path: str = "oauth/v1/token") -> requests.Response:
    return crm.session.post(f"{crm.address}/{path}", data=form, timeout=10)


@pytest.mark.parametrize("path", ["oauth/v1/token", "oauth/v3/token", "oauth/2026-03/token", "oauth/2026-09/token"])
@pytest.mark.parametrize("form", [REFRESH, CODE])
def test_a_token_is_given_for_a_code_or_a_refresh_token(shared: Portal, path: str, form: dict[str, str]) -> None:
    given = ask(shared, form, path).json()
    headers = {"Authorization": f"Bearer {given['access_token']}"}

    assert (given["expires_in"], given["token_type"], given["refresh_token"]) == (1_800, "bearer", "hub-refresh")
    assert shared.call("GET", LIST, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({**REFRESH, "client_id": "other"}, "BAD_CLIENT_ID"),
        ({**REFRESH, "client_secret": "other"}, "BAD_CLIENT_SECRET"),
        ({**REFRESH, "refresh_token": "other"}, "BAD_REFRESH_TOKEN"),
        ({**CODE, "code": "other"}, "BAD_AUTH_CODE"),
        ({**CODE, "redirect_uri": ""}, "BAD_REDIRECT_URI"),
        ({**REFRESH, "grant_type": "password"}, "BAD_GRANT_TYPE"),
    ],
)
def test_a_token_is_not_given_for_less(shared: Portal, form: dict[str, str], code: str) -> None:
    refused = ask(shared, form)

    assert refused.status_code == 400
    assert refused.json()["status"] == code
    assert "access_token" not in refused.json()


def test_a_token_is_asked_for_by_a_form_alone(crm: Portal) -> None:
    answer = crm.session.post(f"{crm.address}/oauth/v1/token", json=REFRESH, timeout=10)

    assert answer.status_code == 415


def test_a_refresh_token_stays_the_same_and_older_access_tokens_live_on(crm: Portal) -> None:
    first, second = (ask(crm, REFRESH).json() for _ in range(2))

    assert first["refresh_token"] == second["refresh_token"]
    assert first["access_token"] != second["access_token"]
    for each in (first, second):
        crm.token = each["access_token"]
        assert crm.call("GET", LIST).status_code == 200


def test_a_client_that_waits_for_a_401_to_refresh_meets_one_each_half_hour(crm: Portal) -> None:
    crm.token = ask(crm, REFRESH).json()["access_token"]
    refused = 0

    for _ in range(8):
        if crm.call("GET", LIST).status_code == 401:
            refused += 1
            crm.token = ask(crm, REFRESH).json()["access_token"]
            assert crm.call("GET", LIST).status_code == 200
        crm.wait(901)

    assert refused >= 3


def test_an_access_token_tells_what_it_is_in_both_forms(crm: Portal) -> None:
    token = ask(crm, REFRESH).json()["access_token"]
    crm.wait(300)

    by_path = crm.session.get(f"{crm.address}/oauth/v1/access-tokens/{token}", timeout=10).json()
    by_form = ask(crm, {"token": token}, "oauth/2026-09/token/introspect").json()
    crm.wait(1_501)
    ended = crm.session.get(f"{crm.address}/oauth/v1/access-tokens/{token}", timeout=10)

    assert (by_path["hub_id"], by_path["expires_in"], by_path["token"]) == (PORTAL_ID, 1_500, token)
    assert "crm.objects.contacts.read" in by_path["scopes"]
    assert by_form["active"]
    assert by_form["hub_id"] == PORTAL_ID
    assert ended.status_code == 404
    assert ask(crm, {"token": token}, "oauth/2026-09/token/introspect").json() == {"active": False}


def test_a_refresh_token_tells_whose_it_is_and_can_be_ended(crm: Portal) -> None:
    path = f"{crm.address}/oauth/v1/refresh-tokens/hub-refresh"
    token = ask(crm, REFRESH).json()["access_token"]

    told = crm.session.get(path, timeout=10).json()
    ended = crm.session.delete(path, timeout=10).status_code
    crm.token = token

    assert (told["hub_id"], told["client_id"], ended) == (PORTAL_ID, "hub", 204)
    assert crm.session.get(path, timeout=10).status_code == 404
    assert ask(crm, REFRESH).json()["status"] == "BAD_REFRESH_TOKEN"
    assert crm.call("GET", LIST).json()["category"] == "INVALID_AUTHENTICATION"


def test_a_token_can_be_revoked_by_its_owner_and_by_the_portal(crm: Portal) -> None:
    token = ask(crm, REFRESH).json()["access_token"]

    ask(crm, {"token": token}, "oauth/2026-03/token/revoke")
    crm.admin("tokens", revoke="hub-token")
    by_static = crm.call("GET", LIST)
    crm.token = token
    by_access = crm.call("GET", LIST)

    for answer in (by_static, by_access):
        assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_tokens_can_be_ended_at_once_and_live_shorter(crm: Portal) -> None:
    crm.token = ask(crm, REFRESH).json()["access_token"]

    crm.admin("tokens", expire_all=True, expires_in_s=60)
    ended = crm.call("GET", LIST)
    given = ask(crm, REFRESH).json()
    crm.token = "hub-token"

    assert (ended.status_code, ended.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert given["expires_in"] == 60
    assert crm.call("GET", LIST).status_code == 200, "a static token has no end"


@pytest.mark.parametrize(
    ("method", "path", "sent", "needed"),
    [
        ("GET", "crm/v3/objects/deals", None, "crm.objects.deals.read"),
        ("GET", "crm/v3/objects/0-3", None, "crm.objects.deals.read"),
        ("POST", "crm/v3/objects/deals/search", {}, "crm.objects.deals.read"),
        ("POST", "crm/v3/objects/deals/batch/read", {"properties": [], "inputs": []}, "crm.objects.deals.read"),
        ("POST", "crm/v3/objects/contacts", {"properties": {}}, "crm.objects.contacts.write"),
        ("POST", "crm/v3/objects/contacts/merge", {}, "crm.objects.contacts.write"),
        ("PATCH", "crm/objects/2026-09/companies/1", {"properties": {}}, "crm.objects.companies.write"),
        ("GET", "crm/v3/objects/machines", None, "crm.objects.custom.read"),
        ("GET", "crm/v3/objects/tickets", None, "tickets"),
        ("GET", "crm/v3/objects/products", None, "e-commerce"),
        ("POST", "crm/v3/objects/notes", {"properties": {}}, "crm.objects.contacts.write"),
        ("GET", "crm/v3/properties/tickets", None, "tickets"),
        ("POST", "crm/v3/properties/calls", {}, "crm.schemas.contacts.write"),
        ("GET", "crm/v3/owners", None, "crm.objects.owners.read"),
        ("GET", "crm/v3/pipelines/deals", None, "crm.schemas.deals.read"),
        ("GET", "crm-object-schemas/v3/schemas", None, "crm.schemas.custom.read"),
        ("GET", "crm/v3/schemas", None, "crm.schemas.custom.read"),
        ("POST", "crm/v3/properties/contacts", {}, "crm.schemas.contacts.write"),
        ("POST", "crm/v4/associations/contacts/deals/batch/read", {"inputs": []}, "crm.objects.deals.read"),
        ("GET", "crm/v4/objects/contacts/1/associations/deals", None, "crm.objects.deals.read"),
        ("PUT", "crm/v4/objects/deals/1/associations/contacts/2", [], "crm.objects.contacts.write"),
    ],
)
def test_each_scope_is_needed_where_it_belongs(shared: Portal, method: str, path: str, sent: Any, needed: str) -> None:
    shared.admin("tokens", scopes=["crm.objects.contacts.read"])

    refused = shared.call(method, path, sent)
    shared.admin("tokens", scopes=None)
    allowed = shared.call(method, path, sent)

    assert refused.status_code == 403, refused.text
    assert refused.json()["category"] == "MISSING_SCOPES"
    assert needed in [scope for each in refused.json()["errors"] for scope in each["context"]["requiredGranularScopes"]]
    assert allowed.status_code not in (401, 403)


def test_who_may_read_records_may_read_their_definitions_but_not_change_them(crm: Portal) -> None:
    crm.admin("tokens", scopes=["crm.objects.contacts.read", "crm.objects.contacts.write"])
    new = {"name": "size", "label": "Size", "type": "string", "fieldType": "text", "groupName": "contactinformation"}

    read = crm.call("GET", "crm/v3/properties/contacts").status_code
    made = crm.call("POST", "crm/v3/properties/contacts", new)

    assert (read, made.status_code) == (200, 403)
    assert "crm.schemas.contacts.write" in made.text
    assert "size" not in crm.rows("contacts").popitem()[1]["properties"]


def test_the_account_is_told_without_any_scope(crm: Portal) -> None:
    crm.admin("tokens", scopes=[])

    assert crm.get("account-info/v3/details")["portalId"] == PORTAL_ID


def test_a_static_token_is_rotated_without_a_gap(crm: Portal) -> None:
    crm.admin("tokens", issue="hub-token-2")
    both = [crm.call("GET", LIST).status_code]
    crm.token = "hub-token-2"
    both.append(crm.call("GET", LIST).status_code)

    crm.admin("tokens", revoke="hub-token")

    assert both == [200, 200]
    assert crm.call("GET", LIST).status_code == 200


def test_a_client_that_does_not_ask_whose_token_it_has_fills_another_customer_s_portal(crm: Portal) -> None:
    crm.admin("switch", portal_id=4242002, account_type="SANDBOX")

    written = crm.create("contacts", firstname="Stray")
    details = crm.get("account-info/v3/details")

    assert written in crm.rows("contacts")
    assert (details["portalId"], details["accountType"]) == (4242002, "SANDBOX")
    token = ask(crm, REFRESH).json()["access_token"]
    assert crm.get(f"oauth/v1/access-tokens/{token}")["hub_id"] == 4242002
