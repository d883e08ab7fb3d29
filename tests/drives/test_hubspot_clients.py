"""HubSpot's own clients, in Python, for Node and for its dated paths, read every row of every type in every way."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import urllib3
from hubspot import HubSpot as Client

from tests.drives.hubspot_portals import KINDS, TOKEN, Served, flat, served
from tests.drives.programs import node_program, python_program

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]

NODE_CLIENT = "@hubspot/api-client@14.0.1"
DATED_CLIENT = "hubspot-sdk==0.1.0a9"
HERE = Path(__file__).parent
WAYS = ["list", "search", "batch", "bin"]
LINKED = ("contacts", "deals", "tickets", "notes")
"""Types whose links with companies are read."""
Read = Callable[[Served, str, tuple[str, ...]], Iterator[tuple[str, Mapping[str, Any]]]]


def by_node(portal: Served, way: str, kinds: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What `@hubspot/api-client` reads, by type."""
    node, folder = node_program(NODE_CLIENT)
    yield from _lines(node, str(HERE / "hubspot_node_reads.mjs"), str(folder), portal.address, way, ",".join(kinds))


def by_dated_paths(portal: Served, way: str, kinds: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What `hubspot-sdk` reads, by type."""
    python = str(python_program(DATED_CLIENT))
    yield from _lines(python, str(HERE / "hubspot_sdk_reads.py"), portal.address, way, ",".join(kinds))


def by_python(portal: Served, way: str, kinds: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What `hubspot-api-client` reads, by type."""
    crm = Client(access_token=TOKEN, host=portal.address, retry=urllib3.Retry(0)).crm
    for kind in kinds:
        names = [each.name for each in crm.properties.core_api.get_all(kind).results]
        for record in _records(crm, way, kind, names):
            yield kind, record.to_dict() if way == "links" else {"id": record.id, "properties": record.properties}


def _records(crm: Any, way: str, kind: str, names: list[str]) -> Iterator[Any]:
    if way in ("list", "bin"):
        yield from _listed(crm, kind, names, archived=way == "bin")
        return
    ids = [each.id for each in _listed(crm, kind, ["hs_object_id"], archived=False)]
    if way == "links":
        inputs = [{"id": each} for each in ids]
        while inputs:
            read = crm.associations.v4.batch_api.get_page(kind, "companies", {"inputs": inputs[:1_000]})
            yield from read.results
            more = [{"id": each._from.id, "after": each.paging.next.after} for each in read.results if each.paging]
            inputs = more + inputs[1_000:]
    elif way == "batch":
        for start in range(0, len(ids), 100):
            inputs = [{"id": each} for each in ids[start : start + 100]]
            yield from crm.objects.batch_api.read(kind, {"inputs": inputs, "properties": names}).results
    else:
        yield from _searched(crm, kind, names)


def _listed(crm: Any, kind: str, names: list[str], *, archived: bool) -> Iterator[Any]:
    after = None
    while True:
        page = crm.objects.basic_api.get_page(kind, limit=100, after=after, properties=names, archived=archived)
        yield from page.results
        if page.paging is None:
            return
        after = page.paging.next.after


def _searched(crm: Any, kind: str, names: list[str]) -> Iterator[Any]:
    last = "0"
    while True:
        asked = {
            "filterGroups": [{"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": last}]}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": names,
            "limit": 200,
        }
        found = crm.objects.search_api.do_search(kind, asked).results
        if not found:
            return
        yield from found
        last = found[-1].id


def _lines(*command: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    for line in done.stdout.splitlines():
        said = json.loads(line)
        yield said["object"], said["record"]


CLIENTS = {"hubspot-api-client": by_python, "@hubspot/api-client": by_node, "hubspot-sdk": by_dated_paths}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_of_hubspot_reads_every_row(portal: Served, client: str, way: str) -> None:
    read: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)

    for kind, record in CLIENTS[client](portal, way, KINDS):
        read[kind].append(flat(record))

    wrong = portal.wrong(read, archived=way == "bin")
    assert not wrong, wrong


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_of_hubspot_reads_every_link(portal: Served, client: str) -> None:
    read: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)

    for kind, row in CLIENTS[client](portal, "links", LINKED):
        start = (row.get("from") or row["_from"])["id"]
        read[kind] |= {(start, str(each.get("toObjectId") or each["to_object_id"])) for each in row["to"]}

    for kind in LINKED:
        held = portal.links(kind, "companies")
        print(f"{kind}: {len(read[kind])} of {len(held)} links with companies")
        assert held
        assert read[kind] == held


@pytest.mark.parametrize("client", ["@hubspot/api-client", "hubspot-sdk"])
def test_what_a_client_of_hubspot_writes_is_kept_and_what_is_refused_is_told(client: str) -> None:
    with served(people=300) as portal:
        if client == "hubspot-sdk":
            command = [str(python_program(DATED_CLIENT)), str(HERE / "hubspot_sdk_writes.py"), portal.address]
        else:
            node, folder = node_program(NODE_CLIENT)
            command = [node, str(HERE / "hubspot_node_writes.mjs"), str(folder), portal.address]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-4000:]
        told = json.loads(done.stdout)
        held, archived = portal.rows("contacts"), portal.rows("contacts", archived=True)
        erased = portal.admin("erased", object="contacts")
        company, merged = portal.rows("companies")[told["company"]], portal.admin("merged", object="contacts")
        links = portal.links("contacts", "companies") | portal.links("tasks", "contacts")

    ids = told["many"]
    one = held[told["contact"]]
    assert (one["email"], one["city"], one["firstname"] or None) == ("one@example.com", "Ulm", None)
    assert (len(ids), told["failed"], told["upserted"]) == (99, ["t7"], [True, False, True])
    assert (company["name"], company["city"]) == ("Key Ltd", "Kiel")
    assert {held[each]["city"] for each in ids if each in held} == {"Bonn"}
    assert {merged[each] for each in ids[:2] if each != told["merged"]} == {told["merged"]}
    assert set(ids[90:]) <= {*archived, *erased}
    assert set(ids) & set(erased)
    assert told["refused"] == [409, 404]
    assert {(told["contact"], told["company"]), (told["task"], told["contact"])} <= links
