"""What API sources leave in a store, the same on every backend: raw objects, hidden columns, aliases, proofs."""

from __future__ import annotations

from typing import Any

from tests.builders import World, case, contact, deleted, page
from tests.laws.listed import ListedSource
from unified_model.store.codec import decode
from unified_model.store.engine import Store
from unified_model.store.landing import hidden_columns


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.read() as conn:
        return [tuple(row) for row in conn.exec_driver_sql(sql)]


class EventsContract:
    """Landing and reconciling what is told over an API."""

    def test_hidden_columns_are_kept_remembered_and_forgotten(self, store: Store) -> None:
        world = World(store)
        source = world.source("emea").id
        world.land("emea", contact("1", First="Ann", Phone="+12125552368"))
        world.land_pages("emea", [page([contact("1", First="Anna")], hidden=frozenset(("Phone", "Fax")))])
        with store.read() as conn:
            hidden = hidden_columns(conn, source, "Contact")
        world.land_pages("emea", [page([contact("1", First="Anna", Phone="2")], hidden=frozenset(("Fax",)))])

        versions = rows(store, "select payload from source_record_version order by version")
        assert [decode(payload)["Phone"] for (payload,) in versions] == ["+12125552368", "+12125552368", "2"]
        assert hidden == {"Phone", "Fax"}
        with store.read() as conn:
            assert hidden_columns(conn, source, "Contact") == {"Fax"}

    def test_merges_conversions_and_restores_make_and_part_customers(self, store: Store) -> None:
        world = World(store)
        world.land("emea", *(contact(key, First=name) for key, name in (("1", "Ann"), ("2", "Bob"), ("3", "Cid"))))
        world.land("emea", deleted("1", merged_into="2"))
        world.land("emea", contact("3", First="Cid")._replace(converted_into=("Contact", "2")))
        world.resolve()
        joined = rows(store, "select count(distinct customer_id) from membership")
        world.land("emea", contact("1", First="Ann"))
        world.resolve()

        assert joined == [(1,)]
        assert rows(store, "select count(distinct customer_id) from membership") == [(2,)]
        assert rows(store, "select record_id, cause from record_alias") == [("3", "conversion")]

    def test_an_object_without_a_mapping_is_kept_with_its_versions_and_its_end(self, store: Store) -> None:
        world = World(store)
        world.land("emea", case("5", Subject="Broken"))
        world.land("emea", case("5", Subject="Mended"))
        world.land("emea", case("5", Subject="Mended", IsDeleted=True)._replace(deleted=True))

        assert rows(store, "select version, deleted from source_record_version order by version") == [
            (1, False), (2, False), (3, True),
        ]  # fmt: skip
        ((payload,),) = rows(store, "select payload from raw_record where deleted_at is not null")
        assert decode(payload) == {"Id": "5", "Subject": "Mended", "IsDeleted": True}
        assert rows(store, "select count(*) from resolve_queue") == [(0,)]

    def test_a_reconcile_mends_the_copy_and_leaves_its_figures(self, store: Store) -> None:
        crm = ListedSource(World(store))
        for number in range(30):
            crm.put(f"r{number}", First=f"Ann{number}", Shoe="42")
        crm.pull()
        crm.delete("r1", hard=True)
        crm.put("r2", told=False, Shoe="43")
        crm.put("r99", told=False, First="Bob")

        crm.reconcile()

        assert crm.copy() == crm.truth()
        columns = "source_count, hub_count, missing, differing, deleted"
        assert rows(store, f"select {columns} from proof where proven_at = compared_at") == [(30, 30, 1, 1, 1)]
