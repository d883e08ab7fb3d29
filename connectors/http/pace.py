"""A pace that a system sets: so many calls in so many seconds, counted as the system would count them.

A call is counted by the system when it arrives, which is somewhere between its sending and its answer. A place is
therefore given away again a whole span after the answer, less the quickest way there and back that was seen: so no span
of the system's holds more than was allowed, however slow single calls are, and hardly any time is wasted.
"""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

SLACK = 0.02
"""Of a span, added to it: the quickest way is an estimate."""
SURE = 20
"""Answers until the quickest way is believed; a busy machine may be slow for some."""
CEILING = 0.95
"""Of the system's pace, used by us and other programs under the same key together."""
LEAST = 0.1
"""Of what we allow ourselves: so much goes on however much others are said to use."""
UNANSWERED_S = 0.01
"""How long to wait for a place whose call has no answer yet."""
SLOWER_S = 60.0
"""How long we stay slower after the system refused a call, in which others must have had a part."""


class Pace(NamedTuple):
    """The system takes `calls` in `seconds`; we use `share` of it."""

    calls: int
    seconds: float
    share: float = 0.80


class Place(NamedTuple):
    """One call within a pace, and when it was sent."""

    sent_s: float


class Lane:
    """The calls of the last span. Not safe for threads by itself; times are seconds of a monotonic clock."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._unanswered = 0
        self._answered: deque[float] = deque()
        """When the calls of the last span were answered."""
        self._quickest_s, self._answers = math.inf, 0
        self._others, self._others_until_s = 0, -math.inf
        self._held_until_s = -math.inf
        self._fewer, self._fewer_until_s = 0, -math.inf

    @property
    def most(self) -> int:
        """Calls in a span that we allow ourselves."""
        return max(1, math.floor(self.pace.calls * self.pace.share + 1e-9))

    def wait_s(self, now_s: float) -> float:
        """Seconds until there may be a place; 0: there is one now."""
        if now_s < self._held_until_s:
            return self._held_until_s - now_s
        self._let_go(now_s)
        if self._held() < self._allowed(now_s):
            return 0.0
        ends = [until for until in (self._others_until_s, self._fewer_until_s) if until > now_s]
        if self._answered:
            ends.append(self._ends_s(self._answered[0]))
        return max(min(ends) - now_s, 0.001) if ends else UNANSWERED_S

    def enter(self, now_s: float) -> Place:
        """Take a place; `wait_s` was 0."""
        self._unanswered += 1
        return Place(now_s)

    def leave(self, place: Place, now_s: float) -> None:
        """Its answer is here."""
        self._unanswered -= 1
        self._answered.append(now_s)
        self._quickest_s = min(self._quickest_s, now_s - place.sent_s)
        self._answers += 1

    def learn(self, calls: int, seconds: float, used: int | None, now_s: float) -> None:
        """What the system told of its pace, and of how much of it is used by everybody under the same key."""
        self.pace = self.pace._replace(calls=calls, seconds=seconds)
        if used is not None:
            self._let_go(now_s)
            self._others = max(0, used - self._held())
            self._others_until_s = now_s + seconds

    def refused(self, hold_s: float, now_s: float) -> None:
        """The system refused a call: stand still for a while, and go slower for a minute."""
        self._held_until_s = max(self._held_until_s, now_s + hold_s)
        self._fewer = min(self._fewer + max(1, self.most // 10), self.most - 1)
        self._fewer_until_s = now_s + SLOWER_S

    def _allowed(self, now_s: float) -> int:
        most = self.most
        if now_s < self._fewer_until_s:
            most -= self._fewer
        else:
            self._fewer = 0
        if now_s < self._others_until_s:
            left = math.floor(self.pace.calls * CEILING) - self._others
            most = min(most, max(left, math.ceil(most * LEAST)))
        return most

    def _held(self) -> int:
        return self._unanswered + len(self._answered)

    def _let_go(self, now_s: float) -> None:
        while self._answered and self._ends_s(self._answered[0]) <= now_s:
            self._answered.popleft()

    def _ends_s(self, answered_s: float) -> float:
        quickest_s = self._quickest_s if self._answers >= SURE else 0.0
        return answered_s - quickest_s + self.pace.seconds * (1 + SLACK)
