"""Bulk writes and look-ups, the same on every backend."""

from __future__ import annotations

import pytest

from tests.contract.store_rows import NOON, writing
from unified_model.store.bulk import delete_rows, rows_by_keys, update_rows, write_rows
from unified_model.store.engine import Store
from unified_model.store.faults import AlreadyThere
from unified_model.store.tables.golden import person
from unified_model.store.tables.identity import blocking_key, review
from unified_model.store.tables.landing import source
from unified_model.store.tables.trust import setting

REVIEW = ("a", "b", "weight", "reason", "kind")

FEW, MANY = 3, 1500
"""Batch sizes on both sides of the point where PostgreSQL starts to copy."""


class BulkContract:
    """Many rows at once."""

    # --- bulk writes

    @pytest.mark.parametrize("n", [FEW, MANY])
    def test_a_key_that_is_there_refuses_the_whole_batch(self, store: Store, n: int):
        rows = [(1, b, 5, "r", "person") for b in range(n)]
        with writing(store) as conn:
            write_rows(conn, review, REVIEW, rows[:1])

        with pytest.raises(AlreadyThere), store.begin() as work:
            write_rows(work.conn, review, REVIEW, rows)

        with store.read() as conn:
            assert len(rows_by_keys(conn, review, "a", [1], REVIEW)) == 1

    @pytest.mark.parametrize("n", [FEW, MANY])
    def test_ignore_keeps_the_row_that_is_there(self, store: Store, n: int):
        with writing(store) as conn:
            write_rows(conn, review, REVIEW, [(1, 1, 5, "old", "person")])
            rows = [(1, b, b, "new", "person") for b in range(n)] + [(1, 2, 99, "again", "person")]
            write_rows(conn, review, REVIEW, rows, on_conflict="ignore")

        with store.read() as conn:
            found = {row[1]: row for row in rows_by_keys(conn, review, "a", [1], REVIEW)}
        assert len(found) == n
        assert found[1][2:4] == (5, "old")
        assert found[2][2:4] == (2, "new")

    @pytest.mark.parametrize("n", [FEW, MANY])
    def test_update_overwrites_and_the_last_of_a_batch_wins(self, store: Store, n: int):
        with writing(store) as conn:
            write_rows(conn, review, REVIEW, [(1, 1, 5, "old", "person")])
            rows = [(1, b, b, "new", "person") for b in range(n)] + [(1, 2, 99, "last", "person")]
            write_rows(conn, review, REVIEW, rows, on_conflict="update")

        with store.read() as conn:
            found = {row[1]: row for row in rows_by_keys(conn, review, "a", [1], REVIEW)}
        assert len(found) == n
        assert found[1][2:4] == (1, "new")
        assert found[2][2:4] == (99, "last")

    @pytest.mark.parametrize("n", [FEW, MANY])
    def test_of_neighbours_with_one_key_update_keeps_the_last_and_ignore_the_first(self, store: Store, n: int):
        with writing(store) as conn:
            write_rows(conn, review, REVIEW, [(1, b // 2, b, "r", "p") for b in range(2 * n)], on_conflict="update")
            write_rows(conn, review, REVIEW, [(2, b // 2, b, "r", "p") for b in range(2 * n)], on_conflict="ignore")

        with store.read() as conn:
            weights = {a: sorted(rows_by_keys(conn, review, "a", [a], ("b", "weight"))) for a in (1, 2)}
        assert weights == {1: [(b, 2 * b + 1) for b in range(n)], 2: [(b, 2 * b) for b in range(n)]}

    @pytest.mark.parametrize("column", [0, 1, 2])
    def test_a_value_in_one_row_only_is_kept_whichever_row_it_is(self, store: Store, column: int):
        columns, rows = ("email", "phone", "birth_date"), [[f"c{i:04}", None, None, None] for i in range(MANY)]
        places = (0, MANY // 2, MANY - 1)
        for place in places:
            rows[place][1 + column] = "told"
        with writing(store) as conn:
            write_rows(conn, person, ("customer_id", *columns), [tuple(row) for row in rows])

        with store.read() as conn:
            found = sorted(
                rows_by_keys(conn, person, "customer_id", [row[0] for row in rows], ("customer_id", *columns))
            )
        assert found == [tuple(row) for row in rows]

    def test_a_row_of_another_width_is_refused(self, store: Store):
        with pytest.raises(ValueError), writing(store) as conn:
            write_rows(conn, review, REVIEW, [(1, 1, 5, "r")] * MANY)

    @pytest.mark.parametrize("n", [FEW, MANY])
    def test_update_leaves_columns_alone_that_were_not_given(self, store: Store, n: int):
        names = [f"c{i}" for i in range(n)]
        with writing(store) as conn:
            write_rows(conn, person, ("customer_id", "email", "phone"), [(name, "e", "p") for name in names])
            write_rows(conn, person, ("customer_id", "email"), [(name, None) for name in names], on_conflict="update")

        with store.read() as conn:
            found = rows_by_keys(conn, person, "customer_id", names, ("email", "phone"))
        assert found == [(None, "p")] * n

    @pytest.mark.parametrize("n", [FEW, MANY])
    def test_conflicts_can_be_told_by_another_unique_key(self, store: Store, n: int):
        columns = ("id", "label", "installation", "kind", "one_record_a_customer", "created_at")
        with writing(store) as conn:
            for start_, kind in ((0, "files"), (n, "salesforce")):
                rows = [(start_ + i, f"l{i}", f"i{i}", kind, False, NOON) for i in range(n)]
                write_rows(conn, source, columns, rows, on_conflict="update", conflict_columns=("installation",))

        with store.read() as conn:
            kinds = rows_by_keys(conn, source, "installation", [f"i{i}" for i in range(n)], ("kind", "created_at"))
        assert kinds == [("salesforce", NOON)] * n

    @pytest.mark.parametrize("n", [FEW, MANY])
    def test_update_rows_sets_only_what_is_named(self, store: Store, n: int):
        with writing(store) as conn:
            write_rows(conn, review, REVIEW, [(a, a + 1, a, "r", "person") for a in range(n)])
            update_rows(conn, review, ("a", "b"), ("weight", "reason"), [(7, "x", a, a + 1) for a in range(1, n)])

        with store.read() as conn:
            found = sorted(rows_by_keys(conn, review, "a", list(range(n)), ("a", "weight", "reason", "kind")))
        assert found[0] == (0, 0, "r", "person")
        assert found[1:] == [(a, 7, "x", "person") for a in range(1, n)]

    def test_rows_are_deleted_by_one_key_by_several_and_by_a_prefix(self, store: Store):
        with writing(store) as conn:
            write_rows(conn, review, REVIEW, [(a, b, 1, "r", "person") for a in range(10) for b in range(10)])
            by_prefix = delete_rows(conn, review, ("a",), [0, 1, 77])
            by_both = delete_rows(conn, review, ("a", "b"), [(2, 0), (2, 1), (88, 1)])

        with store.read() as conn:
            assert (by_prefix, by_both) == (20, 2)
            assert len(rows_by_keys(conn, review, "a", list(range(10)), ("b",))) == 78

    def test_rows_are_deleted_by_text_keys(self, store: Store):
        names = ["plain", 'quo"te', "back\\slash", "日本", "nul␀"]
        with writing(store) as conn:
            write_rows(conn, setting, ("name", "value"), [(name, "1") for name in names])
            deleted = delete_rows(conn, setting, ("name",), names[1:])

        assert deleted == 4

    def test_thirty_thousand_keys_are_looked_up_at_once(self, store: Store):
        with writing(store) as conn:
            write_rows(conn, blocking_key, ("key", "record"), [(k, 1) for k in range(40_000)])
            found = rows_by_keys(conn, blocking_key, "key", list(range(20_000, 50_000)) * 2, ("key",))

        assert sorted(found) == [(k,) for k in range(20_000, 40_000)]

    def test_a_look_up_can_be_narrowed_to_equal_values(self, store: Store):
        with writing(store) as conn:
            write_rows(conn, review, REVIEW, [(1, 1, 5, "x", "person"), (1, 2, 5, "y", "person"), (2, 2, 6, "y", "p")])
            found = rows_by_keys(conn, review, "a", [1, 2], ("a", "b"), equal={"reason": "y", "weight": 5})

        assert found == [(1, 2)]

    def test_empty_batches_do_nothing(self, store: Store):
        with writing(store) as conn:
            assert write_rows(conn, review, REVIEW, []) == 0
            assert update_rows(conn, review, ("a",), ("weight",), []) == 0
            assert delete_rows(conn, review, ("a",), []) == 0
            assert rows_by_keys(conn, review, "a", [], ("a",)) == []
