"""An org served by its own command, with some changes behind it: deleted, merged, converted and archived records."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.conftest import REPOSITORY
from tests.drives.comparing import differences

PEOPLE = 2_500


@dataclass(frozen=True)
class Served:
    """Where an org is, and its back door."""

    address: str

    def admin(self, event: str, **sent: Any) -> Any:
        answer = requests.post(f"{self.address}/__admin/{event}", json=sent, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, name: str) -> dict[str, Mapping[str, Any]]:
        """The org's own table by id."""
        return {row["Id"]: row for row in self.admin("rows", object=name)}

    def objects(self) -> list[str]:
        return list(self.admin("state")["records"])

    def wrong(
        self, read: Mapping[str, Sequence[Mapping[str, Any]]], *, compounds: bool, live_alone: bool = False
    ) -> dict[str, list[str]]:
        """By object, how what was read differs from what there is, or is live; only objects that differ."""
        found: dict[str, list[str]] = {}
        for name in self.objects():
            held = self.rows(name)
            if live_alone:
                held = {each: row for each, row in held.items() if not (row.get("IsDeleted") or row.get("IsArchived"))}
            found[name] = differences(held, read.get(name, []), compounds=compounds)
            print(f"{name}: {len(read.get(name, []))} of {len(held)} records")
        return {name: each for name, each in found.items() if each}


@contextmanager
def served(*options: str) -> Iterator[Served]:
    """An org with deleted records, on a free port, for as long as it is needed."""
    command = [sys.executable, "-m", "simulators", "salesforce", "--port", "0", "--people", str(PEOPLE), *options]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        org = Served(json.loads(process.stdout.readline())["url"])
        try:
            _live_a_day(org)
            yield org
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _live_a_day(org: Served) -> None:
    contacts = [record_id for record_id, row in org.rows("Contact").items() if not row.get("IsPersonAccount")]
    org.admin("delete", object="Contact", ids=contacts[:40])
    org.admin("merge", object="Contact", master=contacts[50], losers=contacts[51:53])
    org.admin("delete", object="Account", ids=[next(iter(org.rows("Account")))])
    org.admin("convert", lead=next(iter(org.rows("Lead"))), opportunity=True)
    awkward = 'Said "no, thanks";\nlater: NA, 1.0E7, 00123, \u6771\u4eac'
    org.admin("create", object="Contact", records=[{"LastName": "NULL", "FirstName": "NA", "Description": awkward}])
