"""simple-salesforce reads every row of every object, by REST and by both bulk APIs, deleted ones where it can."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
import requests
from simple_salesforce.api import Salesforce as Client

from tests.contract.simulators.salesforce_org import LocalAdapter
from tests.drives.orgs import Served

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]


def client(crm: Served) -> Client:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", LocalAdapter(crm.address))
    return Client(consumer_key="hub", consumer_secret="hub-secret", domain="acme.my", session=session, version="62.0")


def records(client: Client, way: str, name: str, soql: str) -> Iterable[Mapping[str, Any]]:
    """What one way of reading gives."""
    if way == "rest":
        yield from client.query_all_iter(soql, include_deleted=True)
    elif way == "bulk2":
        for page in getattr(client.bulk2, name).query_all(soql, max_records=700, wait=0.05):
            yield from csv.DictReader(io.StringIO(page))
    else:
        for chunk in getattr(client.bulk, name).query_all(soql, lazy_operation=True, wait=0.05):
            yield from chunk


@pytest.mark.parametrize("way", ["rest", "bulk2", "bulk1"])
def test_simple_salesforce_reads_every_row(crm: Served, way: str) -> None:
    crm.admin("switch", job_looks=0)
    reader = client(crm)
    read: dict[str, list[Mapping[str, Any]]] = {}

    for name in crm.objects():
        fields = getattr(reader, name).describe()["fields"]
        names = [each["name"] for each in fields if way == "rest" or each["type"] != "address"]
        read[name] = list(records(reader, way, name, f"SELECT {', '.join(names)} FROM {name}"))

    wrong = crm.wrong(read, compounds=way == "rest")
    assert not wrong, wrong
