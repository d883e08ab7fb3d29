"""Law 9: what landing and resolving cost follows the change, at any size of the store.

Cost is counted, not timed: instructions of SQLite's virtual machine, which see every scan, and rows written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from tests.builders import World, contact, deleted, new_store_file, page
from unified_model.records import SourceRecord
from unified_model.store.engine import Store, open_store
from unified_model.store.tables.base import metadata

SYLLABLES = ("ba", "ke", "ti", "mo", "ru", "sa", "le", "ni", "vo", "du")
SMALL, LARGE = 200, 2_000


class Meter:
    """Instructions executed and rows written by every connection of a store."""

    def __init__(self, store: Store) -> None:
        self.steps = 0
        self._connections: list[sqlite3.Connection] = []
        store.engine.dispose()
        event.listen(store.engine, "connect", self._watch)

    def _watch(self, connection: sqlite3.Connection, _record: Any) -> None:
        self._connections.append(connection)
        connection.set_progress_handler(self._tick, 10)

    def _tick(self) -> int:
        self.steps += 10
        return 0

    @property
    def written(self) -> int:
        """Rows inserted, updated or deleted so far."""
        return sum(connection.total_changes for connection in self._connections)

    @contextmanager
    def reading(self) -> Iterator[dict[str, int]]:
        """What a block cost: instructions, rows written."""
        spent: dict[str, int] = {}
        steps, written = self.steps, self.written
        yield spent
        spent.update(steps=self.steps - steps, written=self.written - written)


def somebody(number: int, **columns: str) -> SourceRecord:
    """A person who shares nothing with the others, so that only the store grows and no block does."""
    word = "".join(SYLLABLES[int(digit)] for digit in f"{number * 7919 % 100_000:05d}")
    own = {
        "First": f"X{word[:6]}", "Last": f"Z{word}", "Email": f"{word}{number}@{word}{number}.com",
        "Phone": f"+49 30 {number * 7919 % 9_000_000 + 1_000_000}", "Company": f"{word} {number} Works",
    }  # fmt: skip
    return contact(str(number), **{**own, **columns})


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A small and a large store with everything resolved."""
    folder, files = tmp_path_factory.mktemp("grown"), {}
    for size in (SMALL, LARGE):
        files[size] = new_store_file(folder, f"{size}.db")
        with open_store(f"sqlite:///{files[size]}") as store:
            world = World(store)
            world.land_pages(
                "emea", [page(somebody(n) for n in range(start, start + 100)) for start in range(0, size, 100)]
            )
            world.resolve()
    return files


@contextmanager
def metered(file: Path) -> Iterator[tuple[World, Meter]]:
    """A world over a store file, and its meter."""
    with open_store(f"sqlite:///{file}") as store:
        yield World(store), Meter(store)


CHANGES: dict[str, list[SourceRecord]] = {
    "ten new": [somebody(90_000 + n) for n in range(10)],
    "ten edited": [somebody(n, Title="CEO") for n in range(10)],
    "ten married": [somebody(n, Last=f"Q{SYLLABLES[n % 10]}neu") for n in range(20, 30)],
    "ten duplicates": [contact(f"d{n}", **_columns) for n in range(30, 40) for _columns in [dict(somebody(n).payload)]],
    "ten gone": [deleted(str(n)) for n in range(40, 50)],
}


@pytest.mark.parametrize("change", CHANGES)
def test_ten_changes_cost_the_same_in_a_store_ten_times_as_large(grown: dict[int, Path], change: str) -> None:
    cost = {}
    for size, file in grown.items():
        with metered(file) as (world, meter):
            with meter.reading() as spent:
                world.land("emea", *CHANGES[change])
                world.resolve()
            cost[size] = spent

    assert cost[LARGE]["written"] == pytest.approx(cost[SMALL]["written"], rel=0.05)
    assert cost[LARGE]["steps"] <= 1.5 * cost[SMALL]["steps"], cost


def test_a_decision_costs_the_same_in_a_store_ten_times_as_large(grown: dict[int, Path]) -> None:
    cost = {}
    for size, file in grown.items():
        with metered(file) as (world, meter):
            with meter.reading() as spent:
                world.decide("emea/60", "emea/61", "same")
                world.resolve()
            cost[size] = spent

    assert cost[LARGE]["written"] == cost[SMALL]["written"]
    assert cost[LARGE]["steps"] <= 1.5 * cost[SMALL]["steps"], cost


def test_an_idle_resolve_costs_next_to_nothing_and_writes_nothing(grown: dict[int, Path]) -> None:
    with metered(grown[LARGE]) as (world, meter):
        world.resolve()
        with meter.reading() as spent:
            world.resolve()

    assert spent["written"] == 0
    assert spent["steps"] < 2_000


def test_what_is_read_again_unchanged_writes_its_cursor_and_nothing_else(grown: dict[int, Path]) -> None:
    with metered(grown[SMALL]) as (world, meter):
        world.source("emea")
        before = rows_of(world)
        with meter.reading() as spent:
            counts = world.land("emea", *(somebody(n) for n in range(100, 200)))
        after = rows_of(world)

    assert (counts.unchanged, counts.stored) == (100, 0)
    assert {name for name in before if before[name] != after[name]} <= {"cursor", "counter"}
    assert spent["written"] <= 2


def test_a_read_without_pages_writes_nothing_at_all(grown: dict[int, Path]) -> None:
    with metered(grown[SMALL]) as (world, meter):
        world.source("emea")
        with meter.reading() as spent:
            world.land_pages("emea", [], object="Contact")

    assert spent["written"] == 0


def test_a_crowd_at_a_switchboard_is_not_looked_at_again_for_each_newcomer(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{new_store_file(tmp_path)}") as store:
        world = World(store)
        world.land("emea", *(somebody(n, Phone="+1 212 555 2368") for n in range(150)))
        world.resolve()

        counts = world.land("emea", somebody(500, Phone="+1 212 555 2368")), world.resolve()

    assert counts[1].records <= 4


def rows_of(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with world.store.read() as conn:
        return {t.name: sorted(map(tuple, conn.execute(select(t))), key=repr) for t in metadata.sorted_tables}
