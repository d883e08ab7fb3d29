"""How fast and how much the simulated portal lets its apps ask, to the second and to the call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from tests.contract.simulators.hubspot_portal import Portal, served

LIST, SEARCH = "crm/v3/objects/contacts", "crm/v3/objects/contacts/search"


class Seconds:
    """A monotonic clock that goes on when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def crm(seconds: Seconds) -> Iterator[Portal]:
    with served(people=20) as each:
        each.simulator.gate.pace.monotonic = seconds
        yield each


def lists(crm: Portal, count: int) -> list[int]:
    return [crm.call("GET", LIST, params={"limit": 1}).status_code for _ in range(count)]


def searches(crm: Portal, count: int) -> list[int]:
    return [crm.call("POST", SEARCH, {"limit": 1}).status_code for _ in range(count)]


def sign_in(crm: Portal) -> str:
    form = {"grant_type": "refresh_token", "client_id": "hub", "client_secret": "hub-secret"}
    answer = crm.session.post(
        f"{crm.address}/oauth/v1/token", data={**form, "refresh_token": "hub-refresh"}, timeout=10
    )
    return str(answer.json()["access_token"])


def remaining(answer: requests.Response) -> int:
    return int(answer.headers["X-HubSpot-RateLimit-Remaining"])


def test_ten_seconds_roll(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=4)

    first = lists(crm, 2)
    seconds.now += 6
    then = lists(crm, 3)
    seconds.now += 4.01
    again = lists(crm, 3)

    assert first == [200, 200]
    assert then == [200, 200, 429], "a window that began anew after six seconds would have let it pass"
    assert again == [200, 200, 429], "the first two calls alone are ten seconds old"


def test_a_refused_call_costs_nothing(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=2)

    refused = lists(crm, 6)[2:]
    seconds.now += 10.01

    assert set(refused) == {429}
    assert remaining(crm.call("GET", LIST)) == 1


def test_searches_are_no_part_of_the_ten_seconds_and_say_nothing_of_it(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=3, search_a_second=100)

    found = searches(crm, 20)
    answer = crm.call("GET", LIST)

    assert set(found) == {200}
    assert remaining(answer) == 2


def test_a_client_that_paces_itself_by_headers_alone_searches_too_fast(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=190, search_a_second=5)
    told, statuses = 190, []

    for _ in range(10):
        answer = crm.call("POST", SEARCH, {"limit": 1})
        told = int(answer.headers.get("X-HubSpot-RateLimit-Remaining", told))
        statuses.append(answer.status_code)

    assert told > 0
    assert statuses.count(429) == 5


def test_each_app_has_ten_seconds_of_its_own_and_oauth_fewer_calls(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=190)

    static = crm.call("GET", LIST)
    crm.token = sign_in(crm)
    by_oauth = crm.call("GET", LIST)

    assert (static.headers["X-HubSpot-RateLimit-Max"], remaining(static)) == ("190", 189)
    assert (by_oauth.headers["X-HubSpot-RateLimit-Max"], remaining(by_oauth)) == ("110", 109)


