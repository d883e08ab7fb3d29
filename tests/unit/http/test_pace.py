"""A pace is kept as the system counts it, nearly used up, and shared with whoever else uses it."""

from __future__ import annotations

import heapq
import random
from bisect import bisect_left, insort
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.http.pace import SURE, Lane, Pace

ROUND = 1e-6
"""Sums of seconds are not exact."""


class Way:
    """There, work, and back: never less than the quickest, often a little more, sometimes a lot."""

    def __init__(self, seed: int, quickest_s: float, jitter_s: float) -> None:
        self.random, self.quickest_s, self.jitter_s = random.Random(seed), quickest_s, jitter_s

    def __call__(self) -> tuple[float, float]:
        there, back = self.quickest_s / 2, self.quickest_s / 2
        if self.random.random() < 0.5:
            there += self.random.random() * self.jitter_s
            back += self.random.random() * self.jitter_s
        return there, back


def arrivals(lane: Lane, way: Callable[[], tuple[float, float]], calls: int, workers: int) -> list[float]:
    """When the calls of so many workers, each sending one after the other, arrive at the system."""
    now, arrived = 0.0, list[float]()
    answers: list[tuple[float, int, object]] = []
    free = workers
    while len(arrived) < calls:
        wait = lane.wait_s(now)
        if free and wait <= 0:
            place = lane.enter(now)
            there, back = way()
            insort(arrived, now + there)
            heapq.heappush(answers, (now + there + back, len(arrived), place))
            free -= 1
            continue
        if answers and (not free or answers[0][0] <= now + wait):
            now, _, place = heapq.heappop(answers)
            lane.leave(place, now)  # type: ignore[arg-type]
            free += 1
        else:
            now += wait
    return arrived


def busiest(arrived: list[float], seconds: float) -> int:
    """The most calls that the system saw in any span."""
    return max(bisect_left(arrived, at + seconds - ROUND) - place for place, at in enumerate(arrived))


@given(
    seed=st.integers(0, 10_000),
    most=st.integers(1, 30),
    seconds=st.sampled_from([1.0, 10.0]),
    quickest_s=st.sampled_from([0.0, 0.002, 0.05, 0.3]),
    jitter_s=st.sampled_from([0.0, 0.01, 0.2, 2.0]),
    workers=st.integers(1, 6),
)
@settings(max_examples=150, deadline=None)
def test_no_span_of_the_system_holds_more_than_was_allowed(
    seed: int, most: int, seconds: float, quickest_s: float, jitter_s: float, workers: int
) -> None:
    lane, way = Lane(Pace(most, seconds, 1.0)), Way(seed, quickest_s, jitter_s)
    for _ in range(SURE):
        lane.leave(lane.enter(-100.0), -100.0 + quickest_s)

    arrived = arrivals(lane, way, most * 8, workers)

    assert busiest(arrived, seconds) <= most


@given(
    seed=st.integers(0, 10_000),
    most=st.integers(1, 30),
    slow_s=st.sampled_from([0.05, 0.2, 1.0]),
    workers=st.integers(1, 6),
)
@settings(max_examples=50, deadline=None)
def test_a_busy_machine_that_was_slow_at_first_brings_about_no_refusal(
    seed: int, most: int, slow_s: float, workers: int
) -> None:
    lane, slow, quick = Lane(Pace(most, 1.0, 1.0)), Way(seed, slow_s, slow_s), Way(seed, 0.0, 0.01)
    ways = iter([slow] * (SURE - workers - 1))

    arrived = arrivals(lane, lambda: next(ways, quick)(), most * 8 + SURE, workers)

    assert busiest(arrived, 1.0) <= most


@given(
    most=st.integers(2, 200),
    seconds=st.sampled_from([1.0, 10.0]),
    quickest_s=st.sampled_from([0.0, 0.01, 0.1]),
    jitter_s=st.sampled_from([0.0, 0.01]),
)
@settings(max_examples=60, deadline=None)
def test_at_least_95_percent_of_what_is_allowed_is_used(
    most: int, seconds: float, quickest_s: float, jitter_s: float
) -> None:
    lane, way = Lane(Pace(most, seconds, 1.0)), Way(7, quickest_s, jitter_s)
    for _ in range(SURE):
        lane.leave(lane.enter(-100.0), -100.0 + quickest_s)
    enough = 1 + int(most * (quickest_s + 2 * jitter_s) / seconds)

    arrived = arrivals(lane, way, most * 12, workers=2 * enough)

    spans = (arrived[-most] - arrived[0]) / seconds
    assert (len(arrived) - most) / spans >= 0.95 * most


def test_a_slow_call_keeps_its_place_until_it_is_answered() -> None:
    lane = Lane(Pace(1, 1.0, 1.0))
    place = lane.enter(0.0)

    assert lane.wait_s(5.0) > 0

    lane.leave(place, 30.0)
    assert lane.wait_s(30.0) > 0
    assert lane.wait_s(31.1) == 0


def test_what_others_use_under_the_same_key_is_left_to_them() -> None:
    lane = Lane(Pace(100, 10.0, 0.8))

    lane.learn(190, 10.0, used=152, now_s=0.0)  # a run that ended a moment ago
    sent = 0
    while lane.wait_s(0.0) <= 0:
        lane.leave(lane.enter(0.0), 0.0)
        sent += 1

    assert sent == 28  # 152 + 28 = 95 % of 190
    assert lane.wait_s(10.2) == 0


def test_a_system_that_says_others_use_everything_is_still_asked_now_and_then() -> None:
    lane = Lane(Pace(100, 10.0, 0.8))

    lane.learn(100, 10.0, used=100, now_s=0.0)

    assert _at_once(lane, 0.0) == 8


def test_a_refusal_holds_every_call_and_slows_down_for_a_minute() -> None:
    lane = Lane(Pace(4, 1.0, 1.0))

    lane.refused(1.0, now_s=0.0)

    assert lane.wait_s(0.5) == 0.5
    assert _at_once(lane, 1.0) == 3
    assert _at_once(lane, 61.0) == 4


def test_a_lane_never_stands_still_for_good() -> None:
    lane = Lane(Pace(1, 1.0, 1.0))
    for _ in range(5):
        lane.refused(1.0, now_s=0.0)
    lane.learn(1, 1.0, used=50, now_s=0.0)

    assert _at_once(lane, 1.5) == 1


def _at_once(lane: Lane, now_s: float) -> int:
    sent = 0
    while lane.wait_s(now_s) <= 0:
        lane.leave(lane.enter(now_s), now_s)
        sent += 1
    return sent
