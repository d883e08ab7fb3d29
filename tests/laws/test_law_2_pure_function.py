"""Law 2: the golden side is a pure function of the records' versions and people's decisions, not of how they came."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import World, new_world
from tests.laws.picture import Picture, assert_same_picture, picture
from tests.laws.worlds import Histories, histories, rounds, shuffled, small_limits


def plainly(made: Histories) -> Picture:
    """The picture when everything is landed first and resolved once."""
    with new_world() as world:
        for label, records in rounds(made):
            world.land(label, *records)
        world.resolve()
        return picture(world.store)


def in_any_order(world: World, made: Histories, seed: int) -> None:
    """Land in another order, in other pages, resolving now and then."""
    chance = random.Random(seed)
    for label, part in shuffled(made, seed):
        world.land_pages(label, [part])
        if chance.random() < 0.4:
            world.resolve()
    world.resolve()


@given(made=histories(), seed=st.integers(0, 2**32))
def test_any_interleaving_and_batching_gives_the_same_customers(made: Histories, seed: int) -> None:
    with small_limits():
        expected = plainly(made)

    with small_limits(seed), new_world() as world:
        in_any_order(world, made, seed)

        assert_same_picture(picture(world.store), expected)
