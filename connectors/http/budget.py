"""How many calls a connection may spend: a share of the day's allowance, and a pace.

One budget a connection, asked before every call. What the system says of its allowance (headers of an answer) is
learned; people and other programs keep what is not ours, also when they use more than usual. A day is the last 24
hours, or, where a system says so, one of its own that ends at midnight of its zone.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from connectors.http.pace import Lane, Pace, Place
from unified_model.errors import Retry

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
CALLS_UNKEPT = 50
"""Calls between two notes of what was spent: as many may be forgotten by a crash."""
ZONES_DIFFER_BY = 15
"""Minutes: midnight of every zone is a multiple of them, in UTC."""


class Spending(Protocol):
    """Keeps what a connection has spent, so that the day's share holds over several runs."""

    def load(self) -> Mapping[str, int]:
        """Calls by the hour, or a part of it (ISO, UTC), as they were kept last."""

    def keep(self, calls: Mapping[str, int]) -> None:
        """Keep these instead."""


class BudgetSpent(Retry):
    """Our share of the allowance is used up; `until` is when some of it comes back."""

    def __init__(self, message: str, remedy: str, after_s: float, until: datetime) -> None:
        super().__init__(message, remedy, after_s)
        self.until = until


class Budget:
    """Shared by all threads of a connection. `share` is ours of a day's calls; at `ceiling` of it, used by whomever,
    we stop, so that the others are not refused. `reserve` of ours is kept for writing. `lanes` are kinds of call with a
    pace of their own, which do not count in the common `pace`."""

    def __init__(
        self,
        system: str,
        *,
        share: float = 0.25,
        ceiling: float = 0.80,
        reserve: float = 0.0,
        pace: Pace | None = None,
        lanes: Mapping[str, Pace] | None = None,
        spending: Spending | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.system = system
        self.share = share
        self.ceiling = max(ceiling, share)
        self.reserve = reserve
        self.total: int | None = None
        """Calls a day that the whole organisation has; None until it was told."""
        self.used = 0
        """Calls of the day by everybody, as told last."""
        self.calls = 0
        """Calls of this connection since it was opened."""
        self._lanes = {name: Lane(each) for name, each in (lanes or {}).items()}
        if pace is not None:
            self._lanes[""] = Lane(pace)
        self._spending = spending
        self._clock, self._monotonic, self._sleep = clock, monotonic, sleep
        self._lock = threading.Lock()
        self._zone: tzinfo | None = None
        self._told_at: datetime | None = None
        self._closed_until: datetime | None = None
        self._skipped_s = 0.0
        self._writers = 0
        self._by_hour: dict[str, int] = dict(spending.load()) if spending else {}
        self._unkept = 0

    @property
    def ours(self) -> int | None:
        """Calls a day that we allow ourselves; None until the allowance is known."""
        return None if self.total is None else math.floor(self.total * self.share)

    def pace(self, lane: str = "") -> Pace | None:
        """The system's pace, as far as it was told."""
        with self._lock:
            return self._lanes[lane].pace if lane in self._lanes else None

    def spent(self) -> int:
        """Our calls of the day, as far as they were kept."""
        with self._lock:
            return self._spent()

    def take(self, lane: str = "") -> None:
        """One call: wait for the pace, count it. BudgetSpent when the day's share is used up."""
        self._leave(lane, self._enter(lane))

    @contextmanager
    def call(self, lane: str = "") -> Iterator[None]:
        """One call, from sending to its answer: keeps the pace however slow the way there is."""
        place = self._enter(lane)
        try:
            yield
        finally:
            self._leave(lane, place)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Meanwhile calls may be taken from what is kept for writing."""
        with self._lock:
            self._writers += 1
        try:
            yield
        finally:
            with self._lock:
                self._writers -= 1

    def learn(self, used: int, total: int) -> None:
        """What the system told of the day's allowance."""
        with self._lock:
            self.used, self.total, self._told_at = used, total, self._now()

    def learn_pace(self, calls: int, seconds: float, used: int | None = None, lane: str = "") -> None:
        """What the system told of a pace: `used` of its calls in the span now, by all programs under the same key."""
        with self._lock:
            if lane in self._lanes and calls > 0 and seconds > 0:
                self._lanes[lane].learn(calls, seconds, used, self._instant())

    def learn_zone(self, zone: tzinfo) -> None:
        """The system's days are its own: they end at midnight there."""
        with self._lock:
            self._zone = zone

    def hold(self, seconds: float, lane: str = "") -> None:
        """The system refused a call for its pace: no thread sends another for a while."""
        with self._lock:
            if lane in self._lanes:
                self._lanes[lane].refused(seconds, self._instant())

    def exhausted(self, after_s: float | None = None) -> BudgetSpent:
        """The system refused a call because the day's allowance is used up; the error to raise, now and until then.

        `after_s` is when the system says it may be asked again, for when its day is not known.
        """
        with self._lock:
            now = self._now()
            asked = HOUR if after_s is None else min(timedelta(seconds=after_s), DAY)
            self._closed_until = self._day_ends(now) if self._zone else now + asked
            return self._error("the day's calls are used up", self._closed_until, now)

    def close(self) -> None:
        """Keep what was spent."""
        with self._lock:
            if self._unkept:
                self._keep()

    def _enter(self, lane: str) -> Place | None:
        while True:
            with self._lock:
                self._refuse_if_spent()
                pace = self._lanes.get(lane)
                wait_s = pace.wait_s(self._instant()) if pace else 0.0
                if wait_s <= 0:
                    self._count()
                    return pace.enter(self._instant()) if pace else None
                before = self._monotonic()
            self._sleep(wait_s)
            if self._monotonic() == before:
                self._skipped_s += wait_s  # a rehearsed sleep, on a clock that stands still

    def _leave(self, lane: str, place: Place | None) -> None:
        if place is not None:
            with self._lock:
                self._lanes[lane].leave(place, self._instant())

    def _count(self) -> None:
        now = self._now()
        minute = now.minute // ZONES_DIFFER_BY * ZONES_DIFFER_BY if self._zone else 0
        hour = now.strftime(f"%Y-%m-%dT%H:{minute:02}Z")
        self._by_hour[hour] = self._by_hour.get(hour, 0) + 1
        self.calls += 1
        if self._zone:
            self.used += 1  # not every answer tells
        self._unkept += 1
        if self._unkept >= CALLS_UNKEPT:
            self._keep()

    def _refuse_if_spent(self) -> None:
        now = self._now()
        if self._closed_until is not None:
            if now < self._closed_until:
                raise self._error("the day's calls are used up", self._closed_until, now)
            self._closed_until = None
        if self.total is None:
            return
        ours = math.floor(self.total * self.share)
        kept = 0 if self._writers else math.floor(ours * self.reserve)
        if self._spent() >= ours - kept:
            until = self._day_ends(now) if self._zone else datetime.fromisoformat(min(self._by_hour)) + HOUR + DAY
            but = f", but for {kept:,} kept for writing" if kept else ""
            share = f"our share of {self.share:.0%} of the day's {self.total:,} calls is spent{but}"
            raise self._error(share, until, now)
        if self._zone and self._told_at is not None and self._told_at < self._day_begins(now):
            self.used = 0
        if self.used >= math.floor(self.total * self.ceiling):
            until = self._day_ends(now) if self._zone else now + HOUR
            others = f"{self.used:,} of the day's {self.total:,} calls are used, most of them by others"
            raise self._error(others, until, now)

    def _error(self, why: str, until: datetime, now: datetime) -> BudgetSpent:
        return BudgetSpent(
            f"{self.system}: {why}; reading and writing pause until {until:%Y-%m-%d %H:%M} UTC.",
            "Nothing is lost: the next run goes on from there. Raise daily_share if the system can spare more.",
            max(0.0, (until - now).total_seconds()),
            until,
        )

    def _day_begins(self, now: datetime) -> datetime:
        local = now.astimezone(self._zone)
        return datetime(local.year, local.month, local.day, tzinfo=self._zone).astimezone(UTC)

    def _day_ends(self, now: datetime) -> datetime:
        local = now.astimezone(self._zone) + DAY  # a day of the calendar, be it 23 or 25 hours long
        return datetime(local.year, local.month, local.day, tzinfo=self._zone).astimezone(UTC)

    def _spent(self) -> int:
        now = self._now()
        if self._zone:
            begins = self._day_begins(now).strftime("%Y-%m-%dT%H:%MZ")
            gone = [hour for hour in self._by_hour if hour < begins]
        else:
            floor = (now - DAY - HOUR).strftime("%Y-%m-%dT%H:%MZ")
            gone = [hour for hour in self._by_hour if hour <= floor]
        for hour in gone:
            del self._by_hour[hour]
        return sum(self._by_hour.values())

    def _keep(self) -> None:
        self._unkept = 0
        if self._spending:
            self._spending.keep(dict(self._by_hour))

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _instant(self) -> float:
        return self._monotonic() + self._skipped_s
