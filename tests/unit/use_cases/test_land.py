"""Landing: what becomes of each record of a page, and what a record carries from version to version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import World, account, at, contact, deleted, new_world, page, reject
from unified_model.errors import NeedsOperator
from unified_model.store.codec import decode
from unified_model.store.dead_letters import list_dead_letters
from unified_model.store.tables.golden import customer, organization, person
from unified_model.store.tables.landing import record_alias, source_record, source_record_version
from unified_model.store.tables.unified import affiliation, person_record


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with new_world(tmp_path) as made:
        yield made


def rows(world: World, *columns: Any) -> list[tuple[Any, ...]]:
    with world.store.read() as conn:
        return [tuple(row) for row in conn.execute(select(*columns))]


def test_a_new_record_is_stored_and_the_same_again_is_unchanged(world: World) -> None:
    first = world.land("emea", contact("1", First="Ann"))
    again = world.land("emea", contact("1", First="Ann"))

    assert (first.stored, first.unchanged) == (1, 0)
    assert (again.stored, again.unchanged) == (0, 1)


def test_a_changed_value_makes_a_version(world: World) -> None:
    world.land("emea", contact("1", First="Ann", modified=at(0)))
    world.land("emea", contact("1", First="Anna", modified=at(1)))

    versions = rows(world, source_record_version.c.version, source_record_version.c.modified_at)
    assert versions == [(1, at(0)), (2, at(1))]


def test_a_column_nobody_reads_makes_no_version_but_the_newest_copy_is_kept(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Company="Acme", modified=at(0)))
    counts = world.land("emea", contact("1", First="Ann", Company="Acme", Note="called", modified=at(5)))

    assert counts.stored == 1
    assert rows(world, source_record_version.c.version) == [(1,)]
    assert decode(rows(world, source_record.c.payload)[0][0])["Note"] == "called"
    assert len(rows(world, affiliation.c.record)) == 1


def test_a_touch_dates_no_value_anew_however_often_it_is_resolved(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Title="CEO", modified=at(0)))
    world.land("emea", contact("1", First="Ann", Title="CEO", Note="called", modified=at(5)))
    world.resolve()

    told = decode(rows(world, person.c.provenance)[0][0])
    assert told["fields"]["job_title"][2] == at(0).isoformat().replace("+00:00", "Z")


def test_a_value_that_stays_keeps_its_time_when_another_changes(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Title="Clerk", modified=at(0)))
    world.land("emea", contact("1", First="Ann", Title="CEO", modified=at(5)))

    since = decode(rows(world, person_record.c.field_since)[0][0])
    assert since["given_name"] == at(0).isoformat().replace("+00:00", "Z")
    assert "job_title" not in since


def test_a_restored_record_keeps_the_times_of_its_values(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Title="CEO", modified=at(0)))
    world.land("emea", deleted("1"))
    world.land("emea", contact("1", First="Ann", Title="CEO", modified=at(9)))

    since = decode(rows(world, person_record.c.field_since)[0][0])
    assert since["job_title"] == at(0).isoformat().replace("+00:00", "Z")


def test_a_deleted_record_keeps_its_last_payload_and_gives_no_values(world: World) -> None:
    world.land("emea", contact("1", First="Ann"))
    counts = world.land("emea", deleted("1"))
    world.resolve()

    assert (counts.read, counts.stored, counts.deleted) == (1, 1, 1)
    assert decode(rows(world, source_record.c.payload)[0][0])["First"] == "Ann"
    assert rows(world, customer.c.state) == [("inactive",)]
    assert rows(world, person.c.given_name) == [(None,)]


def test_deleting_twice_and_deleting_the_unknown_change_nothing(world: World) -> None:
    world.land("emea", contact("1"))
    world.land("emea", deleted("1"))

    counts = world.land("emea", deleted("1"), deleted("2"))

    assert (counts.unchanged, counts.stored, counts.deleted) == (2, 0, 0)


def test_a_merge_seen_after_its_delete_still_names_the_survivor(world: World) -> None:
    world.land("emea", contact("1"), contact("2"))
    world.land("emea", deleted("1"))
    world.land("emea", deleted("1", merged_into="2"))

    assert rows(world, record_alias.c.record_id, record_alias.c.survivor_record_id) == [("1", "2")]


def test_a_company_that_only_a_deleted_person_names_comes_back_with_that_person(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Company="Acme"))
    world.resolve()
    world.land("emea", deleted("1"))
    world.resolve()
    gone = rows(world, customer.c.kind, customer.c.state)
    world.land("emea", contact("1", First="Ann", Company="Acme"))
    world.resolve()

    assert set(gone) == {("person", "inactive"), ("organization", "inactive")}
    assert set(rows(world, customer.c.kind, customer.c.state)) == {("person", "active"), ("organization", "active")}


def test_a_company_nobody_names_any_more_is_inactive(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Company="Acme"))
    world.resolve()
    world.land("emea", contact("1", First="Ann", Company="Globex"))
    world.resolve()

    named = rows(world, organization.c.name)
    assert sorted(named, key=str) == [("Globex",), (None,)]


@pytest.mark.parametrize("turned", [False, True])
def test_two_spellings_of_one_key_give_one_company_whichever_came_first(world: World, turned: bool) -> None:
    both = [contact("1", Company="A|b", Site="c"), contact("2", Company="A", Site="b|c")]
    for record in reversed(both) if turned else both:
        world.land("emea", record)
    world.resolve()

    assert sorted(rows(world, organization.c.name)) == [("A",), ("A|b",)]


def test_a_snapshot_deletes_what_it_no_longer_holds(world: World) -> None:
    many = [contact(str(n), First="Ann") for n in range(20)]
    world.land_pages("emea", [page(many, complete=True)], deletes_by_absence=True)

    counts = world.land_pages("emea", [page(many[:19], complete=True)], deletes_by_absence=True)

    assert counts.deleted == 1
    assert counts.balanced()
    gone = [record for record, when in rows(world, source_record.c.record_id, source_record.c.deleted_at) if when]
    assert gone == ["19"]


def test_a_snapshot_that_misses_too_much_deletes_nothing_until_a_person_agrees(world: World) -> None:
    many = [contact(str(n), First="Ann") for n in range(20)]
    world.land_pages("emea", [page(many, complete=True)], deletes_by_absence=True)
    short = [page(many[:5], complete=True)]

    with pytest.raises(NeedsOperator, match="15 of 20"):
        world.land_pages("emea", short, deletes_by_absence=True)
    assert not any(when for (when,) in rows(world, source_record.c.deleted_at))

    world.land_pages("emea", short, deletes_by_absence=True, accept_vanishing=True)
    assert sum(when is not None for (when,) in rows(world, source_record.c.deleted_at)) == 15


def test_a_dead_letter_closes_when_its_record_lands(world: World) -> None:
    world.land_pages("emea", [page(rejects=[reject("f.csv:3", record_id="7")])])
    world.land("emea", contact("7"))

    with world.store.read() as conn:
        assert [one["state"] for one in list_dead_letters(conn, state=None)] == ["resolved"]


def test_objects_of_one_source_do_not_mix(world: World) -> None:
    world.land("emea", contact("1", First="Ann"))
    world.land("emea", account("1", Name="Acme"))
    world.resolve()

    assert sorted(rows(world, customer.c.kind)) == [("organization",), ("person",)]


@pytest.mark.parametrize("odd", ["nul\0", "half\ud83d"])
def test_text_that_no_store_can_hold_never_stops_a_page(odd: str):
    with new_world() as world:
        records = [contact("1", First=odd, Company=odd, Note=odd), contact(odd, First="Ann"), contact("2", First="Bob")]
        counts = world.land_pages("emea", [page(records, [reject(place=odd, raw=odd, detail=odd, record_id=odd)])])
        with world.store.read() as conn:
            letters = conn.exec_driver_sql("select reason from dead_letter order by 1").scalars().all()

    assert (counts.read, counts.stored, counts.rejected) == (4, 2, 2)
    assert letters == ["bad_id", "row_too_short"]
