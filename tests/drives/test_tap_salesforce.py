"""The public Singer reader reads every row of every object, by REST and by Bulk."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.drives.orgs import Served
from tests.drives.programs import python_program

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]

TAP = "tap-salesforce==2.8.1"
REDIRECTED = Path(__file__).with_name("redirected.py")


def tap(crm: Served, folder: Path, api: str, *arguments: str) -> str:
    """What the program prints; its refresh token rotates, and it keeps the newest in its settings."""
    settings = folder / "config.json"
    if not settings.exists():
        token = crm.admin("grant")["refresh_token"]
        content = {
            "client_id": "hub", "client_secret": "hub-secret", "refresh_token": token, "api_type": api,
            "start_date": "2015-01-01T00:00:00Z", "select_fields_by_default": True,
        }  # fmt: skip
        settings.write_text(json.dumps(content), encoding="utf-8")
    done = subprocess.run(
        [
            str(python_program(TAP)),
            str(REDIRECTED),
            crm.address,
            "tap_salesforce:main",
            "--config",
            str(settings),
            *arguments,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.parametrize("api", ["REST", "BULK"])
def test_tap_salesforce_reads_every_row(crm: Served, tmp_path: Path, api: str) -> None:
    # It waits 20 seconds for every job that its first look finds unfinished.
    crm.admin("switch", job_looks=0)
    catalog = json.loads(tap(crm, tmp_path, api, "--discover"))
    for stream in catalog["streams"]:
        stream["metadata"] = [
            {**each, "metadata": {**each["metadata"], **({} if each["breadcrumb"] else {"selected": True})}}
            for each in stream["metadata"]
        ]
    chosen = tmp_path / "catalog.json"
    chosen.write_text(json.dumps(catalog), encoding="utf-8")

    read: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in tap(crm, tmp_path, api, "--properties", str(chosen)).splitlines():
        message = json.loads(line)
        if message["type"] == "RECORD":
            read[message["stream"]].append(message["record"])

    assert {stream["stream"] for stream in catalog["streams"]} == set(crm.objects())
    wrong = crm.wrong(read, compounds=api == "REST")
    assert not wrong, wrong
