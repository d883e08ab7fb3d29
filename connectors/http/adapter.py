"""The one door to a vendor: every request of every library of its goes through this adapter.

It sets timeouts and headers, sends what is meant for this machine as plain http, asks the budget, and turns trouble
with the network into errors that name neither a query nor a secret. What an answer means is for the vendor's client.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import (
    ChunkedEncodingError,
    ConnectTimeout,
    ContentDecodingError,
    RequestException,
    SSLError,
    Timeout,
)
from urllib3.exceptions import NewConnectionError

from connectors.http.places import base_url, is_loopback
from connectors.http.retry import Busy
from unified_model.errors import NeedsOperator

CONNECT_S = 10.0
READ_S = 120.0
LONG_READ_S = 600.0
"""For answers that a system works on for long (bulk results)."""

log = logging.getLogger("unsilo.http")


class VendorAdapter(HTTPAdapter):
    """See the module. `system` names the source in errors.

    `stand_in` maps hosts to addresses: what a library means for such a host goes to that address. `headers` are set on
    every request, None takes one away. `before` may refuse a request, `after` sees each answer's status and headers.
    """

    def __init__(
        self,
        system: str,
        *,
        stand_in: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        before: Callable[[PreparedRequest], None] = lambda _: None,
        after: Callable[[Response], None] = lambda _: None,
        read_s: float = READ_S,
    ) -> None:
        super().__init__(max_retries=0)
        self.system = system
        self.stand_in = dict(stand_in or {})
        self._headers = dict(headers or {})
        self._before, self._after = before, after
        self._read_s = read_s

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: str | tuple[str, str] | None = None,
        proxies: dict[str, str] | None = None,
    ) -> Response:
        """Send one request once. Busy for what passes, NeedsOperator for what does not; read whole unless streamed."""
        local = self._address(request)
        for name, value in self._headers.items():
            if value is None:
                request.headers.pop(name, None)
            else:
                request.headers[name] = value
        self._before(request)
        started = time.monotonic()
        read_s = timeout if isinstance(timeout, int | float) else self._read_s
        try:
            response = super().send(
                request, stream, (CONNECT_S, read_s), verify, cert, proxies=None if local else proxies
            )
            self._after(response)
            if not stream:
                _ = response.content
        except RequestException as error:
            raise self.trouble(error) from None
        log.debug(
            "%s %s %s -> %s in %.2f s",
            self.system, request.method, shown(request.path_url), response.status_code, time.monotonic() - started,
        )  # fmt: skip
        return response

    def trouble(self, error: RequestException) -> Busy | NeedsOperator:
        """The error to raise for trouble on the way, also while a streamed answer is read."""
        if isinstance(error, SSLError):
            return NeedsOperator(
                f"{self.system}: the certificate of the server is not trusted.",
                "Check the url; behind a company proxy, name its certificate in REQUESTS_CA_BUNDLE.",
            )
        remedy = "Check the address and the network; the next run goes on from here."
        if isinstance(error, ConnectTimeout) or _never_sent(error):
            return Busy(f"{self.system} can't be reached.", remedy)
        if isinstance(error, Timeout):
            return Busy(f"{self.system} took too long to answer.", remedy, lost=True)
        if isinstance(error, ChunkedEncodingError | ContentDecodingError):
            return Busy(f"An answer of {self.system} broke off.", remedy, lost=True)
        return Busy(f"The connection to {self.system} was lost.", remedy, lost=True)

    def _address(self, request: PreparedRequest) -> bool:
        """Put the true address in; says whether it is on this machine."""
        parts = urlsplit(request.url or "")
        base = self.stand_in.get(parts.netloc) or base_url(f"{parts.scheme}://{parts.netloc}")
        request.url = base + request.path_url
        return is_loopback(urlsplit(base).hostname or "")


def session_through(adapter: HTTPAdapter) -> requests.Session:
    """A session that has no other way out than the adapter, and no passwords from files of the machine."""
    session = requests.Session()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.auth = _no_auth
    session.max_redirects = 0
    hide_addresses()
    return session


def shown(path: str) -> str:
    """A path fit for a log: what it is about, without ids, values and the query."""
    return "/".join(path.partition("?")[0].split("/")[:6])


def hide_addresses() -> None:
    """Keep the addresses of requests, which hold queries, out of the log of the library below."""
    logger = logging.getLogger("urllib3.connectionpool")
    if _hide not in logger.filters:
        logger.addFilter(_hide)


def _hide(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(shown(arg) if isinstance(arg, str) and "/" in arg else arg for arg in record.args)
    return True


def _no_auth(request: PreparedRequest) -> PreparedRequest:
    return request


def _never_sent(error: BaseException) -> bool:
    """Whether the connection was never made."""
    cause: Any = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)
