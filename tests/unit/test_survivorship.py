"""Survivorship: which record's value becomes golden, field by field, and never by the order of arrival."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import at
from unified_model.records import NaturalKey
from unified_model.survivorship import RULES, Candidate, choose_survivors, losers, merge_by_key


def candidate(record: str = "1", modified: datetime | None = None, since: Any = None, **values: Any) -> Candidate:
    """A member record that offers these values."""
    return Candidate(NaturalKey("emea-1", "Contact", record), values, modified, since or {})


def golden(*candidates: Candidate, kind: str = "person", **choices: NaturalKey) -> dict[str, Any]:
    return {name: s.value for name, s in choose_survivors(kind, candidates, choices).items()}


def test_the_newest_job_wins_and_an_empty_one_never_does() -> None:
    old, new, empty = (
        candidate("1", at(1), job_title="Clerk"),
        candidate("2", at(2), job_title="CEO"),
        candidate("3", at(3)),
    )

    assert golden(old, new, empty) == {"job_title": "CEO"}


def test_a_value_is_as_old_as_the_source_has_had_it_not_as_its_record() -> None:
    touched_lately = candidate("1", at(9), {"job_title": at(1)}, job_title="Clerk")
    told_since = candidate("2", at(5), job_title="CEO")

    assert golden(touched_lately, told_since) == {"job_title": "CEO"}


def test_job_department_and_company_move_together() -> None:
    whole = candidate("1", at(1), job_title="Clerk", department="Sales", company="Acme")
    newer = candidate("2", at(2), job_title="CEO")

    assert golden(whole, newer) == {"job_title": "CEO"}


def test_a_full_name_beats_a_newer_initial_and_shouting() -> None:
    full = candidate("1", at(1), given_name="Ann", family_name="Smith")
    initial = candidate("2", at(5), given_name="A.", family_name="Smith")
    shouted = candidate("3", at(6), given_name="ANN", family_name="SMITH")

    assert golden(full, initial, shouted) == {"given_name": "Ann", "family_name": "Smith"}


def test_the_birth_date_most_records_agree_on_wins() -> None:
    agreed = [candidate(n, at(1), birth_date="1980-04-05") for n in "12"]

    assert golden(*agreed, candidate("3", at(9), birth_date="1990-01-01")) == {"birth_date": "1980-04-05"}


def test_created_is_the_earliest_and_modified_the_newest() -> None:
    one, two = candidate("1", created_at=at(3), modified_at=at(4)), candidate("2", created_at=at(1), modified_at=at(9))

    assert golden(one, two) == {"created_at": at(1), "modified_at": at(9)}


def test_a_choice_wins_for_as_long_as_its_record_offers_a_value() -> None:
    winner, chosen = candidate("2", at(2), job_title="CEO"), candidate("1", at(1), job_title="Clerk")

    assert golden(winner, chosen, job_title=chosen.key) == {"job_title": "Clerk"}
    assert golden(winner, candidate("1", at(1)), job_title=chosen.key) == {"job_title": "CEO"}
    assert golden(winner, job_title=chosen.key) == {"job_title": "CEO"}


def test_equals_are_settled_by_the_natural_key() -> None:
    tie = [candidate(n, at(1), job_title=f"Job {n}") for n in ("2", "1", "3")]

    assert golden(*tie) == {"job_title": "Job 1"}


def test_custom_fields_survive_each_on_its_own() -> None:
    one = candidate("1", at(1), custom={"shoe": "42", "hat": "L"})
    two = candidate("2", at(2), custom={"shoe": "43"})

    merged = merge_by_key([one, two], "custom")

    assert {name: s.value for name, s in merged.items()} == {"shoe": "43", "hat": "L"}


def test_losers_are_told_best_first_and_begin_with_the_winner() -> None:
    some = [candidate(str(n), at(n), job_title=f"Job {n}") for n in (2, 1, 3)]

    assert [c.key.record_id for c in losers("person", "job_title", some)] == ["3", "2", "1"]


TEXT = st.sampled_from((None, "a", "A", "Ann", "B."))
TIMES = st.sampled_from((None, at(1), at(2)))
FIELDS = sorted({field for rule in RULES["person"] for field in rule.fields} - {"created_at", "modified_at"})


@st.composite
def crowds(draw: st.DrawFn) -> list[Candidate]:
    """A handful of records that say much the same."""
    return [
        candidate(
            str(n), draw(TIMES), {name: at(0) for name in draw(st.sets(st.sampled_from(FIELDS), max_size=3))},
            **{name: draw(TEXT) for name in draw(st.sets(st.sampled_from(FIELDS), max_size=8))},
            created_at=draw(TIMES),
        )
        for n in range(draw(st.integers(1, 5)))
    ]  # fmt: skip


@given(crowds(), st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(crowd: list[Candidate], chance: Any) -> None:
    turned = chance.sample(crowd, len(crowd))

    assert choose_survivors("person", turned) == choose_survivors("person", crowd)


@given(crowds())
def test_every_golden_value_is_its_winners_own_and_as_old_as_the_winner_says(crowd: list[Candidate]) -> None:
    for field, survivor in choose_survivors("person", crowd).items():
        assert survivor.value == survivor.candidate.values[field]
        assert survivor.since == survivor.candidate.since_of(field)


@given(crowds())
def test_a_record_that_says_nothing_changes_nothing(crowd: list[Candidate]) -> None:
    assert golden(*crowd, candidate("9", at(9))) == golden(*crowd)


@given(crowds())
def test_the_first_of_the_losers_is_the_winner(crowd: list[Candidate]) -> None:
    alone = {rule.fields[0] for rule in RULES["person"] if len(rule.fields) == 1}
    for field, survivor in choose_survivors("person", crowd).items():
        if field in alone:
            assert losers("person", field, crowd)[0] is survivor.candidate


@pytest.mark.parametrize("kind", ["person", "organization"])
def test_every_field_has_one_rule(kind: str) -> None:
    fields = [field for rule in RULES[kind] for field in rule.fields]

    assert len(fields) == len(set(fields))
