"""Answers get lost and people edit meanwhile: each op is applied once, and no edit of theirs is gone unseen."""

from __future__ import annotations

import random
import time

import pytest

from benchmarks.writing_hubspot import Figures, drill, served
from connectors.hubspot import creating, updating
from connectors.hubspot.sending import WriteOptions

UPDATES, CREATES = 400, 120
SMALL = WriteOptions(records=15)
"""Small requests, so that many answers are lost."""


class Idle:
    """Nobody waits here: time goes by at once."""

    def __init__(self) -> None:
        self.skipped_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.skipped_s += seconds

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped_s


def played(address: str, updates: int, creates: int, seed: int, options: WriteOptions | None = SMALL) -> Figures:
    idle = Idle()
    figures = drill(address, updates, creates, seed, options, idle.sleep, idle.monotonic)
    print(figures)
    return figures


@pytest.mark.parametrize("profile", ["calm", "flaky", "hostile"])
def test_every_op_is_applied_once_and_no_edit_is_overwritten_unseen(profile: str) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"drill of seed {seed}")
    with served(1_500, seed, "--profile", profile) as address:
        figures = played(address, UPDATES, CREATES, seed)

    assert sum(figures.outcomes.values()) == UPDATES + CREATES + CREATES // 100
    assert set(figures.outcomes) == {"updated", "created", "conflict", "duplicate"}
    assert sum(figures.failed.values()) >= 3
    assert figures.overwritten_and_told > 5
    assert figures.clean


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_twelve_thousand_ops_are_applied_once_each() -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"drill of seed {seed}")
    with served(30_000, seed) as address:
        figures = played(address, 10_000, 2_000, seed, None)

    assert sum(figures.outcomes.values()) == 12_020
    assert sum(figures.failed.values()) >= 12
    assert figures.clean


def test_the_drill_bites_a_writer_that_does_not_look_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def settle(rounds, tasks):  # type: ignore[no-untyped-def]
        for task in tasks:
            rounds.settle(task, "updated", task.target)

    monkeypatch.setattr(updating, "look_back", settle)
    with served(1_500, 1) as address:
        figures = played(address, UPDATES, CREATES, 1)

    assert figures.overwritten_unseen > 0
    assert (figures.applied_twice, figures.doubled) == (0, 0)


def test_the_drill_bites_a_writer_that_repeats_blindly(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(_: object, task, row) -> None:  # type: ignore[no-untyped-def]
        task.op = task.op._replace(base=row.values)

    monkeypatch.setattr(updating, "find_ours", forget)
    with served(1_500, 1) as address:
        figures = played(address, UPDATES, CREATES, 1)

    assert figures.applied_twice or figures.overwritten_unseen


def test_the_drill_bites_a_writer_that_does_not_look_before_creating_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "_looks", lambda _: False)
    with served(1_500, 1) as address:
        figures = played(address, UPDATES, CREATES, 1)

    assert figures.wrong_results > 0
