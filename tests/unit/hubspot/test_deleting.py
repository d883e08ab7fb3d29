"""Deletes: what is still as we believe it goes to the recycle bin, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectors.contract import Op
from tests.unit.hubspot.writing import Desk, desk, outcomes


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as each:
        yield each


def gone(record_id: str, base: Mapping[str, Any] | None = None, **more: Any) -> Op:
    return Op(f"del-{record_id}", "delete", {}, record_id, base, **more)


def test_a_deleted_record_is_in_the_recycle_bin_and_twice_is_once(at: Desk) -> None:
    one, two = at.portal.make(city="Kiel"), at.portal.make(city="Kiel")

    first = at.write(gone(one))
    second = at.write(gone(one), gone(two), gone("99"))

    assert outcomes(first) == ["deleted"]
    assert outcomes(second) == ["unchanged", "deleted", "unchanged"]
    assert [each.reason for each in second] == ["ARCHIVED", "", "OBJECT_NOT_FOUND"]
    assert [each["id"] for body in at.portal.writes() for each in body["inputs"]] == [one, two]


def test_what_people_changed_is_not_deleted(at: Desk) -> None:
    one = at.portal.make(city="Theirs")

    [result] = at.write(gone(one, {"city": "Kiel"}))

    assert (result.outcome, result.found) == ("conflict", {"city": "Theirs"})
    assert len(at.portal.live()) == 1


def test_what_people_changed_just_before_is_told(at: Desk) -> None:
    one, two = at.portal.make(city="Kiel"), at.portal.make(city="Kiel")
    at.before_the_write(lambda: at.portal.edit(one, city="Theirs"))

    results = at.write(gone(one, {"city": "Kiel"}), gone(two, {"city": "Kiel"}))

    assert outcomes(results) == ["conflict", "deleted"]
    assert (results[0].reason, results[0].found) == ("overwritten", {"city": "Theirs"})
    assert at.portal.live() == []


def test_the_survivor_of_a_merge_is_not_deleted(at: Desk) -> None:
    loser, primary = at.portal.make(), at.portal.make()
    left = at.portal.merge(loser, primary)

    [result] = at.write(gone(loser))

    assert (result.outcome, result.reason) == ("unchanged", "merged_into")
    assert left in result.detail
    assert [each.id for each in at.portal.live()] == [left]


@pytest.mark.parametrize("kind", ["lost", "reset"])
def test_a_lost_answer_is_resolved_by_reading(at: Desk, kind: str) -> None:
    one = at.portal.make()
    at.lose_the_answer(kind=kind)

    [result] = at.write(gone(one))

    assert result.outcome == "deleted"
    assert at.portal.live() == []


def test_a_repeated_delete_of_what_is_gone_is_done(at: Desk) -> None:
    one = at.portal.make()
    at.portal.archive(one)

    [result] = at.write(gone(one, repeated=True))

    assert (result.outcome, result.reason) == ("deleted", "found_applied")
