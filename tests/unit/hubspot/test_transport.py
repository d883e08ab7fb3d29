"""What a connection makes of HubSpot's answers: each kind of trouble once, and what it does about it."""

from __future__ import annotations

import logging
import socket
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from connectors.http.budget import BudgetSpent
from connectors.http.retry import TRIES, Busy
from connectors.hubspot.client import open_client
from connectors.hubspot.refusals import (
    BusyRefusal,
    RecordsLocked,
    Refusal,
    RefusedForGood,
    RefusedRecord,
    TooManyCalls,
    missing_scopes,
)
from tests.unit.hubspot.stub import ACCOUNT, SECRETS, START, Asked, Reply, Stub, in_turn, stub
from unified_model.errors import NeedsOperator, Rejected, UsageError

OK = Reply({"results": []})
PAGE = Reply("<html><h1>502 Bad Gateway</h1></html>", 502)
CORRELATION = "0f0f0f0f-1111-2222-3333-444444444444"


def said(status: int, category: str = "VALIDATION_ERROR", **more: Any) -> Reply:
    body = {"status": "error", "message": "Sorry, pat@example.org", "correlationId": CORRELATION, "category": category}
    return Reply({**body, **more}, status)


def limited(policy: str, headers: dict[str, str] | None = None) -> Reply:
    body = {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": CORRELATION,
        "policyName": policy,
    }
    return Reply(body, 429, headers or {})


def refusal(at: Stub, **how: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        at.client().post("/crm/v3/objects/contacts", {}, about="contacts", **how)
    return refused.value


def test_a_request_carries_the_token_and_asks_for_gzip_over_one_held_connection() -> None:
    with stub(in_turn(Reply({"results": [{"id": "1"}]}, headers={"Content-Encoding": "gzip"}))) as at:
        client = at.client()

        answers = [
            client.get("/crm/v3/objects/contacts", {"limit": "1", "properties": "email,phone"}) for _ in range(9)
        ]

        assert answers[0].body == {"results": [{"id": "1"}]}
        assert at.asked[0].token == "pat-na1-secret"
        assert at.asked[0].headers["Accept-Encoding"] == "gzip"
        assert at.asked[0].query == {"limit": ["1"], "properties": ["email,phone"]}
        assert len(at.connections) == 1


@pytest.mark.parametrize(
    "trouble", [PAGE, Reply({"results": []}, cut=True), said(503, ""), Reply(None, 524), said(500)]
)
def test_trouble_that_passes_is_repeated(trouble: Reply) -> None:
    with stub(in_turn(trouble, OK)) as at:
        answer = at.client().get("/crm/v3/objects/contacts")

        assert answer.body == {"results": []}
        assert len(at.asked) == 2


@pytest.mark.parametrize(
    "trouble", [PAGE, Reply({"results": []}, cut=True), said(504, ""), said(500), Reply("<p>", 200)]
)
def test_a_write_whose_answer_is_lost_is_not_repeated_and_says_so(trouble: Reply) -> None:
    with stub(in_turn(trouble, OK)) as at:
        with pytest.raises(Busy) as lost:
            at.client().post("/crm/v3/objects/contacts", {}, repeatable=False)

        assert lost.value.lost
        assert len(at.asked) == 1


def test_a_gateway_is_given_two_seconds_before_it_is_asked_again() -> None:
    with stub(in_turn(PAGE, OK)) as at:
        at.client().get("/crm/v3/objects/contacts")

        assert at.clock.slept[0] >= 2


def test_locked_records_are_left_alone_for_two_seconds_and_were_surely_not_written() -> None:
    with stub(in_turn(said(423, "LOCKED"), OK)) as at:
        at.client().post("/crm/v3/objects/contacts/batch/update", {}, repeatable=False)

        assert at.clock.slept[0] >= 2
    with stub(in_turn(said(423, "LOCKED"))) as at:
        locked = refusal(at, repeatable=False)

        assert isinstance(locked, RecordsLocked)
        assert not locked.lost


@pytest.mark.parametrize("reply", [said(423, "LOCKED"), limited("TEN_SECONDLY_ROLLING")])
def test_who_writes_is_told_at_once_that_a_pause_is_needed(reply: Reply) -> None:
    with stub(in_turn(reply, OK)) as at, pytest.raises((RecordsLocked, TooManyCalls)):
        at.client().send("POST", "/crm/v3/objects/contacts/batch/update", {}, repeatable=False, patient=False)

    assert at.clock.slept == []


@pytest.mark.parametrize(
    ("reply", "least", "most"),
    [
        (limited("TEN_SECONDLY_ROLLING"), 10, 12),
        (limited("SECONDLY"), 1, 3),
        (limited("TEN_SECONDLY_ROLLING", {"Retry-After": "4"}), 4, 6),
        (limited("TEN_SECONDLY_ROLLING", {"Retry-After": "86400"}), 60, 62),
        (said(429, "RATE_LIMITS"), 10, 12),
    ],
)
def test_a_pace_that_was_exceeded_is_waited_out_by_its_policy(reply: Reply, least: float, most: float) -> None:
    with stub(in_turn(reply, OK)) as at:
        answer = at.client().post("/crm/v3/objects/contacts", {}, repeatable=False)

        assert answer.status == 200
        assert least <= sum(at.clock.slept) <= most


def test_a_search_refused_without_a_policy_waits_a_second() -> None:
    with stub(in_turn(said(429, "RATE_LIMITS"), OK)) as at:
        at.client().search("contacts", {})

        assert 1 <= sum(at.clock.slept) <= 3


def test_a_day_that_is_used_up_pauses_until_midnight_of_the_portals_zone_without_another_call() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(ACCOUNT) if "account-info" in asked.path else limited("DAILY")

    with stub(answer) as at:
        client = at.client()
        client.portal()

        for _ in range(3):
            with pytest.raises(BudgetSpent) as spent:
                client.get("/crm/v3/objects/contacts")

        assert spent.value.until == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)  # midnight in Berlin
        assert len(at.asked) == 2
        assert at.clock.slept == []
        at.clock.elapsed = 14 * 3600
        at.answer = in_turn(OK)
        assert client.get("/crm/v3/objects/contacts").status == 200


