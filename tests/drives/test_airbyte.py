"""Airbyte's public reader reads every row of every object: its own choice of REST and Bulk 2.0, and Bulk 2.0 alone."""

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

READER = "airbyte-source-salesforce==2.10.3"
REDIRECTED = Path(__file__).with_name("redirected.py")
CURSOR = "SystemModstamp"
OF_ITS_OWN = {"Describe"}
"""Streams that are no objects."""


def airbyte(crm: Served, folder: Path, command: str, *arguments: str, bulk: bool) -> list[dict[str, Any]]:
    """The messages that the program prints."""
    settings = folder / f"{command}.json"
    content = {
        "client_id": "hub", "client_secret": "hub-secret", "refresh_token": crm.admin("grant")["refresh_token"],
        "start_date": "2015-01-01", "stream_slice_step": "P6Y", "force_use_bulk_api": bulk, "preserve_na_values": True,
    }  # fmt: skip
    settings.write_text(json.dumps(content), encoding="utf-8")
    words = [str(python_program(READER)), str(REDIRECTED), crm.address, "source_salesforce.run:run", command]
    done = subprocess.run(
        [*words, "--config", str(settings), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, (done.stderr + str([each for each in messages if each["type"] == "TRACE"]))[-4000:]
    return messages


@pytest.mark.parametrize("bulk", [False, True], ids=["its own choice", "bulk"])
def test_airbyte_reads_every_row(crm: Served, tmp_path: Path, bulk: bool) -> None:
    (found,) = [each for each in airbyte(crm, tmp_path, "discover", bulk=bulk) if each["type"] == "CATALOG"]
    streams = [
        {
            "stream": stream,
            "sync_mode": "incremental",
            "destination_sync_mode": "append",
            "cursor_field": ["SystemModstamp"],
        }
        for stream in found["catalog"]["streams"]
        if stream["name"] not in OF_ITS_OWN
    ]
    chosen = tmp_path / "catalog.json"
    chosen.write_text(json.dumps({"streams": streams}), encoding="utf-8")

    read: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for message in airbyte(crm, tmp_path, "read", "--catalog", str(chosen), bulk=bulk):
        if message["type"] == "RECORD":
            read[message["record"]["stream"]].append(message["record"]["data"])

    assert {stream["stream"]["name"] for stream in streams} == set(crm.objects())
    wrong = crm.wrong(read, compounds=not bulk)
    assert not wrong, wrong
