"""How fast and how much the portal lets its apps ask, and what it says to those who ask more.

Three allowances: calls in any ten seconds, each app its own; searches a second, all apps of the portal together; calls
of a day, which ends at midnight where the portal is, all private apps together. The windows run on a monotonic clock,
the day on the portal's.
"""

import math
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulators.clock import Clock

WINDOW_S = 10.0
SECOND_S = 1.0
OAUTH_CALLS_IN_10_S = 110
POLICIES = {
    "SECONDLY": "You have reached your secondly limit.",
    "TEN_SECONDLY_ROLLING": "You have reached your ten_secondly_rolling limit.",
    "DAILY": "You have reached your daily limit.",
}


@dataclass(frozen=True)
class App:
    """Who calls: its id, and whether it came by OAuth, which has an allowance of its own and no day's count."""

    id: int
    by_oauth: bool = False


@dataclass
class Pace:
    """What has been asked of late.

    `refused` counts refusals for pace by policy, `calls` calls by kind, `statuses` answers.
    """

    clock: Clock
    zone: ZoneInfo
    monotonic: Callable[[], float]
    calls_in_10_s: int = 190
    search_a_second: int = 5
    calls_a_day: int = 1_000_000
    refused: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    _windows: dict[int, deque[float]] = field(default_factory=dict)
    _searches: deque[float] = field(default_factory=deque)
    _day: date = date.min
    _used: int = 0
    _others_search: float = 0.0
    """How often a second other apps search."""
    _others_call: list[tuple[datetime, float]] = field(default_factory=list)
    """Since when other apps send how many calls an hour."""

    def admit(self, app: App, *, searches: bool) -> str | None:
        """Count a call, or name the policy that refuses it; a refused call costs nothing."""
        policy = self._exhausted(app, searches=searches)
        if policy is not None:
            self.refused[policy] += 1
            return policy
        (self._searches if searches else self._window(app)).append(self.monotonic())
        if not app.by_oauth:
            self._used += 1
        return None

    def _exhausted(self, app: App, *, searches: bool) -> str | None:
        if not app.by_oauth and self.used_today() >= self.calls_a_day:
            return "DAILY"
        if searches:
            return "SECONDLY" if self._searches_of_late() >= self.search_a_second else None
        return "TEN_SECONDLY_ROLLING" if len(self._window(app)) >= self.most_of(app) else None

    def most_of(self, app: App) -> int:
        """Calls in ten seconds that an app may make."""
        return min(self.calls_in_10_s, OAUTH_CALLS_IN_10_S) if app.by_oauth else self.calls_in_10_s

    def _window(self, app: App) -> deque[float]:
        window = self._windows.setdefault(app.id, deque())
        _forget(window, self.monotonic() - WINDOW_S)
        return window

    def _searches_of_late(self) -> int:
        now, rate = self.monotonic(), self._others_search
        _forget(self._searches, now - SECOND_S)
        return len(self._searches) + math.floor(now * rate) - math.floor((now - SECOND_S) * rate)

    def used_today(self) -> int:
        """Calls of all private apps since midnight in the portal's zone."""
        now = self.clock.now()
        if now.astimezone(self.zone).date() != self._day:
            self._day, self._used = now.astimezone(self.zone).date(), 0
        return self._used + self._used_by_others(now)

    def _used_by_others(self, now: datetime) -> int:
        midnight = datetime.combine(self._day, time(), self.zone)
        total, end = 0.0, now
        for since, rate in reversed(self._others_call):
            total += rate * max(0.0, (end - max(since, midnight)).total_seconds() / 3_600)
            end = since
        return int(total)

    def resets_at(self) -> datetime:
        """When the day of the portal ends."""
        today = self.clock.now().astimezone(self.zone).date()
        return datetime.combine(today + timedelta(days=1), time(), self.zone)

    def wait_s(self, policy: str) -> int:
        """After how many seconds it is worth trying again."""
        if policy == "DAILY":
            return int((self.resets_at() - self.clock.now()).total_seconds()) + 1
        return int(SECOND_S if policy == "SECONDLY" else WINDOW_S)

    def let_others_call(self, *, search_a_second: float | None = None, calls_an_hour: float | None = None) -> None:
        """From now on other apps of the portal search and call this often."""
        if min(search_a_second or 0.0, calls_an_hour or 0.0) < 0:
            raise ValueError("other apps can't call less often than never")
        if search_a_second is not None:
            self._others_search = search_a_second
        if calls_an_hour is not None:
            self._others_call.append((self.clock.now(), calls_an_hour))

    def headers(self, app: App, *, searches: bool) -> dict[str, str]:
        """What an answer tells of the allowances: nothing when searching, nothing of the day by OAuth."""
        if searches:
            return {}
        most = self.most_of(app)
        told = {
            "x-hubspot-ratelimit-max": str(most),
            "x-hubspot-ratelimit-remaining": str(max(0, most - len(self._window(app)))),
            "x-hubspot-ratelimit-interval-milliseconds": str(int(WINDOW_S * 1_000)),
        }
        if not app.by_oauth:
            told["x-hubspot-ratelimit-daily"] = str(self.calls_a_day)
            told["x-hubspot-ratelimit-daily-remaining"] = str(max(0, self.calls_a_day - self.used_today()))
        return told


def refusal_body(policy: str, chance: random.Random) -> dict[str, Any]:
    """The body of a 429: most name `errorType`, some of the newer form `category`."""
    body = {"status": "error", "message": POLICIES[policy], "correlationId": _uuid(chance), "policyName": policy}
    if chance.random() < 0.5:
        return {**body, "category": "RATE_LIMITS"}
    return {**body, "errorType": "RATE_LIMIT", "requestId": _uuid(chance)}


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _forget(moments: deque[float], before: float) -> None:
    while moments and moments[0] <= before:
        moments.popleft()
