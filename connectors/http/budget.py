"""How many calls a connection may spend: a share of the day's allowance, and a pace.

One budget a connection, asked before every call. What the system says of its allowance (a header of each answer) is
learned; people and other programs keep what is not ours, also when they use more than usual.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from unified_model.errors import Retry

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
CALLS_UNKEPT = 50
"""Calls between two notes of what was spent: as many may be forgotten by a crash."""


class Pace(NamedTuple):
    """The system takes `calls` in `seconds`; we use `share` of it."""

    calls: int
    seconds: float
    share: float = 0.80


class Spending(Protocol):
    """Keeps what a connection has spent, so that the day's share holds over several runs."""

    def load(self) -> Mapping[str, int]:
        """Calls by the hour (ISO, UTC) as they were kept last."""

    def keep(self, calls: Mapping[str, int]) -> None:
        """Keep these instead."""


class BudgetSpent(Retry):
    """Our share of the allowance is used up; `until` is when some of it comes back."""

    def __init__(self, message: str, remedy: str, after_s: float, until: datetime) -> None:
        super().__init__(message, remedy, after_s)
        self.until = until


class Budget:
    """Shared by all threads of a connection. `share` is ours of a day's calls; at `ceiling` of it, used by whomever,
    we stop, so that the others are not refused."""

    def __init__(
        self,
        system: str,
        *,
        share: float = 0.25,
        ceiling: float = 0.80,
        pace: Pace | None = None,
        spending: Spending | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.system = system
        self.share = share
        self.ceiling = max(ceiling, share)
        self.total: int | None = None
        """Calls a day that the whole organisation has; None until it was told."""
        self.used = 0
        """Calls of the last day by everybody, as told last."""
        self.calls = 0
        """Calls of this connection since it was opened."""
        self._pace = pace
        self._spending = spending
        self._clock, self._monotonic, self._sleep = clock, monotonic, sleep
        self._lock = threading.Lock()
        self._recent: deque[float] = deque()
        self._by_hour: dict[str, int] = dict(spending.load()) if spending else {}
        self._unkept = 0

    @property
    def ours(self) -> int | None:
        """Calls a day that we allow ourselves; None until the allowance is known."""
        return None if self.total is None else math.floor(self.total * self.share)

    def spent(self) -> int:
        """Our calls of the last day, as far as they were kept."""
        with self._lock:
            return self._spent()

    def take(self) -> None:
        """One call: wait for the pace, count it. BudgetSpent when the day's share is used up."""
        with self._lock:
            self._refuse_if_spent()
            self._keep_pace()
            hour = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:00Z")
            self._by_hour[hour] = self._by_hour.get(hour, 0) + 1
            self.calls += 1
            self._unkept += 1
            if self._unkept >= CALLS_UNKEPT:
                self._keep()

    def learn(self, used: int, total: int) -> None:
        """What the system told of the day's allowance."""
        with self._lock:
            self.used, self.total = used, total

    def close(self) -> None:
        """Keep what was spent."""
        with self._lock:
            if self._unkept:
                self._keep()

    def _refuse_if_spent(self) -> None:
        if self.total is None:
            return
        now = self._clock().astimezone(UTC)
        if self._spent() >= math.floor(self.total * self.share):
            oldest = datetime.fromisoformat(min(self._by_hour))
            until = oldest + HOUR + DAY
            self._refuse(f"our share of {self.share:.0%} of the day's {self.total:,} calls is spent", until, now)
        if self.used >= math.floor(self.total * self.ceiling):
            self._refuse(
                f"{self.used:,} of the day's {self.total:,} calls are used, most of them by others", now + HOUR, now
            )

    def _refuse(self, why: str, until: datetime, now: datetime) -> None:
        raise BudgetSpent(
            f"{self.system}: {why}; reading and writing pause until {until:%Y-%m-%d %H:%M} UTC.",
            "Nothing is lost: the next run goes on from there. Raise daily_share if the system can spare more.",
            max(0.0, (until - now).total_seconds()),
            until,
        )

    def _keep_pace(self) -> None:
        if self._pace is None:
            return
        most = max(1, math.floor(self._pace.calls * self._pace.share))
        now = self._monotonic()
        if len(self._recent) >= most:
            wait = self._recent[0] + self._pace.seconds - now
            if wait > 0:
                self._sleep(wait)
                now += wait
            self._recent.popleft()
        self._recent.append(max(now, self._monotonic()))

    def _spent(self) -> int:
        floor = (self._clock().astimezone(UTC) - DAY - HOUR).strftime("%Y-%m-%dT%H:%MZ")
        for hour in [hour for hour in self._by_hour if hour <= floor]:
            del self._by_hour[hour]
        return sum(self._by_hour.values())

    def _keep(self) -> None:
        self._unkept = 0
        if self._spending:
            self._spending.keep(dict(self._by_hour))
