"""A portal of a few lines over HTTP that is written to: batches, histories, unique values, merges, misfortunes.

It is the tests' own, so that writing is tried beside any rehearsal of a whole portal.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
START = datetime(2026, 11, 22, 9, tzinfo=UTC)
STAGES = ("subscriber", "lead", "opportunity", "customer")


def prop(name: str, type: str = "string", field_type: str = "text", **more: Any) -> Json:
    """A property as a portal lists it."""
    meta = {"readOnlyValue": more.pop("read_only", False), "archivable": True, "readOnlyDefinition": False}
    return {"name": name, "label": name, "type": type, "fieldType": field_type, "modificationMetadata": meta, **more}


PROPERTIES = (
    *(prop(name) for name in ("email", "firstname", "lastname", "jobtitle", "city", "name")),
    prop("employees", "number", "number"),
    prop("interests", "enumeration", "checkbox", options=[{"value": each, "label": each} for each in "abcd"]),
    prop("lifecyclestage", "enumeration", "radio", options=[{"value": each, "label": each} for each in STAGES]),
    prop("unsilo_id", hasUniqueValue=True),
    prop("customer_number", hasUniqueValue=True),
    prop("hs_additional_emails", "enumeration", "checkbox"),
    prop("hs_merged_object_ids", "enumeration", "checkbox", read_only=True),
    prop("hs_object_id", "number", "number", read_only=True),
    prop("score", "number", "calculation_equation", calculated=True),
)


@dataclass
class Record:
    """A record and all versions of its properties, newest first."""

    id: str
    versions: dict[str, list[Json]] = field(default_factory=dict)
    updated: datetime = START
    archived: bool = False

    def value(self, name: str) -> str | None:
        versions = self.versions.get(name)
        return versions[0]["value"] if versions else None


@dataclass
class Misfortune:
    """What befalls the next write: `lost` after it is done, `reset` before, `answer` instead."""

    kind: str
    status: int = 0
    body: Any = None


class WritingPortal:
    """The portal's state; `handle` answers a request."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Record]] = {"contacts": {}, "companies": {}}
        self.forwards: dict[str, str] = {}
        self.locked: dict[str, int] = {}
        self.whole = False
        """A batch with a bad record is refused whole."""
        self.blind = False
        """Histories can't be read."""
        self.traces = True
        """Results name their trace ids."""
        self.calls: list[tuple[str, Json]] = []
        self.misfortunes: list[Misfortune] = []
        self.before: list[Callable[[], Any]] = []
        self.after: list[Callable[[], Any]] = []
        self.properties = {each["name"]: each for each in PROPERTIES}
        self._next, self._now = 512, START

    # What people do

    def make(self, type: str = "contacts", source: str = "CRM_UI", **values: str) -> str:
        self._next += 7
        record = Record(str(self._next))
        self.records[type][record.id] = record
        self._set(record, values, source)
        return record.id

    def edit(self, id: str, type: str = "contacts", source: str = "CRM_UI", **values: str) -> None:
        self._set(self.records[type][id], values, source)

    def merge(self, loser: str, primary: str, type: str = "contacts") -> str:
        """Both into a new record."""
        held = self.records[type]
        gone, kept = held.pop(loser), held.pop(primary)
        self._next += 7
        left = Record(str(self._next), {**gone.versions, **kept.versions})
        held[left.id] = left
        self._set(left, {"hs_merged_object_ids": f"{primary};{loser}"}, "MERGE_CONTACTS")
        self.forwards |= {loser: left.id, primary: left.id}
        return left.id

    def archive(self, id: str, type: str = "contacts") -> None:
        self.records[type][id].archived = True

    def values(self, id: str, type: str = "contacts") -> dict[str, str | None]:
        record = self.records[type][id]
        return {name: record.value(name) for name in record.versions}

    def live(self, type: str = "contacts") -> list[Record]:
        return [each for each in self.records[type].values() if not each.archived]

    def writes(self, *what: str) -> list[Json]:
        """Bodies of the batches that were sent to change something."""
        wanted = what or ("update", "create", "archive")
        return [body for path, body in self.calls if path.rpartition("/")[2] in wanted]

    def _set(self, record: Record, values: Mapping[str, str], source: str) -> None:
        self._now += timedelta(milliseconds=10)
        record.updated = self._now
        for name, value in values.items():
            version = {"value": value, "timestamp": _iso(self._now), "sourceType": source}
            record.versions.setdefault(name, []).insert(0, version)

    # What it answers

    def handle(self, path: str, query: Mapping[str, list[str]], body: Json) -> tuple[int, Any] | None:
        """Status and body; None: the connection is cut."""
        self.calls.append((path, body))
        parts = path.strip("/").split("/")
        if "properties" in parts:
            return 200, {"results": list(self.properties.values())}
        type, what = parts[-3], parts[-1]
        if what == "read":
            return self._read(type, body, query.get("archived") == ["true"])
        if self.before:
            self.before.pop(0)()
        misfortune = self.misfortunes.pop(0) if self.misfortunes else Misfortune("")
        if misfortune.kind == "reset":
            return None
        if misfortune.kind == "answer":
            return misfortune.status, misfortune.body
        answer: tuple[int, Any] = getattr(self, f"_{what}")(type, body["inputs"])
        if misfortune.kind == "lost":
            if self.after:
                self.after.pop(0)()
            return None
        return answer

    def _read(self, type: str, body: Json, archived: bool) -> tuple[int, Any]:
        if body.get("propertiesWithHistory") and self.blind:
            return 503, _error("INTERNAL_ERROR", "down")
        assert len(body["inputs"]) <= (50 if body.get("propertiesWithHistory") else 100)
        by, found, missing = body.get("idProperty"), {}, []
        for each in body["inputs"]:
            record = self._find(type, each["id"], by, archived)
            if record:
                found[record.id] = record
            else:
                missing.append(each["id"])
        results = [self._shown(each, body) for each in reversed(found.values())]
        if not missing:
            return 200, _batch(results)
        error = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": missing}}
        return 207, _batch(results, [error])

    def _find(self, type: str, value: str, by: str | None, archived: bool) -> Record | None:
        held = self.records[type]
        if by:
            some = (each for each in held.values() if each.archived == archived and value.lower() in _keys(each, by))
            return next(some, None)
        record = held.get(self.forwards.get(value, value))
        return record if record and record.archived == archived else None

    def _shown(self, record: Record, body: Json) -> Json:
        shown = {
            "id": record.id,
            "properties": {name: record.value(name) for name in body.get("properties") or record.versions},
            "createdAt": _iso(START),
            "updatedAt": _iso(record.updated),
            "archived": record.archived,
        }
        history = body.get("propertiesWithHistory")
        if history:
            shown["propertiesWithHistory"] = {name: record.versions.get(name, []) for name in history}
        return shown

    def _update(self, type: str, inputs: list[Json]) -> tuple[int, Any]:
        assert len({each["id"] for each in inputs}) == len(inputs) <= 100
        return self._batch(type, inputs, 200)

    def _create(self, type: str, inputs: list[Json]) -> tuple[int, Any]:
        return self._batch(type, inputs, 201)

    def _archive(self, type: str, inputs: list[Json]) -> tuple[int, Any]:
        for each in inputs:
            if each["id"] in self.records[type]:
                self.archive(each["id"], type)
        return 204, None

    def _batch(self, type: str, inputs: list[Json], status: int) -> tuple[int, Any]:
        assert len({each["objectWriteTraceId"] for each in inputs}) == len(inputs)
        results: list[Json] = []
        errors: list[Json] = []
        first = next(filter(None, (self._refusal(type, each) for each in inputs if self.whole)), None)
        if first:
            return first.pop("http"), first
        for each in inputs:
            refusal = self._refusal(type, each)
            if refusal:
                refusal.pop("http")
                errors.append({**refusal, "context": {"objectWriteTraceId": [each["objectWriteTraceId"]]}})
                continue
            record = self.records[type][each.get("id") or self.make(type, "INTEGRATION")]
            values = dict(each["properties"])
            if _is_back(record, values):
                del values["lifecyclestage"]
            self._set(record, values, "INTEGRATION")
            shown = self._shown(record, {"properties": list(each["properties"])})
            results.append({**shown, **({"objectWriteTraceId": each["objectWriteTraceId"]} if self.traces else {})})
        return (207, _batch(results[::-1], errors)) if errors else (status, _batch(results[::-1]))

    def _refusal(self, type: str, each: Json) -> Json | None:
        id = each.get("id")
        record = self.records[type].get(str(id))
        if id and (record is None or record.archived):
            return _error("OBJECT_NOT_FOUND", "gone", http=404)
        if self.locked.get(str(id), 0):
            self.locked[str(id)] -= 1
            return _error("LOCKED", "busy", http=423, status="423")
        for name, value in each["properties"].items():
            assert isinstance(value, str), "null is never sent"
            if name not in self.properties:
                return _detailed("PROPERTY_DOESNT_EXIST", name)
            if name == "email" and "@" not in value:
                return _embedded("INVALID_EMAIL", name)
            holder = self._find(type, value, name, False) if name in ("email", "unsilo_id", "customer_number") else None
            if holder and holder.id != id:
                return _error("CONFLICT", f"Contact already exists. Existing ID: {holder.id}", http=409)
        return None


