"""Law 7: undoing a decision leaves the store as if it had never been made, later edits and decisions included.

`whole_lives.py` looks into it over whole lives; here are the plainest cases.
"""

from __future__ import annotations

from hypothesis import given

from tests.builders import World, contact, new_world
from tests.laws.picture import Picture, assert_same_picture, crosswalk, picture
from tests.laws.worlds import examples, person_columns, small_limits
from unified_model.store.decisions import Decision


@given(first=person_columns(), second=person_columns(), edited=person_columns())
@examples(15)
def test_edits_made_after_a_merge_outlive_its_undo(first: dict, second: dict, edited: dict) -> None:  # type: ignore[type-arg]
    def lived(world: World, decided: bool) -> Picture:
        world.land("emea", contact("1", **first))
        world.land("fair", contact("2", **second))
        world.resolve()
        made: Decision | None = None
        if decided and len({crosswalk(world.store)[k] for k in crosswalk(world.store) if k.object == "Contact"}) > 1:
            made = world.decide("emea/1", "fair/2", "same")
            world.resolve()
        world.land("fair", contact("2", **edited))
        world.resolve()
        if made is not None:
            world.undo(made.id)
            world.resolve()
        return picture(world.store)

    with small_limits(), new_world() as with_it, new_world() as without:
        assert_same_picture(lived(with_it, decided=True), lived(without, decided=False))


def test_unmerging_what_the_machine_joined_lasts_through_a_new_landing() -> None:
    ann = {"First": "Ann", "Last": "Smith", "Email": "ann.smith@acme.com", "Phone": "+1 212 555 2368"}
    with new_world() as world:
        world.land("emea", contact("1", **ann))
        world.land("fair", contact("2", **ann))
        world.resolve()
        joined = len(set(crosswalk(world.store).values()))

        world.unmerge("fair/2")
        world.resolve()
        apart = len(set(crosswalk(world.store).values()))
        world.land("fair", contact("2", **ann, Title="CEO"))
        world.resolve()

        assert (joined, apart, len(set(crosswalk(world.store).values()))) == (1, 2, 2)
