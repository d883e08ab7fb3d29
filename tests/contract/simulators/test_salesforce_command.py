"""`python -m simulators salesforce`: serves until interrupted, and says in a sentence why it can't."""

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
COMMAND = [sys.executable, "-m", "simulators", "salesforce"]


def test_the_command_serves_the_people_of_its_seed_until_interrupted(tmp_path: Path) -> None:
    truth, exports = tmp_path / "truth.csv", tmp_path / "exports"
    people = [sys.executable, "-m", "simulators", "people", "--people", "60", "--seed", "5", "--out", str(exports)]
    subprocess.run(people, cwd=REPOSITORY, check=True, capture_output=True)
    options = ["--port", "0", "--people", "60", "--seed", "5", "--now", "2026-11-22T09:00:00Z", "--truth", str(truth)]

    with subprocess.Popen([*COMMAND, *options], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as org:
        assert org.stdout is not None
        assert org.stderr is not None
        started = json.loads(org.stdout.readline())
        state = requests.get(f"{started['url']}/__admin/state", timeout=10).json()
        org.send_signal(signal.SIGINT)
        complaints = org.stderr.read()
        code = org.wait(20)

    with (exports / "salesforce_contacts.csv").open(encoding="utf-8", newline="") as stream:
        exported = {row["Id"] for row in csv.DictReader(stream)}
    with truth.open(encoding="utf-8", newline="") as stream:
        served = {row["record_id"] for row in csv.DictReader(stream) if row["object"] == "Contact"}
    assert served == exported != set()
    assert (state["now"], state["records"]["Contact"]) == ("2026-11-22T09:00:00.000+0000", len(exported))
    assert (code, complaints) == (0, b"")


def test_a_taken_port_and_a_missing_key_are_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        no_port = subprocess.run([*COMMAND, "--port", port], cwd=REPOSITORY, capture_output=True, text=True)
    missing = str(tmp_path / "none.pem")
    no_key = subprocess.run(
        [*COMMAND, "--port", "0", "--public-key", missing], cwd=REPOSITORY, capture_output=True, text=True
    )
    no_zone = subprocess.run([*COMMAND, "--now", "2026-11-22T09:00:00"], cwd=REPOSITORY, capture_output=True, text=True)

    assert (no_port.returncode, no_key.returncode, no_zone.returncode) == (1, 1, 2)
    assert "--port" in no_port.stderr
    assert missing in no_key.stderr
    assert "zone" in no_zone.stderr
    assert "Traceback" not in no_port.stderr + no_key.stderr + no_zone.stderr
