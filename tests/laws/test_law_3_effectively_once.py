"""Law 3: twice is once, and a death at any point loses and doubles nothing; the next run goes on from there."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.builders import MAPPINGS, World, contact, new_store_file, new_world, page
from tests.laws.deaths import die_at_commit
from tests.laws.picture import Picture, assert_same_picture, picture
from tests.laws.worlds import FAMILY, GIVEN, PHONES, Histories, examples, histories, rounds, shuffled, small_limits
from unified_model.errors import UsageError
from unified_model.records import Page
from unified_model.store.engine import UnitOfWork, open_store
from unified_model.store.tables.base import metadata
from unified_model.store.tables.identity import id_ledger
from unified_model.use_cases.land import LandingOrder, land
from unified_model.use_cases.rebuild import rebuild

SEEDS = st.integers(0, 2**32)


def everything(world: World, *but: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with world.store.read() as conn:
        return {
            table.name: sorted(map(tuple, conn.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in ("counter", *but)
        }


@given(made=histories(), seed=SEEDS)
@examples(20)
def test_a_page_landed_twice_is_landed_once(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        for label, part in shuffled(made, seed):
            world.land_pages(label, [part])
            before = everything(world, "cursor", "dead_letter")

            again = world.land_pages(label, [part])

            assert (again.stored, again.unchanged) == (0, len(part.records))
            assert everything(world, "cursor", "dead_letter") == before


@given(made=histories(), seed=SEEDS)
@examples(15)
def test_a_second_resolve_writes_nothing(made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as world:
        for label, part in shuffled(made, seed):
            world.land_pages(label, [part])
        world.resolve()
        before = everything(world)

        counts = world.resolve()

        assert everything(world) == before
        assert (counts.records, counts.links) == (0, 0)


@pytest.mark.parametrize("kind", ["same", "different"])
@given(made=histories(most_records=8), seed=SEEDS)
@examples(8)
def test_a_decision_made_twice_is_one(kind: str, made: Histories, seed: int) -> None:
    with small_limits(seed), new_world() as once, new_world() as twice:
        known = [f"{p.label}/{p.object}/{p.record_id}" for p in made if p.object == "Contact"]
        assume(known)
        pair = random.Random(seed).sample(known, 2) if len(known) > 1 else [*known, *known]
        for world, times in ((once, 1), (twice, 2)):
            for label, records in rounds(made):
                world.land(label, *records)
            world.resolve()
            for _ in range(times):  # the second before the first has shown: a double click
                with contextlib.suppress(UsageError):
                    world.decide(pair[0], pair[-1], kind)
            world.resolve()

        assert_same_picture(picture(twice.store), picture(once.store))


# --- Deaths


def a_hundred_people(seed: int) -> list[Page]:
    """Pages with cursors, of people who share names, phones and companies; the last page edits the first."""
    chance = random.Random(seed)
    people = [
        contact(
            str(n), First=chance.choice(GIVEN), Last=chance.choice((*FAMILY, f"Own{n}")),
            Email=f"p{chance.randrange(60)}@acme.com", Phone=chance.choice((*PHONES, None, None)),
            Company=chance.choice(("Acme Inc", "Globex", None)),
        )
        for n in range(80)
    ]  # fmt: skip
    pages = [page(people[start : start + 20], cursor=str(start // 20 + 1)) for start in range(0, 80, 20)]
    edits = [contact(str(n), First="Ann", Last="Smith", Email=f"p{n}@acme.com") for n in range(10)]
    return [*pages, page(edits, cursor="5")]


def sync(world: World, pages: list[Page]) -> None:
    """Pull from the stored cursor on, then resolve: what `unsilo sync` does to the store."""
    source = world.source("emea")

    def read(cursor: str | None) -> Iterator[Page]:
        yield from pages[int(cursor or 0) :]

    land(world.store, LandingOrder(source.id, "Contact", 1), MAPPINGS["Contact"], read, clock=world.clock)
    world.resolve()


def undisturbed(seed: int) -> Picture:
    """What comes out when nobody dies."""
    with new_world() as world:
        sync(world, a_hundred_people(seed))
        return picture(world.store)


def commits_of(folder: Path, seed: int) -> int:
    """How many commits one whole sync makes."""
    file = new_store_file(folder, "count.db")
    commit, done = UnitOfWork.commit, 0

    def counted(self: UnitOfWork) -> None:
        nonlocal done
        done += 1
        commit(self)

    with pytest.MonkeyPatch.context() as patch, open_store(f"sqlite:///{file}", upgrade="never") as store:
        patch.setattr(UnitOfWork, "commit", counted)
        sync(World(store), a_hundred_people(seed))
    return done


def ledger_of(file: Path) -> set[tuple[str, int, int]]:
    """Every id issued, with its anchor and sequence."""
    with open_store(f"sqlite:///{file}", upgrade="never") as store, store.read() as conn:
        rows = conn.execute(select(id_ledger.c.customer_id, id_ledger.c.anchor, id_ledger.c.sequence))
        return {tuple(row) for row in rows}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_at_any_commit_changes_nothing_in_the_end(tmp_path: Path, when: Any) -> None:
    seed = 7
    with small_limits(3):
        expected, commits = undisturbed(seed), commits_of(tmp_path, seed)
        assert commits > 20

        for number in range(1, commits + 1, max(1, commits // 10)):
            file = new_store_file(tmp_path, f"{when}-{number}.db")
            assert die_at_commit(file, lambda world: sync(world, a_hundred_people(seed)), number, when)
            issued = ledger_of(file)

            with open_store(f"sqlite:///{file}", upgrade="never") as store:
                sync(World(store), a_hundred_people(seed))

                assert_same_picture(picture(store), expected)
            assert issued <= ledger_of(file), "an id was taken back"


def test_one_death_after_the_other_still_ends_the_same(tmp_path: Path) -> None:
    chance = random.Random(11)
    with small_limits(5):
        expected, file = undisturbed(11), new_store_file(tmp_path)
        deaths = 0
        while die_at_commit(
            file,
            lambda world: sync(world, a_hundred_people(11)),
            chance.randint(2, 6),
            chance.choice(("before", "after")),
        ):
            deaths += 1

        with open_store(f"sqlite:///{file}", upgrade="never") as store:
            assert_same_picture(picture(store), expected)
        assert deaths > 10


def test_a_death_in_a_rebuild_or_a_decision_is_made_good_by_the_next_resolve(tmp_path: Path) -> None:
    def decide_and_rebuild(world: World) -> None:
        world.decide("emea/1", "emea/2", "different")
        rebuild(world.store, clock=world.clock, actor="ann")

    with small_limits(3):
        grown = new_store_file(tmp_path, "grown.db")
        for file, then in ((grown, False), (new_store_file(tmp_path, "calm.db"), True)):
            with open_store(f"sqlite:///{file}", upgrade="never") as store:
                sync(World(store), a_hundred_people(7))
                if then:
                    decide_and_rebuild(World(store))
                    expected = picture(store)

        number, died = 0, True
        while died:
            number += 12
            file = Path(shutil.copyfile(grown, tmp_path / f"dead-{number}.db"))
            died = die_at_commit(file, decide_and_rebuild, number, "before")
            with open_store(f"sqlite:///{file}", upgrade="never") as store:
                World(store).resolve()
                assert_same_picture(picture(store), expected)
        assert number > 24
