"""Public readers of HubSpot, unmodified but for the address, read every row of the types that they know."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.drives.comparing import same_text
from tests.drives.hubspot_portals import KINDS, TOKEN, Served, flat
from tests.drives.programs import python_program

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]

MELTANO_TAP = "meltano-tap-hubspot==0.10.1"
STITCH_TAP = "tap-hubspot==4.5.0"
AIRBYTE = "airbyte-source-hubspot==5.7.0"
DLT, DLT_SOURCE = "dlt==1.31.0", "omniload==0.21.1"
REDIRECTED = Path(__file__).with_name("redirected.py")
START = "2010-01-01T00:00:00Z"
Rows = defaultdict[str, list[Mapping[str, Any]]]


def run(portal: Served, python: Path, folder: Path, entry: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """The lines of JSON that a program prints."""
    command = [str(python), str(REDIRECTED), portal.address, entry, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, (done.stderr[-3000:], [each for each in said if each.get("type") == "TRACE"])
    yield from said


def chosen(catalog: Mapping[str, Any], names: Mapping[str, str], folder: Path, **every: str) -> Path:
    """A Singer catalog in which these streams are chosen with all their fields."""
    for stream in catalog["streams"]:
        wanted = stream["tap_stream_id"] in names
        for each in stream["metadata"]:
            each["metadata"]["selected"] = wanted
            if not each["breadcrumb"]:
                each["metadata"].update(every)
    path = folder / "catalog.json"
    path.write_text(json.dumps(catalog), encoding="utf-8")
    return path


def written(folder: Path, content: Mapping[str, Any], name: str = "config.json") -> str:
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("way", ["FULL_TABLE", "INCREMENTAL"])
def test_meltano_s_singer_tap_reads_every_row(portal: Served, tmp_path: Path, way: str) -> None:
    python = python_program(MELTANO_TAP)
    config = {"access_token": TOKEN, "custom_object_types": ["machines"], "associations": {"contacts": ["companies"]}}
    if way == "INCREMENTAL":
        config["start_date"] = START
    settings = written(tmp_path, config)
    entry = "tap_hubspot.tap:TapHubspot.cli"
    (catalog,) = _documents(portal, python, tmp_path, entry, "--config", settings, "--discover")
    names = {each["tap_stream_id"]: _kind(each["tap_stream_id"]) for each in catalog["streams"]}
    names = {stream: kind for stream, kind in names.items() if kind in (*KINDS, "contacts_companies_associations")}
    picked = chosen(catalog, names, tmp_path, **{"forced-replication-method": way})

    read: Rows = defaultdict(list)
    for message in run(portal, python, tmp_path, entry, "--config", settings, "--catalog", str(picked)):
        if message["type"] == "RECORD":
            read[names[message["stream"]]].append(message["record"])

    links = {(each["from_id"], each["to_id"]) for each in read.pop("contacts_companies_associations")}
    records = {kind: [flat(each) for each in rows] for kind, rows in read.items()}
    wrong = portal.wrong(records, in_part=("products", "tickets", "quotes"))
    assert set(read) == set(KINDS)
    assert not wrong, wrong
    assert links == portal.links("contacts", "companies")


def test_stitch_s_singer_tap_reads_every_row_of_what_it_reads_by_the_present_api(
    portal: Served, tmp_path: Path
) -> None:
    python = python_program(STITCH_TAP)
    app = {"client_id": "hub", "client_secret": "hub-secret", "refresh_token": "hub-refresh", "redirect_uri": "none"}
    settings = written(tmp_path, {**app, "start_date": START})
    (catalog,) = _documents(portal, python, tmp_path, "tap_hubspot:main", "--config", settings, "--discover")
    names = {"contacts": "contacts", "tickets": "tickets", "machine": "machines"}
    picked = chosen(catalog, names, tmp_path)

    read: Rows = defaultdict(list)
    for message in run(portal, python, tmp_path, "tap_hubspot:main", "--config", settings, "--properties", str(picked)):
        if message["type"] == "RECORD":
            read[names[message["stream"]]].append(message["record"])

    rows = {kind: [_unflattened(each) for each in records] for kind, records in read.items()}
    wrong = portal.wrong(rows, kinds=names.values(), alike=_alike_but_for_false)
    assert not wrong, wrong


def test_dlt_s_source_reads_every_row(portal: Served, tmp_path: Path) -> None:
    python = python_program(DLT, DLT_SOURCE)
    known = [kind for kind in KINDS if kind not in ("leads", "machines")]
    entry = "hubspot_dlt_reads:read"

    read: Rows = defaultdict(list)
    for said in run(portal, python, tmp_path, entry, ",".join([*known, "custom:machines"])):
        record = said["record"]
        row = {name: value for name, value in record.items() if not isinstance(value, list) and name != "id"}
        read[said["object"]].append({"Id": record["hs_object_id"], **row})

    wrong = portal.wrong(read, kinds=[*known, "machines"])
    assert not wrong, wrong


AIRBYTE_STREAMS = {
    "contacts": "contacts", "companies": "companies", "deals": "deals", "tickets": "tickets", "products": "products",
    "engagements_calls": "calls", "engagements_emails": "emails", "engagements_meetings": "meetings",
    "engagements_notes": "notes", "engagements_tasks": "tasks", "leads": "leads", "machine": "machines",
}  # fmt: skip
"""Types by stream. This version turns pages of line items by `offset`, which HubSpot passes over, and never ends."""


def test_airbyte_reads_every_row(portal: Served, tmp_path: Path) -> None:
    python = python_program(AIRBYTE)
    credentials = {"credentials_title": "Private App Credentials", "access_token": TOKEN}
    settings = written(tmp_path, {"credentials": credentials, "start_date": START})
    entry = "source_hubspot.run:run"
    said = run(portal, python, tmp_path, entry, "discover", "--config", settings)
    (found,) = [each["catalog"]["streams"] for each in said if each["type"] == "CATALOG"]
    streams = [
        {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
        for stream in found
        if stream["name"] in AIRBYTE_STREAMS
    ]
    picked = written(tmp_path, {"streams": streams}, "catalog.json")

    read: Rows = defaultdict(list)
    for message in run(portal, python, tmp_path, entry, "read", "--config", settings, "--catalog", picked):
        if message["type"] == "RECORD":
            read[AIRBYTE_STREAMS[message["record"]["stream"]]].append(flat(message["record"]["data"]))

    wrong = portal.wrong(read, kinds=AIRBYTE_STREAMS.values())
    assert not wrong, wrong


def _documents(portal: Served, python: Path, folder: Path, entry: str, *arguments: str) -> list[Any]:
    """The one document of JSON that a program prints over many lines."""
    command = [str(python), str(REDIRECTED), portal.address, entry, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(done.stdout)]


def _kind(stream: str) -> str:
    return stream if stream.endswith("s") else f"{stream}s"


def _alike_but_for_false(held: Any, read: Any) -> bool:
    """Whether two spellings are one value, for a program that makes false of a flag that was never set."""
    return (held is None and read is False) or same_text(held, read)


def _unflattened(record: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose properties came as columns of their own: `property_city`."""
    head = "property_"
    return {"Id": record["id"], **{name[len(head) :]: each for name, each in record.items() if name.startswith(head)}}
