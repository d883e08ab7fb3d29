"""A connection to one Salesforce org: thin over simple-salesforce, through our own adapter.

`get`, `send` and `stream` take a path (below `/services/data/vNN.0/`, or from the root when it begins with `/`). They
keep the session fresh, repeat what may be repeated and raise the errors of `refusals`, `connectors.http` and
`unified_model.errors`, nothing else. The org's clock is that of its answers, never ours.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar

import requests
from requests import PreparedRequest, Response
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from connectors.http.adapter import LONG_READ_S, VendorAdapter, session_through
from connectors.http.budget import Budget, Spending
from connectors.http.retry import Busy, Sleep, with_retries
from connectors.salesforce.refusals import RefusedForGood, SessionExpired, refusal_of
from connectors.salesforce.settings import SalesforceSettings, settings_of
from connectors.salesforce.tokens import Pass, Secret, SignIn, TokenKeeper
from connectors.salesforce.values import id18, number

T = TypeVar("T")

CLIENT_NAME = "unsilo"
"""How the org knows our calls: it marks what we changed in its change events."""


class Answer(NamedTuple):
    """Status, parsed body (None when empty), headers, and the server's own time if it told it."""

    status: int
    body: Any
    headers: Mapping[str, str]
    at: datetime | None


class QueryPage(NamedTuple):
    """Some rows of a query, the size of its whole result, and whether these were the last."""

    rows: list[dict[str, Any]]
    total: int
    done: bool


def open_client(
    label: str,
    options: Mapping[str, Any] | SalesforceSettings,
    secret: Secret,
    tokens: TokenKeeper | None = None,
    *,
    spending: Spending | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Sleep = time.sleep,
) -> SalesforceClient:
    """A connection from settings as written; nothing is sent yet. UsageError when a setting is wrong."""
    settings = options if isinstance(options, SalesforceSettings) else settings_of(label, options)
    return SalesforceClient(settings, secret, tokens, spending=spending, clock=clock, sleep=sleep)


