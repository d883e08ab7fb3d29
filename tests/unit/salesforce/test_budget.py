"""A connection spends its share of the day's calls, at its pace, and says when there is more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.http.budget import Budget, BudgetSpent
from connectors.http.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
        self.elapsed = 0.0

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


def budget(clock: Clock, **how: object) -> Budget:
    return Budget("emea", clock=clock.now, monotonic=clock.monotonic, sleep=clock.sleep, **how)  # type: ignore[arg-type]


def test_a_quarter_of_the_day_is_ours_and_the_error_says_until_when() -> None:
    ours = budget(Clock())
    ours.learn(used=0, total=40)
    for _ in range(10):
        ours.take()

    with pytest.raises(BudgetSpent, match="25% of the day's 40 calls") as spent:
        ours.take()

    assert spent.value.until == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert spent.value.after_s == pytest.approx(24.5 * 3600)
    assert "2026-11-23 10:00 UTC" in spent.value.message


def test_others_are_left_their_calls_when_most_of_the_day_is_used() -> None:
    ours = budget(Clock())
    ours.learn(used=80, total=100)

    with pytest.raises(BudgetSpent, match="most of them by others"):
        ours.take()


def test_the_share_comes_back_after_a_day() -> None:
    clock = Clock()
    ours = budget(clock)
    ours.learn(used=0, total=4)
    ours.take()
    clock.elapsed += 25 * 3600

    ours.take()

    assert ours.spent() == 1


def test_the_share_holds_over_several_runs() -> None:
    clock, kept = Clock(), Kept()
    first = budget(clock, spending=kept)
    first.learn(used=0, total=8)
    first.take()
    first.take()
    first.close()

    second = budget(clock, spending=kept)
    second.learn(used=2, total=8)

    with pytest.raises(BudgetSpent):
        second.take()


def test_the_pace_is_kept_and_nearly_reached() -> None:
    clock = Clock()
    ours = budget(clock, pace=Pace(10, 1.0, share=0.8))
    sent: list[float] = []

    for _ in range(80):
        ours.take()
        sent.append(clock.elapsed)

    assert max(sum(1 for at in sent if start <= at < start + 1.0) for start in sent) <= 8
    assert clock.elapsed <= 80 / 8
