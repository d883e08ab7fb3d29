"""What is looked at when something changes: its customer and those one strong link away, however long the chain."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.builders import World, contact, new_world
from tests.laws.picture import crosswalk
from unified_model.resolution.decided import decided
from unified_model.resolution.gathering import Gathered, gather
from unified_model.store import links, queue
from unified_model.store.members import records_of_kind

NAMES = ("Ann", "Bert", "Clara", "Dmitri", "Elena", "Frank", "Gudrun", "Hugo")
STRONG, MERGE = 9_000, 2_500


@pytest.fixture
def chain() -> Iterator[World]:
    """Eight people of different given names, each bound to the next by a link that the names forbid to follow."""
    with new_world() as world:
        for number, name in enumerate(NAMES):
            world.land("crm", contact(str(number), First=name, Last=f"{name}son"))
        world.resolve()
        with world.store.begin() as work:
            records = records_of_kind(work.conn, "person")
            rows = [(a, b, STRONG, "[]", "by hand") for a, b in pairwise(records)]
            links.replace_links(work.conn, records, rows)
            work.commit()
        yield world


def _gathered(world: World, *changed: int, entire: bool = False) -> tuple[list[int], Gathered]:
    with world.store.read() as conn:
        records = records_of_kind(conn, "person")
        found = gather(conn, [records[place] for place in changed], decided(conn), MERGE, entire=entire)
    return records, found


def _ask_for_values(world: World, *places: int) -> None:
    with world.store.begin() as work:
        records = records_of_kind(work.conn, "person")
        queue.enqueue(work.conn, {records[place]: queue.VALUES for place in places}, 10**6, "a test asked")
        work.commit()


def test_of_a_long_chain_only_the_next_customers_are_looked_at(chain: World) -> None:
    records, found = _gathered(chain, 3)

    assert found.inner == {records[3]}
    assert found.records == {records[2], records[3], records[4]}
    assert found.groups == [records[2:5]]


def test_the_whole_chain_is_looked_at_when_asked_for(chain: World) -> None:
    records, found = _gathered(chain, 3, entire=True)

    assert found.inner == found.records == set(records)


def test_a_change_that_moves_nobody_settles_one_customer_of_the_chain(chain: World) -> None:
    before = crosswalk(chain.store)
    _ask_for_values(chain, 3)

    counts = chain.resolve()

    assert counts.records == 1
    assert crosswalk(chain.store) == before


def test_waiting_pairs_of_the_changed_record_are_told_and_no_others(chain: World) -> None:
    _ask_for_values(chain, 3)

    chain.resolve()

    with chain.store.read() as conn:
        records = records_of_kind(conn, "person")
        waiting = [(a, b, reason) for a, b, _, reason, _ in links.reviews_by_weight(conn, 10)]
    assert waiting == [(records[2], records[3], "conflict"), (records[3], records[4], "conflict")]


def test_what_joins_is_followed_to_its_own_neighbours() -> None:
    with new_world() as world:
        for number in range(6):
            world.land("crm", contact(str(number), First="Ann", Last="Lee", Zip=str(10_000 + number)))
        world.resolve()
        with world.store.begin() as work:
            records = records_of_kind(work.conn, "person")
            rows = [(a, b, STRONG, "[]", "by hand") for n, a in enumerate(records) for b in records[n + 1 :]]
            links.replace_links(work.conn, records, rows)
            work.commit()
        _ask_for_values(world, 0)

        world.resolve()

        assert len(set(crosswalk(world.store).values())) == 1


def test_a_key_that_changed_its_worth_settles_nobody_whose_links_stay() -> None:
    with new_world() as world:
        world.land("crm", *(contact(str(n), First=name, Last="Lee") for n, name in enumerate(NAMES[:2])))
        world.resolve()
        world.land("crm", contact("new", First=NAMES[2], Last="Lee"))  # the third Lee: the name is no longer rare

        counts = world.resolve()

        assert counts.records == 1
