"""Tokens: static ones, and those of an OAuth app, renewed by the clock, once, and kept out of everything else."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connectors.hubspot.connector import HubSpotConnector
from connectors.hubspot.refusals import RefusedForGood, TokenRefused
from tests.unit.hubspot.stub import ACCOUNT, SECRETS, Asked, Reply, Stub, in_turn, stub
from unified_model.errors import NeedsOperator, Retry, UsageError

EXPIRED = {"status": "error", "message": "expired", "category": "EXPIRED_AUTHENTICATION", "correlationId": "c"}
OAUTH: dict[str, Any] = {"auth": "oauth", "client_id": "hub"}


class App:
    """An OAuth app: gives tokens `access-1`, `access-2`, ... and takes only those that are not ended."""

    def __init__(self, expires_in: Any = 1800) -> None:
        self.expires_in = expires_in
        self.given = 0
        self.ended: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("/token"):
            self.given += 1
            body = {"access_token": f"access-{self.given}", "refresh_token": "hub-refresh", "token_type": "bearer"}
            return Reply({**body, "expires_in": self.expires_in})
        if asked.token in self.ended or not asked.token.startswith("access-"):
            return Reply(EXPIRED, 401)
        return Reply(ACCOUNT if "account-info" in asked.path else {"results": []})


@pytest.mark.parametrize(("version", "path"), [("v3", "/oauth/v1/token"), ("2026-09", "/oauth/2026-09/token")])
def test_a_refresh_token_is_exchanged_by_a_form(version: str, path: str) -> None:
    with stub(App()) as at:
        at.client(api_version=version, **OAUTH).get("/crm/v3/objects/contacts")

        grant, read = at.asked
        assert grant.path == path
        assert grant.token == ""
        assert grant.body == {
            "grant_type": ["refresh_token"],
            "client_id": ["hub"],
            "client_secret": ["hub-secret"],
            "refresh_token": ["hub-refresh"],
        }
        assert read.token == "access-1"


def test_a_token_is_renewed_by_the_clock_before_it_runs_out() -> None:
    app = App()
    with stub(app) as at:
        client = at.client(**OAUTH)
        client.get("/crm/v3/objects/contacts")
        at.clock.elapsed = 1800 - 130
        client.get("/crm/v3/objects/contacts")
        assert app.given == 1

        at.clock.elapsed = 1800 - 110
        client.get("/crm/v3/objects/contacts")

        assert at.asked[-1].token == "access-2"
        assert not any(each.token in app.ended for each in at.asked)


@pytest.mark.parametrize("told", [None, "soon", "600", 30])
def test_a_token_of_odd_or_short_life_is_used_for_most_of_it(told: Any) -> None:
    app = App(told)
    with stub(app) as at:
        client = at.client(**OAUTH)

        for _ in range(10):
            client.get("/crm/v3/objects/contacts")

        assert app.given == 1


def test_a_token_that_is_not_taken_is_renewed_once_and_the_request_repeated_once() -> None:
    app = App()
    with stub(app) as at:
        client = at.client(**OAUTH)
        client.get("/crm/v3/objects/contacts")
        app.ended.add("access-1")

        answer = client.post("/crm/v3/objects/contacts", {}, repeatable=False)

        assert answer.status == 200
        assert [each.token for each in at.asked[-3:]] == ["access-1", "", "access-2"]


def test_a_token_that_is_never_taken_stops_the_source_with_a_remedy() -> None:
    app = App()
    with stub(app) as at:
        app.ended.update(("access-1", "access-2"))

        with pytest.raises(TokenRefused) as refused:
            at.client(**OAUTH).get("/crm/v3/objects/contacts")

        assert isinstance(refused.value, NeedsOperator)
        assert refused.value.remedy
        assert app.given == 2
        assert len(at.asked) == 4


def test_threads_renew_a_token_once() -> None:
    app = App()
    with stub(app) as at:
        client = at.client(**OAUTH)
        client.get("/crm/v3/objects/contacts")
        app.ended.add("access-1")

        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(lambda _: client.get("/crm/v3/objects/contacts").status, range(12)))

        assert answers == [200] * 12
        assert app.given == 2


def test_an_app_that_was_uninstalled_stops_the_source_and_nothing_secret_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    body = {"status": "BAD_REFRESH_TOKEN", "message": "hub-refresh is not known", "correlationId": "c-1"}
    with stub(in_turn(Reply(body, 400))) as at:
        with pytest.raises(RefusedForGood) as refused:
            at.client(**OAUTH).get("/crm/v3/objects/contacts")

        assert len(at.asked) == 1
    assert "BAD_REFRESH_TOKEN" in str(refused.value)
    assert "hub-refresh" not in str(refused.value) + caplog.text
    assert "hub-secret" not in str(refused.value) + caplog.text


def test_a_sign_in_that_is_down_is_tried_by_itself_and_not_for_each_try_of_the_request() -> None:
    with stub(in_turn(Reply("<html>", 503))) as at:
        with pytest.raises(Retry):
            at.client(**OAUTH).get("/crm/v3/objects/contacts")

        assert len(at.asked) == 5


def test_a_static_token_that_was_rotated_is_read_anew() -> None:
    secrets = dict(SECRETS)

    def answer(asked: Asked) -> Reply:
        secrets["token"] = "pat-na1-newer"
        return Reply({"results": []}) if asked.token == "pat-na1-newer" else Reply(EXPIRED, 401)

    with stub(answer) as at:
        assert at.client(secrets=secrets).get("/crm/v3/objects/contacts").status == 200
        assert len(at.asked) == 2


def test_a_static_token_that_was_changed_for_that_of_another_portal_writes_nothing_there() -> None:
    secrets = dict(SECRETS)
    ended: set[str] = set()

    def answer(asked: Asked) -> Reply:
        if asked.token in ended:
            return Reply(EXPIRED, 401)
        return Reply({**ACCOUNT, "portalId": 1 if asked.token == SECRETS["token"] else 2})

    with stub(answer) as at:
        client = at.client(secrets=secrets)
        client.portal()
        ended.add(secrets["token"])
        secrets["token"] = "pat-na1-elsewhere"

        with pytest.raises(NeedsOperator, match="portal 2, but was 1"):
            client.post("/crm/v3/objects/contacts", {}, repeatable=False)

        assert [each.method for each in at.asked if each.token == "pat-na1-elsewhere"] == ["GET"]


def test_a_static_token_that_is_refused_is_not_tried_again() -> None:
    with stub(in_turn(Reply(EXPIRED, 401))) as at:
        with pytest.raises(TokenRefused):
            at.client().get("/crm/v3/objects/contacts")

        assert len(at.asked) == 1


@pytest.mark.parametrize("token", [None, "", "pat na1", "pât"])
def test_a_token_that_is_none_names_the_variable_to_set(token: str | None) -> None:
    with stub(in_turn(Reply())) as at, pytest.raises(UsageError, match="UNSILO_HUB_TOKEN") as missing:
        at.client(secrets={"token": token}).get("/crm/v3/objects/contacts")

    assert not token or token not in str(missing.value)


def test_a_token_ends_with_the_line_it_was_written_in() -> None:
    with stub(in_turn(Reply({}))) as at:
        at.client(secrets={"token": " pat-na1-secret\n"}).get("/crm/v3/objects/contacts")

        assert at.asked[0].token == "pat-na1-secret"


def test_a_token_of_another_portal_is_refused_before_anything_is_read() -> None:
    with stub(in_turn(Reply(ACCOUNT))) as at:
        source = opened(at, "4242002")

        with pytest.raises(NeedsOperator, match=r"4242001.*4242002"):
            source.read("contacts", None)

        assert at.paths == ["/account-info/v3/details"]
        assert opened(at, "4242001").installation().id == "4242001"


def opened(at: Stub, installation: str) -> HubSpotConnector:
    return HubSpotConnector(at.client(), {}, installation, at.clock.sleep, at.clock.monotonic)
