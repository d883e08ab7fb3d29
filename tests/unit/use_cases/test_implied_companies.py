"""Companies that persons name are worked out again only when that can change them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from tests.builders import CONTACTS, World, at, contact, deleted, new_world, page
from unified_model.records import Page, SourceRecord
from unified_model.store.tables.identity import resolve_queue
from unified_model.store.tables.landing import source_record
from unified_model.use_cases.land import LandingOrder, land


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


@pytest.mark.parametrize(
    "leaving",
    [
        [deleted(id_) for id_ in "123"],
        [contact(id_, First="Ann", Company="Zebra", modified=at(1)) for id_ in "123"],
    ],
)
def test_a_company_that_lost_everybody_earlier_in_the_same_read_is_worked_out_again(
    world: World, leaving: list[SourceRecord]
) -> None:
    def pages(cursor: str | None) -> Iterator[Page]:
        yield page([contact("3", First="Cid", Company="Falcon")])
        yield page(leaving)
        world.resolve()
        yield page([contact("4", First="Dot", Company="Falcon")])

    land(world.store, LandingOrder(world.source("crm").id, "Contact", 2), CONTACTS, pages, clock=world.clock)

    assert "Falcon|" in _companies_waiting(world)


def test_a_person_deleted_at_first_sight_keeps_no_company_alive(world: World) -> None:
    gone = contact("3", First="Cid", Company="Zebra")._replace(deleted=True)

    def pages(cursor: str | None) -> Iterator[Page]:
        yield page([gone])
        world.resolve()
        yield page([contact("4", First="Dot", Company="Zebra")])

    land(world.store, LandingOrder(world.source("crm").id, "Contact", 2), CONTACTS, pages, clock=world.clock)

    assert _companies_waiting(world) == ["Zebra|"]
