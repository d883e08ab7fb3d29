"""Reads records of a portal with hubspot-sdk, by its dated paths, and prints each as a line of JSON.

    python hubspot_sdk_reads.py ADDRESS WAY TYPES     (WAY: list, bin, search, batch or links)

It is run by the program's own interpreter and imports nothing of ours.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from hubspot_sdk import HubSpot  # type: ignore[import-not-found,unused-ignore]

address, way, types = sys.argv[1:]
client = HubSpot(access_token="hub-token", base_url=address)
objects = client.crm.objects.custom


def listed(kind: str, names: list[str], *, archived: bool) -> Iterator[Any]:
    yield from objects.list(kind, limit=100, properties=names, archived=archived)


def searched(kind: str, names: list[str]) -> Iterator[Any]:
    last = "0"
    while True:
        found = objects.search(
            kind,
            after="0",
            filter_groups=[{"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": last}]}],
            limit=200,
            properties=names,
            sorts=["hs_object_id"],
        )
        if not found.results:
            return
        yield from found.results
        last = found.results[-1].id


def in_batches(kind: str, names: list[str]) -> Iterator[Any]:
    ids = [each.id for each in objects.list(kind, limit=100)]
    for start in range(0, len(ids), 100):
        inputs = [{"id": each} for each in ids[start : start + 100]]
        yield from objects.batch.get(kind, inputs=inputs, properties=names, properties_with_history=[]).results


def links(kind: str) -> Iterator[Any]:
    inputs: list[dict[str, str]] = [{"id": each.id} for each in objects.list(kind, limit=100)]
    while inputs:
        rows = client.crm.associations.batch.get("companies", from_object_type=kind, inputs=inputs[:1_000]).results
        yield from rows
        more = [{"id": row.from_.id, "after": row.paging.next.after} for row in rows if row.paging and row.paging.next]
        inputs = more + inputs[1_000:]


for name in types.split(","):
    known = [each.name for each in client.crm.properties.list(name).results]
    records = {
        "list": lambda: listed(name, known, archived=False),  # noqa: B023
        "bin": lambda: listed(name, known, archived=True),  # noqa: B023
        "search": lambda: searched(name, known),  # noqa: B023
        "batch": lambda: in_batches(name, known),  # noqa: B023
        "links": lambda: links(name),  # noqa: B023
    }[way]()
    for record in records:
        print(json.dumps({"object": name, "record": record.to_dict(mode="json")}))
