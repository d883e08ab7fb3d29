"""How the goals of identity are measured: what peers are given, what counts as a merge, and when a bar is met."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from benchmarks.identity import goals
from benchmarks.identity.costs import first_rows, matching_of_splink, resolve_of, whole_of_splink
from benchmarks.identity.goals import Bar, Sides
from benchmarks.identity.labelled import LabelledSet, crm_exports
from benchmarks.identity.memory import forms_of, run
from benchmarks.identity.ours import merges
from benchmarks.identity.peer_settings import NAIVE_KEYS, SETTINGS
from benchmarks.identity.peers import splink_is_here
from benchmarks.identity.shares import Shares
from benchmarks.identity.tables import crm_table, public_table, truth_of
from benchmarks.measure import in_child
from unified_model import survivorship
from unified_model.entities import ContactPoint, PersonRecord
from unified_model.identity.model import shipped_model


def _exports(folder: Path) -> Path:
    folder.mkdir()
    (folder / "salesforce_contacts.csv").write_text(
        "Id,FirstName,LastName,Email,Phone,MobilePhone,Account.Name,MailingCity,MailingPostalCode\n"
        "a1,Ada,King,ada@x.org,,0171 5,Acme,Ulm,89073\na2,Bo,Lind,,,,,,\n",
        encoding="utf-8",
    )
    (folder / "hubspot_contacts.csv").write_text(
        "Record ID,First Name,Last Name,Email\nh1,Ada,King,ADA@x.org\nh2,broken,line,\n", encoding="utf-8"
    )
    (folder / "trade_fair.csv").write_text(
        "Badge;Full name;E-mail\nf1;Ada Maria King;\nf2;Cher;cher@x.org\n", encoding="utf-8"
    )
    truth = "file,record_id,person_id,company_id\nsalesforce_contacts.csv,a1,1,\nsalesforce_contacts.csv,a2,2,\n"
    truth += "hubspot_contacts.csv,h1,1,\ntrade_fair.csv,f1,1,\ntrade_fair.csv,f2,3,\n"
    (folder / "truth.csv").write_text(truth, encoding="utf-8")
    return folder


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_peers_get_the_columns_as_written_and_full_names_taken_apart(tmp_path: Path) -> None:
    table = crm_table(_exports(tmp_path / "exports"), tmp_path / "table")

    rows = _rows(table.records)

    assert [(row["first_name"], row["last_name"]) for row in rows] == [
        ("Ada", "King"), ("Bo", "Lind"), ("Ada", "King"), ("Ada", "King"), ("", "Cher"),
    ]  # fmt: skip
    assert rows[0] == {
        "record": "0", "first_name": "Ada", "last_name": "King", "email": "ada@x.org", "phone": "0171 5",
        "company": "Acme", "town": "Ulm", "post_code": "89073",
    }  # fmt: skip
    assert truth_of(table.folder) == ["1", "2", "1", "1", "3"]


def test_a_quote_left_open_costs_its_own_line_and_no_other(tmp_path: Path) -> None:
    exports = _exports(tmp_path / "exports")
    with (exports / "trade_fair.csv").open("a", encoding="utf-8") as lines:
        lines.write('b1;"Left open;x@x.org\nf3;Grace Hopper;\n')
    with (exports / "truth.csv").open("a", encoding="utf-8") as lines:
        lines.write("trade_fair.csv,f3,4,\n")
    (exports / "rejects.csv").write_text("file,line,record_id,reason\ntrade_fair.csv,4,b1,unclosed_quote\n")

    table = crm_table(exports, tmp_path / "table")

    assert [row["last_name"] for row in _rows(table.records)][-2:] == ["Cher", "Hopper"]
    assert crm_exports(exports).natural[-1] == "trade_fair.csv/f3"


def test_no_column_that_contains_the_answer_reaches_a_peer(labelled_data: Path, tmp_path: Path) -> None:
    held = {name: set(_rows(public_table(name, tmp_path / name).records)[0]) for name in ("febrl1", "historical_50k")}

    for columns in held.values():
        assert not columns & {"unique_id", "rec_id", "cluster"}
        assert {"record", "file", "surname"} <= columns


def test_records_of_one_e_mail_are_one_and_records_without_stay_alone(tmp_path: Path) -> None:
    table = crm_table(_exports(tmp_path / "exports"), tmp_path / "table")

    found = in_child("benchmarks.identity.peers", "key", "crm", table.folder)

    assert found["largest"] == 2
    assert (found["precision"], found["recall"]) == (1.0, 1 / 3)


@pytest.mark.skipif(not splink_is_here(), reason="Splink is an extra")
def test_plain_splink_reaches_on_febrl1_what_its_documentation_shows(labelled_data: Path, tmp_path: Path) -> None:
    table = public_table("febrl1", tmp_path / "febrl1")

    found = in_child("benchmarks.identity.peers", "splink", table.settings, table.folder)

    assert found["f1"] >= 0.99
    assert found["right_pairs"] == found["pairs"] > 450
    assert set(found["cpu"]) >= {"start", "read", "clean", "train", "predict", "cluster"}


def test_every_peer_has_settings_and_a_key_for_the_same_sets() -> None:
    assert SETTINGS.keys() == NAIVE_KEYS.keys()
    assert all(0.5 <= settings.threshold < 1 for settings in SETTINGS.values())


def test_only_pairs_at_the_merge_weight_that_became_one_customer_count_as_merges() -> None:
    model = shipped_model("person")
    people = [
        PersonRecord(given_name="Ada", family_name="King", points=[ContactPoint("email", "ada.king@x.org")]),
        PersonRecord(given_name="Ada", family_name="King", points=[ContactPoint("email", "ada.king@x.org")]),
        PersonRecord(given_name="Ada", family_name="Byron"),
    ]
    data = LabelledSet("person", list(people), ["a", "b", "c"], ["1", "2", "1"])
    found = run(forms_of(data), data.natural, model)

    joined = merges(found, data.truth, model.merge)

    assert joined == (1, 0)
    assert merges(found, ["1", "1", "1"], model.merge) == (1, 1)
    assert merges(found._replace(clusters=[[0], [1], [2]]), data.truth, model.merge) == (0, 0)


def _answer(f1: float, **more: float) -> dict[str, float]:
    scores = {"precision": 1.0, "recall": f1, "f1": f1, "b_cubed": f1, "largest": 8, "true_largest": 6}
    return {**scores, "merges": 100, "right_merges": 98, "pairs": 10, "right_pairs": 9, **more}


def test_a_bar_is_met_at_its_value_and_missed_below() -> None:
    bars = (Bar("f1", 0.9),)

    at, below = (
        {row.what: row.met for row in goals.quality_rows(Sides("s", None, None, _answer(f1)), bars, crm=True)}
        for f1 in (0.9, 0.8999)
    )

    assert (at["s: closed F1"], below["s: closed F1"]) == (True, False)
    assert at["s: B-cubed"] is None
    assert at["s: largest cluster"] is True
    assert at["s: pairs the machine joins of its own, right"] is True


def test_one_record_over_the_true_largest_and_two_misses_the_bar() -> None:
    sides = Sides("s", None, None, _answer(0.9, largest=9, right_merges=97.9))

    rows = {row.what: row for row in goals.quality_rows(sides, (), crm=True)}

    assert rows["s: largest cluster"].goal == "<= 8"
    assert rows["s: largest cluster"].met is False
    assert rows["s: pairs the machine joins of its own, right"].met is False


def test_an_unseen_set_is_held_against_the_better_peer() -> None:
    sides = Sides("s", _answer(0.95), _answer(0.8), _answer(0.9))

    rows = {row.what: row for row in goals.unseen_rows(sides)}

    assert rows["s: closed F1"].met is False
    assert rows["s: closed precision"].met is None
    assert "the better peer" in rows["s: closed F1"].goal


def test_the_table_says_what_is_missed_and_leaves_out_a_peer_that_is_not_there() -> None:
    rows = list(goals.quality_rows(Sides("s", None, None, _answer(0.5)), (Bar("f1", 0.9),), crm=False))

    table, told = goals.as_table(rows), goals.summary(rows)

    assert "| s: closed F1 | – | – | **0.500** | >= 0.9 | **missed** |" in table
    assert told == "0 of 1 bars met. Missed: s: closed F1 0.500 (goal >= 0.9)."


def test_matching_leaves_golden_values_out_and_cleaning_and_starting_of_the_peer() -> None:
    splink = {"cpu": {"start": 1.0, "read": 2.0, "clean": 4.0, "train": 8.0, "predict": 16.0, "cluster": 32.0,
                      "predict 1": 64.0}}  # fmt: skip
    first = {"cpu": {"pull": 100.0, "index": 1.0, "link": 2.0, "settle": 10.0, "golden": 4.0}}

    assert matching_of_splink(splink) == 58.0
    assert whole_of_splink(splink) == 63.0
    assert resolve_of(first) == 9.0


def test_cleaning_may_take_fifteen_microseconds_a_record_at_any_size() -> None:
    first = {"cpu": {"index": 1.0, "link": 1.0, "settle": 1.0, "golden": 1.0}, "peak_mb": 2049}
    ours = {"cpu": {"clean": 1.5, "match": 1.0}, "records": 100_000, "peak": 1.0}

    rows = {row.what: row for row in first_rows("s", ours, first, None)}
    slower = {row.what: row for row in first_rows("s", {**ours, "cpu": {"clean": 1.6, "match": 1.0}}, first, None)}

    assert (rows["s: cleaning, CPU"].met, slower["s: cleaning, CPU"].met) == (True, False)
    assert rows["s: peak memory of a sync in the store"].met is False
    assert rows["s: matching in memory, to Splink's"].met is None


def test_cpu_seconds_go_to_the_module_that_was_at_work() -> None:
    shares = Shares({"here": (__name__,)})
    start = time.process_time()

    with shares.measured():
        while time.process_time() < start + 0.2:
            pass

    assert 0.15 <= shares.cpu["here"] <= 0.3
    assert shares.cpu["rest"] <= 0.05


def test_the_modules_of_golden_values_exist() -> None:
    from importlib.util import find_spec

    from benchmarks.identity.shares import GOLDEN

    assert survivorship.__name__ in GOLDEN
    assert all(find_spec(name) for name in GOLDEN)
