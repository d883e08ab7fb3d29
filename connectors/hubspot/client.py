"""A connection to one HubSpot portal: `get`, `post`, `patch`, `delete`, `search` over our own table of paths.

They keep the token fresh and the pace, repeat what may be repeated, and raise the errors of `refusals`,
`connectors.http` and `unified_model.errors`, nothing else. A batch that went through in part (207) is an answer. The
portal's clock is that of its answers, never ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.http.budget import Budget, Spending
from connectors.http.pace import Pace
from connectors.http.retry import Busy, Sleep, with_retries
from connectors.hubspot.paths import Paths
from connectors.hubspot.refusals import (
    RecordsLocked,
    RefusedForGood,
    RefusedRecord,
    Said,
    TokenRefused,
    TooManyCalls,
    refusal_of,
)
from connectors.hubspot.settings import HubSpotSettings, settings_of
from connectors.hubspot.tokens import Held, Secret, Tokens
from connectors.hubspot.transport import Params, Raw, Transport
from unified_model.errors import NeedsOperator, UnsiloError

SEARCH = "search"
"""The lane of searches: a pace of their own, which all programs of a portal share."""
KEPT_FOR_WRITING = 0.05
"""Of our calls a day: a long first read must not keep an opt-out from going out today."""
LEAST_CALLS = 100
"""Calls in ten seconds that the smallest plan has; more are learned from the first answer."""


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
        self._clock, self._sleep = clock, sleep
        self._server_time: datetime | None = None
        self._ahead = timedelta(0)
        self.budget = Budget(
            self.system,
            share=settings.daily_share,
            reserve=KEPT_FOR_WRITING,
            pace=Pace(LEAST_CALLS, 10.0, settings.pace_share),
            lanes={SEARCH: _search_pace(settings.search_a_second)},
            spending=spending,
            clock=self._now,
            monotonic=monotonic,
            sleep=time.sleep if monotonic is time.monotonic else sleep,  # a pace is kept on the clock that it runs on
        )
        self._transport = Transport(self.system, settings.url, read_s=settings.read_timeout_s)
        self._tokens = Tokens(settings, secret, self._grant, monotonic=monotonic)
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
        return self.send("POST", self.paths.search(type), body, about=about or type, lane=SEARCH)

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
        patient: bool = True,
    ) -> Answer:
        """Any request with a JSON body. Refusal for what HubSpot says no to, Busy for what passes, BudgetSpent when the
        day's share is used up.

        `patient=False`: locked records and a pace that was exceeded (423, 429) are raised at once, for whoever writes
        looks again after the pause.
        """

        def exchange(held: Held) -> Answer:
            with self.budget.call(lane):
                raw = self._transport.send(method, path, token=held.token, params=params, body=body)
            try:
                return self._answer(raw, about, lane)
            except (RecordsLocked, TooManyCalls) as busy:
                if not patient:
                    busy.tries = 1
                raise

        return with_retries(lambda: self._signed(exchange), repeatable=repeatable, sleep=self._sleep)

    def portal(self) -> Portal:
        """Whose account the token opens; asked once."""
        if self._portal is None:
            try:
                told = self.get(self.paths.account(), about="account").body
            except RefusedRecord as refusal:
                raise self._stranger(refusal.said) from None
            if not isinstance(told, Mapping) or not told.get("portalId"):
                raise self._stranger(None)
            self._portal = Portal(
                str(told["portalId"]),
                str(told.get("timeZone") or "UTC"),
                str(told.get("accountType") or ""),
                str(told.get("companyCurrency") or ""),
            )
            self.budget.learn_zone(_zone(self._portal.zone))
        return self._portal

    def scopes(self) -> frozenset[str]:
        """What the token of an OAuth app allows, as far as HubSpot tells; empty when it does not, or for others."""
        if self.settings.auth != "oauth":
            return frozenset()
        token = self._tokens.current().token
        method, path = self.paths.token_info(token)
        form = {"token": token, **self._tokens.app()} if method == "POST" else None
        try:
            answer = self._answer(self._transport.send(method, path, form=form), "token", "")
        except UnsiloError:
            return frozenset()
        told = answer.body.get("scopes", answer.body.get("scope")) if isinstance(answer.body, Mapping) else None
        return frozenset(told.split() if isinstance(told, str) else map(str, told or ()))

    def server_time(self) -> datetime:
        """The portal's clock as of its last answer (aware UTC, whole seconds); asked for when there was none yet."""
        if self._server_time is None:
            self.get(self.paths.account(), about="account")
        if self._server_time is None:
            raise self._stranger(None)
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
            if self.settings.auth == "token":
                self._same_portal()
            return exchange(other)

    def _same_portal(self) -> None:
        """A static token was changed under way: it must open the portal that was read before."""
        before, self._portal = self._portal, None
        if before is not None and self.portal().id != before.id:
            raise NeedsOperator(
                f"{self.system} answers as the portal {self.portal().id}, but was {before.id} before.",
                "Check the token that was set; a new portal (or sandbox) needs a source of its own.",
            )

    def _stranger(self, said: Said | None) -> RefusedForGood:
        refusal = RefusedForGood(
            f"{self.system} does not tell which portal it is.", "Check that the url is HubSpot's, and the api_version."
        )
        refusal.said = said or Said(200)
        return refusal

    def _grant(self, form: Mapping[str, str]) -> Any:
        def ask() -> Any:
            raw = self._transport.send("POST", self.paths.token(), form=form)
            if raw.status in (400, 401, 403, 404):
                raise self._tokens.refused(raw.status, raw.body)
            return self._answer(raw, "sign-in", "").body

        return with_retries(ask, repeatable=True, sleep=self._sleep)

    def _answer(self, raw: Raw, about: str, lane: str) -> Answer:
        if not isinstance(raw.body, str):  # a gateway's page has a clock of its own
            self._learn(raw.headers, lane)
        if 200 <= raw.status < 300 and not isinstance(raw.body, str):
            return Answer(raw.status, raw.body, raw.headers)
        if raw.broken and raw.status < 300:
            raise Busy(
                f"An answer of {self.system} ({raw.status}) broke off.", "The next run goes on from here.", lost=True
            )
        refusal = refusal_of(
            self.system,
            raw.status if raw.status >= 300 else 502,
            raw.body,
            about=about,
            retry_after=raw.headers.get("Retry-After"),
            now=self._now(),
            searching=lane == SEARCH,
        )
        if isinstance(refusal, TooManyCalls):
            if refusal.daily:
                raise self.budget.exhausted(refusal.after_s)
            self.budget.hold(refusal.after_s or 0.0, lane)
        raise refusal

    def _learn(self, headers: Mapping[str, str], lane: str) -> None:
        stamped = headers.get("Date")
        if stamped:
            with suppress(TypeError, ValueError):
                self._server_time = parsedate_to_datetime(stamped).astimezone(UTC)
                self._ahead = _offset(self._ahead, self._server_time - self._clock().astimezone(UTC))
        told = {name: _count(headers.get(f"X-HubSpot-RateLimit-{name}")) for name in _LIMITS}
        most, left, span_ms = told["Max"], told["Remaining"], told["Interval-Milliseconds"]
        if most and span_ms and lane != SEARCH:
            self.budget.learn_pace(most, span_ms / 1000, None if left is None else most - left)
        daily, left = told["Daily"], told["Daily-Remaining"]
        if daily and left is not None:
            self.budget.learn(daily - left, daily)

    def _now(self) -> datetime:
        """The portal's clock, as far as it is known: its days end by that."""
        return self._clock().astimezone(UTC) + self._ahead


_LIMITS = ("Max", "Remaining", "Interval-Milliseconds", "Daily", "Daily-Remaining")


def _offset(held: timedelta, told: timedelta) -> timedelta:
    """How far a clock is ahead that tells whole seconds: the most that was told, until it jumps."""
    return max(held, told) if abs(told - held) < timedelta(seconds=1.5) else told


def _search_pace(a_second: float) -> Pace:
    return Pace(int(a_second), 1.0, 1.0) if a_second >= 1 else Pace(1, 1 / a_second, 1.0)


def _count(header: str | None) -> int | None:
    return int(header) if header and header.strip().isdigit() else None


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
