"""A job of the vendor's gives every contact one and the same stamp: what reading them costs, and how fast it goes."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from connectors.hubspot.connector import open_hubspot

RECORDS = 90_000
"""Of all objects: a good quarter of them are contacts."""
CONTACTS = 25_000
SEARCHES_A_SECOND = 4
Admin = Callable[..., Any]

pytestmark = [pytest.mark.drill, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "simulators", "hubspot", "--port", "0", "--records", str(RECORDS)]
    process = subprocess.Popen([*command, "--now", "2026-11-22T09:00:00Z"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def admin(address: str) -> Iterator[Admin]:
    with requests.Session() as session:
        session.trust_env = False

        def admin(event: str, **sent: Any) -> Any:
            answer = session.post(f"{address}/__admin/{event}", json=sent, timeout=120)
            assert answer.status_code == 200, answer.text
            return answer.json()

        yield admin


def test_all_are_read_once_in_the_calls_that_the_limits_need_at_the_pace_that_is_ours(
    address: str, admin: Admin
) -> None:
    source = open_hubspot("crm", {"url": address, "objects": ["contacts"]}, secret={"token": "hub-token"}.get)
    admin(
        "create", object="contacts", records=[{"properties": {"lastname": f"New {number}"}} for number in range(2_000)]
    )
    place = list(source.read("contacts", None))[-1].cursor
    live = [row["id"] for row in admin("rows", object="contacts") if not row["archived"]]
    admin("clock", advance_s=3_600)
    admin("touch", object="contacts", ids=live)
    admin("clock", advance_s=3_600)
    admin("traffic", search_a_second=1)
    before = admin("calls", reset=True)

    started = time.monotonic()
    found = [one.record_id for page in source.read("contacts", place) for one in page.records if not one.deleted]
    seconds = time.monotonic() - started

    calls = admin("calls")
    searches, links = math.ceil(len(live) / 200), math.ceil(len(live) / 1_000)
    around = math.ceil(sum(row["archived"] for row in admin("rows", object="contacts")) / 100) + 4
    assert len(live) >= CONTACTS
    assert {len(id) for id in live} == {9, 11}
    assert sorted(found) == sorted(live)
    assert before is not None
    assert calls["search"] <= 1.1 * searches
    assert calls["total"] <= 1.1 * (searches + links + around)
    assert calls["refused_429"] == 0
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        pytest.skip("all was read as it should be, but the machine is too busy to measure a pace")
    assert calls["search"] / seconds >= 0.95 * SEARCHES_A_SECOND, f"{calls['search']} searches in {seconds:.1f} s"
