"""From exports to customers: what a person types on the first day, in their order."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import Place, clean_environment


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory, exports: Path) -> Place:
    """A place where three exports have been taken in."""
    folder = tmp_path_factory.mktemp("synced")
    shutil.copytree(exports, folder / "exports")
    place = Place(folder, clean_environment(folder))
    assert place.unsilo("init", "exports", "--yes").code == 0
    assert place.unsilo("sync").code == 3
    return place


def records_in(exports: Path, name: str) -> int:
    with (exports / "truth.csv").open(encoding="utf-8", newline="") as file:
        return sum(row["file"] == name for row in csv.DictReader(file))


def test_init_names_each_export_once_and_passes_over_the_truth(place: Place, exports: Path) -> None:
    outcome = place.unsilo("init", str(exports), "--yes", "--json")

    assert outcome.code == 0
    assert {one["label"] for one in outcome.json["sources"]} == {
        "salesforce_contacts",
        "hubspot_contacts",
        "trade_fair",
    }
    assert {name for name, _ in outcome.json["skipped"]} == {"truth.csv", "rejects.csv"}


def test_init_writes_settings_that_say_how_certain_they_are(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports), "--yes")

    text = (place.folder / "unsilo.toml").read_text(encoding="utf-8")
    assert 'export = "salesforce.Contact"' in text
    assert '"Full name" = "full_name"' in text
    assert 'key = "Badge"' in text
    assert "%:" in text


def test_init_never_overwrites_what_a_person_may_have_edited(place: Place, exports: Path) -> None:
    place.settings("# mine\n")

    outcome = place.unsilo("init", str(exports), "--yes")

    assert outcome.code == 2
    assert "--force" in outcome.err
    assert (place.folder / "unsilo.toml").read_text() == "# mine\n"


def test_a_source_is_added_without_touching_what_is_there(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports / "trade_fair.csv"), "--yes")
    before = (place.folder / "unsilo.toml").read_text(encoding="utf-8")

    added = place.unsilo(
        "init", str(exports / "trade_fair.csv"), str(exports / "hubspot_contacts.csv"), "--add", "--yes"
    )

    assert added.code == 0
    assert (place.folder / "unsilo.toml").read_text(encoding="utf-8").startswith(before)
    labels = [one["source"] for one in place.unsilo("source", "list", "--json").json]
    assert labels == ["trade_fair", "trade_fair_2", "hubspot_contacts"]


def test_check_reads_nothing_and_finds_everything_in_order(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports), "--yes")

    outcome = place.unsilo("check")

    assert outcome.code == 0
    assert "Ready" in outcome.out
    assert not (place.folder / "unsilo.db").exists()


def test_sync_answers_in_json_lines_whose_counts_balance(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports), "--yes")

    outcome = place.unsilo("sync")

    report = outcome.events[-1]
    assert outcome.code == 3
    assert report["state"] == "done_with_rejects"
    for pull in report["pulls"]:
        accounted = sum(pull[name] for name in ("stored", "unchanged", "repeated", "rejected", "suppressed"))
        assert pull["read"] == accounted
        assert pull["stored"] == records_in(exports, f"{pull['source']}.csv")


def test_what_was_set_aside_can_be_looked_at_and_dismissed(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports), "--yes")
    place.unsilo("sync")
    with (exports / "rejects.csv").open(encoding="utf-8", newline="") as file:
        broken = {int(row["line"]) for row in csv.DictReader(file)}

    letters = place.unsilo("dead-letters", "list", "--json").json
    shown = place.unsilo("dead-letters", "show", str(letters[0]["id"]))
    dismissed = place.unsilo("dead-letters", "dismiss", str(letters[0]["id"]), "--reason", "test row")

    assert {int(one["place"].rpartition(":")[2]) for one in letters} == broken
    assert letters[0]["place"] in shown.out
    assert "1 dead letter dismissed" in dismissed.out
    assert len(place.unsilo("dead-letters", "list", "--json").json) == len(letters) - 1


def test_a_second_sync_reads_no_row(synced: Place) -> None:
    outcome = synced.unsilo("sync")

    assert outcome.code == 0
    assert [pull["read"] for pull in outcome.events[-1]["pulls"]] == [0, 0, 0]
    assert outcome.events[-1]["resolve"]["counts"]["records"] == 0


def test_status_tells_sources_runs_and_what_waits(synced: Place, exports: Path) -> None:
    answer = synced.unsilo("status", "--json").json

    records = {one["source"]: one["records"] for one in answer["sources"]}
    assert records == {name: records_in(exports, f"{name}.csv") for name in records}
    assert len(records) == 3
    assert answer["waiting"] == 0
    assert {row["kind"] for row in answer["customers"]} == {"person", "organization"}
    pairs = sum(row["pairs"] for row in answer["reviews"])
    assert pairs == len(synced.unsilo("review", "--limit", "10000", "--json").json) > 0
    assert f"{pairs} doubtful pairs waiting for a person" in synced.unsilo("status").out


def test_status_answers_without_loading_what_does_the_work(synced: Place) -> None:
    heavy = ("sqlalchemy", "numpy", "pyarrow", "duckdb", "prefect", "alembic")
    program = (
        "import sys, resource, console.main; console.main.run(['status']); "
        f"print(*sorted(set({heavy!r}) & set(sys.modules))); print(resource.getrusage(resource.RUSAGE_SELF).ru_utime)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=synced.folder, env=synced.environment, capture_output=True, text=True
    )

    *_, loaded, cpu = done.stdout.splitlines()
    assert loaded == ""
    assert float(cpu) < 0.8


def test_query_answers_in_every_form_and_only_reads(synced: Place) -> None:
    sql = "select count(*) as persons from customer_360 where kind = 'person'"

    as_csv, as_json = synced.unsilo("query", sql, "--format", "csv"), synced.unsilo("query", sql, "--json")
    as_table, writing = synced.unsilo("query", sql, "--format", "table"), synced.unsilo("query", "delete from person")

    (row,) = csv.DictReader(io.StringIO(as_csv.out))
    assert int(row["persons"]) == json.loads(as_json.out)["persons"] > 0
    assert "persons" in as_table.out
    wide = synced.unsilo("query", "select * from customer_360 limit 2", "--format", "table").out
    assert "  display_name" in wide
    assert [line for line in wide.splitlines() if not line.startswith(" ")] == ["1:", "2:"]
    assert writing.code == 2
    assert "only read" in writing.err
    assert "only read" in synced.unsilo("query", "create table mine (a int)").err


def test_a_reader_that_goes_away_early_is_no_failure(synced: Place) -> None:
    command = f"{sys.executable} -m console.main query 'select * from field_provenance' | head -1"

    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=synced.folder,
        env=synced.environment,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("customer_id,field,value")


def test_explain_tells_where_each_value_came_from(synced: Place) -> None:
    sql = "select customer_id from customer_360 where source_count > 1 and email is not null limit 1"
    customer = json.loads(synced.unsilo("query", sql, "--json").out)["customer_id"]

    whole = synced.unsilo("explain", customer, "--json").json
    in_words = synced.unsilo("explain", customer, "--field", "email")
    pair = synced.unsilo("explain", whole["members"][0]["record"], whole["members"][1]["record"])

    assert whole["fields"]["email"]["record"] in {one["record"] for one in whole["members"]}
    assert f"email: {whole['fields']['email']['value']}" in in_words.out
    assert "one customer" in pair.out
    assert "bits" in pair.out


def test_export_writes_files_that_hold_what_the_store_holds(synced: Place) -> None:
    outcome = synced.unsilo("export", "--to", "out", "--format", "csv", "--json")

    rows = {one["name"]: one["rows"] for one in outcome.json}
    with (synced.folder / "out" / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == rows["crosswalk"] > 0


def test_a_decision_is_made_undone_and_made_again(synced: Place) -> None:
    waiting = synced.unsilo("review", "--kind", "person", "--json").json[0]
    a, b = waiting["a"]["record"], waiting["b"]["record"]

    def customers() -> list[str]:
        return [synced.unsilo("explain", record, "--json").json["customer_id"] for record in (a, b)]

    before = customers()
    made = synced.unsilo("decide", a, b, "same", "--reason", "asked them", "--json").json["decision"]
    joined = customers()
    undo = synced.unsilo("undo", str(made), "--json").json["decision"]
    undone = customers()
    synced.unsilo("undo", str(undo))
    again = customers()
    synced.unsilo("undo", str(undo + 1))

    assert len(set(before)) == 2
    assert len(set(joined)) == 1
    assert undone == before
    assert again == joined
    assert customers() == before


def test_unmerge_takes_a_record_out_for_good(synced: Place) -> None:
    sql = "select customer_id from customer_360 where kind = 'person' and record_count > 2 limit 1"
    customer = json.loads(synced.unsilo("query", sql, "--json").out)["customer_id"]
    record = synced.unsilo("explain", customer, "--json").json["members"][-1]["record"]

    outcome = synced.unsilo("unmerge", record, "--reason", "somebody else")

    assert outcome.code == 0, outcome.err
    assert synced.unsilo("explain", record, "--json").json["customer_id"] != customer
    assert synced.unsilo("review", "--decided", "--json").json[0]["kind"] == "different"


def test_a_source_keeps_its_records_under_a_new_name(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports / "trade_fair.csv"), "--yes")
    place.unsilo("sync")
    before = place.unsilo("query", "select record_id, customer_id from crosswalk order by record_id").out

    renamed = place.unsilo("source", "rename", "trade_fair", "messe")
    again = place.unsilo("sync")

    assert renamed.code == 0
    assert [one["source"] for one in place.unsilo("source", "list", "--json").json] == ["messe"]
    assert again.events[-1]["pulls"][0]["read"] == 0
    assert place.unsilo("query", "select record_id, customer_id from crosswalk order by record_id").out == before


def test_the_store_verifies_rebuilds_backs_up_and_comes_back(place: Place, exports: Path) -> None:
    place.unsilo("init", str(exports / "hubspot_contacts.csv"), "--yes")
    place.unsilo("sync")
    sql = "select * from customer_360 order by customer_id"
    before = place.unsilo("query", sql).out

    verified, rebuilt = place.unsilo("store", "verify"), place.unsilo("store", "rebuild")
    backup = place.unsilo("store", "backup", "copy.db")
    for name in ("unsilo.db", "unsilo.db-wal", "unsilo.db-shm"):
        (place.folder / name).unlink(missing_ok=True)
    restored = place.unsilo("store", "restore", "copy.db")

    assert (verified.code, rebuilt.code, backup.code, restored.code) == (0, 0, 0, 0), verified.out + rebuilt.out
    assert place.unsilo("query", sql).out == before


def test_remap_reads_stored_records_with_a_corrected_mapping(place: Place) -> None:
    place.write("list.csv", "Id,Name,Mail\n1,Ann Lee,ann@lee.example\n2,Bob Ray,bob@ray.example\n")
    source = (
        '[sources.list]\nkind = "files"\npath = "list.csv"\nkey = "Id"\n[sources.list.mapping]\n"Name" = "full_name"\n'
    )
    place.settings(source)
    place.unsilo("sync")
    place.settings(source + '"Mail" = "email"\n')

    remapped, resolved = place.unsilo("store", "remap", "--yes", "--json"), place.unsilo("resolve")

    assert remapped.json[0]["records"] == 2
    assert resolved.code == 0
    assert "ann@lee.example" in place.unsilo("query", "select email from customer_360").out


def test_a_corrected_file_closes_its_dead_letters_on_retry(place: Place) -> None:
    place.settings(
        '[sources.list]\nkind = "files"\npath = "list.csv"\nkey = "Id"\n[sources.list.mapping]\n"Name" = "full_name"\n'
    )
    place.write("list.csv", "Id,Name\n1,Ann Lee\n2,Bob Ray,too much\n")
    place.unsilo("sync")
    place.write("list.csv", "Id,Name\n1,Ann Lee\n2,Bob Ray\n")

    retried = place.unsilo("dead-letters", "retry")

    assert retried.code == 0
    assert place.unsilo("dead-letters", "list", "--json").json == []
    assert "Nothing is set aside" in place.unsilo("dead-letters", "retry").out
    assert "Ray" in place.unsilo("query", "select family_name from person").out


def test_a_snapshot_deletes_what_it_no_longer_holds_but_asks_when_that_is_much(place: Place) -> None:
    place.settings(
        '[sources.list]\nkind = "files"\npath = "list.csv"\nkey = "Id"\nsnapshot = true\n'
        '[sources.list.mapping]\n"Name" = "full_name"\n'
    )
    rows = [f"{number},Ann Lee{number}\n" for number in range(40)]
    place.write("list.csv", "Id,Name\n" + "".join(rows))
    place.unsilo("sync")

    place.write("list.csv", "Id,Name\n" + "".join(rows[:38]))
    few = place.unsilo("sync")
    place.write("list.csv", "Id,Name\n" + "".join(rows[:10]))
    many = place.unsilo("sync")
    failing = place.unsilo("status").out
    believed = place.unsilo("sync", "--accept-deletes")
    mended = place.unsilo("status").out

    assert few.events[-1]["pulls"][0]["deleted"] == 2
    assert many.code == 1
    assert "--accept-deletes" in many.err
    assert believed.events[-1]["pulls"][0]["deleted"] == 28
    states = place.unsilo(
        "query", "select state, count(*) as n from customer group by state order by state", "--json"
    ).out
    assert [json.loads(line) for line in states.splitlines()] == [
        {"state": "active", "n": 10},
        {"state": "inactive", "n": 30},
    ]
    assert "failed: 28 of 38" in failing
    assert "failed:" not in mended
    assert "10 persons and 0 organizations in the customer store" in mended
    assert "30 further customers inactive" in mended
