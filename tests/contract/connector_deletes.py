"""Behaviours of deletions, merges and conversions, and of the proof that nothing is missing."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.contract.connector_clients import Client, Ledger
from tests.contract.connector_play import NewWorld, Played, belongs_to
from tests.contract.connector_world import World, people
from unified_model.errors import UnsiloError


class DeletesBehaviours(Played):
    """One method a behaviour; the names are those of `BEHAVIOURS`."""

    def test_soft_delete_is_seen(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            [deleted] = people(1)
            world.soft_delete(deleted)
            client.pull()
            assert set(client.state) == set(people(50)) - {deleted}

        self.play(new_world, "soft_delete_is_seen", scenario)

    def test_hard_delete_is_seen_after_reconcile(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.remove(*list(people(3)))
            client.reconcile()
            assert set(client.state) == set(world.truth())

        self.play(new_world, "hard_delete_is_seen_after_reconcile", scenario)

    def test_feed_of_deletions_needs_no_reconcile(self, world: World) -> None:
        if not any(one.deletes == "feed" for one in world.open().describe() if one.object == world.object):
            pytest.skip("the source has no feed of deletions")
        ledger = Ledger(world)
        ledger.pull()
        (world.remove if world.tells_removals else world.delete)(*people(3))

        ledger.pull()

        assert ledger.holds() == world.truth()

    def test_restore_is_seen(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.delete(*people(3))
            if not world.restores_touch:
                client.pull()
            client.reconcile()
            assert not set(people(3)) & set(client.state)
            world.restore(*people(3))
            client.pull()
            assert set(client.state) == set(world.truth())

        self.play(new_world, "restore_is_seen", scenario)

    def test_deletes_and_restores_while_walking_are_seen_by_the_next_run(self, world: World) -> None:
        if not any(one.deletes == "feed" for one in world.open().describe() if one.object == world.object):
            pytest.skip("the source has no feed of deletions")
        keys = list(world.truth())
        world.delete(keys[1], keys[-2])
        ledger = Ledger(world)

        def happen() -> None:
            world.delete(keys[0], keys[-1])
            world.restore(keys[1], keys[-2])

        ledger.pull_disturbed(happen)
        ledger.pull()

        assert ledger.holds() == world.truth()

    def test_long_absence_loses_nothing(self, world: World) -> None:
        """Longer than a source remembers what it deleted."""
        if not any(one.outlined for one in world.open().describe() if one.object == world.object):
            pytest.skip("the source has no outline")
        ledger, keys = Ledger(world), list(world.truth())
        ledger.pull()
        world.delete(keys[0])
        world.remove(keys[1])
        world.merge(keys[2], keys[3])
        world.edit_by_them(keys[4], {"note": "theirs"})

        world.pass_time(40 * 86_400)
        ledger.pull()
        ledger.reconcile()

        assert ledger.holds() == world.truth()

    @belongs_to("merge_names_the_survivor")
    def test_merge_that_was_undone_is_seen(self, world: World) -> None:
        feeds = any(one.deletes == "feed" for one in world.open().describe() if one.object == world.object)
        if not (feeds and world.undoes_merges):
            pytest.skip("a merge can't be undone")
        ledger, (loser, survivor) = Ledger(world), people(2)
        ledger.pull()
        world.merge(loser, survivor)
        ledger.pull()

        world.restore(loser)
        ledger.pull()

        assert ledger.holds() == world.truth()
        assert loser in ledger.state

    def test_merge_names_the_survivor(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            loser, survivor = people(2)
            left = world.merge(loser, survivor)
            client.pull()
            assert loser not in client.state
            assert client.survivors == dict.fromkeys({loser, survivor} - {left}, left)

        self.play(new_world, "merge_names_the_survivor", scenario)

    def test_chain_of_merges_resolves(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        first, second, third = people(3)

        left = world.merge(world.merge(first, second), third)
        ledger.pull()

        assert [ledger.survivor_of(key) for key in (first, second, third)] == [left] * 3
        assert ledger.holds() == world.truth()

    def test_reconcile_follows_merges_and_deletes_too(self, world: World) -> None:
        """What a pull would have told must not be lost when the comparison comes first."""
        if not any(one.outlined for one in world.open().describe() if one.object == world.object):
            pytest.skip("the source has no outline")
        ledger, (loser, survivor, deleted, edited) = Ledger(world), people(4)
        ledger.pull()
        left = world.merge(loser, survivor)
        world.delete(deleted)
        world.edit_by_them(edited, {"note": "theirs"})

        ledger.reconcile()

        assert ledger.survivors == dict.fromkeys({loser, survivor} - {left}, left)
        assert {loser, deleted, edited} <= ledger.changed
        assert ledger.holds() == world.truth()

    def test_conversion_links_the_two_records(self, world: World) -> None:
        before, record_id, into = world.convert()
        first, second = Ledger(world, object=before), Ledger(world, object=into[0])

        first.pull()
        second.pull()

        assert first.converted == {record_id: into}
        assert record_id in first.raw
        assert into[1] in second.raw

    def test_erasure_at_the_vendor_is_told_from_delete(self, world: World) -> None:
        ledger, (erased, deleted, merged, survivor) = Ledger(world), people(4)
        ledger.pull()
        world.erase(erased)
        world.delete(deleted)
        world.merge(merged, survivor)

        ledger.pull()
        ledger.reconcile()

        assert ledger.erased == {erased}
        assert ledger.holds() == world.truth()

    @belongs_to("erasure_at_the_vendor_is_told_from_delete")
    def test_what_nobody_looked_for_in_time_is_not_taken_for_erased(self, world: World) -> None:
        """It may have been deleted, and have left the bin since."""
        [capabilities] = [one for one in world.open().describe() if one.object == world.object]
        ledger, (deleted,) = Ledger(world), people(1)
        ledger.pull()
        assert capabilities.bin_days is not None

        world.delete(deleted)
        world.pass_time((capabilities.bin_days + 1) * 86_400)
        ledger.reconcile()

        assert ledger.erased == set()
        assert ledger.holds() == world.truth()

    def test_reconcile_finds_a_dropped_record_and_says_so(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        [dropped] = list(world.truth())[5:6]
        del ledger.state[dropped], ledger.raw[world.id_of(dropped)]

        ledger.reconcile()

        assert ledger.changed == {dropped}
        assert ledger.holds() == world.truth()

    def test_reconcile_of_a_broken_read_deletes_nothing(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            known = people(world.page_size * 5 // 2)
            world.put(known)
            client.pull()
            world.damage()
            with suppress(UnsiloError):
                client.reconcile()
            assert set(known) <= set(client.state)

        self.play(new_world, "reconcile_of_a_broken_read_deletes_nothing", scenario)

    def test_reconcile_of_a_broken_read_says_so(self, world: World) -> None:
        """Only of sources that have an outline: a broken row of a file is set aside, the others are read."""
        ledger = Ledger(world)
        ledger.pull()
        if not any(one.outlined for one in world.open().describe() if one.object == world.object):
            pytest.skip("the source has no outline")
        world.damage()

        with pytest.raises(UnsiloError) as caught:
            ledger.reconcile()

        assert caught.value.remedy
