"""The behaviours of reading, full and by changes: half of the connector suite, and how all of it is played."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from tests.contract.connector_behaviours import BEHAVIOURS
from tests.contract.connector_world import Client, Ledger, World, people

NewWorld = Callable[[], World]
Scenario = Callable[[World, Client], None]

UNMANGLED = (
    "NA", "null", "#N/A", "None", "TRUE", "00123", "1E5", "+49 151 1", "4915112345678901234", "3/4/2024", "0.10",
    " padded ", "Zoë Łukasz Иван 王伟 \U0001f600", 'Bob "The" Lee', "O'Brien", "a, b; c\td|e", "line\nbreak",
    "<b>&amp;</b>", "=1+1", "@x", "-", "\\n", "x" * 5_000,
)  # fmt: skip


class ReadingBehaviours:
    """One method a behaviour, and how each is played; the names are those of `BEHAVIOURS`."""

    @pytest.fixture
    def new_world(self) -> NewWorld:
        """Makes a fresh source system; each connector's test file gives its own."""
        raise NotImplementedError

    @pytest.fixture
    def world(self, new_world: NewWorld) -> World:
        """A source system of two pages and a half."""
        world = new_world()
        world.put(people(world.page_size * 5 // 2))
        return world

    @pytest.fixture(autouse=True)
    def _skip_by_capability(self, request: pytest.FixtureRequest, new_world: NewWorld) -> None:
        reason = new_world().cannot.get(request.node.originalname.removeprefix("test_"))
        if reason is not None:
            pytest.skip(reason)

    def play(self, new_world: NewWorld, behaviour: str, scenario: Scenario) -> None:
        """Our connector passes the scenario; where the behaviour is marked, a naive client does not."""
        world = new_world()
        scenario(world, Ledger(world, self.scope_of(behaviour)))
        if BEHAVIOURS[behaviour].bites:
            world = new_world()
            with pytest.raises((AssertionError, KeyError)):
                scenario(world, world.naive(behaviour))

    def scope_of(self, behaviour: str) -> dict[str, object]:
        """Settings under which a behaviour is played; a connector's test file may add some."""
        return {}

    # Reading, full

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

    def test_records_created_while_walking_arrive_by_the_next_run(self, world: World) -> None:
        ledger, more = Ledger(world), people(10, start=900_000)

        ledger.pull_disturbed(lambda: world.put(more))
        ledger.pull()

        assert ledger.holds() == world.truth()
        assert set(more) <= set(ledger.state)

    def test_values_arrive_unmangled(self, new_world: NewWorld) -> None:
        values = {str(number): {"name": value, "city": "x", "note": ""} for number, value in enumerate(UNMANGLED, 10)}

        def scenario(world: World, client: Client) -> None:
            world.put(values)
            client.pull()
            got = {key: {name: client.state[key][name] for name in fields} for key, fields in values.items()}
            assert got == values

        self.play(new_world, "values_arrive_unmangled", scenario)

    def test_memory_is_bounded_by_the_page(self, new_world: NewWorld) -> None:
        peaks = []
        for pages in (20, 160):
            world = new_world()
            world.put(people(world.page_size * pages))
            connector = world.open()
            list(zip(connector.read(world.object, None), range(1), strict=False))  # lazy imports
            tracemalloc.start()
            for _page in connector.read(world.object, None):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            connector.close()

        assert peaks[1] < 1.3 * peaks[0]

    # Reading, changes

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
        world.put({changed: {"name": "New", "city": "Kiel", "note": ""}})

        ledger.pull()

        assert ledger.changed == {changed}
        assert len(ledger.read) <= (len(world.truth()) if world.overlap < 0 else 1 + world.overlap)

    def test_record_changed_while_paging_is_read_again(self, world: World) -> None:
        ledger = Ledger(world)
        ids = list(world.truth())
        changes = {key: {"name": "changed", "city": "Kiel", "note": ""} for key in (ids[0], ids[-1])}

        ledger.pull_disturbed(lambda: world.put(changes))
        ledger.pull()

        assert ledger.holds() == world.truth()

    def test_expired_cursor_means_full_read_and_diff(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        assert ledger.cursor is not None
        ledger.cursor = world.expired(ledger.cursor)
        [changed] = list(world.truth())[:1]
        world.put({changed: {"name": "New", "city": "Kiel", "note": ""}})

        ledger.pull()

        assert len(ledger.read) == len(world.truth())
        assert ledger.changed == {changed}

    def test_dead_page_token_resumes_without_loss_or_repeat(self, new_world: NewWorld) -> None:
        def scenario(world: World, client: Client) -> None:
            world.put(people(world.page_size * 5 // 2))
            client.pull(pages=1)
            first = set(client.state)
            assert first
            client.pull()
            assert set(client.state) == set(world.truth())
            assert not first & set(getattr(client, "read", first))

        self.play(new_world, "dead_page_token_resumes_without_loss_or_repeat", scenario)

    def test_bulk_touch_of_everything_is_survived(self, world: World) -> None:
        ledger = Ledger(world)
        ledger.pull()
        world.put({key: {**fields, "note": "touched"} for key, fields in world.truth().items()})

        ledger.pull()

        assert ledger.changed == set(world.truth())
        assert ledger.holds() == world.truth()

    def test_same_record_over_two_ways_of_reading_is_equal(self, world: World) -> None:
        connector = world.open()
        wanted = [*list(world.truth())[:3], "gone"]

        walked = {one.record_id: one for page in connector.read(world.object, None) for one in page.records}
        fetched = connector.get(world.object, wanted)

        assert list(fetched) == [walked[key] for key in wanted[:3]]
