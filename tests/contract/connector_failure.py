"""Behaviours of what goes wrong on the way: refusals, budgets, sessions, torn answers, silence, deaths."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from tests.contract.connector_clients import Client, Ledger
from tests.contract.connector_play import NewWorld, Played, belongs_to
from tests.contract.connector_world import World, people
from unified_model.errors import NeedsOperator, Retry, UnsiloError

PATIENCE_S = 20


class FailureBehaviours(Played):
    """One method a behaviour; the names are those of `BEHAVIOURS`."""

    def test_retry_after_is_honoured(self, world: World) -> None:
        ledger = Ledger(world)
        world.busy(after_s=7)

        ledger.pull()

        assert 7 <= world.waited_s() <= 20
        assert ledger.holds() == world.truth()

    def test_rate_budget_is_never_exceeded(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(world.page_size * 12))
            ours = world.limit(40)
            assert ours < 12
            with suppress(Retry):
                client.pull()
            assert client.state
            assert world.calls() <= ours

        self.play(new_world, "rate_budget_is_never_exceeded", scenario)

    def test_daily_budget_pauses_and_says_until_when(self, new_world: NewWorld) -> None:
        world = new_world()
        world.put(people(world.page_size * 12))
        world.limit(40)
        ledger = Ledger(world)

        with pytest.raises(Retry) as caught:
            ledger.pull()
        first, after_s = ledger.read, caught.value.after_s or 0.0
        world.pass_time(after_s)
        ledger.pull()

        assert 3_600 <= after_s <= 26 * 3_600
        assert str(world.now().year) in str(caught.value)
        assert sorted(first + ledger.read) == sorted(world.truth())
        assert ledger.holds() == world.truth()

    @belongs_to("daily_budget_pauses_and_says_until_when")
    def test_allowance_that_others_used_up_pauses_too(self, world: World) -> None:
        ledger = Ledger(world)
        world.others_use_up()

        with pytest.raises(Retry) as caught:
            ledger.pull()
        asked, after_s = world.calls(), caught.value.after_s or 0.0
        world.pass_time(26 * 3_600)
        ledger.pull()

        assert asked <= 10
        assert 600 <= after_s <= 26 * 3_600
        assert ledger.holds() == world.truth()

    def test_expired_session_in_mid_page_is_renewed_once(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(world.page_size * 5 // 2))
            world.expire_session(pages=1)
            client.pull()
            assert sorted(client.read) == sorted(world.truth())
            assert world.sign_ins() == 2

        self.play(new_world, "expired_session_in_mid_page_is_renewed_once", scenario)

    def test_refused_credentials_stop_with_a_remedy(self, world: World) -> None:
        ledger = Ledger(world, scope=world.wrong_credentials())

        with pytest.raises(NeedsOperator) as caught:
            ledger.pull()

        assert caught.value.remedy
        assert world.sign_ins() == 1

    def test_missing_permission_stops_one_object_only(self, world: World) -> None:
        pets = world.add_object({"1": {"name": "Rex", "owner": "10000"}})
        connector = world.open()
        connector.describe()

        with world.forbid():
            with pytest.raises(UnsiloError) as caught:
                list(connector.read(world.object, None))
            found = [one for page in connector.read(pets, None) for one in page.records]

        assert caught.value.remedy
        assert len(found) == 1

    def test_html_error_and_cut_body_are_transient(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(world.page_size * 5 // 2))
            world.break_answers()
            client.pull()
            assert sorted(client.read) == sorted(world.truth())

        self.play(new_world, "html_error_and_cut_body_are_transient", scenario)

    def test_slow_server_times_out(self, world: World) -> None:
        ledger = Ledger(world, scope=world.slow(2.0))
        started = time.monotonic()

        with pytest.raises(Retry) as caught:
            ledger.pull()

        assert time.monotonic() - started < PATIENCE_S
        assert caught.value.remedy

    def test_killed_anywhere_resumes_without_loss_or_double(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(world.page_size * 5 // 2))
            pulled: list[str] = []
            for _ in range(3):
                client.pull(pages=1)
                pulled += client.read
            client.pull()
            pulled += client.read
            assert sorted(pulled) == sorted(world.truth())

        self.play(new_world, "killed_anywhere_resumes_without_loss_or_double", scenario)

    def test_killed_after_every_page_in_every_way_of_reading(self, new_world: NewWorld) -> None:
        for way in new_world().ways():
            world, pulled = new_world(), list[str]()
            world.put(people(world.page_size * 5 // 2))
            ledger = Ledger(world, scope=way)

            for _ in range(8):
                ledger.pull(pages=1)
                pulled += ledger.read
                world.lose_places()
            world.put({key: {"note": "edited"} for key in people(3)})
            ledger.pull()

            assert sorted(pulled) == sorted(world.truth())
            assert ledger.changed == set(people(3))
            assert ledger.holds() == world.truth()

    def test_failed_object_is_never_green(self, world: World) -> None:
        ledger = Ledger(world)

        with world.fail(), pytest.raises(UnsiloError) as caught:
            ledger.pull()
        assert not ledger.complete
        assert caught.value.remedy
        ledger.pull()

        assert ledger.holds() == world.truth()