def test_a_portal_that_moves_to_another_region_is_left_alone_and_the_error_says_until_when() -> None:
    with stub(in_turn(Reply(None, 477, {"Retry-After": "7200"}))) as at:
        moving = refusal(at)

        assert moving.after_s == 7200  # type: ignore[attr-defined]
        assert "2026-11-22 11:00 UTC" in moving.message
        assert len(at.asked) == 1


def test_a_slow_answer_is_not_waited_for() -> None:
    with stub(in_turn(Reply({}, after_s=1.0))) as at:
        client = at.client(read_timeout_s=0.1)

        with pytest.raises(Busy, match="took too long"):
            client.post("/crm/v3/objects/contacts", {}, repeatable=False)


def test_a_server_that_is_not_there_was_surely_not_written_to() -> None:
    with stub(in_turn(OK)) as at:
        client = at.client()

    with pytest.raises(Busy, match="can't be reached") as away:
        client.post("/crm/v3/objects/contacts", {}, repeatable=False)

    assert not away.value.lost


def test_what_hubspot_said_is_kept_beside_the_error_and_not_in_its_message(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "urllib3")
    errors = [
        {"message": "pat@example.org is not valid", "code": "INVALID_EMAIL", "context": {"propertyName": ["email"]}}
    ]
    with stub(in_turn(said(400, errors=errors))) as at:
        client = at.client()
        with pytest.raises(Rejected) as refused:
            client.get("/crm/v3/objects/contacts/pat%40example.org", {"idProperty": "email"}, about="contacts")

    told = refused.value
    assert isinstance(told, RefusedRecord)
    assert (told.status, told.category, told.errors[0]["code"]) == (400, "VALIDATION_ERROR", "INVALID_EMAIL")
    assert told.told == "Sorry, pat@example.org"
    assert told.correlation_id == CORRELATION
    assert CORRELATION in str(told)
    assert CORRELATION in caplog.text
    assert "pat@example.org" not in str(told)
    assert "example.org" not in caplog.text
    assert "secret" not in caplog.text


def test_a_missing_permission_names_the_object_and_the_scopes() -> None:
    context = {"requiredGranularScopes": ["crm.objects.deals.read"]}
    missing = said(403, "MISSING_SCOPES", errors=[{"message": "no", "context": context}])
    with stub(in_turn(missing)) as at, pytest.raises(NeedsOperator) as refused:
        at.client().get("/crm/v3/objects/deals", about="deals")

    assert "hub (deals)" in str(refused.value)
    assert "crm.objects.deals.read" in str(refused.value)
    assert isinstance(refused.value, RefusedForGood)
    assert missing_scopes(refused.value.said) == ("crm.objects.deals.read",)


