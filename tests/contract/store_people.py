"""What people meet of a store: views, queries, exports, backups, the audit chain, runs and sources."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.contract.store_rows import NOON, put, scenario, writing
from unified_model.errors import NeedsOperator, UsageError
from unified_model.store import audit
from unified_model.store.backup import backup
from unified_model.store.engine import Store
from unified_model.store.export import EXPORTED, export
from unified_model.store.readonly import answer
from unified_model.store.runs import finish_run, last_run_of_each, newest_runs, start_run
from unified_model.store.schema import all_tables
from unified_model.store.sources import ensure_source, remove_source, rename_source, source_by_label, sources
from unified_model.store.tables import trust
from unified_model.store.tables.golden import customer, person
from unified_model.store.tables.trust import audit_payload
from unified_model.store.types import utc_text
from unified_model.store.view_definitions import VIEWS

REFUSED = [
    "delete from person",
    "select * from audit",
    "select * from person where exists (select 1 from audit_payload)",
    "select 1; select 2",
    "select 1; drop table person",
    "create table x (a int)",
    "insert into setting values ('a', '1')",
    "with gone as (delete from person returning *) select * from gone",
    "select nosuch from person",
    "nonsense",
    "",
    "-- nothing",
    "begin",
]


class PeopleContract:
    """Everything that is read by people rather than by the hub."""

    # --- views

    def rows(self, store: Store, view: str) -> list[dict[str, Any]]:
        """Rows of a view, in the order of their text; times as text."""
        with store.read() as conn:
            found = conn.exec_driver_sql(f"select * from {view}").mappings().all()
        plain = [{name: utc_text(v) if hasattr(v, "tzinfo") else v for name, v in row.items()} for row in found]
        return sorted(plain, key=str)

    def test_every_view_has_the_columns_that_are_promised(self, store: Store):
        scenario(store)

        for view in VIEWS:
            rows = self.rows(store, view.name)
            assert rows, view.name
            assert tuple(rows[0]) == tuple(view.columns)

    def test_raw_record_shows_the_newest_payload_and_where_records_went(self, store: Store):
        scenario(store)

        rows = {row["record_id"]: row for row in self.rows(store, "raw_record")}

        assert set(rows) == {"003A", "003B", "003C", "17"}
        assert rows["003A"]["source"] == "emea"
        assert json.loads(rows["003A"]["payload"]) == {"Name": "raw 1"}
        assert rows["003B"]["deleted_at"] == utc_text(NOON)
        assert rows["003C"]["merged_into"] == "003A"

    def test_customer_360_gathers_what_is_known_of_a_customer(self, store: Store):
        scenario(store)

        rows = {row["customer_id"]: row for row in self.rows(store, "customer_360")}

        ada = rows["ada"]
        assert ada["display_name"] == "Ada Ångström"
        assert ada["emails"] == '["ada@x.org","a@y.org"]'
        assert ada["phones"] == "[]"
        assert ada["employer_id"] == "acme"
        assert ada["sources"] == '["emea","fair"]'
        assert (ada["source_count"], ada["record_count"]) == (2, 3)
        assert ada["created_at"] == utc_text(NOON)
        assert rows["acme"]["company"] == "Äcme"
        assert rows["acme"]["sources"] == '["fair"]'
        assert rows["bob"]["state"] == "inactive"

    def test_crosswalk_leaves_out_companies_that_only_persons_name(self, store: Store):
        scenario(store)

        rows = [(row["source"], row["record_id"], row["customer_id"]) for row in self.rows(store, "crosswalk")]

        assert sorted(rows) == [
            ("emea", "003A", "ada"),
            ("emea", "003B", "bob"),
            ("emea", "003C", "bob"),
            ("fair", "17", "ada"),
        ]

    def test_every_id_ever_issued_means_the_customer_that_holds_its_anchor(self, store: Store):
        scenario(store)

        means = {row["alias"]: row["customer_id"] for row in self.rows(store, "customer_alias")}

        assert means == {"ada": "ada", "bob": "bob", "acme": "acme", "old": "ada", "moved": "bob"}

    def test_lineage_names_every_id_a_merge_or_split_is_about(self, store: Store):
        scenario(store)

        rows = [(r["seq"], r["event"], r["customer_id"], r["other_id"]) for r in self.rows(store, "lineage")]

        assert sorted(rows, key=str) == [
            (1, "merged", "old", "ada"),
            (2, "split", "ada", "bob"),
            (2, "split", "ada", "moved"),
            (3, "created", "ada", None),
        ]

    def test_crosswalk_history_joins_what_was_to_what_is(self, store: Store):
        scenario(store)

        rows = [row for row in self.rows(store, "crosswalk_history") if row["record_id"] == "17"]

        assert sorted((row["customer_id"], bool(row["until"])) for row in rows) == [("ada", False), ("old", True)]

    def test_field_provenance_names_value_origin_and_rule(self, store: Store):
        scenario(store)

        rows = {row["field"]: row for row in self.rows(store, "field_provenance")}

        assert set(rows) == {"display_name", "created_at"}
        name = rows["display_name"]
        assert (name["value"], name["source"], name["record_id"]) == ("Ada Ångström", "fair", "17")
        assert name["rule"] == "most recent"
        assert name["since"].startswith("2026-03-01T12:00:00.123456")
        assert rows["created_at"]["value"] == utc_text(NOON)

    def test_field_provenance_shows_custom_fields_whatever_their_names_and_values(self, store: Store):
        scenario(store)
        with writing(store) as conn:
            fields = {f"custom.{name}": [0, "only", None] for name in ('a"b', "c.d", "odd")}
            provenance = {"records": [["fair", "Contact", "17"]], "fields": fields}
            put(conn, person, customer_id="eve", custom={'a"b': "1", "c.d": "2"}, provenance=provenance)
            provenance["fields"] = {"custom.odd": [0, "only", None]}
            put(conn, person, customer_id="nul", custom={"odd": "\0"}, provenance=provenance)

        rows = self.rows(store, "field_provenance")

        values = {row["field"]: row["value"] for row in rows if row["customer_id"] == "eve"}
        assert values == {'custom.a"b': "1", "custom.c.d": "2", "custom.odd": None}
        assert [row["record_id"] for row in rows if row["customer_id"] == "nul"] == ["17"]

    def test_silo_overlap_counts_persons_by_the_systems_that_know_them(self, store: Store):
        scenario(store)

        assert self.rows(store, "silo_overlap") == [
            {"sources": '["emea","fair"]', "source_count": 2, "customers": 1},
            {"sources": '["emea"]', "source_count": 1, "customers": 1},
        ]

    # --- queries

    def test_a_query_reads_tables_and_views(self, store: Store, url: str):
        scenario(store)

        with answer(url, "select customer_id, emails from customer_360 where kind = 'person' order by 1") as result:
            rows = list(result.rows)

        assert result.columns == ("customer_id", "emails")
        assert rows == [("ada", '["ada@x.org","a@y.org"]'), ("bob", "[]")]

    def test_percent_signs_in_a_query_are_text(self, store: Store, url: str):
        with answer(url, "select '50%' as share, 'a' like '%s' as matches") as result:
            assert next(result.rows)[0] == "50%"

    @pytest.mark.parametrize("sql", REFUSED)
    def test_a_query_only_reads_and_never_the_trust_tables(self, store: Store, url: str, sql: str):
        scenario(store)

        with pytest.raises(UsageError) as caught, answer(url, sql) as result:
            list(result.rows)

        assert caught.value.remedy
        with store.read() as conn:
            assert len(conn.execute(select(person)).all()) == 2

    # --- exports

    def test_an_export_holds_every_golden_row_with_its_type(self, store: Store, tmp_path: Path):
        from pyarrow import parquet

        scenario(store)
        with writing(store) as conn:
            for i in range(5000):  # more than any driver looks at to guess a type, the text last
                put(conn, customer, id=f"z{i:05}")
                put(conn, person, customer_id=f"z{i:05}", phone="+1" if i == 4999 else None)

        files = {one.name: one for one in export(store, tmp_path / "out")}

        assert set(files) == set(EXPORTED)
        table = parquet.read_table(files["person"].path)
        assert table.num_rows == files["person"].rows == 5002
        assert str(table.schema.field("created_at").type) == "timestamp[us, tz=UTC]"
        last = {row["customer_id"]: row for row in table.to_pylist()}
        assert last["z04999"]["phone"] == "+1"
        assert last["ada"]["created_at"] == NOON
        points = parquet.read_table(files["customer_contact_point"].path).to_pylist()
        assert {point["verified"] for point in points} == {False}
        assert json.loads(points[0]["provenance"]) == []

    def test_a_csv_export_disarms_formulas_and_leaves_numbers_alone(self, store: Store, tmp_path: Path):
        texts = ["=cmd()", "@x", "+49 30 1234-5", "-12.5", "-x", "+x", "\tx", 'say "hi", x\ny', "plain", None, ""]
        with writing(store) as conn:
            for i, text in enumerate(texts):
                put(conn, person, customer_id=f"{i:02}", display_name=text)

        (file,) = export(store, tmp_path, "csv", ["person"])

        with file.path.open(newline="", encoding="utf-8") as lines:
            found = [row["display_name"] for row in sorted(csv.DictReader(lines), key=lambda row: row["customer_id"])]
        assert found == [
            "'=cmd()", "'@x", "+49 30 1234-5", "-12.5", "'-x", "'+x", "'\tx", 'say "hi", x\ny', "plain", "", "",
        ]  # fmt: skip

    def test_an_unknown_table_is_not_exported(self, store: Store, tmp_path: Path):
        with pytest.raises(UsageError, match="audit can't be exported"):
            export(store, tmp_path, names=["audit"])

    # --- backup and restore

    def test_a_restored_store_holds_every_row_and_begins_a_new_epoch(self, store: Store, tmp_path: Path):
        scenario(store)
        with writing(store) as conn:
            audit.append(conn, at=NOON, actor="me", action="x", payload={"odd": "nul \0, \\N, \n, 'quo\"te', é"})
            put(conn, trust.setting, name="odd", value="\0\\N,\r\n")
            put(conn, person, customer_id="odd", display_name="\\N", email="", phone='a "b", \r\n\t\\. x')
        file = backup(store, tmp_path / "store.backup")

        with self.restored(file, tmp_path) as other:
            for table in all_tables().sorted_tables:
                if table.name != "setting":
                    assert self.content(other, table) == self.content(store, table), table.name
            settings = dict(self.content(other, trust.setting))
            assert settings["odd"] == "\0\\N,\r\n"
            assert settings["epoch"] == 2
            with other.read() as conn:
                assert audit.verify(conn) is None
            assert other.allocate("record", 1)[0] >= store.allocate("record", 1)[0]

    def restored(self, file: Path, tmp_path: Path) -> Any:
        """A backend's own: restore into a new place."""
        raise NotImplementedError

    def content(self, store: Store, table: Any) -> list[tuple[Any, ...]]:
        """All rows of a table, in one order."""
        with store.read() as conn:
            return sorted((tuple(row) for row in conn.execute(select(table))), key=repr)

    def test_a_backup_never_overwrites(self, store: Store, tmp_path: Path):
        target = tmp_path / "there"
        target.write_text("precious")

        with pytest.raises(UsageError, match="never overwrites"):
            backup(store, target)

        assert target.read_text() == "precious"

    # --- audit

    def test_an_untouched_chain_holds(self, store: Store):
        self.audited(store)

        with store.read() as conn:
            assert audit.verify(conn) is None
            assert [entry.seq for entry in audit.entries(conn)] == [3, 2, 1]
            assert audit.entries(conn)[0].payload["n"] == 3

    def test_details_can_be_deleted_without_breaking_the_chain(self, store: Store):
        self.audited(store)
        with writing(store) as conn:
            conn.execute(delete(audit_payload).where(audit_payload.c.seq == 2))

        with store.read() as conn:
            assert audit.verify(conn) is None
            assert audit.entries(conn)[1].payload is None

    @pytest.mark.parametrize(
        ("column", "value"), [("actor", "x"), ("at", NOON), ("action", "x"), ("subject", "x"), ("commitment", "0")]
    )
    def test_a_changed_entry_is_found(self, store: Store, column: str, value: Any):
        self.audited(store)
        with writing(store) as conn:
            conn.execute(update(trust.audit).where(trust.audit.c.seq == 2).values({column: value}))

        with store.read() as conn:
            assert audit.verify(conn) == (2, "entry changed")

    def test_a_removed_entry_changed_details_and_a_cut_tail_are_found(self, store: Store):
        self.audited(store)
        with store.read() as conn:
            kept_elsewhere = audit.head(conn)
        with writing(store) as conn:
            conn.execute(update(audit_payload).where(audit_payload.c.seq == 3).values(payload={"n": 4}))
        with store.read() as conn:
            assert audit.verify(conn) == (3, "details changed")

        with writing(store) as conn:
            conn.execute(delete(trust.audit).where(trust.audit.c.seq == 3))
        with store.read() as conn:
            assert audit.verify(conn) is None
            assert audit.head(conn) != kept_elsewhere

        with writing(store) as conn:
            conn.execute(delete(trust.audit).where(trust.audit.c.seq == 1))
        with store.read() as conn:
            assert audit.verify(conn) == (1, "entry missing")

    def audited(self, store: Store) -> None:
        """Three entries."""
        for n in (1, 2, 3):
            with writing(store) as conn:
                at = NOON + timedelta(seconds=n)
                audit.append(conn, at=at, actor="ada", action="decide", subject=str(n), payload={"n": n, "big": 2**70})

    # --- runs and sources

    def test_a_run_that_died_is_abandoned_when_the_next_begins(self, store: Store):
        emea = ensure_source(store, "emea", "org-1", "salesforce", NOON)
        dead = start_run(store, "pull", NOON, source_id=emea.id)
        other = start_run(store, "resolve", NOON)
        run = start_run(store, "pull", NOON + timedelta(seconds=5), source_id=emea.id)
        finish_run(store, run, "done", NOON + timedelta(seconds=9), counts={"read": 3, "stored": 2, "unchanged": 1})

        with store.read() as conn:
            runs = {one.id: one for one in newest_runs(conn)}
            newest = [one.id for one in last_run_of_each(conn)]

        assert (runs[dead].state, runs[other].state, runs[run].state) == ("abandoned", "running", "done")
        assert (runs[run].source, runs[run].read, runs[run].rejected) == ("emea", 3, 0)
        assert newest == [run, other]

    def test_a_source_is_pinned_to_the_installation_it_first_met(self, store: Store):
        first = ensure_source(store, "emea", "org-1", "salesforce", NOON)
        assert ensure_source(store, "emea", "org-1", "salesforce", NOON + timedelta(days=1)) == first

        with pytest.raises(NeedsOperator, match="belongs to installation org-1"):
            ensure_source(store, "emea", "org-2", "salesforce", NOON)
        with pytest.raises(NeedsOperator, match="known as source 'emea'"):
            ensure_source(store, "apac", "org-1", "salesforce", NOON)

    def test_a_source_is_renamed_and_taken_out_of_service_without_losing_its_key(self, store: Store):
        first = ensure_source(store, "emea", "org-1", "salesforce", NOON)
        ensure_source(store, "apac", "org-2", "salesforce", NOON)

        with pytest.raises(UsageError, match="already"):
            rename_source(store, "emea", "apac")
        rename_source(store, "emea", "europe")
        remove_source(store, "europe", NOON)

        with store.read() as conn:
            assert [one.label for one in sources(conn)] == ["apac"]
            assert source_by_label(conn, "europe").id == first.id
            with pytest.raises(UsageError, match="Known: apac, europe"):
                source_by_label(conn, "emea")
