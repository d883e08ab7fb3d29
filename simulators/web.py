"""Requests and answers as plain values, and a table of routes over them.

A simulator's faces are functions from a request to an answer. That lets one request carry others in its body, and
leaves the network to `server`.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, parse_qsl, unquote

SMALLEST_TO_COMPRESS = 1_000


@dataclass(frozen=True)
class Call:
    """One request. `path` is as sent, still percent-encoded; names of headers are in lower case.

    `query` holds the last value of each parameter; `target` is path and query as they were sent.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    target: str = ""

    @property
    def every(self) -> dict[str, list[str]]:
        """All values of each parameter of the query, in the order sent."""
        return parse_qs(self.target.partition("?")[2], keep_blank_values=True)

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """One answer: JSON out of `content`, unless that is None, bytes, or an iterator of bytes made as they are sent."""

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self, *, compress: bool) -> tuple[dict[str, str], bytes]:
        """Headers and body as they go over the wire."""
        headers = {"content-type": "application/json;charset=UTF-8", **self.headers}
        if self.content is None:
            body = b""
        elif isinstance(self.content, bytes):
            body = self.content
        elif isinstance(self.content, Iterator):
            body = b"".join(self.content)
        else:
            body = json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()
        if compress and len(body) >= SMALLEST_TO_COMPRESS:
            body = gzip.compress(body, 1, mtime=0)
            headers["content-encoding"] = "gzip"
        return headers, body


def parse_target(target: str) -> tuple[str, dict[str, str]]:
    """Path and query of a request's target."""
    path, _, query = target.partition("?")
    return path, dict(parse_qsl(query, keep_blank_values=True))


World = TypeVar("World")
Handler = Callable[[World, Call, dict[str, str]], Answer]


class Routes(Generic[World]):
    """Which function answers which request: method and path, whose `{names}` are handed over decoded."""

    def __init__(self) -> None:
        self._handlers: dict[int, list[tuple[str, tuple[str, ...], Handler[World]]]] = {}

    def add(self, method: str, pattern: str, handler: Handler[World]) -> None:
        """Earlier patterns win."""
        parts = _parts(pattern)
        self._handlers.setdefault(len(parts), []).append((method, parts, handler))

    def find(self, call: Call) -> tuple[Handler[World], dict[str, str]] | None:
        """The function for a request and its decoded names; None if there is none."""
        sent = _parts(call.path)
        for method, parts, handler in self._handlers.get(len(sent), ()):
            names = _match(parts, sent)
            if names is not None and method == call.method:
                return handler, names
        return None

    def methods(self, path: str) -> set[str]:
        """The methods that a path knows."""
        sent = _parts(path)
        return {method for method, parts, _ in self._handlers.get(len(sent), ()) if _match(parts, sent) is not None}


def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/"))


def _match(pattern: tuple[str, ...], sent: tuple[str, ...]) -> dict[str, str] | None:
    names: dict[str, str] = {}
    for part, given in zip(pattern, sent, strict=True):
        head, brace, name = part.partition("{")
        if not brace:
            if part.lower() != given.lower():
                return None
        elif given.startswith(head) and len(given) > len(head):
            names[name.rstrip("}")] = unquote(given[len(head) :])
        else:
            return None
    return names