def test_a_batch_that_went_through_in_part_is_an_answer() -> None:
    body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [{"category": "OBJECT_NOT_FOUND"}]}
    with stub(in_turn(Reply(body, 207))) as at:
        answer = at.client().post("/crm/v3/objects/contacts/batch/read", {})

    assert (answer.status, answer.body["numErrors"]) == (207, 1)


def test_values_arrive_unmangled_and_half_a_character_does_not_sink_a_page() -> None:
    values = ["007", "1e5", "null", "Zoë", "\u2028", "😀", "12345678901234567890", '"', "a\ud83d"]
    with stub(in_turn(Reply({"results": values}))) as at:
        answer = at.client().get("/crm/v3/objects/contacts")

    assert answer.body["results"] == [*values[:-1], "a?"]


def test_an_answer_that_deletes_has_no_body() -> None:
    with stub(in_turn(Reply(None, 204))) as at:
        assert at.client().delete("/crm/v3/objects/contacts/1").body is None


def test_a_server_that_sends_elsewhere_is_not_followed() -> None:
    with stub(in_turn(Reply(None, 302, {"Location": "https://elsewhere.example"}))) as at:
        with pytest.raises(NeedsOperator, match="moved"):
            at.client().get("/crm/v3/objects/contacts")

        assert len(at.asked) == 1


def test_plain_http_is_for_this_machine_only() -> None:
    with stub(in_turn(OK)) as at, pytest.raises(UsageError, match="in the clear"):
        at.client(url="http://hubspot.example")


def test_neither_a_proxy_nor_a_password_file_is_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with stub(in_turn(OK)) as at:
        at.client().get("/crm/v3/objects/contacts")

        assert at.asked[0].token == "pat-na1-secret"


def test_a_companys_proxy_is_used_and_told_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        for name in ("no_proxy", "NO_PROXY", "https_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTPS_PROXY", f"http://some%20one:else@127.0.0.1:{proxy.getsockname()[1]}")
        heard: list[bytes] = []
        listener = Thread(target=_refuse_once, args=(proxy, heard))
        listener.start()

        with pytest.raises(Busy, match="can't be reached"):
            open_client("hub", {}, SECRETS.get, sleep=lambda _: None).post(
                "/crm/v3/objects/contacts", {}, repeatable=False
            )

        listener.join()
    assert heard[0].startswith(b"CONNECT api.hubapi.com:443")
    assert b64encode(b"some one:else") in heard[0]
    assert b"pat-na1-secret" not in heard[0]


def _refuse_once(proxy: socket.socket, heard: list[bytes]) -> None:
    for _ in range(TRIES):
        connection, _ = proxy.accept()
        with connection:
            heard.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")


def test_the_time_is_the_portals_and_that_of_a_gateway_is_not_believed() -> None:
    late = {"Date": "Mon, 01 Jan 2035 00:00:00 GMT"}
    with stub(in_turn(OK, Reply("<html>", 502, late), OK)) as at:
        client = at.client()
        client.get("/crm/v3/objects/contacts")
        assert client.server_time() == START

        at.clock.elapsed = 5
        with pytest.raises(Busy):
            client.post("/crm/v3/objects/contacts", {}, repeatable=False)

        assert client.server_time() == START
        client.get("/crm/v3/objects/contacts")
        assert client.server_time() == START + timedelta(seconds=5)


def test_threads_share_one_pool() -> None:
    with stub(in_turn(Reply({"results": []}, after_s=0.02))) as at:
        client = at.client()
        threads = [Thread(target=_many, args=(client.get, 5)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(at.asked) == 20
        assert len(at.connections) <= 4


def _many(get: Callable[[str], Any], count: int) -> None:
    for _ in range(count):
        get("/crm/v3/objects/contacts")


def test_a_refusal_that_passes_is_given_up_after_some_tries() -> None:
    with stub(in_turn(said(503, ""))) as at:
        with pytest.raises(BusyRefusal):
            at.client().get("/crm/v3/objects/contacts")

        assert len(at.asked) == 5
