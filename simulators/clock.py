"""The time that a simulated system believes in: the machine's, or one that stands still until it is moved."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time as aware UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class HandClock:
    """Stands still until somebody moves it; never back."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Move on; ValueError for a step back, which no vendor's clock takes."""
        if seconds < 0:
            raise ValueError("a clock does not go back")
        self._now += timedelta(seconds=seconds)
        return self._now


def parse_moment(text: str) -> datetime:
    """ISO 8601 with a zone, as aware UTC; ValueError without one."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no zone; write it as 2026-11-22T09:10:08Z")
    return moment.astimezone(UTC)
