"""Ctrl-C, SIGTERM and two syncs at once: the store is never half written, and the next run goes on from there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.conftest import Place
from unified_model.store.engine import open_store
from unified_model.store.leases import acquire, release, source_lease

PEOPLE = 9_000


@pytest.fixture
def long_list(place: Place) -> Place:
    """A list long enough to be stopped in."""
    rows = "".join(f"{n},Given{n % 97},Family{n % 1013},p{n}@mail{n % 7}.example\n" for n in range(PEOPLE))
    place.write("list.csv", "Id,First,Last,Mail\n" + rows)
    place.settings(
        '[sources.list]\nkind = "files"\npath = "list.csv"\nkey = "Id"\n[sources.list.mapping]\n'
        '"First" = "given_name"\n"Last" = "family_name"\n"Mail" = "email"\n'
    )
    return place


def start_quietly(place: Place) -> subprocess.Popen[str]:
    """A sync, started."""
    return subprocess.Popen(
        [sys.executable, "-m", "console.main", "sync"],
        cwd=place.folder,
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start(place: Place) -> subprocess.Popen[str]:
    """A sync under way: its first page is stored."""
    process = start_quietly(place)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["event"] == "progress"
    return process


def end(process: subprocess.Popen[str]) -> tuple[dict[str, Any], str]:
    """Its report and what it said."""
    out, err = process.communicate(timeout=100)
    return json.loads(out.splitlines()[-1]), err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_stop_ends_at_the_next_chunk_and_the_next_sync_goes_on(long_list: Place, how: signal.Signals) -> None:
    process = start(long_list)

    process.send_signal(how)
    report, said = end(process)
    again = long_list.unsilo("sync")

    assert process.returncode == 1
    assert report["state"] == "stopped"
    assert "Stopping at the next chunk" in said
    assert 0 < report["pulls"][0]["stored"] < PEOPLE
    assert again.code == 0
    assert report["pulls"][0]["stored"] + again.events[-1]["pulls"][0]["stored"] == PEOPLE
    assert long_list.unsilo("store", "verify").code == 0


def test_a_source_that_is_being_pulled_is_left_alone(long_list: Place) -> None:
    now = datetime.now(UTC)

    with open_store(f"sqlite:///{long_list.folder / 'unsilo.db'}") as store:
        held = acquire(store, source_lease("list"), now)
        refused = long_list.process("sync")
        release(store, held)
    afterwards = long_list.unsilo("sync")

    (pull,) = refused.events[-1]["pulls"]
    assert "at work on source:list" in refused.err
    assert (refused.code, pull["state"], pull["retry"], pull["read"]) == (1, "failed", True, 0)
    assert afterwards.events[-1]["pulls"][0]["stored"] == PEOPLE


def test_two_syncs_at_once_end_as_one_would(long_list: Place) -> None:
    first, second = start(long_list), start_quietly(long_list)

    first.communicate(timeout=100)
    second.communicate(timeout=100)
    again = long_list.unsilo("sync")

    assert 0 in (first.returncode, second.returncode)
    assert again.code == 0
    assert long_list.unsilo("status", "--json").json["sources"][0]["records"] == PEOPLE
    assert long_list.unsilo("store", "verify").code == 0


def test_a_killed_sync_is_noticed_and_gone_on_with(long_list: Place) -> None:
    process = start(long_list)

    process.kill()
    process.communicate()
    again = long_list.unsilo("sync")

    runs = long_list.unsilo("query", "select state from sync_run order by id", "--format", "csv").out.split()[1:]
    assert again.code == 0
    assert runs == ["abandoned", "done", "done"]
    assert long_list.unsilo("status", "--json").json["sources"][0]["records"] == PEOPLE
