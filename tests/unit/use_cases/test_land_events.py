"""Landing what API sources tell beyond values: hidden columns, merges, conversions, restores, objects nobody maps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.builders import CONTACTS, World, account, at, case, contact, deleted, new_world, page
from unified_model.errors import NeedsOperator, UsageError
from unified_model.store.codec import decode
from unified_model.store.tables.golden import customer
from unified_model.store.tables.identity import blocking_key_log, membership, resolve_queue, review
from unified_model.store.tables.landing import hidden_column, record_alias, source_record, source_record_version
from unified_model.store.tables.unified import person_record
from unified_model.use_cases import remap
from unified_model.use_cases.explain import explain_customer

LEAD = contact


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with new_world(tmp_path) as made:
        yield made


def rows(world: World, *columns: Any) -> list[tuple[Any, ...]]:
    with world.store.read() as conn:
        return [tuple(row) for row in conn.execute(select(*columns))]


def raw(world: World) -> dict[str, Any]:
    with world.store.read() as conn:
        found = conn.exec_driver_sql("select record_id, payload from raw_record").all()
    return {record_id: decode(payload) for record_id, payload in found}


def customers(world: World) -> int:
    return len({c for (c,) in rows(world, membership.c.customer_id)})


def queued(world: World) -> int:
    return len(rows(world, resolve_queue.c.record))


# Hidden columns


def test_a_hidden_column_keeps_what_the_store_holds_of_it(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Phone="+12125552368", Note="vip"))
    hidden = frozenset(("Phone", "Note"))

    counts = world.land_pages("emea", [page([contact("1", First="Anna")], hidden=hidden)])

    assert counts.stored == 1
    assert raw(world)["1"] == {"Id": "1", "First": "Anna", "Phone": "+12125552368", "Note": "vip"}
    assert rows(world, person_record.c.given_name) == [("Anna",)]


def test_a_record_that_lacks_only_hidden_columns_is_unchanged(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Phone="+12125552368"))

    counts = world.land_pages("emea", [page([contact("1", First="Ann")], hidden=frozenset(("Phone",)))])

    assert (counts.unchanged, counts.stored) == (1, 0)


def test_a_new_record_has_no_value_of_a_hidden_column(world: World) -> None:
    world.land_pages("emea", [page([contact("1", First="Ann")], hidden=frozenset(("Phone",)))])

    assert raw(world)["1"] == {"Id": "1", "First": "Ann"}


def test_a_column_that_is_shown_again_is_read_again_even_when_it_was_cleared_meanwhile(world: World) -> None:
    world.land("emea", contact("1", First="Ann", Phone="+12125552368"))
    world.land_pages("emea", [page([contact("1", First="Ann")], hidden=frozenset(("Phone",)))])
    noted = rows(world, hidden_column.c.object, hidden_column.c.name)

    world.land("emea", contact("1", First="Ann"))

    assert noted == [("Contact", "Phone")]
    assert rows(world, hidden_column.c.name) == []
    assert "Phone" not in raw(world)["1"]


# Merges, conversions, restores


def test_a_lead_and_the_contact_it_was_converted_into_are_one_customer_whatever_they_look_like(world: World) -> None:
    lead = contact("L1", First="A.", Last="Berg")._replace(converted_into=("Contact", "2"))
    world.land("emea", lead, contact("2", First="Anna", Last="Berger", Email="anna@x.org"))
    world.resolve()

    assert customers(world) == 1
    columns = (record_alias.c.record_id, record_alias.c.survivor_record_id, record_alias.c.cause)
    assert rows(world, *columns) == [("L1", "2", "conversion")]
    assert all(deleted_at is None for (deleted_at,) in rows(world, source_record.c.deleted_at))


def test_a_conversion_that_is_told_before_its_contact_is_read_counts_as_soon_as_that_is(world: World) -> None:
    world.land("emea", contact("L1", First="Ann")._replace(converted_into=("Contact", "2")))
    world.resolve()
    world.land("emea", contact("2", First="Bob"))
    world.resolve()

    assert customers(world) == 1


def test_a_conversion_alone_is_news_even_when_no_column_changed(world: World) -> None:
    lead = contact("L1", First="Ann")
    world.land("emea", lead, contact("2", First="Bob"))
    world.resolve()

    counts = world.land("emea", lead._replace(converted_into=("Contact", "2")))
    again = world.land("emea", lead._replace(converted_into=("Contact", "2")))
    world.resolve()

    assert (counts.stored, again.unchanged) == (1, 1)
    assert customers(world) == 1


def test_a_person_who_says_different_stands_above_a_conversion(world: World) -> None:
    world.land("emea", contact("L1", First="Ann"), contact("2", First="Bob"))
    world.resolve()
    world.decide("emea/Contact/L1", "emea/Contact/2", "different")
    world.land("emea", contact("L1", First="Ann")._replace(converted_into=("Contact", "2")))
    world.resolve()

    assert customers(world) == 2
    assert rows(world, review.c.reason) == [("contradiction",)]


def test_a_lead_that_became_a_company_joins_no_person_to_it(world: World) -> None:
    world.land("emea", account("A1", Name="Acme"))
    world.land("emea", contact("L1", First="Ann")._replace(converted_into=("Account", "A1")))
    world.resolve()

    assert customers(world) == 2


def test_what_a_source_still_tells_of_a_deleted_record_is_its_newest_copy(world: World) -> None:
    world.land("emea", contact("1", First="Ann"))
    gone = contact("1", First="Anna", Deleted=True)._replace(deleted=True)

    counts = world.land("emea", gone)
    again = world.land("emea", gone, deleted("1"))

    assert (counts.stored, counts.deleted) == (1, 1)
    assert (again.stored, again.deleted) == (0, 0)
    assert raw(world)["1"]["First"] == "Anna"
    assert rows(world, source_record_version.c.version, source_record_version.c.deleted) == [(1, False), (2, True)]


def test_a_record_that_was_merged_away_and_restored_is_a_customer_of_its_own_again(world: World) -> None:
    world.land("emea", contact("1", First="Ann"), contact("2", First="Bob"))
    world.land("emea", deleted("1", merged_into="2"))
    world.resolve()
    merged = customers(world)
    world.land("emea", contact("1", First="Ann"))
    world.resolve()

    assert (merged, customers(world)) == (1, 2)
    assert rows(world, record_alias.c.record_id) == []


def test_a_chain_of_merges_ends_at_one_customer(world: World) -> None:
    world.land("emea", contact("1", First="Ann"), contact("2", First="Bob"), contact("3", First="Cid"))
    world.land("emea", deleted("1", merged_into="2"))
    world.land("emea", deleted("2", merged_into="3"))
    world.resolve()

    assert customers(world) == 1


# Objects nobody maps


def test_an_unmapped_record_is_kept_whole_and_nobody_waits_for_it(world: World) -> None:
    counts = world.land("emea", case("5", Subject="Broken", Tags=["a", "b"], Amount=12.5, Closed=None, modified=at(0)))

    assert counts.stored == 1
    assert raw(world)["5"]["Tags"] == ["a", "b"]
    assert rows(world, source_record.c.kind) == [("other",)]
    assert queued(world) == 0
    assert rows(world, func.count(blocking_key_log.c.seq)) == [(0,)]
    world.resolve()
    assert rows(world, customer.c.id) == []


def test_an_unmapped_record_has_versions_deletes_merges_and_restores(world: World) -> None:
    world.land("emea", case("5", Subject="Broken", modified=at(0)))
    world.land("emea", case("5", Subject="Mended", modified=at(1)))
    unchanged = world.land("emea", case("5", Subject="Mended", modified=at(1)))
    world.land("emea", deleted("5", object="Case", merged_into="6"))
    gone = rows(world, source_record.c.deleted_at) + rows(world, record_alias.c.survivor_record_id)
    world.land("emea", case("5", Subject="Mended", modified=at(3)))

    assert unchanged.unchanged == 1
    assert [version for (version,) in rows(world, source_record_version.c.version)] == [1, 2, 3, 4]
    assert gone[0][0] is not None
    assert gone[1] == ("6",)
    assert rows(world, source_record.c.deleted_at) == [(None,)]
    assert queued(world) == 0


def test_a_volatile_column_makes_no_version_of_an_unmapped_record_but_its_newest_copy_is_kept(world: World) -> None:
    world.land("emea", case("5", Subject="Broken", Viewed="1"), volatile=("Viewed",))
    counts = world.land("emea", case("5", Subject="Broken", Viewed="2"), volatile=("Viewed",))

    assert counts.stored == 1
    assert [version for (version,) in rows(world, source_record_version.c.version)] == [1]
    assert raw(world)["5"]["Viewed"] == "2"


def test_an_unmapped_record_can_be_neither_explained_nor_decided_about(world: World) -> None:
    world.land("emea", case("5", Subject="Broken"), case("6", Subject="Broken"))

    with pytest.raises(UsageError, match="kept raw"):
        world.decide("emea/Case/5", "emea/Case/6", "same")
    with pytest.raises(UsageError, match="kept raw"):
        explain_customer(world.store, "emea/5")


def test_a_mapping_that_comes_later_reads_what_was_kept(world: World) -> None:
    world.land("emea", case("5", First="Ann", Last="Lee", Email="ann@lee.org"))
    world.land("emea", contact("1", First="Ann", Last="Lee", Email="ann@lee.org"))
    mapping = type(CONTACTS)("Case", "person", CONTACTS.rows, key="Id")
    source_id = world.source("emea").id

    done = remap.remap(world.store, source_id, "Case", mapping, run=99, clock=world.clock)
    world.resolve()

    assert done.records == 1
    assert rows(world, source_record.c.kind) == [("person",), ("person",)]
    assert customers(world) == 1


def test_customers_do_not_stand_still_unseen_when_their_mapping_is_taken_away(world: World) -> None:
    world.land("emea", contact("1", First="Ann"))
    with world.store.begin() as work:
        work.conn.exec_driver_sql("update source_record set object = 'Case'")
        work.commit()

    with pytest.raises(NeedsOperator, match="no mapping"):
        world.land("emea", case("1", First="Anna"))
