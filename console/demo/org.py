"""The demo's Salesforce org: the simulator in a process of its own, so that it is read over HTTP like a real one."""

from __future__ import annotations

import csv
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unified_model.errors import UsageError

SOURCE = "salesforce"
CLIENT_ID, CLIENT_SECRET = "hub", "hub-secret"
"""What the simulator takes by default; there is nothing to protect."""
START_S = 120.0


@dataclass(frozen=True, slots=True)
class Org:
    """A served org: where it is, how many records of each object it has, who is who in it."""

    url: str
    counts: dict[str, int]
    truth: Path

    @property
    def section(self) -> str:
        """The settings that read it."""
        return (
            f"[sources.{SOURCE}]\n"
            'kind = "salesforce"\n'
            f'url = "{self.url}"\n'
            f'client_id = "{CLIENT_ID}"\n'
            'objects = ["Account", "Contact", "Lead", "Opportunity"]\n'
        )

    def persons(self) -> dict[str, str]:
        """Record id -> the person behind it."""
        with self.truth.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            return {row["record_id"]: row["person_id"] for row in rows if row["object"] in ("Contact", "Lead")}


@contextmanager
def served_org(folder: Path, people: int, seed: int) -> Iterator[subprocess.Popen[str]]:
    """Start the simulator; `wait_for` tells when it can be reached. It ends with the block."""
    command = [sys.executable, "-m", "simulators", "salesforce", "--port", "0", "--people", str(people)]
    command += ["--seed", str(seed), "--truth", str(_truth(folder))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.environ[f"UNSILO_{SOURCE.upper()}_CLIENT_SECRET"] = CLIENT_SECRET
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def wait_for(process: subprocess.Popen[str], folder: Path) -> Org:
    """The org, once it answers."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_S)
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        said = process.communicate()[1].strip().splitlines()
        remedy = said[-1] if said else "Run `make setup`, which installs the simulators."
        raise UsageError("The simulated Salesforce org did not start.", remedy)
    told: dict[str, Any] = json.loads(line)
    counts = {name: count for name, count in told.items() if name not in ("url", "profile", "seed")}
    return Org(told["url"], counts, _truth(folder))


def _truth(folder: Path) -> Path:
    return folder / "org_truth.csv"
