"""Law 2: the golden side is a pure function of the records' versions and people's decisions, not of how they came."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.builders import World, contact, new_world
from tests.laws.picture import Picture, assert_same_picture, crosswalk, picture
from tests.laws.worlds import Histories, examples, histories, rounds, shuffled, small_limits
from unified_model.errors import UsageError
from unified_model.records import NaturalKey
from unified_model.store import golden_rows
from unified_model.store.decisions import Decision
from unified_model.store.engine import open_store
from unified_model.use_cases.rebuild import rebuild

SEEDS = st.integers(0, 2**32)


def declare(world: World, seed: int) -> None:
    """In every second world a source keeps one record a customer; in every third, customers may not grow large."""
    if seed % 2:
        world.unique = frozenset({"shop", "fair"})
    if seed % 3 == 0:
        world.limit_size(3)


def plainly(made: Histories, decided: tuple[Decision, ...] = (), declared: int = 2) -> Picture:
    """The picture when everything is landed first, then decided, and resolved once."""
    with new_world() as world:
        declare(world, declared)
        for label, records in rounds(made):
            world.land(label, *records)
        world.put(decided)
        world.resolve()
        return picture(world.store)


def in_any_order(world: World, made: Histories, seed: int) -> None:
    """Land in another order, in other pages, resolving now and then."""
    chance = random.Random(seed)
    for label, part in shuffled(made, seed):
        world.land_pages(label, [part])
        if chance.random() < 0.4:
            world.resolve()
    world.resolve()


@given(made=histories(), seed=SEEDS)
@examples(40)
def test_any_interleaving_and_batching_gives_the_same_customers(made: Histories, seed: int) -> None:
    with small_limits():
        expected = plainly(made, declared=seed)

    with small_limits(seed), new_world() as world:
        declare(world, seed)
        in_any_order(world, made, seed)

        assert_same_picture(picture(world.store), expected)


@given(made=histories(), seed=SEEDS)
@examples(20)
def test_landing_while_a_resolve_runs_gives_the_same_customers(made: Histories, seed: int) -> None:
    with small_limits():
        expected = plainly(made)

    with small_limits(seed), new_world() as world:
        chance = random.Random(seed)
        left = shuffled(made, seed)
        first, page = left.pop(0)
        world.land_pages(first, [page])

        def somebody_pulls() -> bool:
            while left and chance.random() < 0.5:
                label, page = left.pop(0)
                world.land_pages(label, [page])
            return False

        world.resolve(should_stop=somebody_pulls)
        for label, page in left:
            world.land_pages(label, [page])
        world.resolve()

        assert_same_picture(picture(world.store), expected)


@pytest.mark.parametrize("later", [True, False])
def test_what_a_source_declares_later_holds_as_if_it_had_declared_it_at_first(later: bool) -> None:
    ann = {"First": "Ann", "Last": "Smith", "Email": "ann.smith@acme.com", "Phone": "+1 212 555 2368"}
    with new_world() as world:
        world.unique = frozenset() if later else frozenset({"emea"})
        world.land("emea", contact("1", **ann), contact("2", **ann))
        world.resolve()

        world.unique = frozenset({"emea"}) - world.unique
        world.source("emea")
        world.resolve()

        assert len(set(crosswalk(world.store).values())) == (2 if later else 1)
        assert rebuild(world.store, clock=world.clock, actor="ann")[1] == []


@given(made=histories(most_records=8), seed=SEEDS)
@examples(20)
def test_a_decision_made_while_a_resolve_runs_is_kept(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        for label, records in rounds(made):
            world.land(label, *records)
        chance = random.Random(seed)
        known = [f"{place.label}/{place.object}/{place.record_id}" for place in made if place.object == "Contact"]

        def somebody_decides() -> bool:
            if len(known) > 1 and chance.random() < 0.2 and len(world.decisions()) < 2:
                one, other = chance.sample(known, 2)
                with contextlib.suppress(UsageError):  # not known yet, or one already
                    world.decide(one, other, chance.choice(("same", "different")))
            return False

        world.resolve(should_stop=somebody_decides)
        world.resolve()

        with small_limits():
            assert_same_picture(picture(world.store), plainly(made, tuple(world.decisions())))


@given(made=histories(), seed=SEEDS)
@examples(20)
def test_a_rebuild_gives_the_same_bytes_ids_included(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        in_any_order(world, made, seed)
        before, ids = picture(world.store), crosswalk(world.store)
        with world.store.read() as conn:
            fingerprint = golden_rows.fingerprint(conn)

        _, differing = rebuild(world.store, clock=world.clock, actor="ann")

        assert differing == []
        with world.store.read() as conn:
            assert golden_rows.fingerprint(conn) == fingerprint
        assert crosswalk(world.store) == ids
        assert_same_picture(picture(world.store), before)


@given(seed=SEEDS)
@examples(6)
def test_a_crowded_switchboard_is_counted_right_however_its_block_grew_and_shrank(seed: int) -> None:
    chance = random.Random(seed)
    people = [
        contact(str(n), First=first, Last=last, Phone="+1 212 555 2368")
        for n, (first, last) in enumerate(_strangers(30))
    ]
    leavers = [contact(r.record_id, **{**_columns(r), "Phone": None}) for r in chance.sample(people, 22)]

    with new_world() as world:
        for start in range(0, 30, size := chance.choice((1, 7, 30))):
            world.land("emea", *people[start : start + size])
            if chance.random() < 0.5:
                world.resolve()
        for start in range(0, 22, size := chance.choice((3, 22))):
            world.land("emea", *leavers[start : start + size])
            if chance.random() < 0.5:
                world.resolve()
        world.resolve()
        found = picture(world.store)

    with new_world() as world:
        world.land("emea", *people)
        world.land("emea", *leavers)
        world.resolve()
        assert_same_picture(found, picture(world.store))


def test_who_is_first_to_be_joined_does_not_depend_on_who_came_first() -> None:
    """Two vendor merges and a decision that cannot all hold: the order of arrival must not choose between them."""
    found = []
    for order in (("1", "2", "3"), ("3", "2", "1")):
        with new_world() as world:
            for number in order:
                world.land("emea", contact(number, First=f"N{number}"))
            world.land("emea", contact("4"))
            key = [NaturalKey("emea-1", "Contact", number) for number in ("1", "2", "3")]
            made = datetime(2026, 1, 1, tzinfo=UTC)
            told = [("same", 0, 1), ("same", 1, 2), ("different", 0, 2)]
            world.put(
                Decision(n, kind, (key[a],), (key[b],), None, None, None, "ann", None, made)
                for n, (kind, a, b) in enumerate(told, start=1)
            )
            world.resolve()
            found.append(picture(world.store))

    assert_same_picture(found[0], found[1])


@pytest.mark.parametrize("backend", ["postgresql"])
@given(made=histories(most_records=8, most_versions=2), seed=SEEDS)
@settings(
    examples(4),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.generate],  # a server is too slow to look for the smallest failure: the file's test does that
)
def test_a_server_gives_the_same_customers_as_a_file(
    backend: str, made: Histories, seed: int, new_postgres: Callable[[], str]
) -> None:
    with small_limits():
        expected = plainly(made)

    with small_limits(seed), open_store(new_postgres()) as store:
        assert store.backend == backend
        world = World(store)
        in_any_order(world, made, seed)

        assert_same_picture(picture(store), expected)
        assert rebuild(store, clock=world.clock, actor="ann")[1] == []


def _strangers(count: int) -> list[tuple[str, str]]:
    """People whom nobody would take for one another."""
    firsts = ("Ulrike", "Tomasz", "Chidi", "Fatima", "Hiroshi", "Oksana")
    lasts = ("Brandt", "Kowalski", "Okafor", "Haddad", "Tanaka", "Melnyk", "Quispe", "Ferrari")
    return [(firsts[n % 6], lasts[(n + n // 6) % 8]) for n in range(count)]


def _columns(record: object) -> dict[str, str]:
    return {k: v for k, v in record.payload.items() if k != "Id"}  # type: ignore[attr-defined]
