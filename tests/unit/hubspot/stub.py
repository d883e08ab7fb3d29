"""A small server that answers as it is told, and a clock that tests turn by hand."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.http.budget import Spending
from connectors.hubspot.client import HubSpotClient, open_client

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRETS = {"token": "pat-na1-secret", "client_secret": "hub-secret", "refresh_token": "hub-refresh"}
ACCOUNT = {"portalId": 4242001, "accountType": "SANDBOX", "timeZone": "Europe/Berlin", "companyCurrency": "EUR"}


@dataclass
class Clock:
    """Time for both sides; sleeping moves it."""

    elapsed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: Any

    @property
    def token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Reply:
    """What to answer. `cut`: the connection ends in the middle of the body; `after_s`: late by real seconds."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    after_s: float = 0.0


@dataclass
class Stub:
    """Answers by `answer`; keeps what it was asked."""

    address: str
    clock: Clock
    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)

    def client(
        self,
        *,
        secrets: Mapping[str, str | None] = SECRETS,
        spending: Spending | None = None,
        **options: Any,
    ) -> HubSpotClient:
        """A connection to this server on its clock."""
        settings = {"url": self.address, **options}
        clock = self.clock
        return open_client(
            "hub",
            settings,
            secrets.get,
            spending=spending,
            clock=clock.now,
            sleep=clock.sleep,
            monotonic=clock.monotonic,
        )

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    """These replies one after the other, the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def stub(answer: Callable[[Asked], Reply]) -> Iterator[Stub]:
    """A server on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: told))
    told = Stub(f"http://127.0.0.1:{server.server_port}", Clock(), answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(told: Callable[[], Stub]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _any(self) -> None:
            at = told()
            at.connections.add(self.client_address)
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            form = "urlencoded" in self.headers.get("Content-Type", "")
            body = parse_qs(content.decode()) if form else json.loads(content or b"null")
            asked = Asked(self.command, parts.path, parse_qs(parts.query), dict(self.headers), body)
            at.asked.append(asked)
            reply = at.answer(asked)
            if reply.after_s:
                threading.Event().wait(reply.after_s)
            with suppress(BrokenPipeError):  # whoever asked may not have waited
                self._send(reply, at.clock.now())

        def _send(self, reply: Reply, now: datetime) -> None:
            page = isinstance(reply.body, str)
            content = reply.body.encode() if page else b"" if reply.body is None else json.dumps(reply.body).encode()
            headers = {
                "Date": format_datetime(now, usegmt=True),
                "Content-Type": "text/html" if page else "application/json",
                **reply.headers,
            }
            if headers.get("Content-Encoding") == "gzip":
                content = gzip.compress(content)
            self.send_response_only(reply.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if reply.cut else content)
            if reply.cut:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._any)
    return Handler
