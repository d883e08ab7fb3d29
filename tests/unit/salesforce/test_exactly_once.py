"""Answers get lost and people edit meanwhile: each op is applied once, and no edit of theirs is gone."""

from __future__ import annotations

import random

import pytest

from benchmarks.writing import drill
from connectors.salesforce.sending import WriteOptions
from tests.contract.simulators.salesforce_org import Org, served

UPDATES, CREATES = 400, 100
SMALL = WriteOptions(records=20, singles=10)
"""Small requests, so that many answers are lost."""


@pytest.mark.parametrize("profile", ["calm", "flaky", "hostile"])
def test_every_op_is_applied_once_and_no_edit_is_overwritten(profile: str) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"drill of seed {seed}")
    with served(people=700, seed=seed, profile=profile) as org:
        figures = drill(org.address, UPDATES, CREATES, seed, SMALL, wait=lambda s: _pass(org, s))

    print(figures)
    assert sum(figures.outcomes.values()) == UPDATES + CREATES
    assert set(figures.outcomes) == {"updated", "created", "conflict"}
    assert figures.lost >= 4
    assert figures.edits > 20
    assert (figures.applied_twice, figures.doubled, figures.overwritten, figures.wrong_results) == (0, 0, 0, 0)


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_twelve_thousand_ops_are_applied_once_each() -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"drill of seed {seed}")
    with served(people=15_000, seed=seed) as org:
        figures = drill(org.address, 10_000, 2_000, seed, wait=lambda s: _pass(org, s))

    print(figures)
    assert sum(figures.outcomes.values()) == 12_000
    assert figures.lost >= 40
    assert figures.clean


@pytest.mark.parametrize("seed", [1, 2])
def test_the_drill_bites_a_writer_that_sets_no_condition(seed: int) -> None:
    with served(people=700, seed=seed) as org:
        options = WriteOptions(conditional=False, records=20)
        figures = drill(org.address, UPDATES, CREATES, seed, options, wait=lambda s: _pass(org, s))

    assert (figures.applied_twice, figures.doubled) == (0, 0)
    assert figures.overwritten > 0
    assert figures.longest_window_s > 0


def _pass(org: Org, seconds: float) -> None:
    """The org's clock moves while the writer waits."""
    org.admin("clock", advance_s=max(1, round(seconds)))
