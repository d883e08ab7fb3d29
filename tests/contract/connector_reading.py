"""Behaviours of reading everything."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from typing import Any

from tests.contract.connector_clients import Client, Ledger
from tests.contract.connector_play import NewWorld, Played
from tests.contract.connector_world import World, people

UNMANGLED = (
    "NA", "null", "#N/A", "None", "TRUE", "00123", "1E5", "+49 151 1", "4915112345678901234", "3/4/2024", "0.10",
    " padded ", "Zoë Łukasz Иван 王伟 \U0001f600", 'Bob "The" Lee', "O'Brien", "a, b; c\td|e", "line\nbreak",
    "<b>&amp;</b>", "=1+1", "@x", "-", "\\n", "x" * 5_000,
)  # fmt: skip


class ReadingBehaviours(Played):
    """One method a behaviour; the names are those of `BEHAVIOURS`."""

    def test_reads_every_record_once(self, world: World) -> None:
        ledger = Ledger(world)

        ledger.pull()

        assert sorted(ledger.read) == sorted(world.truth())
        assert ledger.holds() == world.truth()

    def test_order_is_never_assumed(self, world: World) -> None:
        world.shuffle()
        ledger = Ledger(world)

        ledger.pull()
        world.shuffle()
        ledger.pull("full")

        assert ledger.holds() == world.truth()

    def test_empty_object_is_empty_not_an_error(self, new_world: NewWorld) -> None:
        world = new_world()
        world.put({})
        ledger = Ledger(world)

        ledger.pull()

        assert ledger.holds() == {}
        assert ledger.cursor is not None

    def test_page_shorter_than_asked_is_not_the_end(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.short_pages()
            world.put(people(world.page_size * 5 // 2))
            client.pull()
            assert set(client.state) == set(world.truth())

        self.play(new_world, "page_shorter_than_asked_is_not_the_end", scenario)

    def test_records_created_while_walking_arrive_by_the_next_run(self, world: World) -> None:
        ledger, more = Ledger(world), people(10, start=900_000)

        ledger.pull_disturbed(lambda: world.put(more))
        ledger.pull()

        assert ledger.holds() == world.truth()
        assert set(more) <= set(ledger.state)

    def test_values_arrive_unmangled(self, new_world: NewWorld) -> None:
        values = {str(number): {"name": value, "city": "x", "note": "n"} for number, value in enumerate(UNMANGLED, 10)}

        def scenario(world: World, client: Client) -> None:
            world.put(values)
            client.pull()
            kept = world.truth()
            assert {fields["name"].strip() for fields in kept.values()} == {value.strip() for value in UNMANGLED}
            assert {key: {word: client.state[key][word] for word in kept[key]} for key in kept} == kept

        self.play(new_world, "values_arrive_unmangled", scenario)

    def test_many_fields_do_not_break_the_request(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(20))
            names = world.widen()
            client.pull()
            assert len(client.state) == 20
            assert all(words.get(name) == "w" for words in client.state.values() for name in names)

        self.play(new_world, "many_fields_do_not_break_the_request", scenario)

    def test_memory_is_bounded_by_the_page(self, new_world: NewWorld) -> None:
        for way in new_world().ways():
            peaks = [self._peak(new_world(), pages, way) for pages in new_world().many_pages]
            assert peaks[1] < 1.3 * peaks[0], way

    def _peak(self, world: World, pages: int, way: Mapping[str, Any]) -> int:
        world.put_many(world.page_size * pages)
        connector = world.open(**way)
        list(zip(connector.read(world.object, None), range(1), strict=False))  # lazy imports
        tracemalloc.start()
        rows = sum(len(page.records) for page in connector.read(world.object, None))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        connector.close()
        assert rows == world.page_size * pages
        return peak

    def test_same_record_over_two_ways_of_reading_is_equal(self, world: World) -> None:
        wanted = [*list(world.truth())[:3], "gone"]
        found = []

        for way in world.ways():
            connector = world.open(**way)
            walked = {
                world.key_of(one.record_id): one for page in connector.read(world.object, None) for one in page.records
            }
            fetched = connector.get(world.object, [world.id_of(key) for key in wanted])
            connector.close()
            assert list(fetched) == [walked[key] for key in wanted[:3]]
            found.append({key: (dict(one.payload), one.modified_at) for key, one in walked.items()})

        assert all(each == found[0] for each in found)
