"""The contract every connector keeps, as tests over a rehearsed source system.

A connector's own test file subclasses `ConnectorSuite` and gives a fixture `new_world` that makes fresh `World`s. What
its source can't have is skipped with the reason. A behaviour marked N is played twice: with our connector, which must
pass, and with a naive client, which must not; so the test is known to bite.
"""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.contract.connector_behaviours import BEHAVIOURS
from tests.contract.connector_world import Client, Ledger, World, people
from unified_model.errors import UnsiloError

NewWorld = Callable[[], World]
Scenario = Callable[[World, Client], None]

UNMANGLED = (
    "NA", "null", "#N/A", "None", "TRUE", "00123", "1E5", "+49 151 1", "4915112345678901234", "3/4/2024", "0.10",
    " padded ", "Zoë Łukasz Иван 王伟 \U0001f600", 'Bob "The" Lee', "O'Brien", "a, b; c\td|e", "line\nbreak",
    "<b>&amp;</b>", "=1+1", "@x", "-", "\\n", "x" * 5_000,
)  # fmt: skip


class ConnectorSuite:
    """One method a behaviour; the names are those of `BEHAVIOURS`."""

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

    def test_every_behaviour_has_a_test(self) -> None:
        assert [name for name in BEHAVIOURS if not hasattr(self, f"test_{name}")] == []
        assert len(BEHAVIOURS) == 68

    def test_no_excuse_is_for_something_unknown(self, new_world: NewWorld) -> None:
        assert set(new_world().cannot) <= set(BEHAVIOURS)

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

    # Deletes, merges

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
