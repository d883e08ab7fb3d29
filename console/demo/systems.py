"""The demo's CRMs: each simulator in a process of its own, so that it is read over HTTP like a real one."""

from __future__ import annotations

import csv
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unified_model.errors import UsageError

START_S = 120.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A CRM that can be simulated: how it is named, signed in to and read."""

    source: str
    says: str
    secret: tuple[str, str]
    """Environment variable and value. The simulator takes it by default; there is nothing to protect."""
    settings: str
    shown: tuple[str, ...]
    """Objects to tell the newcomer of."""
    persons: tuple[str, ...]


KINDS = (
    Kind(
        "salesforce",
        "a simulated Salesforce org",
        ("UNSILO_SALESFORCE_CLIENT_SECRET", "hub-secret"),
        'client_id = "hub"\nobjects = ["Account", "Contact", "Lead", "Opportunity"]\n',
        ("Contact", "Lead", "Account", "Opportunity"),
        ("Contact", "Lead"),
    ),
    Kind(
        "hubspot",
        "a simulated HubSpot portal",
        ("UNSILO_HUBSPOT_TOKEN", "hub-token"),
        'objects = ["contacts", "companies", "deals"]\n',
        ("contacts", "companies", "deals"),
        ("contacts",),
    ),
)


@dataclass(frozen=True, slots=True)
class System:
    """A served CRM: where it is, how many records of each object it has, who is who in it."""

    kind: Kind
    url: str
    counts: dict[str, int]
    truth: Path

    @property
    def section(self) -> str:
        """The settings that read it."""
        name = self.kind.source
        return f'[sources.{name}]\nkind = "{name}"\nurl = "{self.url}"\n{self.kind.settings}'

    def persons(self) -> dict[tuple[str, str], str]:
        """(source, record id) -> the person behind it."""
        with self.truth.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            return {
                (self.kind.source, row["record_id"]): row["person_id"]
                for row in rows
                if row["object"] in self.kind.persons
            }


@dataclass(frozen=True, slots=True)
class Starting:
    """A simulator that fills itself with people."""

    kind: Kind
    process: subprocess.Popen[str]
    truth: Path

    def wait(self) -> System:
        """The system, once it answers. UsageError when it does not start."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], START_S)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.process.kill()
            said = self.process.communicate()[1].strip().splitlines()
            remedy = said[-1] if said else "Run `make setup`, which installs the simulators."
            raise UsageError(f"{self.kind.says[:1].upper()}{self.kind.says[1:]} did not start.", remedy)
        told: dict[str, Any] = json.loads(line)
        counts = {name: count for name, count in told.items() if name not in ("url", "profile", "seed")}
        return System(self.kind, told["url"], counts, self.truth)


@contextmanager
def starting_systems(folder: Path, people: int, seed: int) -> Iterator[list[Starting]]:
    """Start every simulator, all with the same people. They end with the block."""
    with ExitStack() as stack:
        yield [stack.enter_context(_started(kind, folder, people, seed)) for kind in KINDS]


@contextmanager
def _started(kind: Kind, folder: Path, people: int, seed: int) -> Iterator[Starting]:
    truth = folder / f"{kind.source}_truth.csv"
    command = [sys.executable, "-m", "simulators", kind.source, "--port", "0", "--people", str(people)]
    command += ["--seed", str(seed), "--truth", str(truth)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.environ.update([kind.secret])
    try:
        yield Starting(kind, process, truth)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