def test_all_apps_share_the_searches_of_a_second(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", search_a_second=5)
    crm.admin("traffic", search_a_second=2)

    statuses = searches(crm, 4)
    seconds.now += 1.01
    later = searches(crm, 4)
    crm.admin("traffic", search_a_second=0)
    seconds.now += 1.01

    assert statuses == later == [200, 200, 200, 429]
    assert searches(crm, 6) == [200] * 5 + [429]


def test_other_apps_search_evenly_over_time(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", search_a_second=5)
    crm.admin("traffic", search_a_second=1.5)
    passed = 0

    for _ in range(40):
        passed += searches(crm, 5).count(200)
        seconds.now += 1.0

    assert 138 <= passed <= 142


def test_the_day_ends_at_midnight_where_the_portal_is(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=1_000, calls_a_day=3)
    used = lists(crm, 4)
    usage = crm.simulator.gate.pace

    crm.wait((datetime(2026, 11, 22, 22, 59, tzinfo=UTC) - usage.clock.now()).total_seconds())
    before = lists(crm, 1)
    crm.wait(2 * 60)
    after = crm.call("GET", "account-info/v3/api-usage/daily/private-apps").json()

    assert used == [200, 200, 200, 429]
    assert before == [429], "midnight in UTC is an hour late"
    assert (after["currentUsage"], after["usageLimit"], after["resetsAt"]) == (1, 3, "2026-11-23T23:00:00Z")


def test_a_client_that_counts_its_own_calls_alone_runs_out_of_the_day(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=1_000, calls_a_day=1_000)
    crm.admin("traffic", calls_an_hour=900)
    own = 0

    while lists(crm, 1) == [200]:
        own += 1
        crm.wait(60)

    assert own < 70
    assert crm.call("GET", LIST).json()["policyName"] == "DAILY"


def test_searches_count_for_the_day(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_a_day=3)

    assert searches(crm, 4) == [200, 200, 200, 429]


def test_the_day_is_none_of_oauth_s_business(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_a_day=0)
    refused = lists(crm, 1)
    crm.token = sign_in(crm)

    assert refused == [429]
    assert lists(crm, 1) == [200]


def test_refusals_for_pace_come_in_an_older_and_a_newer_form(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=1)
    lists(crm, 1)

    bodies = [crm.call("GET", LIST).json() for _ in range(40)]

    older = [each for each in bodies if "errorType" in each]
    newer = [each for each in bodies if "category" in each]
    assert {each["errorType"] for each in older} == {"RATE_LIMIT"}
    assert {each["category"] for each in newer} == {"RATE_LIMITS"}
    assert len(older) + len(newer) == 40
    assert {each["policyName"] for each in bodies} == {"TEN_SECONDLY_ROLLING"}
    assert {each["message"] for each in bodies} == {"You have reached your ten_secondly_rolling limit."}


def test_how_long_to_wait_is_told_only_where_it_is_switched_on(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=1, search_a_second=0, calls_a_day=100)
    lists(crm, 1)

    silent = crm.call("GET", LIST)
    crm.admin("switch", retry_after_on_429=True)
    told = [crm.call("GET", LIST), crm.call("POST", SEARCH, {})]
    crm.admin("limits", calls_a_day=0)
    day = crm.call("GET", LIST)

    assert "Retry-After" not in silent.headers
    assert [each.headers["Retry-After"] for each in told] == ["10", "1"]
    assert 13 * 3_600 < int(day.headers["Retry-After"]) <= 14 * 3_600 + 1


def test_what_was_asked_and_refused_is_counted(crm: Portal, seconds: Seconds) -> None:
    crm.admin("limits", calls_in_10_s=4, search_a_second=1)
    crm.admin("calls", reset=True)
    contact = next(iter(crm.live("contacts")))

    lists(crm, 1)
    searches(crm, 2)
    crm.post(f"{LIST}/batch/read", {"properties": [], "inputs": [{"id": contact}]})
    crm.post("crm/v4/associations/contacts/companies/batch/read", {"inputs": [{"id": contact}]})
    crm.get(f"{LIST}/{contact}")
    lists(crm, 2)

    counted = crm.admin("calls")
    assert (counted["total"], counted["search"], counted["refused_429"]) == (8, 2, 3)
    assert counted["refused"] == {"SECONDLY": 1, "TEN_SECONDLY_ROLLING": 2}
    assert counted["by_family"] == {"list": 3, "search": 2, "batch/read": 1, "associations": 1, "objects": 1}
    assert counted["by_status"] == {"200": 5, "429": 3}
    assert crm.admin("calls", reset=True) == counted
    assert crm.admin("calls")["total"] == 0


def test_a_limit_that_is_none_is_refused_by_the_back_door(crm: Portal, seconds: Seconds) -> None:
    answer = crm.session.post(f"{crm.address}/__admin/limits", json={"calls_in_1_s": 5}, timeout=10)

    assert answer.status_code == 400
    assert "calls_in_10_s" in answer.json()["message"]
