"""Companies that persons name are worked out again only when that can change them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from tests.builders import World, at, contact, deleted, new_world
from unified_model.store.tables.identity import resolve_queue
from unified_model.store.tables.landing import source_record


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as made:
        made.land("crm", contact("1", First="Ann", Company="Falcon"), contact("2", First="Bob", Company="Falcon"))
        made.resolve()
        yield made


def _companies_waiting(world: World) -> list[str]:
    query = (
        select(source_record.c.record_id)
        .join(resolve_queue, resolve_queue.c.record == source_record.c.id)
        .where(source_record.c.implied)
    )
    with world.store.read() as conn:
        return sorted(conn.execute(query).scalars())


def test_a_company_with_one_more_person_has_nothing_to_learn(world: World) -> None:
    world.land("crm", contact("3", First="Cid", Company="Falcon"))

    assert _companies_waiting(world) == []


def test_a_company_that_keeps_a_person_has_nothing_to_learn(world: World) -> None:
    world.land("crm", contact("2", First="Bob", Company="Zebra", modified=at(1)))

    assert _companies_waiting(world) == ["Zebra|"]


def test_a_company_that_loses_its_last_persons_in_one_page_is_worked_out_again(world: World) -> None:
    world.land("crm", *(contact(id_, First="Ann", Company="Zebra", modified=at(1)) for id_ in "12"))

    assert _companies_waiting(world) == ["Falcon|", "Zebra|"]


def test_a_company_whose_only_other_person_was_deleted_is_worked_out_again(world: World) -> None:
    world.land("crm", deleted("1"), deleted("2"))
    world.resolve()

    world.land("crm", contact("3", First="Cid", Company="Falcon"))

    assert _companies_waiting(world) == ["Falcon|"]
