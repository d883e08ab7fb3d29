"""Behaviours of fields and objects that come, go, hide or are calculated, and of references between records."""

from __future__ import annotations

import pytest

from tests.contract.connector_clients import Client, Ledger
from tests.contract.connector_play import NewWorld, Played, belongs_to
from tests.contract.connector_world import World, people


class SchemaBehaviours(Played):
    """One method a behaviour; the names are those of `BEHAVIOURS`."""

    def test_new_field_appears_and_is_backfilled(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.add_field("shoe size", "42")
            client.pull()
            assert {words.get("shoe size") for words in client.state.values()} == {"42"}

        self.play(new_world, "new_field_appears_and_is_backfilled", scenario)

    def test_vanished_field_is_not_read_as_empty(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.drop_field("city")
            world.put({key: {"note": "edited"} for key in people(5)})
            client.pull()
            client.reconcile()
            assert len(client.state) == 50
            assert [words["note"] for words in client.state.values()].count("edited") == 5
            absent = None if world.hides else "Berlin"
            assert {words.get("city", absent) for words in client.state.values()} == {"Berlin"}

        self.play(new_world, "vanished_field_is_not_read_as_empty", scenario)

    def test_returned_field_is_backfilled(self, new_world: NewWorld) -> None:
        world = new_world()
        if not world.hides:
            pytest.skip("a column that goes takes its values with it")
        world.put(people(50))
        ledger = Ledger(world)
        ledger.pull()

        world.drop_field("city")
        world.put({key: {"city": "Kiel"} for key in people(5)})
        ledger.pull()
        world.show_field("city")
        ledger.pull()

        assert ledger.holds() == world.truth()

    def test_field_hidden_in_mid_run_keeps_its_values(self, world: World) -> None:
        if not world.hides:
            pytest.skip("a column that goes takes its values with it")
        ledger, (edited,) = Ledger(world), people(1)
        ledger.pull()
        world.put({key: {"note": "edited"} for key in world.truth()})

        ledger.pull_disturbed(lambda: world.drop_field("city"))
        world.put({edited: {"name": "edited"}})
        ledger.pull()

        assert {words["city"] for words in ledger.state.values()} == {"Berlin"}
        assert ledger.holds() == world.truth()

    def test_custom_fields_and_objects_arrive(self, world: World) -> None:
        world.add_field("shoe size", "42")
        pets = world.add_object({"1": {"name": "Rex", "owner": "10000"}})
        ledger, ledger_of_pets = Ledger(world), Ledger(world, object=pets)

        ledger.pull()
        ledger_of_pets.pull()
        fields = {info.object: info.fields for info in world.open().discover()}

        assert {words["shoe size"] for words in ledger.state.values()} == {"42"}
        assert [(each["name"], each["owner"]) for each in ledger_of_pets.state.values()] == [
            ("Rex", world.id_of("10000"))
        ]
        assert world.column("shoe size") in fields[world.object]
        assert {world.column("owner")} <= set(fields[pets])

    def test_excluded_field_is_never_ingested(self, world: World) -> None:
        world.add_field("IBAN", "DE00SECRET")
        connector = world.open(exclude_fields=[world.column("IBAN")])

        pages = list(connector.read(world.object, None))
        some = connector.get(world.object, [world.id_of(key) for key in list(world.truth())[:2]])

        assert sum(len(page.records) for page in pages) == len(world.truth())
        assert len(some) == 2
        assert "DE00SECRET" not in repr(pages)
        assert "DE00SECRET" not in repr(some)

    def test_unknown_type_becomes_text(self, world: World) -> None:
        world.add_oddity("duration", "PT5M")
        ledger = Ledger(world)

        ledger.pull()

        assert {words["duration"] for words in ledger.state.values()} == {"PT5M"}

    def test_calculated_field_is_refreshed(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(50))
            client.pull()
            world.change_calculated("Energy")
            client.pull()
            client.reconcile()
            assert {words[world.calculated] for words in client.state.values()} == {"Energy"}

        self.play(new_world, "calculated_field_is_refreshed", scenario)

    # References

    def test_references_and_associations_arrive(self, world: World) -> None:
        keys = list(people(2))
        for number, key in enumerate(keys, start=2):
            world.link(key, number)

        assert len(world.links()) == 5
        assert world.linked(self._pulled(world)) == world.links()

    @belongs_to("references_and_associations_arrive")
    def test_links_to_what_may_not_be_seen_stand(self, world: World) -> None:
        if not world.hides_links:
            pytest.skip("a link is a record of its own, or a column")
        [key] = people(1)
        world.link(key, 3)
        clients = self._pulled(world)

        with world.forbid_links():
            world.edit_by_them(key, {"note": "theirs"})
            for each in clients.values():
                each.pull()
                each.reconcile()

        assert clients[world.object].state[key]["note"] == "theirs"
        assert len(world.links()) == 3
        assert world.linked(clients) == world.links()

    def test_association_change_alone_is_seen(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(20))
            clients = {name: self._same_kind(world, client, name) for name in world.link_objects()}
            for each in clients.values():
                each.pull()
            world.link(next(iter(people(1))), 3)
            for each in clients.values():
                each.pull()
                if not world.links_touch:
                    each.reconcile()
            assert len(world.links()) == 3
            assert world.linked(clients) == world.links()

        self.play(new_world, "association_change_alone_is_seen", scenario)

    def test_many_to_many_is_complete_beyond_a_page(self, world: World) -> None:
        count = world.beyond_a_page_of_links or world.page_size * 5 // 2
        world.link(next(iter(people(1))), count)

        assert len(world.links()) == count
        assert world.linked(self._pulled(world)) == world.links()

    def _pulled(self, world: World) -> dict[str, Client]:
        clients: dict[str, Client] = {name: Ledger(world, object=name) for name in world.link_objects()}
        for each in clients.values():
            each.pull()
        return clients

    def _same_kind(self, world: World, client: Client, name: str) -> Client:
        return Ledger(world, object=name) if isinstance(client, Ledger) else client
