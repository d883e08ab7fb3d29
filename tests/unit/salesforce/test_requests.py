"""What goes over the wire: where to, how long, how often, and what is said of it."""

from __future__ import annotations

import logging
import time

import pytest

from connectors.http.places import base_url
from connectors.http.retry import Busy, with_retries
from connectors.salesforce.refusals import RefusedForGood, refusal_of
from tests.unit.salesforce.rehearsed import Call, Script, Told, scripted
from unified_model.errors import Retry, UsageError

SECRET_QUERY = "SELECT Id FROM Contact WHERE Email = 'ann@example.com'"


def ask(script: Script, **options: object) -> object:
    return script.open(**options).client.get("query", {"q": SECRET_QUERY}, about="Contact").body


@pytest.mark.parametrize(
    "url", ["http://acme.my.salesforce.com", "ftp://acme.com", "acme.com", "https://me:pw@acme.com"]
)
def test_an_address_that_gives_secrets_away_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        base_url(url)

    assert "pw" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8100", "http://[::1]:8100", "http://localhost:8100", "https://a.b"])
def test_plain_http_is_for_this_machine(url: str) -> None:
    assert base_url(url + "/path") == url


def test_an_instance_on_plain_http_elsewhere_is_refused() -> None:
    def answer(call: Call) -> Told:
        return Told({"access_token": "00D000000000001!x", "instance_url": "http://evil.example.com"})

    with scripted(answer) as script, pytest.raises(UsageError, match="in the clear"):
        script.open(auth="refresh_token").client.organization()


def test_every_request_carries_our_headers_and_no_pretty_print() -> None:
    with scripted(lambda _: Told({"ok": True})) as script:
        ask(script)

    [call] = script.calls
    assert call.headers["Sforce-Call-Options"] == "client=unsilo"
    assert call.headers["Accept-Encoding"] == "gzip"
    assert call.headers["Authorization"] == "Bearer 00D000000000001!x"
    assert "X-PrettyPrint" not in call.headers


def test_a_slow_server_times_out() -> None:
    def answer(call: Call) -> Told:
        time.sleep(0.3)
        return Told({})

    with scripted(answer) as script, pytest.raises(Retry, match="too long"):
        ask(script, read_timeout_s=0.05)

    assert len(script.calls) == 5


@pytest.mark.parametrize(
    "bad",
    [
        Told("<html><body>Down for maintenance</body></html>", 503, {"Content-Type": "text/html"}),
        Told("<html><body>Down for maintenance</body></html>", 200, {"Content-Type": "text/html"}),
        Told("", 420),
        Told('{"done": true', 200),
        Told('{"done": true}', 200, cut=5),
        Told([{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}], 503),
    ],
)
def test_trouble_that_passes_is_waited_out(bad: Told) -> None:
    answers = iter([bad, bad, Told({"done": True})])

    with scripted(lambda _: next(answers)) as script:
        assert ask(script) == {"done": True}


def test_a_write_whose_answer_was_lost_is_not_sent_again() -> None:
    with scripted(lambda _: Told({"id": "1"}, 201, cut=3)) as script, pytest.raises(Busy) as lost:
        script.open().client.send("POST", "sobjects/Contact", {"LastName": "Ann"}, idempotent=False)

    assert lost.value.lost
    assert len(script.calls) == 1


def test_a_write_that_was_surely_not_taken_is_sent_again() -> None:
    answers = iter([Told("", 429, {"Retry-After": "1"}), Told({"id": "1"}, 201)])

    with scripted(lambda _: next(answers)) as script:
        answer = script.open().client.send("POST", "sobjects/Contact", {"LastName": "Ann"}, idempotent=False)

    assert (answer.status, len(script.calls)) == (201, 2)


def test_retry_after_is_honoured_and_a_long_one_ends_the_run() -> None:
    waits: list[float] = []
    answers = iter([Busy("busy", after_s=7), Busy("busy", after_s=3600)])

    def call() -> None:
        raise next(answers)

    with pytest.raises(Busy) as ended:
        with_retries(call, repeatable=True, sleep=waits.append)

    assert 7 <= waits[0] <= 8
    assert len(waits) == 1
    assert ended.value.after_s == 3600


@pytest.mark.parametrize(
    "answer",
    [
        Told([{"errorCode": "MALFORMED_QUERY", "message": f"unexpected token in {SECRET_QUERY}"}], 400),
        Told(f"<html>{SECRET_QUERY}</html>", 503),
        Told({}, 200, cut=0),
    ],
)
def test_no_query_and_no_token_reach_errors_and_logs(answer: Told, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "urllib3")  # HubSpot's library sets a level of its own, once it is loaded

    with scripted(lambda _: answer) as script, pytest.raises((RefusedForGood, Retry)) as refused:
        ask(script)

    seen = caplog.text + str(refused.value) + repr(refused.value.__cause__)
    assert "GET" in caplog.text
    assert "ann@example.com" not in seen
    assert "ann%40" not in seen
    assert "00D000000000001!x" not in seen


@pytest.mark.parametrize("code", ["REQUEST_LIMIT_EXCEEDED", "EXCEEDED_QUOTA", "LIMIT_EXCEEDED"])
def test_an_allowance_that_is_used_up_says_when_to_come_back(code: str) -> None:
    refusal = refusal_of("emea", 403, [{"errorCode": code, "message": "TotalRequests Limit exceeded."}])

    assert isinstance(refusal, Retry)
    assert refusal.after_s == 3600


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (403, "API_DISABLED_FOR_ORG", "no API"),
        (410, "UNSUPPORTED_API_VERSION", "retired"),
        (400, "STORAGE_LIMIT_EXCEEDED", "full"),
        (400, "INVALID_TYPE", "does not exist"),
        (403, "INSUFFICIENT_ACCESS_OR_READONLY", "no permission"),
        (401, "INVALID_SESSION_ID", "session"),
        (403, "REQUEST_LIMIT_EXCEEDED", "daily calls are used up"),
    ],
)
def test_a_refusal_names_the_object_and_the_remedy(status: int, code: str, sentence: str) -> None:
    refusal = refusal_of(
        "emea", status, [{"errorCode": code, "message": "TotalRequests Limit exceeded."}], about="Lead"
    )

    assert refusal.code == code
    assert "emea (Lead)" in refusal.message
    assert sentence in refusal.message
    assert refusal.remedy
