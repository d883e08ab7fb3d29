"""Serves a simulator over plain HTTP on loopback: reads the request, lets faults befall it, sends the answer.

Requests are answered one after the other, so that a simulator needs no locks. `Date` is the simulator's own clock:
clients take their upper bounds from it.
"""

import asyncio
import contextlib
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from simulators.clock import Clock
from simulators.faults import Fault, Faults
from simulators.web import Answer, Call, parse_target

ADMIN = "/__admin/"
MIXED_CASE = {"sforce-numberofrecords": "Sforce-NumberOfRecords", "www-authenticate": "WWW-Authenticate"}
LOOPBACK = "127.0.0.1"
LONGEST_HEAD = 1 << 20
_transports: dict[tuple[str, int], asyncio.Transport] = {}


class Simulator(Protocol):
    """What can be served."""

    clock: Clock
    faults: Faults

    def answer(self, call: Call) -> Answer:
        """Answer a request, and do what it asks for."""
        ...

    def refuse(self, fault: Fault, call: Call) -> Answer | None:
        """The answer in which a fault shows; None if the fault only changes what `answer` will find."""
        ...


class Application:
    """A simulator as an ASGI application."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        call = await _read(scope, receive)
        fault = None if call.path.startswith(ADMIN) else self._simulator.faults.befall(call.path)
        if fault is Fault.RESET:
            await _reset(scope)
            return
        answer = None if fault is None else self._simulator.refuse(fault, call)
        if answer is None:
            answer = self._simulator.answer(call)
        if fault is Fault.SLOW:
            await asyncio.sleep(self._simulator.faults.profile.slow_s)
        if fault is Fault.LOST_ANSWER:
            await _reset(scope)
            return
        headers, parts = _outgoing(answer, compress="gzip" in call.headers.get("accept-encoding", ""))
        headers["date"] = format_datetime(self._simulator.clock.now(), usegmt=True)
        encoded = [(_spelled(name).encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        for part in parts:
            if fault is Fault.TORN_BODY and part:
                await send({"type": "http.response.body", "body": part[: len(part) // 2], "more_body": True})
                await _reset(scope)
                return
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _spelled(name: str) -> str:
    """A header's name as vendors write it: some clients mind case, though they should not."""
    return MIXED_CASE.get(name) or name.title().replace("Hubspot-Ratelimit", "HubSpot-RateLimit")


def _outgoing(answer: Answer, *, compress: bool) -> tuple[dict[str, str], Iterator[bytes]]:
    """Headers and body of an answer; a body in parts is sent while it is made, and does not tell its length."""
    if isinstance(answer.content, Iterator):
        packed = {"content-encoding": "gzip"} if compress else {}
        return {**answer.headers, **packed}, _compressed(answer.content) if compress else answer.content
    headers, body = answer.encoded(compress=compress)
    if answer.status not in (204, 304):
        headers["content-length"] = str(len(body))
    return headers, iter([body] if body else [])


def _compressed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts as one gzip stream."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


async def _read(scope: dict[str, Any], receive: Any) -> Call:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    target = scope["raw_path"].decode("latin-1") + "?" + scope["query_string"].decode("latin-1")
    path, query = parse_target(target)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Call(scope["method"], path, query, headers, bytes(body), target)


class _Resettable(H11Protocol):
    """HTTP whose connections can be found by the client's address, to be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _transports[transport.get_extra_info("peername")[:2]] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _transports.pop(self.transport.get_extra_info("peername")[:2], None)
        super().connection_lost(exc)


async def _reset(scope: dict[str, Any]) -> None:
    """Cut the connection at once: the client sees a reset, not an end."""
    transport = _transports[tuple(scope["client"])]
    at_once = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    transport.abort()
    await asyncio.sleep(0)


def bind(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes a free one."""
    # Naming TCP lets asyncio send small answers at once; else each waits 40 ms for the client's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    return listener


def address_of(listener: socket.socket) -> str:
    """Where clients find it."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


def serve(simulator: Simulator, listener: socket.socket) -> None:
    """Serve until interrupted."""
    _server(simulator).run(sockets=[listener])


@contextlib.contextmanager
def serving(simulator: Simulator, listener: socket.socket) -> Iterator[str]:
    """Serve from a thread while the block runs; gives the address."""
    server = _server(simulator)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    listener.listen()
    thread.start()
    try:
        yield address_of(listener)
    finally:
        # Nobody waits for the quarter of a second in which the server closes its sockets.
        server.should_exit = True


def _server(simulator: Simulator) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            Application(simulator),
            http=_Resettable,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_level="error",
            access_log=False,
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            # Addresses of any length reach the simulator, which refuses them as its vendor does.
            h11_max_incomplete_event_size=LONGEST_HEAD,
        )
    )
