"""A store that can't be used: each trouble gets one clear sentence and its exit code; nothing is lost."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.journeys.conftest import Place
from tests.journeys.test_bad_input import GOOD, MAPPING, SOURCE, persons, sentence, synced


def test_a_locked_store_is_waited_for_and_then_told(place: Place) -> None:
    synced(place)
    place.write("list.csv", GOOD + "3,Cy Poe,cy@poe.example\n")

    with closing(sqlite3.connect(place.folder / "unsilo.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        locked = place.process("sync")
    afterwards = place.process("sync")

    assert locked.code == 1
    assert "locked by another process" in locked.err
    assert "Traceback" not in locked.err
    assert afterwards.code == 0
    assert persons(place) == 3


def test_a_full_disk_loses_nothing_and_the_next_sync_goes_on(place: Place) -> None:
    synced(place)
    rows = "".join(f"{number},Person Number{number},p{number}@lee.example\n" for number in range(3, 4_000))
    place.write("list.csv", GOOD + rows)

    done = subprocess.run(
        [sys.executable, "-m", "console.main", "sync"],
        cwd=place.folder,
        env=place.environment,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
    )
    checked = place.process("store", "verify")
    afterwards = place.process("sync")

    assert done.returncode == 1
    assert "disk" in done.stderr
    assert "Traceback" not in done.stderr
    assert checked.code == 0, checked.out
    assert afterwards.code == 0
    assert persons(place) > 2


def test_a_store_of_a_newer_version_is_refused(place: Place) -> None:
    synced(place)
    with closing(sqlite3.connect(place.folder / "unsilo.db")) as store:
        store.execute("update alembic_version set version_num = '9999'")
        store.commit()

    outcome = place.process("sync")
    checked = place.process("check")

    assert outcome.code == 1
    assert "newer Unsilo" in sentence(outcome)
    assert checked.code == 1
    assert "newer Unsilo" in checked.out
    for reading in (["status"], ["query", "select 1"]):
        refused = place.process(*reading)
        assert (refused.code, "newer Unsilo" in sentence(refused)) == (1, True)


@pytest.mark.parametrize("command", ["status", "check", "sync"])
def test_a_store_that_is_a_folder_is_told_so(place: Place, command: str) -> None:
    place.write("list.csv", GOOD)
    place.settings(SOURCE + MAPPING)
    (place.folder / "unsilo.db").mkdir()

    outcome = place.process(command)

    assert outcome.code == 1
    assert "unsilo.db is a folder, not a file" in outcome.out + outcome.err


def test_a_store_without_its_folder_is_told_before_the_first_sync(place: Place) -> None:
    place.write("list.csv", GOOD)
    place.settings('[store]\nurl = "sqlite:///no/such/unsilo.db"\n' + SOURCE + MAPPING)

    outcome = place.process("check")

    assert outcome.code == 1
    assert "no/such does not exist" in outcome.out


def test_a_file_that_is_no_store_is_left_as_it_is(place: Place) -> None:
    synced(place)
    for name in ("unsilo.db-wal", "unsilo.db-shm"):
        (place.folder / name).unlink(missing_ok=True)
    place.write("unsilo.db", b"this is no database " * 100)

    outcome = place.process("status")

    assert outcome.code == 1
    assert "damaged" in sentence(outcome)
    assert (place.folder / "unsilo.db").read_bytes().startswith(b"this is no database")
