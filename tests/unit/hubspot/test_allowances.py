"""Over a simulated portal: what we allow ourselves is used up, nearly, and no call is ever refused for its pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import Op
from connectors.http.budget import BudgetSpent
from connectors.hubspot.client import HubSpotClient
from tests.unit.hubspot.rehearsed import Portal, rehearsed

SEARCH: dict[str, Any] = {"filterGroups": [], "sorts": [], "properties": [], "limit": 1, "after": "0"}


@pytest.fixture
def portal() -> Iterator[Portal]:
    with rehearsed() as portal:
        yield portal


@pytest.mark.parametrize(("auth", "ours"), [("token", 152), ("oauth", 88)])
def test_a_steady_pull_uses_its_share_of_the_pace_and_meets_no_refusal(portal: Portal, auth: str, ours: int) -> None:
    client = portal.client(auth=auth, client_id="hub")
    client.portal()

    for _ in range(10 * ours - 1):
        client.get("/crm/v3/owners")

    assert portal.refused() == 0
    assert 9 * ours / portal.seconds >= 0.95 * ours / 10  # the first span's calls go at once


def test_searches_use_their_own_pace_beside_other_programs_and_meet_no_refusal(portal: Portal) -> None:
    portal.admin("traffic", search_a_second=1)
    client = portal.client()

    for _ in range(200):
        client.search("contacts", SEARCH)

    assert portal.refused() == 0
    assert (200 - 4) / portal.seconds >= 0.95 * 4


def test_searches_make_room_when_other_programs_take_more_than_usual(portal: Portal) -> None:
    portal.admin("traffic", search_a_second=3)
    client = portal.client()

    for _ in range(120):
        client.search("contacts", SEARCH)

    assert portal.refused() <= 6
    assert portal.seconds <= 120


def test_two_runs_in_a_row_under_one_token_meet_no_refusal(portal: Portal) -> None:
    for _ in range(4):
        run = portal.client()
        run.portal()
        for _ in range(200):
            run.get("/crm/v3/owners")
        run.close()

    assert portal.refused() == 0


def test_our_share_of_the_day_is_used_up_and_then_waited_for_until_midnight_of_the_portal(portal: Portal) -> None:
    portal.admin("limits", calls_a_day=2_000)
    client = portal.client()
    client.portal()
    for _ in range(474):
        client.get("/crm/v3/owners")

    with pytest.raises(BudgetSpent, match="25 kept for writing") as spent:
        client.get("/crm/v3/owners")

    assert spent.value.until == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert portal.admin("calls")["total"] == 475  # 95 % of a quarter of 2,000
    portal.sleep((spent.value.until - portal.now()).total_seconds() + 1)
    assert client.get("/crm/v3/owners").status == 200


def test_what_is_kept_for_writing_can_be_used_by_a_write_alone(portal: Portal) -> None:
    portal.admin("limits", calls_a_day=400)
    source = portal.open(objects=["contacts"])
    with pytest.raises(BudgetSpent):
        _asked(source.client, 100)

    created = source.write("contacts", [Op("one", "create", {"lastname": "Brandt", "email": "b@example.org"})])

    assert [each.outcome for each in created] == ["created"]
    with pytest.raises(BudgetSpent):
        source.client.get("/crm/v3/owners")


def _asked(client: HubSpotClient, times: int) -> None:
    for _ in range(times):
        client.get("/crm/v3/owners")


def test_a_day_that_others_have_used_up_is_not_asked_again(portal: Portal) -> None:
    portal.admin("limits", calls_a_day=100)
    client = portal.client(daily_share=1.0)
    client.portal()
    portal.admin("traffic", calls_an_hour=1_000)
    portal.sleep(3_600)

    for _ in range(3):
        with pytest.raises(BudgetSpent):
            client.get("/crm/v3/owners")

    assert portal.admin("calls")["total"] <= 3


def test_threads_in_true_time_share_the_pace_and_meet_no_refusal() -> None:
    with rehearsed(true_time=True) as portal:
        portal.admin("limits", calls_in_10_s=100, search_a_second=5)
        portal.admin("traffic", search_a_second=1)
        client = portal.client(true_time=True)
        client.portal()
        started = time.monotonic()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: client.search("contacts", SEARCH), range(24)))

        assert portal.refused() == 0
        assert time.monotonic() - started <= 2 * 24 / 4  # whatever else the machine does


@pytest.mark.drill
def test_minutes_of_true_time_at_the_full_pace_meet_no_refusal() -> None:
    with rehearsed(true_time=True) as portal:
        portal.admin("traffic", search_a_second=1)
        client = portal.client(true_time=True)
        client.portal()
        started = time.monotonic()

        with ThreadPoolExecutor(2) as threads:
            searching = threads.submit(lambda: [client.search("contacts", SEARCH) for _ in range(240)])
            reading = threads.submit(lambda: [client.get("/crm/v3/owners") for _ in range(152 * 6 - 1)])
            reading.result()
            listed = time.monotonic() - started
            searching.result()

        assert portal.refused() == 0
        assert 152 * 5 / listed >= 0.95 * 15.2
        assert 236 / (time.monotonic() - started) >= 0.95 * 4
