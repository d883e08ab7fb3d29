"""`make demo`: a newcomer sees two simulated CRMs and a spreadsheet become one customer store, measured."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.journeys.conftest import Place


def play(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console.demo", "--people", "400", "--folder", "demo", *words],
        cwd=place.folder,
        env=place.environment | {"PREFECT_API_URL": "http://127.0.0.1:9/api"},
        capture_output=True,
        text=True,
    )


@pytest.mark.timeout(180)
def test_the_demo_shows_what_a_newcomer_wants_to_see(place: Place) -> None:
    told = play(place)

    assert told.returncode == 0, told.stderr
    for chapter in (
        "Two commands", "Nothing is lost", "Who is who", "How the silos overlap", "Every value explains itself",
        "Every merge can be undone", "How right is it?",
    ):  # fmt: skip
        assert f"{chapter} ─" in told.stdout
    assert "duplicate_key" in told.stdout
    for name in ("Account", "Contact", "Lead", "Opportunity"):
        assert re.search(rf"salesforce: {name}: source (\S+), hub \1, proven", told.stdout)
    for name in ("contacts", "companies", "deals"):
        assert re.search(rf"hubspot: {name}: source (\S+), hub \1, proven", told.stdout)
    assert "before the merge: 2 customers" in told.stdout
    assert "now: 1 customer," in told.stdout
    shares = [float(share) for share in re.findall(r"(\d+\.\d)%", told.stdout.partition("How right is it?")[2])]
    assert len(shares) == 4
    assert min(shares) > 80
    assert max(shares) <= 100


@pytest.mark.timeout(180)
def test_the_demo_clears_its_own_folder_and_no_other(place: Place) -> None:
    mine = place.write("demo/mine.txt", "dear")

    told = play(place)

    assert told.returncode == 2
    assert "not the demo's" in told.stderr
    assert mine.read_text() == "dear"
