"""A rehearsed org in a process of its own, reached over HTTP alone, and a server that answers as it is told."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from connectors.salesforce.connector import SalesforceConnector, open_salesforce

NOW = "2026-11-22T09:00:00Z"
SECRETS = {"client_secret": "hub-secret"}
_HANDED_IN = {"session_id": "00D000000000001!x", "refresh_token": "hub-refresh", "client_secret": "hub-secret"}


@dataclass
class Org:
    """A simulated org: its address, its back door, and sources opened on it."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)
    slept: list[float] = field(default_factory=list)

    def admin(self, event: str, **sent: Any) -> Any:
        """Something happens behind the API."""
        answer = self.session.post(f"{self.address}/__admin/{event}", json=sent, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def open(self, *, secrets: Mapping[str, str] = SECRETS, tokens: Any = None, **options: Any) -> SalesforceConnector:
        """A source on this org; what it sleeps passes in the org."""
        settings = {"url": self.address, "client_id": "hub", "objects": ["Contact"], **options}
        return open_salesforce("emea", settings, secret=secrets.get, tokens=tokens, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.admin("clock", advance_s=seconds)

    def live(self, object: str) -> list[str]:
        """Ids of its records that are not deleted."""
        return [row["Id"] for row in self.admin("rows", object=object) if not row["IsDeleted"]]


@contextmanager
def rehearsed(people: int = 60, profile: str = "calm", seed: int = 7, features: Sequence[str] = ()) -> Iterator[Org]:
    """An org on a free port; `features` are flags of the command."""
    command = [sys.executable, "-m", "simulators", "salesforce", "--port", "0", "--now", NOW]
    command += ["--people", str(people), "--profile", profile, "--seed", str(seed), *features]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        session = requests.Session()
        session.trust_env = False
        yield Org(json.loads(process.stdout.readline())["url"], session)
        session.close()
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True)
class Call:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


@dataclass
class Told:
    """An answer to give. `cut`: only so many bytes of it are sent, though all are announced."""

    body: Any = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass
class Script:
    """A server that gives the answers of a function and remembers what it was asked."""

    address: str
    calls: list[Call] = field(default_factory=list)

    def open(self, *, tokens: Any = None, **options: Any) -> SalesforceConnector:
        settings = {"url": self.address, "client_id": "hub", "auth": "session", "objects": ["Contact"], **options}
        return open_salesforce("emea", settings, secret=_HANDED_IN.get, tokens=tokens, sleep=lambda _: None)


@contextmanager
def scripted(answer: Callable[[Call], Told]) -> Iterator[Script]:
    """Serves `answer` on a free port."""
    script = Script("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def handle_all(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            call = Call(self.command, parts.path, query, dict(self.headers), body)
            script.calls.append(call)
            told = answer(call)
            raw = told.body.encode() if isinstance(told.body, str) else json.dumps(told.body).encode()
            self.send_response_only(told.status)
            for name, value in {"Date": self.date_time_string(), **told.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw if told.cut is None else raw[: told.cut])
            if told.cut is not None:
                self.close_connection = True

        do_GET = do_POST = do_PATCH = handle_all  # noqa: N815  names that the server looks for

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    script.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
