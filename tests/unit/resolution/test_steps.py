"""The steps of a resolve that can be seen alone: keys that pair, components, batches, decisions told in records."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from tests.builders import contact, new_world
from unified_model.records import NaturalKey
from unified_model.resolution.decided import decided
from unified_model.resolution.gathering import components, in_batches
from unified_model.store.decisions import Decision, standing
from unified_model.store.keys import LogSegment, net_changes, ranges_of
from unified_model.store.links import Link

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def segment(*entries: tuple[int, int, int]) -> LogSegment:
    """A log of (key, record, op), in writing order."""
    table = np.array(entries, dtype=np.int64).reshape(-1, 3)
    return LogSegment(table[:, 0], table[:, 1], table[:, 2], [(1, len(entries))])


def decision(number: int, kind: str, left: str, right: str = "", *, undoes: int | None = None) -> Decision:
    """A decision about records of one source, named by their ids."""
    sides = [tuple(NaturalKey("emea-1", "Contact", one) for one in side) for side in (left, right)]
    return Decision(number, kind, sides[0], sides[1], None, None, undoes, "ann", None, MADE)


def test_of_all_that_the_log_says_of_a_key_and_a_record_the_last_word_counts() -> None:
    log = segment((7, 1, 1), (7, 1, -1), (5, 2, 1), (7, 3, -1), (7, 3, 1))

    key, record, op = net_changes(log)

    assert list(zip(key.tolist(), record.tolist(), op.tolist(), strict=True)) == [(5, 2, 1), (7, 1, -1), (7, 3, 1)]


def test_only_what_was_read_of_the_log_is_forgotten() -> None:
    assert list(ranges_of(np.array([1, 2, 3, 7, 9, 10]))) == [(1, 3), (7, 7), (9, 10)]


def test_components_follow_links_and_decisions_but_not_out_of_the_group() -> None:
    links = [Link(1, 2, 9_000), Link(4, 5, 9_000), Link(5, 99, 9_000)]

    assert components([1, 2, 3, 4, 5, 6], links, [frozenset({2, 3})]) == [[1, 2, 3], [4, 5], [6]]


def test_a_batch_never_splits_a_group_and_takes_one_however_large() -> None:
    groups = [[1], [2, 3], [4, 5, 6, 7, 8], [9]]

    assert list(in_batches(groups, 3)) == [[[1], [2, 3]], [[4, 5, 6, 7, 8]], [[9]]]


def test_an_undo_of_an_undo_brings_the_decision_back() -> None:
    made = [decision(1, "same", "1", "2"), decision(2, "undo", "1", undoes=1), decision(3, "undo", "1", undoes=2)]

    assert standing(made[:2]) == []
    assert standing(made) == made[:1]


@pytest.mark.parametrize("landed", ["12", "21"])
def test_decisions_speak_of_the_records_the_store_has_and_wait_for_the_others(landed: str) -> None:
    with new_world() as world:
        world.put([decision(1, "same", "1", "23"), decision(2, "different", "1", "9")])
        for one in landed:
            world.land("emea", contact(one))

        with world.store.read() as conn:
            told = decided(conn)

    assert [len(group) for group in told.same] == [2]
    assert told.different == []


def test_a_decision_about_records_not_landed_yet_holds_as_soon_as_they_are() -> None:
    ann = {"First": "Ann", "Last": "Smith", "Email": "ann.smith@acme.com", "Phone": "+1 212 555 2368"}
    with new_world() as world:
        world.put([decision(1, "different", "1", "2")])
        world.land("emea", contact("1", **ann))
        world.resolve()
        world.land("emea", contact("2", **ann))

        assert world.resolve().created == 1
