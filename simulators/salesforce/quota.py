"""The day's requests: those counted here, and those that other programs of the company spend beside them."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

DAY = timedelta(hours=24)


@dataclass
class Quota:
    """Requests of the last 24 hours. `rates` tells since when other programs send how many an hour."""

    own: deque[datetime] = field(default_factory=deque)
    rates: list[tuple[datetime, float]] = field(default_factory=list)

    def used(self, now: datetime) -> int:
        """Requests of all programs in the 24 hours before `now`."""
        return self.used_here(now) + self._used_by_others(now)

    def used_here(self, now: datetime) -> int:
        """Requests counted here in the 24 hours before `now`."""
        while self.own and now - self.own[0] >= DAY:
            self.own.popleft()
        return len(self.own)

    def spend(self, now: datetime) -> None:
        self.own.append(now)

    def let_others_send(self, now: datetime, an_hour: float) -> None:
        """From now on other programs send this many requests an hour."""
        if an_hour < 0:
            raise ValueError("requests an hour can't be less than none")
        self.rates.append((now, an_hour))

    def _used_by_others(self, now: datetime) -> int:
        ends = [since for since, _ in self.rates[1:]] + [now]
        hours = (
            [
                (rate, (min(end, now) - max(since, now - DAY)).total_seconds() / 3_600)
                for (since, rate), end in zip(self.rates, ends, strict=True)
            ]
            if self.rates
            else []
        )
        return int(sum(rate * max(0.0, length) for rate, length in hours))
