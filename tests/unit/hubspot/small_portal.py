"""A portal of a few lines over HTTP: what a reader asks of HubSpot, answered from plain dicts that a test may change.

It knows nothing of limits, permissions and writing. `hooks` see each call first and may answer it themselves.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from connectors.hubspot.connector import HubSpotConnector, open_hubspot
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import Page, SourceRecord

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
UNMAPPED = {"contacts": ObjectMapping(object="contacts", kind="person", key="hs_object_id", rows=())}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Call(NamedTuple):
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any

    @property
    def family(self) -> str:
        """`list`, `search`, `batch`, `links`, `properties`, `owners`, `account`."""
        for family, pattern in _FAMILIES.items():
            if re.search(pattern, self.path):
                return family
        return "list"


_FAMILIES = {
    "links": r"/associations/", "search": r"/search$", "batch": r"/batch/read$",
    "properties": r"/crm/v3/properties/", "owners": r"/crm/v3/owners", "account": r"/account-info/",
}  # fmt: skip


class Told(NamedTuple):
    """An answer to give."""

    status: int
    body: Any


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@dataclass
class SmallPortal:
    """Contacts, their companies and owners."""

    now: datetime = NOW
    properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    contacts: dict[int, dict[str, str | None]] = field(default_factory=dict)
    """Live ones, by id."""
    indexed: dict[int, dict[str, str | None]] | None = None
    """What a search sees, where that is not the truth."""
    bin: dict[int, datetime] = field(default_factory=dict)
    """When what lies there was archived."""
    binned: dict[int, dict[str, str | None]] = field(default_factory=dict)
    became: dict[int, int] = field(default_factory=dict)
    """Merged-away ids and their survivors."""
    links: dict[int, list[tuple[int, list[tuple[str, int, str | None]]]]] = field(default_factory=dict)
    """Contact -> companies with (category, type id, label)."""
    owners: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    hooks: list[Callable[[Call], Told | None]] = field(default_factory=list)
    address: str = ""
    slept_s: float = 0.0
    page: int = 100
    links_a_page: int = 500

    def __post_init__(self) -> None:
        for name in ("email", "firstname", "hs_object_id", "hs_merged_object_ids", "hubspot_owner_id"):
            self.add_property(name)
        self.add_property("lastmodifieddate", "datetime")
        self.add_property("score", "number", calculated=True)

    def add_property(self, name: str, type: str = "string", *, calculated: bool = False) -> None:
        self.properties[name] = {
            "name": name, "label": name, "type": type, "fieldType": "text", "groupName": "g", "description": "",
            "options": [], "calculated": calculated,
        }  # fmt: skip

    def put(self, *ids: int, at: datetime | None = None, **values: str | None) -> None:
        """Create or change contacts; they are stamped now."""
        for id in ids:
            contact = self.contacts.setdefault(id, {"hs_object_id": str(id), "firstname": f"Person {id}"})
            contact.update(values, lastmodifieddate=iso(at or self.now))

    def archive(self, *ids: int) -> None:
        for id in ids:
            self.binned[id] = self.contacts.pop(id)
            self.bin[id] = self.now

    def merge(self, primary: int, other: int, survivor: int) -> None:
        """Two become one, under an id of its own or that of the primary."""
        merged = [
            part
            for id in (primary, other)
            for part in (*(self.contacts[id].get("hs_merged_object_ids") or "").split(";"), str(id))
            if part and int(part) != survivor
        ]
        values = dict(self.contacts[primary])
        for id in (primary, other):
            del self.contacts[id]
        self.became = {old: survivor if new in (primary, other) else new for old, new in self.became.items()}
        self.became.update({id: survivor for id in (primary, other) if id != survivor})
        self.contacts[survivor] = {**values, "hs_object_id": str(survivor)}
        self.put(survivor, hs_merged_object_ids=";".join(dict.fromkeys(merged)))

    def pass_time(self, **spent: float) -> None:
        self.now += timedelta(**spent)

    def count(self, family: str) -> int:
        return sum(call.family == family for call in self.calls)

    def open(self, mappings: Mapping[str, ObjectMapping] | None = None, **options: Any) -> HubSpotConnector:
        """A source on this portal."""
        settings = {"url": self.address, "objects": ["contacts"], "associations": {"contacts": []}, **options}
        secret = {"token": "hub-token"}.get
        known = UNMAPPED if mappings is None else mappings
        return open_hubspot("crm", settings, known, secret=secret, sleep=self.sleep, monotonic=lambda: self.slept_s)

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds

    # What it answers

    def answer(self, call: Call) -> Told:
        for hook in self.hooks:
            if (told := hook(call)) is not None:
                return told
        return getattr(self, f"_{call.family}")(call)  # type: ignore[no-any-return]

    def _account(self, call: Call) -> Told:
        return Told(200, {"portalId": 4242001, "timeZone": "UTC", "accountType": "STANDARD", "companyCurrency": "EUR"})

    def _properties(self, call: Call) -> Told:
        return Told(200, {"results": list(self.properties.values())})

    def _owners(self, call: Call) -> Told:
        archived = call.query.get("archived") == "true"
        return Told(200, {"results": [owner for owner in self.owners if owner.get("archived", False) == archived]})

    def _list(self, call: Call) -> Told:
        archived = call.query.get("archived") == "true"
        ids = sorted(id for id in (self.bin if archived else self.contacts) if id > int(call.query.get("after", 0)))
        shown = [self._shown(id, call.query.get("properties", "").split(",")) for id in ids[: self.page]]
        more = {"paging": {"next": {"after": shown[-1]["id"]}}} if len(ids) > self.page else {}
        return Told(200, {"results": shown, **more})

    def _search(self, call: Call) -> Told:
        index = self.contacts if self.indexed is None else self.indexed
        found = sorted(id for id, held in index.items() if all(_fits(held, one) for one in _filters(call)))
        if call.body["sorts"][0]["direction"] == "DESCENDING":
            found.reverse()
        page = found[: call.body["limit"]]
        more = {"paging": {"next": {"after": str(len(page))}}} if len(found) > len(page) else {}
        shown = [self._shown(id, call.body["properties"], index) for id in page]
        return Told(200, {"total": len(found), "results": shown, **more})

    def _batch(self, call: Call) -> Told:
        asked = [int(one["id"]) for one in call.body["inputs"]]
        there = self.bin if call.query.get("archived") == "true" else self.contacts
        ids = dict.fromkeys(self.became.get(id, id) for id in reversed(asked))
        results = [self._shown(id, call.body["properties"]) for id in ids if id in there]
        missing = [str(id) for id in asked if self.became.get(id, id) not in there]
        if not missing:
            return Told(200, {"status": "COMPLETE", "results": results})
        error = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": missing}}
        return Told(207, {"status": "COMPLETE", "results": results, "numErrors": 1, "errors": [error]})

    def _links(self, call: Call) -> Told:
        results = []
        for asked in call.body["inputs"]:
            held, start = self.links.get(int(asked["id"]), []), int(asked.get("after", 0))
            page = held[start : start + self.links_a_page]
            row: dict[str, Any] = {"from": {"id": asked["id"]}, "to": [_link(*one) for one in page]}
            if start + len(page) < len(held):
                row["paging"] = {"next": {"after": str(start + len(page))}}
            if page:
                results.append(row)
        return Told(200, {"status": "COMPLETE", "results": results})

    def _shown(
        self, id: int, names: Sequence[str], table: Mapping[int, Mapping[str, str | None]] | None = None
    ) -> dict[str, Any]:
        held = (self.contacts if table is None else table).get(id) or self.binned[id]
        shown = {name: held.get(name) for name in names if name in self.properties}
        always = {"hs_object_id": str(id), "lastmodifieddate": held.get("lastmodifieddate")}
        row = {"id": str(id), "properties": {**always, **shown}, "archived": id in self.bin}
        return {**row, "archivedAt": iso(self.bin[id])} if id in self.bin else row


def _filters(call: Call) -> list[Mapping[str, str]]:
    return [one for group in call.body["filterGroups"] for one in group["filters"]]


def _fits(held: Mapping[str, str | None], one: Mapping[str, str]) -> bool:
    text, bound = held.get(one["propertyName"]), int(one["value"])
    if text is None:
        return False
    value = int(text) if text.isdigit() else (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)
    return {"GTE": value >= bound, "LTE": value <= bound, "GT": value > bound}[one["operator"]]


def _link(to: int, types: Sequence[tuple[str, int, str | None]]) -> dict[str, Any]:
    return {
        "toObjectId": to,
        "associationTypes": [{"category": category, "typeId": id, "label": label} for category, id, label in types],
    }


@contextmanager
def small_portal() -> Iterator[SmallPortal]:
    """An empty one, served on a free port."""
    portal = SmallPortal()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def handle_all(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            call = Call(self.command, parts.path, query, json.loads(text) if text else None)
            portal.calls.append(call)
            told = portal.answer(call)
            raw = json.dumps(told.body).encode()
            self.send_response_only(told.status)
            self.send_header("Date", format_datetime(portal.now, usegmt=True))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = handle_all  # noqa: N815  names that the server looks for

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    portal.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()


def records(pages: Iterable[Page]) -> list[SourceRecord]:
    """All of them, in their order."""
    return [record for page in pages for record in page.records]


def ids(pages: Iterable[Page]) -> list[int]:
    """Theirs."""
    return [int(record.record_id) for record in records(pages)]


def pulled(source: HubSpotConnector, cursor: str | None = None, **mode: Any) -> tuple[list[SourceRecord], str]:
    """What a read gives, and the place after it."""
    pages = list(source.read("contacts", cursor, **mode))
    assert all(page.read == len(page.records) + page.repeated for page in pages)
    return records(pages), pages[-1].cursor if pages else str(cursor)


def first(portal: SmallPortal, **options: Any) -> str:
    """The place after everything was read, long after it was written, and an hour ago."""
    portal.pass_time(hours=1)
    _, place = pulled(portal.open(**options))
    portal.pass_time(hours=1)
    portal.calls.clear()
    return place


def binned(portal: SmallPortal) -> list[Call]:
    """Looks into the bin."""
    return [call for call in portal.calls if call.query.get("archived") == "true" and call.family == "list"]
