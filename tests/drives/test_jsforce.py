"""jsforce reads every row of every object, by REST and in bulk, and its writes are kept as it sent them."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.drives.orgs import Served, served
from tests.drives.programs import node_program

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]

JSFORCE = "jsforce@3.10.16"
HERE = Path(__file__).parent


def jsforce(script: str, crm: Served, *arguments: str) -> list[dict[str, Any]]:
    """The lines of JSON that a script prints."""
    node, folder = node_program(JSFORCE)
    command = [node, str(HERE / script), str(folder), crm.address, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("way", ["rest", "bulk2", "bulk1"])
def test_jsforce_reads_every_row(crm: Served, way: str) -> None:
    read: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    for line in jsforce("jsforce_reads.mjs", crm, way):
        read[line["object"]].append(line["record"])

    # Its older bulk client has no way to ask for deleted records.
    wrong = crm.wrong(read, compounds=way == "rest", live_alone=way == "bulk1")
    assert not wrong, wrong


def test_what_jsforce_writes_is_kept_and_what_is_refused_is_told() -> None:
    with served() as crm:
        (told,) = jsforce("jsforce_writes.mjs", crm)
        held = crm.rows("Contact")

    assert (held[told["one"]]["LastName"], held[told["one"]]["Title"]) == ("One again", "Buyer")
    assert [held[each]["LastName"] for each in told["many"]] == [f"Many {number}" for number in range(450)]
    assert [held[each]["Department"] for each in told["many"]] == ["Sales"] * 300 + [None] * 150
    assert [held[each]["IsDeleted"] for each in told["many"]] == [False] * 400 + [True] * 50
    assert held[told["upserted"]]["HubId__c"] == "js-2"
    assert sum(row["HubId__c"] == "js 3" for row in held.values()) == 1
    assert (told["refused"], told["duplicate"]) == (["REQUIRED_FIELD_MISSING", "made"], "DUPLICATE_VALUE")
    assert (told["found"], told["read"]) == (["One again"], ["Sales"] * 3)
    assert {held[each]["LastName"] for each in told["loaded"]} == {"Loaded, in bulk", "Loaded\nin lines"}
    assert told["failed"] == ["REQUIRED_FIELD_MISSING"]
