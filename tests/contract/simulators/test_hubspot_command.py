"""`python -m simulators hubspot`: serves until interrupted, and says in a sentence why it can't."""

from __future__ import annotations

import csv
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests

REPOSITORY = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "simulators", "hubspot"]


def test_the_command_serves_the_people_of_its_seed_until_interrupted(tmp_path: Path) -> None:
    truth, exports = tmp_path / "truth.csv", tmp_path / "exports"
    size = ["--records", "150", "--seed", "5", "--clean"]
    people = [sys.executable, "-m", "simulators", "people", *size, "--out", str(exports)]
    subprocess.run(people, cwd=REPOSITORY, check=True, capture_output=True)
    options = ["--port", "0", "--now", "2026-11-22T09:00:00Z", "--truth", str(truth), "--profile", "hostile"]

    with subprocess.Popen(
        [*COMMAND, *size, *options], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as portal:
        assert portal.stdout is not None
        assert portal.stderr is not None
        started = json.loads(portal.stdout.readline())
        state = requests.post(f"{started['url']}/__admin/state", json={}, timeout=10).json()
        requests.post(f"{started['url']}/__admin/faults", json={"profile": "calm"}, timeout=10)
        page = requests.get(
            f"{started['url']}/crm/v3/objects/contacts",
            params={"limit": 1},
            headers={"Authorization": "Bearer hub-token"},
            timeout=10,
        ).json()
        portal.send_signal(signal.SIGINT)
        complaints = portal.stderr.read()
        code = portal.wait(20)

    with (exports / "hubspot_contacts.csv").open(encoding="utf-8", newline="") as stream:
        exported = {row["Record ID"] for row in csv.DictReader(stream)}
    with truth.open(encoding="utf-8", newline="") as stream:
        served = {row["record_id"] for row in csv.DictReader(stream) if row["object"] == "contacts"}
    assert served == exported != set()
    assert (state["now"], state["records"]["contacts"]) == ("2026-11-22T09:00:00Z", len(exported))
    assert started["contacts"] == len(exported)
    assert page["results"][0]["id"] == min(exported, key=int)
    assert page["paging"]["next"]["link"].startswith(f"{started['url']}/crm/v3/objects/contacts?limit=1&after=")
    assert (code, complaints) == (0, b"")


def test_a_taken_port_and_a_moment_without_zone_are_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        no_port = subprocess.run([*COMMAND, "--port", port], cwd=REPOSITORY, capture_output=True, text=True)
    no_zone = subprocess.run([*COMMAND, "--now", "2026-11-22T09:00:00"], cwd=REPOSITORY, capture_output=True, text=True)

    assert (no_port.returncode, no_zone.returncode) == (1, 2)
    assert "--port" in no_port.stderr
    assert "zone" in no_zone.stderr
    assert "Traceback" not in no_port.stderr + no_zone.stderr
