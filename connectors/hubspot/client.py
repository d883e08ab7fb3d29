"""A connection to one HubSpot portal: `get`, `post`, `patch`, `delete`, `search` over our own table of paths.

They keep the token fresh and the pace, repeat what may be repeated, and raise the errors of `refusals`,
`connectors.http` and `unified_model.errors`, nothing else. A batch that went through in part (207) is an answer. The
portal's clock is that of its answers, never ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from connectors.http.budget import Budget, Pace, Spending
from connectors.http.retry import Busy, Sleep, with_retries
from connectors.hubspot.paths import Paths
from connectors.hubspot.refusals import RefusedForGood, TokenRefused, refusal_of
from connectors.hubspot.settings import HubSpotSettings, settings_of
from connectors.hubspot.tokens import Held, Secret, Tokens
from connectors.hubspot.transport import Params, Raw, Transport


class Answer(NamedTuple):
    """Status, parsed body (None when empty), headers by names in any case."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Portal(NamedTuple):
    """The customer's account."""

    id: str
    zone: str
    """Its time zone, such as `Europe/Berlin`; days of its allowance end there."""
    kind: str
    """STANDARD, SANDBOX, DEVELOPER_TEST."""
    currency: str


def open_client(
    label: str,
    options: Mapping[str, Any] | HubSpotSettings,
    secret: Secret,
    *,
    spending: Spending | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Sleep = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> HubSpotClient:
    """A connection from settings as written; nothing is sent yet. UsageError when a setting is wrong."""
    settings = options if isinstance(options, HubSpotSettings) else settings_of(label, options)
    return HubSpotClient(settings, secret, spending=spending, clock=clock, sleep=sleep, monotonic=monotonic)


class HubSpotClient:
    """One portal; shared by the reader and the writer of a source, and by threads."""

    def __init__(
        self,
        settings: HubSpotSettings,
        secret: Secret,
        *,
        spending: Spending | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Sleep = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.system = settings.label
        self.paths = Paths(settings.api_version)
        self.budget = Budget(
            self.system,
            share=settings.daily_share,
            pace=Pace(100, 10.0, settings.pace_share),
            spending=spending,
            clock=clock,
            monotonic=monotonic,
            sleep=sleep,
        )
        self._clock, self._sleep = clock, sleep
        self._transport = Transport(self.system, settings.url, read_s=settings.read_timeout_s)
        self._tokens = Tokens(settings, secret, self._grant, monotonic=monotonic)
        self._server_time: datetime | None = None
        self._portal: Portal | None = None

    def get(self, path: str, params: Params | None = None, *, about: str = "") -> Answer:
        """Read something; repeated as often as it takes within reason. `about` names the object in errors."""
        return self.send("GET", path, params=params, about=about)

    def post(
        self, path: str, body: Any, *, repeatable: bool = True, params: Params | None = None, about: str = ""
    ) -> Answer:
        """`repeatable=False`: never sent twice unless the first surely did nothing; Busy with `lost` then says that it
        may have been applied."""
        return self.send("POST", path, body, repeatable=repeatable, params=params, about=about)

    def patch(
        self, path: str, body: Any, *, repeatable: bool = False, params: Params | None = None, about: str = ""
    ) -> Answer:
        return self.send("PATCH", path, body, repeatable=repeatable, params=params, about=about)

    def put(self, path: str, body: Any, *, repeatable: bool = False, about: str = "") -> Answer:
        return self.send("PUT", path, body, repeatable=repeatable, about=about)

    def delete(self, path: str, *, repeatable: bool = True, about: str = "") -> Answer:
        return self.send("DELETE", path, repeatable=repeatable, about=about)

    def search(self, type: str, body: Mapping[str, Any], *, about: str = "") -> Answer:
        """A page of a search; it has an allowance of its own, of which all programs of the portal take."""
        return self.send("POST", self.paths.search(type), body, about=about or type, lane="search")

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        repeatable: bool = True,
        params: Params | None = None,
        about: str = "",
        lane: str = "",
    ) -> Answer:
        """Any request with a JSON body. Refusal for what HubSpot says no to, Busy for what passes, BudgetSpent when the
        day's share is used up."""

        def exchange(held: Held) -> Answer:
            self.budget.take()
            raw = self._transport.send(method, path, token=held.token, params=params, body=body)
            return self._answer(raw, about)

        return with_retries(lambda: self._signed(exchange), repeatable=repeatable, sleep=self._sleep)

    def portal(self) -> Portal:
        """Whose account the token opens; asked once."""
        if self._portal is None:
            told = self.get(self.paths.account()).body
            if not isinstance(told, Mapping) or not told.get("portalId"):
                raise RefusedForGood(
                    f"{self.system} does not tell which portal it is.", "Check that the url is HubSpot."
                )
            self._portal = Portal(
                str(told["portalId"]),
                str(told.get("timeZone") or "UTC"),
                str(told.get("accountType") or ""),
                str(told.get("companyCurrency") or ""),
            )
        return self._portal

    def server_time(self) -> datetime:
        """The portal's clock as of its last answer (aware UTC, whole seconds); asked for when there was none yet."""
        if self._server_time is None:
            self.get(self.paths.account())
        if self._server_time is None:
            raise RefusedForGood(f"{self.system} does not tell its time.", "Check that the url is HubSpot.")
        return self._server_time

    def close(self) -> None:
        """Keep what was spent, let connections go."""
        self.budget.close()
        self._transport.close()

    def _signed(self, exchange: Callable[[Held], Answer]) -> Answer:
        """With the token as it is; once more with a new one when HubSpot does not take it."""
        held = self._tokens.current()
        try:
            return exchange(held)
        except TokenRefused:
            other = self._tokens.renewed(held)
            if other.token == held.token:
                raise
            return exchange(other)

    def _grant(self, form: Mapping[str, str]) -> Any:
        def ask() -> Any:
            raw = self._transport.send("POST", self.paths.token(), form=form)
            if raw.status in (400, 401, 403, 404):
                raise self._tokens.refused(raw.status, raw.body)
            return self._answer(raw, "sign-in").body

        return with_retries(ask, repeatable=True, sleep=self._sleep)

    def _answer(self, raw: Raw, about: str) -> Answer:
        self._learn(raw.headers)
        if 200 <= raw.status < 300 and not isinstance(raw.body, str):
            return Answer(raw.status, raw.body, raw.headers)
        if raw.broken and raw.status < 300:
            raise Busy(
                f"An answer of {self.system} ({raw.status}) broke off.", "The next run goes on from here.", lost=True
            )
        status = 502 if raw.status < 300 else raw.status
        raise refusal_of(
            self.system,
            status,
            raw.body,
            about=about,
            retry_after=raw.headers.get("Retry-After"),
            now=self._server_time or self._clock(),
        )

    def _learn(self, headers: Mapping[str, str]) -> None:
        stamped = headers.get("Date")
        if stamped:
            try:
                self._server_time = parsedate_to_datetime(stamped).astimezone(UTC)
            except (TypeError, ValueError):
                return
