"""A portal served by its own command, with a day behind it: archived, restored, merged, erased and edited records."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.conftest import REPOSITORY
from tests.drives.comparing import differences, same_text

PEOPLE = 1_500
TOKEN = "hub-token"
KINDS = (
    "contacts", "companies", "deals", "tickets", "products", "line_items", "quotes", "calls", "emails", "meetings",
    "notes", "tasks", "leads", "machines",
)  # fmt: skip
AWKWARD = 'Said "no, thanks";\nlater: NA, 1.0E7, 00123, \u6771\u4eac, <b>&amp;</b>'
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Served:
    """Where a portal is, and its back door."""

    address: str

    def admin(self, event: str, **sent: Any) -> Any:
        answer = requests.post(f"{self.address}/__admin/{event}", json=sent, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, kind: str, *, archived: bool | None = None) -> dict[str, Row]:
        """The portal's own table by id, each record flat; `archived`: those of the bin alone, or all but those."""
        rows = [each for each in self.admin("rows", object=kind) if archived in (None, each["archived"])]
        return {each["id"]: {"Id": each["id"], **each["properties"]} for each in rows}

    def links(self, kind: str, to: str) -> set[tuple[str, str]]:
        """Which live records of one type are linked with which of another."""
        rows = [each for each in self.admin("rows", object=kind) if not each["archived"]]
        return {(row["id"], each["id"]) for row in rows for each in row["associations"].get(to, ())}

    def properties(self, kind: str) -> list[str]:
        """Names of a type's properties."""
        return [each for each in next(iter(self.rows(kind).values())) if each != "Id"]

    def wrong(
        self,
        read: Mapping[str, Sequence[Row]],
        *,
        archived: bool | None = False,
        kinds: Iterable[str] = KINDS,
        in_part: Iterable[str] = (),
        alike: Callable[[Any, Any], bool] = same_text,
    ) -> dict[str, list[str]]:
        """By type, how what was read differs from what there is; only types that differ.

        Of types `in_part` a program reads the properties that it knows beforehand.
        """
        found: dict[str, list[str]] = {}
        for kind in kinds:
            held = self.rows(kind, archived=archived)
            assert held, f"the portal has no {kind} to read"
            if kind in in_part:
                asked = {name for row in read.get(kind, ()) for name in row}
                held = {each: {name: row[name] for name in row.keys() & asked} for each, row in held.items()}
            found[kind] = differences(held, read.get(kind, []), alike=alike)
            print(f"{kind}: {len(read.get(kind, []))} of {len(held)} records")
        return {kind: each for kind, each in found.items() if each}


def flat(record: Row) -> dict[str, Any]:
    """A record as an answer gives it, as a row to compare."""
    return {"Id": record["id"], **record["properties"]}


@contextmanager
def served(*options: str, people: int = PEOPLE) -> Iterator[Served]:
    """A portal on a free port with a day behind it, for as long as it is needed; its pace hurries nobody."""
    command = [sys.executable, "-m", "simulators", "hubspot", "--port", "0", "--people", str(people), *options]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        portal = Served(json.loads(process.stdout.readline())["url"])
        try:
            portal.admin("limits", calls_in_10_s=100_000, search_a_second=10_000, calls_a_day=10_000_000)
            portal.admin("switch", index_s=0)
            _live_a_day(portal)
            yield portal
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _live_a_day(portal: Served) -> None:
    contacts, companies = list(portal.rows("contacts")), list(portal.rows("companies"))
    for kind in KINDS:
        portal.admin("archive", object=kind, ids=list(portal.rows(kind))[5:8])
    portal.admin("restore", object="contacts", ids=contacts[5:6])
    first = portal.admin("merge", object="contacts", primary=contacts[50], other=contacts[51])["id"]
    portal.admin("merge", object="contacts", primary=contacts[52], other=first)
    portal.admin("merge", object="companies", primary=companies[20], other=companies[21])
    portal.admin("erase", ids=contacts[60:62])
    linked = {"from_object": "contacts", "to_object": "companies", "from": contacts[70]}
    portal.admin("associate", **linked, to=companies[30:80])
    portal.admin("associate", **linked, to=companies[31:32], type_id=1, category="HUBSPOT_DEFINED")
    portal.admin("edit", object="contacts", ids=contacts[80:82], set={"jobtitle": AWKWARD, "city": ""})
    portal.admin("create", object="contacts", records=[{"properties": {"firstname": "NA", "lastname": "NULL"}}])
