"""Behaviours of reading changes: lags, ties, clocks, places that are lost, and a change's cost."""

from __future__ import annotations

from tests.contract.connector_clients import Client, Ledger
from tests.contract.connector_play import NewWorld, Played
from tests.contract.connector_world import World, people

NEW = {"name": "New", "city": "Kiel", "note": "n"}


class ChangesBehaviours(Played):
    """One method a behaviour; the names are those of `BEHAVIOURS`."""

    def test_unchanged_source_reads_nothing(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()

        ledger.pull()

        assert ledger.read == []
        assert ledger.holds() == world.truth()

    def test_one_change_reads_one_record_and_its_overlap(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        [changed] = list(world.truth())[7:8]
        world.put({changed: NEW})

        ledger.pull()

        assert ledger.changed == {changed}
        assert len(ledger.read) <= (len(world.truth()) if world.overlap < 0 else 1 + world.overlap)

    def test_ties_beyond_a_page_are_all_read(self, new_world: NewWorld) -> None:
        self._play_ties(new_world, "ties_beyond_a_page_are_all_read", 2)

    def test_ties_beyond_every_limit_are_all_read(self, new_world: NewWorld) -> None:
        self._play_ties(new_world, "ties_beyond_every_limit_are_all_read", None)

    def _play_ties(self, new_world: NewWorld, behaviour: str, pages: int | None) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(20))
            client.pull()
            count = world.beyond_every_limit if pages is None else world.page_size * pages + 7
            world.ties(people(count, start=1_000))
            client.pull()
            assert set(client.state) == set(world.truth())

        self.play(new_world, behaviour, scenario)

    def test_late_commit_is_not_lost(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(20))
            client.pull()
            world.late_commit(people(5, start=500), people(5, start=600))
            client.pull()
            world.pass_time(600)
            client.pull()
            assert set(client.state) == set(world.truth())

        self.play(new_world, "late_commit_is_not_lost", scenario)

    def test_late_index_is_not_lost(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(20))
            client.pull()
            world.late_index(people(5, start=500), people(5, start=600))
            client.pull()
            world.pass_time(600)
            client.pull()
            assert set(client.state) == set(world.truth())

        self.play(new_world, "late_index_is_not_lost", scenario)

    def test_record_changed_while_paging_is_read_again(self, world: World) -> None:
        ledger = Ledger(world)
        ids = list(world.truth())
        changes = {key: {"name": "changed", "city": "Kiel", "note": "n"} for key in (ids[0], ids[-1])}

        ledger.pull_disturbed(lambda: world.put(changes))
        ledger.pull()

        assert ledger.holds() == world.truth()

    def test_cursor_never_passes_the_start_of_the_run(self, world: World) -> None:
        """A run longer than any overlap: what was created just after its start is not covered by it."""
        ledger, more = Ledger(world), people(10, start=900_000)

        def long_run() -> None:
            world.pass_time(1)
            world.put(more)

        ledger.pull_disturbed(long_run)
        ledger.pull()

        assert ledger.holds() == world.truth()

    def test_local_clock_skew_does_not_matter(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.skew(3 * 3_600)
            world.put(people(20))
            client.pull()
            world.put(people(5, start=500))
            client.pull()
            assert set(client.state) == set(world.truth())
            world.skew(-3 * 3_600)
            world.put(people(5, start=600))
            client.pull()
            assert set(client.state) == set(world.truth())

        self.play(new_world, "local_clock_skew_does_not_matter", scenario)

    def test_expired_cursor_means_full_read_and_diff(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        assert ledger.cursor is not None
        ledger.cursor = world.expired(ledger.cursor)
        [changed] = list(world.truth())[:1]
        world.put({changed: NEW})

        ledger.pull()

        assert len(ledger.read) == len(world.truth())
        assert ledger.changed == {changed}

    def test_dead_page_token_resumes_without_loss_or_repeat(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(world.page_size * 9 // 2))
            client.pull(pages=2)
            first = set(client.state)
            assert first
            world.lose_places()
            client.pull()
            assert sorted(client.read) == sorted(set(world.truth()) - first)
            assert set(client.state) == set(world.truth())

        self.play(new_world, "dead_page_token_resumes_without_loss_or_repeat", scenario)

    def test_bulk_touch_of_everything_is_survived(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        world.put({key: {**fields, "note": "touched"} for key, fields in world.truth().items()})

        ledger.pull()

        assert ledger.changed == set(world.truth())
        assert ledger.holds() == world.truth()