def _is_back(record: Record, values: Mapping[str, str]) -> bool:
    now, wanted = record.value("lifecyclestage"), values.get("lifecyclestage")
    return bool(now and wanted and STAGES.index(wanted) < STAGES.index(now))


def _keys(record: Record, by: str) -> list[str]:
    more = (record.value("hs_additional_emails") or "").lower().split(";") if by == "email" else []
    return [(record.value(by) or "").lower(), *more]


def _batch(results: list[Json], errors: list[Json] | None = None) -> Json:
    stamped = {"status": "COMPLETE", "startedAt": _iso(START), "completedAt": _iso(START)}
    return {**stamped, "results": results, **({"numErrors": len(errors), "errors": errors} if errors else {})}


def _error(category: str, message: str, http: int = 400, status: str = "error") -> Json:
    return {"status": status, "category": category, "message": message, "context": {}, "errors": [], "http": http}


def _detailed(code: str, name: str) -> Json:
    error = _error("VALIDATION_ERROR", "Property values were not valid")
    return {**error, "errors": [{"message": code, "code": code, "context": {"propertyName": [name]}}]}


def _embedded(code: str, name: str) -> Json:
    told = [{"isValid": False, "message": f"{name} is invalid", "error": code, "name": name}]
    return _error("VALIDATION_ERROR", f"Property values were not valid: {json.dumps(told)}")


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


@contextmanager
def serving(portal: WritingPortal) -> Iterator[str]:
    """Its address while it is served."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def handle_all(self) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = portal.handle(parts.path, parse_qs(parts.query), json.loads(sent or b"{}"))
            if answer is None:
                self.close_connection = True
                return
            status, body = answer
            raw = b"" if body is None else json.dumps(body).encode()
            self.send_response_only(status)
            self.send_header("Date", self.date_time_string())
            self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = handle_all  # noqa: N815  names that the server looks for

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
