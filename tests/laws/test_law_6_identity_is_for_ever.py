"""Law 6: a customer id is never reused, and every id ever issued resolves to one customer, whatever happens.

`whole_lives.py` looks into it over whole lives; here are the plainest cases.
"""

from __future__ import annotations

from datetime import timedelta

from tests.builders import contact, deleted, new_world
from tests.laws.picture import crosswalk
from tests.laws.promises import memberships_join_up
from unified_model.store.members import resolve_id


def test_an_id_whose_customer_was_merged_away_leads_to_the_one_that_took_it_in() -> None:
    with new_world() as world:
        world.land("emea", contact("1", First="Ann", Last="Berg"), contact("2", First="Zoe", Last="Quist"))
        world.resolve()
        first = crosswalk(world.store)
        decided = world.decide("emea/1", "emea/2", "same")
        world.resolve()
        (survivor,) = set(crosswalk(world.store).values())

        with world.store.read() as conn:
            assert {resolve_id(conn, id_) for id_ in first.values()} == {survivor}
        world.undo(decided.id)
        world.resolve()
        assert crosswalk(world.store) == first


def test_an_id_follows_its_anchor_when_the_vendor_merges_it_away() -> None:
    with new_world() as world:
        world.land("emea", contact("1", First="Ann", Last="Berg"), contact("2", First="Zoe", Last="Quist"))
        world.resolve()
        first = crosswalk(world.store)
        world.land("emea", deleted("1", merged_into="2"))
        world.resolve()

        (survivor,) = set(crosswalk(world.store).values())
        assert survivor in first.values()
        with world.store.read() as conn:
            assert {resolve_id(conn, id_) for id_ in first.values()} == {survivor}


def test_where_a_record_belonged_joins_up_though_the_clock_was_set_back() -> None:
    with new_world() as world:
        world.land("emea", contact("1", First="Ann", Last="Berg"), contact("2", First="Zoe", Last="Quist"))
        world.resolve()
        world.clock.now -= timedelta(days=1)
        decided = world.decide("emea/1", "emea/2", "same")
        world.resolve()
        world.clock.now -= timedelta(days=1)
        world.undo(decided.id)
        world.resolve()

        memberships_join_up(world.store)
