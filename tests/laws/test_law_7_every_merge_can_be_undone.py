"""Law 7: undoing a decision leaves the store as if it had never been made, later edits and decisions included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from tests.builders import World, contact, new_world
from tests.laws.lives import Life
from tests.laws.picture import Picture, assert_same_picture, crosswalk, picture
from tests.laws.worlds import examples, person_columns, small_limits
from unified_model.errors import UsageError
from unified_model.store.decisions import Decision, standing
from unified_model.store.engine import open_store


class Undone(Life):
    """At any time the store is what its records' versions and the decisions in force make of it, and nothing else."""

    def reference(self) -> Picture:
        """A store with the same versions, and with the decisions in force only: those undone were never made."""
        with new_world() as other:
            for name, record in self.landed:
                other.land(name.partition("/")[0], record)
            other.put(standing(self.world.decisions()))
            other.resolve()
            return picture(other.store)

    @rule()
    @precondition(lambda self: self.world.decisions())
    def nothing_is_left_of_what_was_undone(self) -> None:
        self.world.resolve()
        assert_same_picture(picture(self.world.store), self.reference())

    @rule(back=st.integers(0, 3))
    def undoing_at_once_gives_everybody_their_ids_back(self, back: int) -> None:
        self.world.resolve()
        before, shown = crosswalk(self.world.store), picture(self.world.store)
        keys = sorted(before)
        one, other = keys[back % len(keys)], keys[-1 - back % len(keys)]
        names = [f"{k.source.removesuffix('-1')}/{k.object}/{k.record_id}" for k in (one, other)]
        try:
            made = self.world.decide(*names, "same" if before[one] != before[other] else "different")
        except UsageError:
            return
        self.world.resolve()
        self.world.undo(made.id)
        self.world.resolve()

        assert crosswalk(self.world.store) == before
        assert_same_picture(picture(self.world.store), shown)

    def teardown(self) -> None:
        try:
            self.world.resolve()
            assert_same_picture(picture(self.world.store), self.reference())
        finally:
            super().teardown()


def test_the_store_after_an_undo_is_one_in_which_the_decision_was_never_made() -> None:
    run_state_machine_as_test(Undone, settings=examples(12))


def test_on_a_server_an_undo_leaves_as_little(new_postgres: Callable[[], str]) -> None:
    class OnServer(Undone):
        @contextmanager
        def a_world(self) -> Iterator[World]:
            with open_store(new_postgres()) as store:
                yield World(store)

    no_shrinking = settings(examples(3), phases=[Phase.generate], stateful_step_count=15)
    run_state_machine_as_test(OnServer, settings=no_shrinking)


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
