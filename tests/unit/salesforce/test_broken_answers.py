"""Answers that come late, come twice, make no sense, or refuse many records for one: each op still has its result."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.contract import Op
from connectors.salesforce.sending import WriteOptions
from simulators.web import Answer, Call
from tests.unit.salesforce.writing import Desk, change, desk, new, outcomes

REFUSED = [{"message": "Unexpected character", "errorCode": "JSON_PARSER_ERROR"}]


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as each:
        yield each


def instead(at: Desk, answer: Callable[[Call, Callable[[Call], Answer]], Answer]) -> None:
    """The org answers writes by this from now on; it is given the org's own way."""
    own = at.org.simulator.answer

    def answered(call: Call) -> Answer:
        reads = call.method == "GET" or call.path.startswith("/__admin") or "composite/sobjects/" in call.path
        return own(call) if reads or call.path.endswith("/token") else answer(call, own)

    at.org.simulator.answer = answered  # type: ignore[method-assign]


def poisoned(call: Call, own: Callable[[Call], Answer]) -> Answer:
    """A request that holds a poisonous record is refused whole."""
    told = call.body.decode() + json.dumps(call.query)
    return Answer(400, REFUSED) if "Poison" in told else own(call)


@pytest.mark.parametrize("conditional", [True, False])
def test_one_record_for_which_a_whole_request_is_refused_does_not_sink_the_others(conditional: bool) -> None:
    with desk(WriteOptions(conditional=conditional)) as at:
        ids = at.ids(count=30)
        instead(at, poisoned)
        updates = [change(each, {"Title": "Poison" if number == 7 else "Ours"}) for number, each in enumerate(ids)]
        creates = [new(number, Title="Poison" if number == 3 else "Ours") for number in range(30)]

        results = at.write(*updates, *creates)

        refused = [each for each in results if each.outcome != ("created" if each.op.startswith("new") else "updated")]
        assert [(each.op, each.outcome, each.reason) for each in refused] == [
            (updates[7].id, "rejected", "JSON_PARSER_ERROR"),
            (creates[3].id, "rejected", "JSON_PARSER_ERROR"),
        ]


def test_one_record_for_which_deletes_are_refused_whole_stays_alone(at: Desk) -> None:
    one, two, three = at.ids(count=3)

    def refuse(call: Call, own: Callable[[Call], Answer]) -> Answer:
        return Answer(400, REFUSED) if two in call.query.get("ids", "") else own(call)

    instead(at, refuse)

    results = at.write(*(Op(each, "delete", {}, each) for each in (one, two, three)))

    assert outcomes(results) == ["deleted", "rejected", "deleted"]


@pytest.mark.parametrize("nonsense", [{}, [], None, "<html><body>Down for maintenance</body></html>", [{"success": 1}]])
def test_an_answer_that_makes_no_sense_is_a_lost_one(at: Desk, nonsense: Any) -> None:
    [one] = at.ids()
    answered: list[int] = []

    def nonsensical(call: Call, own: Callable[[Call], Answer]) -> Answer:
        answer = own(call)
        answered.append(1)
        headers = {"content-type": "text/html"} if isinstance(nonsense, str) else {}
        body = nonsense.encode() if isinstance(nonsense, str) else nonsense
        return answer if len(answered) > 2 else Answer(200, body, headers)

    instead(at, nonsensical)

    results = at.write(new(1), change(one, {"Title": "Ours"}))

    assert outcomes(results) == ["created", "updated"]
    assert len(answered) == 2
    held = [each for each, row in at.rows().items() if row["HubId__c"] == "hub-1"]
    assert held == [results[0].record_id]


def test_a_create_alone_that_is_done_without_an_id_is_looked_up(at: Desk) -> None:
    locked = {"success": False, "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "m", "fields": []}]}

    def forgetful(call: Call, own: Callable[[Call], Answer]) -> Answer:
        if not call.path.endswith("/composite"):
            return Answer(200, [locked])
        answer = own(call)
        parts = [{**part, "body": None} for part in answer.content["compositeResponse"]]
        return Answer(200, {"compositeResponse": parts})

    instead(at, forgetful)

    [result] = at.write(new(1))

    assert result.outcome == "created"
    assert at.rows()[str(result.record_id)]["HubId__c"] == "hub-1"


@pytest.mark.parametrize("late", ["create", "update"])
def test_a_request_that_arrives_after_its_repeat_does_nothing(at: Desk, late: str) -> None:
    [one] = at.ids()
    waiting: list[Call] = []

    def delayed(call: Call, own: Callable[[Call], Answer]) -> Answer:
        if not waiting:
            waiting.append(call)
            return Answer(504, [])
        answer = own(call)
        assert own(waiting[0]).status == 200
        return answer

    instead(at, delayed)

    [result] = at.write(
        new(1) if late == "create" else change(one, {"Title": "Ours"}, {"Title": at.rows()[one]["Title"]})
    )

    assert result.outcome in ("created", "updated")
    assert sum(row["HubId__c"] == "hub-1" for row in at.rows().values()) == (late == "create")


def test_a_session_that_ends_between_two_writes_is_renewed_and_nothing_is_doubled(at: Desk) -> None:
    [one] = at.ids()
    at.before_the_write(lambda: at.order("session_expired", "/"))

    results = at.write(new(1), change(one, {"Title": "Ours"}))

    assert outcomes(results) == ["created", "updated"]
    assert sum(row["HubId__c"] == "hub-1" for row in at.rows().values()) == 1


def test_a_write_that_takes_too_long_is_looked_up() -> None:
    with desk(read_timeout_s=0.3) as at:
        [one] = at.ids()
        answered: list[int] = []

        def slow(call: Call, own: Callable[[Call], Answer]) -> Answer:
            answered.append(1)
            answer = own(call)
            if len(answered) == 1:
                time.sleep(0.5)
            return answer

        instead(at, slow)

        results = at.write(new(1), change(one, {"Title": "Ours"}))

        assert outcomes(results) == ["created", "updated"]
        assert results[0].reason == "found_applied"
        assert sum(row["HubId__c"] == "hub-1" for row in at.rows().values()) == 1


def test_a_full_org_takes_no_further_creates(at: Desk) -> None:
    def full(call: Call, own: Callable[[Call], Answer]) -> Answer:
        records = json.loads(call.body)["records"]
        error = {"statusCode": "STORAGE_LIMIT_EXCEEDED", "message": "storage limit exceeded", "fields": []}
        return Answer(200, [{"success": False, "errors": [error]} for _ in records])

    instead(at, full)

    results = at.write(*(new(number) for number in range(250)))

    assert set(outcomes(results)) == {"retry"}
    assert {each.reason for each in results} == {"STORAGE_LIMIT_EXCEEDED"}
    assert at.sent() == [200]
