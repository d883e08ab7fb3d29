"""Several paces under one budget, days that end at midnight somewhere, and threads that share them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest

from connectors.http.budget import Budget, BudgetSpent
from connectors.http.pace import Pace


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at, self.elapsed = at, 0.0

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds


class Kept:
    def __init__(self) -> None:
        self.calls: dict[str, int] = {}

    def load(self) -> dict[str, int]:
        return self.calls

    def keep(self, calls: object) -> None:
        self.calls = dict(calls)  # type: ignore[call-overload]


EVENING = datetime(2026, 11, 22, 18, 20, tzinfo=UTC)


def budget(clock: Clock, zone: str = "Asia/Kathmandu", **how: object) -> Budget:
    made = Budget("hub", clock=clock.now, monotonic=clock.monotonic, sleep=clock.sleep, **how)  # type: ignore[arg-type]
    made.learn_zone(ZoneInfo(zone))
    return made


def test_a_day_ends_at_midnight_of_its_zone() -> None:
    clock = Clock(datetime(2026, 11, 22, 18, 0, tzinfo=UTC))  # 23:45 in Kathmandu
    ours = budget(clock)
    ours.learn(used=0, total=8)
    ours.take()
    ours.take()

    with pytest.raises(BudgetSpent) as spent:
        ours.take()

    assert spent.value.until == datetime(2026, 11, 22, 18, 15, tzinfo=UTC)
    clock.elapsed = 15 * 60
    ours.take()
    assert ours.spent() == 1


def test_a_day_on_which_clocks_are_turned_back_has_25_hours() -> None:
    clock = Clock(datetime(2026, 10, 24, 22, 30, tzinfo=UTC))  # 00:30 in Berlin
    ours = budget(clock, "Europe/Berlin")
    ours.learn(used=0, total=4)
    ours.take()

    with pytest.raises(BudgetSpent) as spent:
        ours.take()

    assert spent.value.until == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


def test_what_was_spent_before_midnight_is_forgotten_after_it_over_several_runs() -> None:
    clock, kept = Clock(datetime(2026, 11, 22, 18, 10, tzinfo=UTC)), Kept()
    first = budget(clock, spending=kept)
    first.learn(used=0, total=12)
    first.take()
    first.take()
    first.close()

    assert budget(clock, spending=kept).spent() == 2
    clock.elapsed = 6 * 60
    assert budget(clock, spending=kept).spent() == 0


def test_calls_of_others_are_forgotten_at_midnight_too() -> None:
    clock = Clock(datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    ours = budget(clock)
    ours.learn(used=80, total=100)
    with pytest.raises(BudgetSpent, match="most of them by others"):
        ours.take()

    clock.elapsed = 20 * 60

    ours.take()


def test_our_own_calls_count_though_an_answer_does_not_tell() -> None:
    ours = budget(Clock(EVENING), share=1.0, ceiling=0.8)
    ours.learn(used=98, total=100)
    ours.take()
    ours.take()

    with pytest.raises(BudgetSpent):
        ours.take()


def test_a_day_that_the_system_says_is_over_is_believed_at_once_and_until_its_end() -> None:
    clock = Clock(EVENING)
    ours = budget(clock)

    spent = ours.exhausted()

    assert spent.until == datetime(2026, 11, 23, 18, 15, tzinfo=UTC)
    with pytest.raises(BudgetSpent):
        ours.take()
    clock.elapsed = spent.after_s or 0.0
    ours.take()


def test_a_lane_has_a_pace_of_its_own_and_shares_the_day() -> None:
    clock = Clock(EVENING)
    ours = budget(clock, pace=Pace(100, 10.0, 0.8), lanes={"search": Pace(4, 1.0, 1.0)})

    for _ in range(80):
        ours.take()
    for _ in range(4):
        ours.take("search")

    assert clock.elapsed == 0.0
    ours.take("search")
    assert clock.elapsed == pytest.approx(1.0, abs=0.05)
    ours.take()
    assert clock.elapsed == pytest.approx(10.2, abs=0.05)
    assert ours.spent() == 86


def test_a_pace_that_is_told_is_kept_from_then_on() -> None:
    clock = Clock(EVENING)
    ours = budget(clock, pace=Pace(100, 10.0, 0.8))

    ours.take()
    ours.learn_pace(190, 10.0, used=1)
    for _ in range(151):
        ours.take()

    assert clock.elapsed == 0.0
    assert ours.pace() == Pace(190, 10.0, 0.8)


def test_threads_share_a_pace_and_use_it_up() -> None:
    ours = Budget("hub", pace=Pace(20, 0.2, 1.0))
    sent: list[float] = []

    def call(_: int) -> None:
        with ours.call():
            sent.append(monotonic())

    started = monotonic()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(call, range(100)))

    sent.sort()
    assert all(later - sooner >= 0.19 for sooner, later in zip(sent, sent[20:], strict=False))
    assert monotonic() - started < 2.5