class SalesforceClient:
    """One org. Shared by the reader and the writer of a source; not by threads that must not wait for one another."""

    def __init__(
        self,
        settings: SalesforceSettings,
        secret: Secret,
        tokens: TokenKeeper | None,
        *,
        spending: Spending | None,
        clock: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self.settings = settings
        self.system = settings.label
        self.budget = Budget(self.system, share=settings.daily_share, spending=spending, clock=clock, sleep=sleep)
        self._sleep = sleep
        self._server_time: datetime | None = None
        headers = {
            "Accept-Encoding": "gzip",
            "Sforce-Call-Options": f"client={CLIENT_NAME}",
            "User-Agent": CLIENT_NAME,
            "X-PrettyPrint": None,
        }
        self._adapter = VendorAdapter(
            self.system, headers=headers, before=self._spend, after=self._learn, read_s=settings.read_timeout_s
        )
        self._session = session_through(self._adapter)
        self._sign_in = SignIn(settings, self._session, secret, tokens, sleep=sleep, now_s=lambda: clock().timestamp())
        self._org: tuple[Pass, _Org] | None = None
        self._organization = ""
        self._retry_after: str | None = None

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        about: str = "",
    ) -> Answer:
        """Read something; repeated as often as it takes within reason. 304 (with If-Modified-Since) is an answer."""
        return self.send("GET", path, params=params, headers=headers, about=about, idempotent=True)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        idempotent: bool,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        read_s: float | None = None,
        about: str = "",
    ) -> Answer:
        """Any request with a JSON body. `about` names the object in errors.

        `idempotent=False`: never sent twice unless the first surely did nothing; Busy with `lost` then says that it may
        have been applied.
        """

        def exchange(org: _Org) -> Answer:
            request = {"params": params, "json": body, "headers": headers, "timeout": read_s}
            response = self._call(org, method, path, about, request)
            return Answer(response.status_code, self._parsed(response), response.headers, self._server_time)

        return with_retries(lambda: self._in_session(exchange), repeatable=idempotent, sleep=self._sleep)

    @contextmanager
    def stream(self, path: str, params: Mapping[str, str] | None = None, about: str = "") -> Iterator[Response]:
        """A long answer, not read yet; what goes wrong while it is read, the caller must meet."""

        def exchange(org: _Org) -> Response:
            return self._call(org, "GET", path, about, {"params": params, "stream": True, "timeout": LONG_READ_S})

        response = with_retries(lambda: self._in_session(exchange), repeatable=True, sleep=self._sleep)
        with closing(response):
            yield response

    def query(self, soql: str, *, deleted: bool = False, about: str = "") -> Iterator[QueryPage]:
        """The pages of a query; `deleted`: deleted and archived records too. Refused (`INVALID_QUERY_LOCATOR`) when the
        org forgets its place in between."""
        answer = self.get("queryAll" if deleted else "query", {"q": soql}, about=about)
        while True:
            body = answer.body
            yield QueryPage(body["records"], body["totalSize"], body["done"])
            if body["done"]:
                return
            answer = self.get(body["nextRecordsUrl"], about=about)

    def count(self, rest: str, *, deleted: bool = False, about: str = "") -> int:
        """Rows of `SELECT COUNT() FROM {rest}`."""
        answer = self.get("queryAll" if deleted else "query", {"q": f"SELECT COUNT() FROM {rest}"}, about=about)
        return int(answer.body["totalSize"])

    def server_time(self) -> datetime:
        """The org's clock as of its last answer (aware UTC, whole seconds); asked for when there was none yet."""
        if self._server_time is None:
            self.get("/services/data/")
        if self._server_time is None:
            raise RefusedForGood(f"{self.system} does not tell its time.", "Check that the url is a Salesforce org.")
        return self._server_time

    def organization(self) -> str:
        """The org's id, 18 characters."""
        if not self._organization:
            with_token = re.match(r"00D\w{12}(?=!)", self._sign_in.current().token)
            if with_token:
                self._organization = id18(with_token[0])
            else:
                self._organization = id18(str(self.get("/services/oauth2/userinfo").body["organization_id"]))
        return self._organization

    def close(self) -> None:
        """Keep what was spent, let connections go."""
        self.budget.close()
        self._session.close()

    def _in_session(self, exchange: Callable[[_Org], T]) -> T:
        """With the session as it is; once more with a new one when the org says that it has ended."""
        held = self._sign_in.current()
        try:
            return exchange(self._org_of(held))
        except SessionExpired:
            return exchange(self._org_of(self._sign_in.renewed(held)))

    def _org_of(self, held: Pass) -> _Org:
        if self._org is None or self._org[0] is not held:
            org = _Org(held, self.settings.api_version, self._session)
            # The library knows https only: what it means for this host goes to the address that was given.
            self._adapter.stand_in[org.sf_instance] = held.url
            self._org = held, org
        return self._org[1]

    def _call(self, org: _Org, method: str, path: str, about: str, request: Mapping[str, Any]) -> Response:
        self._retry_after = None
        try:
            return org.call(method, path, {name: value for name, value in request.items() if value is not None})
        except SalesforceError as error:
            if error.status == 304:
                return _unchanged()
            raise refusal_of(
                self.system,
                error.status,
                error.content,
                about=about or _about(path),
                retry_after=self._retry_after,
                now=self._server_time,
            ) from None

    def _parsed(self, response: Response) -> Any:
        if not response.content:
            return None
        try:
            return json.loads(response.content, parse_float=number, parse_int=number)
        except ValueError:
            status = response.status_code
            if "html" in response.headers.get("Content-Type", ""):
                raise refusal_of(self.system, 502, response.text[:2000]) from None
            raise Busy(
                f"An answer of {self.system} ({status}) broke off.", "The next run goes on from here.", lost=True
            ) from None

    def _spend(self, request: PreparedRequest) -> None:
        if request.path_url.startswith("/services/data/"):
            self.budget.take()

    def _learn(self, response: Response) -> None:
        self._retry_after = response.headers.get("Retry-After")
        told = re.search(r"(?:^|;\s*)api-usage=(\d+)/(\d+)", response.headers.get("Sforce-Limit-Info", ""))
        if told:
            self.budget.learn(int(told[1]), int(told[2]))
        stamped = response.headers.get("Date")
        if stamped:
            try:
                self._server_time = parsedate_to_datetime(stamped).astimezone(UTC)
            except (TypeError, ValueError):
                return


class _Org(Salesforce):
    """The library's client with one session. Its own renewal is left alone: it drops headers and can go round for ever.

    Everything goes through `call`; the library's errors are translated by whoever calls it.
    """

    def __init__(self, held: Pass, version: str, session: requests.Session) -> None:
        super().__init__(
            session_id=held.token, instance_url=held.url, session=session, version=version, object_pairs_hook=None
        )

    def call(self, method: str, path: str, request: Mapping[str, Any]) -> Response:
        url = f"https://{self.sf_instance}{path}" if path.startswith("/") else self.base_url + path
        return self._call_salesforce(method, url, allow_redirects=False, **request)


def _unchanged() -> Response:
    response = Response()
    response.status_code = 304
    response._content = b""
    return response


def _about(path: str) -> str:
    """The object that a path is about, if it names one."""
    named = re.search(r"sobjects/(\w+)", path)
    return named[1] if named else ""
