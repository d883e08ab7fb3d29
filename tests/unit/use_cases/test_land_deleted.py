"""Exports that keep what was deleted: such a record is evidence, gives no values, and names its survivor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import World, contact, new_world
from unified_model.store.tables.golden import customer
from unified_model.store.tables.identity import membership
from unified_model.store.tables.landing import record_alias, source_record


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with new_world(tmp_path) as made:
        yield made


def rows(world: World, *columns: Any) -> list[tuple[Any, ...]]:
    with world.store.read() as conn:
        return [tuple(row) for row in conn.execute(select(*columns))]


def test_a_record_deleted_at_first_sight_is_kept_and_counted(world: World) -> None:
    counts = world.land("emea", contact("1", First="Ann", Last="Gray")._replace(deleted=True))
    again = world.land("emea", contact("1", First="Ann", Last="Gray")._replace(deleted=True))
    world.resolve()

    assert (counts.read, counts.stored) == (1, 1)
    assert (again.stored, again.unchanged) == (0, 1)
    assert rows(world, source_record.c.deleted_at)[0][0] is not None
    assert rows(world, customer.c.state) == [("inactive",)]


def test_it_comes_to_life_when_the_source_restores_it(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Last="Gray")._replace(deleted=True))
    world.land("emea", contact("1", First="Ann", Last="Gray"))
    world.resolve()

    assert rows(world, source_record.c.deleted_at, source_record.c.version) == [(None, 2)]
    assert rows(world, customer.c.state) == [("active",)]


def test_its_survivor_is_followed_although_nothing_else_links_the_two(world: World) -> None:
    merged = contact("2", First="Bea", Last="Quill")._replace(deleted=True, merged_into="1")

    world.land("emea", contact("1", First="Ann", Last="Gray"), merged)
    world.resolve()

    assert rows(world, record_alias.c.record_id, record_alias.c.survivor_record_id) == [("2", "1")]
    assert len({owner for (owner,) in rows(world, membership.c.customer_id)}) == 1
