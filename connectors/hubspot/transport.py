"""One request to HubSpot, once: over the connection pool of HubSpot's own client, with our paths and raw answers.

The vendor's client knows neither dated paths nor time-outs, and builds a new pool each time it is asked for an API: one
`ApiClient` is held instead, and everything passes through its pool. What an answer means is for the client.
"""

from __future__ import annotations

import json
import logging
import os
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import orjson

from connectors.http.places import is_loopback
from connectors.http.retry import Busy
from connectors.hubspot.objects import standard
from unified_model.errors import NeedsOperator

if TYPE_CHECKING:
    from hubspot.crm.objects.api_client import ApiClient

CONNECT_S = 10.0
CONNECTIONS = 16
USER_AGENT = "unsilo"
Params = Mapping[str, str] | Sequence[tuple[str, str]]

log = logging.getLogger("unsilo.http")


class Raw(NamedTuple):
    """An answer as it came: status, headers (names in any case), and the parsed body (text when it is no JSON)."""

    status: int
    headers: Mapping[str, str]
    body: Any
    broken: bool = False
    """It called itself JSON and was none: it broke off."""


class Transport:
    """See the module. Shared by threads."""

    def __init__(self, system: str, url: str, *, read_s: float) -> None:
        self.system, self._url, self._read_s = system, url, read_s
        self._api = _api_client(url)
        _hide_addresses()

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        params: Params | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Raw:
        """Send once. Busy for trouble on the way (`lost`: it may have been applied), NeedsOperator for a bad
        certificate."""
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": USER_AGENT}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content: bytes | None = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = urlencode(form).encode()
        elif body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        started = time.monotonic()
        try:
            response = self._api.rest_client.pool_manager.request(
                method,
                self._url + path + (f"?{urlencode(params, safe=',')}" if params else ""),
                body=content,
                headers=headers,
                preload_content=False,
                timeout=Timeout(connect=CONNECT_S, read=self._read_s),
            )
            raw = _raw(response.status, response.headers, response.data)
        except HTTPError as error:
            log.info("%s %s %s -> %s", self.system, method, shown(path), type(error).__name__)
            raise self._trouble(error) from None
        correlation = _correlation(raw)
        log.log(
            logging.DEBUG if raw.status < 400 else logging.INFO,
            "%s %s %s -> %s in %.2f s%s",
            self.system, method, shown(path), raw.status, time.monotonic() - started,
            f", correlation id {correlation}" if correlation else "",
        )  # fmt: skip
        return raw

    def close(self) -> None:
        """Let connections go."""
        self._api.rest_client.pool_manager.clear()
        self._api.close()

    def _trouble(self, error: Exception) -> Busy | NeedsOperator:
        from urllib3 import exceptions

        remedy = "Check the address and the network; the next run goes on from here."
        if isinstance(error, exceptions.SSLError) and isinstance(error.args[0], ssl.SSLCertVerificationError):
            return _untrusted(self.system)
        if isinstance(error, exceptions.NewConnectionError | exceptions.ConnectTimeoutError | exceptions.ProxyError):
            return Busy(f"{self.system} can't be reached.", remedy)
        if isinstance(error, exceptions.TimeoutError):
            return Busy(f"{self.system} took too long to answer.", remedy, lost=True)
        if isinstance(error, exceptions.IncompleteRead | exceptions.DecodeError):
            return Busy(f"An answer of {self.system} broke off.", remedy, lost=True)
        return Busy(f"The connection to {self.system} was lost.", remedy, lost=True)


def shown(path: str) -> str:
    """A path fit for a log: without ids, values and tokens."""
    parts = path.partition("?")[0].strip("/").split("/")
    known = (part in _WORDS or _VERSION.fullmatch(part) or standard(part) for part in parts)
    return "/" + "/".join(part if knows else "-" for part, knows in zip(parts, known, strict=True))


_WORDS = frozenset(
    (
        "account-info", "access-tokens", "api-usage", "archive", "associate", "associations", "batch", "create", "crm",
        "crm-object-schemas", "daily", "default", "details", "gdpr-delete", "groups", "introspect", "labels", "merge",
        "oauth", "objects", "pipelines", "private-apps", "properties", "read", "schemas", "search", "token", "update",
        "upsert",
    )
)  # fmt: skip
_VERSION = re.compile(r"v\d|\d{4}-\d\d")


def _api_client(url: str) -> ApiClient:
    from hubspot.crm.objects.api_client import ApiClient
    from hubspot.crm.objects.configuration import Configuration
    from urllib3 import Retry

    configuration = Configuration(host=url)
    configuration.connection_pool_maxsize = CONNECTIONS
    configuration.retries = Retry(total=False)  # repeats and redirects are decided by the client
    configuration.proxy, configuration.proxy_headers = _proxy(url)
    configuration.ssl_ca_cert = _certificates()
    return ApiClient(configuration)


def _proxy(url: str) -> tuple[str | None, Mapping[str, str] | None]:
    """A company's proxy from the environment, and how to be let through; never for this machine."""
    from urllib3.util import make_headers

    parts = urlsplit(url)
    host = parts.hostname or ""
    proxy = None if is_loopback(host) or proxy_bypass(host) else getproxies().get(parts.scheme)
    if not proxy:
        return None, None
    told = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    place = told._replace(netloc=told.netloc.rpartition("@")[2]).geturl()
    if not told.username:
        return place, None
    return place, make_headers(proxy_basic_auth=f"{unquote(told.username)}:{unquote(told.password or '')}")


def _certificates() -> str | None:
    """Whom to trust: a company's own list, else (None) the machine's, else that of certifi."""
    named = os.environ.get("REQUESTS_CA_BUNDLE")
    if named:
        return named
    if ssl.get_default_verify_paths().cafile:
        return None
    import certifi

    return certifi.where()


def _raw(status: int, headers: Mapping[str, str], content: bytes) -> Raw:
    if not content:
        return Raw(status, headers, None)
    try:
        return Raw(status, headers, _parsed(content))
    except ValueError:
        text = content[:2000].decode("utf-8", "replace")
        return Raw(status, headers, text, broken="html" not in headers.get("Content-Type", ""))


def _parsed(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except ValueError:
        # Half a character of two (a text that was cut there) is no text at all: it becomes a question mark.
        return orjson.loads(json.dumps(json.loads(content), ensure_ascii=False).encode("utf-8", "replace"))


def _correlation(raw: Raw) -> str:
    told = raw.body.get("correlationId") if isinstance(raw.body, dict) else None
    return str(told or raw.headers.get("X-HubSpot-Correlation-Id") or "")


def _untrusted(system: str) -> NeedsOperator:
    return NeedsOperator(
        f"{system}: the certificate of the server is not trusted.",
        "Check the url; behind a company proxy, name its certificate in REQUESTS_CA_BUNDLE.",
    )


def _hide_addresses() -> None:
    """Keep the addresses of requests, which hold ids and tokens, out of the log of the library below."""
    logger = logging.getLogger("urllib3.connectionpool")
    if _hide not in logger.filters:
        logger.addFilter(_hide)


def _hide(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(shown(arg) if isinstance(arg, str) and "/" in arg else arg for arg in record.args)
    return True
