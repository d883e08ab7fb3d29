"""The contract every connector keeps, as tests over a rehearsed source system.

A connector's own test file subclasses `ConnectorSuite` and gives a fixture `new_world` that makes fresh `World`s. What
its source can't have is skipped with the reason. A behaviour marked N is played twice: with our connector, which must
pass, and with a naive client, which must not; so the test is known to bite.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.contract.connector_behaviours import BEHAVIOURS
from tests.contract.connector_reading import NewWorld, ReadingBehaviours
from tests.contract.connector_world import Client, Ledger, World, people
from unified_model.errors import UnsiloError


class ConnectorSuite(ReadingBehaviours):
    """The behaviours of reading, and those of deletes, schema and failure."""

    def test_every_behaviour_has_a_test(self) -> None:
        assert [name for name in BEHAVIOURS if not hasattr(self, f"test_{name}")] == []
        assert len(BEHAVIOURS) == 68

    def test_no_excuse_is_for_something_unknown(self, new_world: NewWorld) -> None:
        assert set(new_world().cannot) <= set(BEHAVIOURS)

    # Deletes, merges

    def test_soft_delete_is_seen(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            [deleted] = people(1)
            world.soft_delete(deleted)
            client.pull()
            assert set(client.state) == set(people(50)) - {deleted}

        self.play(new_world, "soft_delete_is_seen", scenario)

    def test_merge_names_the_survivor(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            loser, survivor = people(2)
            world.merge(loser, survivor)
            client.pull()
            assert loser not in client.state
            assert isinstance(client, Ledger)
            assert client.survivors == {loser: survivor}

        self.play(new_world, "merge_names_the_survivor", scenario)

    def test_chain_of_merges_resolves(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        first, second, third = people(3)

        world.merge(first, second)
        world.merge(second, third)
        ledger.pull()

        assert [ledger.survivor_of(key) for key in (first, second, third)] == [third] * 3
        assert ledger.holds() == world.truth()

    def test_hard_delete_is_seen_after_reconcile(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.remove(*list(people(3)))
            client.pull("full")
            assert set(client.state) == set(world.truth())

        self.play(new_world, "hard_delete_is_seen_after_reconcile", scenario)

    def test_restore_is_seen(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.remove(*people(3))
            client.pull("full")
            assert not set(people(3)) & set(client.state)
            world.put(people(3))
            client.pull()
            assert set(client.state) == set(world.truth())

        self.play(new_world, "restore_is_seen", scenario)

    def test_reconcile_finds_a_dropped_record_and_says_so(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        [dropped] = list(world.truth())[5:6]
        del ledger.state[dropped]

        ledger.pull("full")

        assert ledger.changed == {dropped}
        assert ledger.holds() == world.truth()

    def test_reconcile_of_a_broken_read_deletes_nothing(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.damage()
            with suppress(UnsiloError):
                client.pull("full")
            assert set(people(50)) <= set(client.state)

        self.play(new_world, "reconcile_of_a_broken_read_deletes_nothing", scenario)

    # Schema

    def test_new_field_appears_and_is_backfilled(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.add_field("shoe size", "42")
            client.pull()
            assert {payload.get("shoe size") for payload in client.state.values()} == {"42"}

        self.play(new_world, "new_field_appears_and_is_backfilled", scenario)

    def test_vanished_field_is_not_read_as_empty(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.drop_field("city")
            client.pull("full")
            assert len(client.state) == 50
            assert all(payload.get("city") != "" for payload in client.state.values())

        self.play(new_world, "vanished_field_is_not_read_as_empty", scenario)

    def test_custom_fields_and_objects_arrive(self, world: World) -> None:
        world.add_field("shoe size", "42")
        world.add_object("pets", {"1": {"name": "Rex", "owner": "10000"}})
        connector = world.open()

        pets = [one for page in connector.read("pets", None) for one in page.records]
        fields = {info.object: info.fields for info in connector.discover()}

        assert [dict(one.payload)["name"] for one in pets] == ["Rex"]
        assert "shoe size" in fields[world.object]
        assert {"name", "owner"} <= set(fields["pets"])

    def test_excluded_field_is_never_ingested(self, world: World) -> None:
        world.add_field("IBAN", "DE00SECRET")
        connector = world.open(exclude_fields=["IBAN"])

        pages = list(connector.read(world.object, None))

        assert sum(len(page.records) for page in pages) == len(world.truth())
        assert "DE00SECRET" not in repr(pages)
        assert "DE00SECRET" not in repr(connector.get(world.object, list(world.truth())[:2]))

    def test_unknown_type_becomes_text(self, world: World) -> None:
        world.add_field("duration", "PT5M")
        ledger = Ledger(world)

        ledger.pull()

        assert {type(payload["duration"]) for payload in ledger.state.values()} == {str}

    def test_calculated_field_is_refreshed(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            [key] = list(people(1))
            world.change_unstamped(key, "note", "calculated anew")
            client.pull()
            assert client.state[key]["note"] == "calculated anew"

        self.play(new_world, "calculated_field_is_refreshed", scenario)

    # Failure

    def test_missing_permission_stops_one_object_only(self, world: World) -> None:
        world.add_object("pets", {"1": {"name": "Rex", "owner": "10000"}})
        connector = world.open()
        connector.describe()

        with world.forbid():
            with pytest.raises(UnsiloError) as caught:
                list(connector.read(world.object, None))
            pets = [one for page in connector.read("pets", None) for one in page.records]

        assert caught.value.remedy
        assert len(pets) == 1

    def test_killed_anywhere_resumes_without_loss_or_double(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(world.page_size * 5 // 2))
            pulled: list[str] = []
            for _ in range(3):
                client.pull(pages=1)
                pulled += getattr(client, "read", client.state)
            client.pull()
            pulled += getattr(client, "read", client.state)
            assert sorted(pulled) == sorted(world.truth())

        self.play(new_world, "killed_anywhere_resumes_without_loss_or_double", scenario)

    def test_failed_object_is_never_green(self, world: World) -> None:
        ledger = Ledger(world)

        with world.fail(), pytest.raises(UnsiloError) as caught:
            ledger.pull()
        assert not ledger.complete
        assert caught.value.remedy
        ledger.pull()

        assert ledger.holds() == world.truth()

    def test_secrets_and_personal_data_never_reach_logs_or_errors(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        world.put({key: {"name": "Xaverius", "city": "Ypsilanti", "note": "n"} for key in people(5)})
        caplog.set_level(logging.DEBUG)
        ledger, said = Ledger(world), []

        ledger.pull()
        world.damage()
        for disturb in (world.fail, world.forbid):
            with disturb(), pytest.raises(UnsiloError) as caught:
                ledger.pull("full")
            said.append(str(caught.value))
        said += [str(finding) for finding in world.open().check()]
        said += [one.detail + one.place for one in ledger.rejects]

        assert not any(word in text for text in (*said, caplog.text) for word in ("Xaverius", "Ypsilanti"))


# What can't be tested in one way for every kind of source is played by its world, unless that says why it can't.


def _played_by_the_world(name: str) -> Callable[[ConnectorSuite, World], None]:
    def test(self: ConnectorSuite, world: World) -> None:
        play = getattr(world, name, None)
        assert play is not None, f"The world neither plays {name} nor says why its source can't have it."
        play()

    test.__name__ = f"test_{name}"
    return test


for _name in BEHAVIOURS:
    if not hasattr(ConnectorSuite, f"test_{_name}"):
        setattr(ConnectorSuite, f"test_{_name}", _played_by_the_world(_name))
