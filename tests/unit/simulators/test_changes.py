"""Later exports of the same people: a delta, and the whole export after it."""

import csv
from pathlib import Path

import pytest

from simulators.__main__ import main

SALESFORCE = "salesforce_contacts.csv"
STAMPS = {"CreatedDate", "LastModifiedDate"}
COUNT = 200

Row = dict[str, str]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    main(["people", "--people", "3000", "--seed", "5", "--out", str(folder), "--delta", str(COUNT)])
    return folder


def contacts(folder: Path) -> dict[str, Row]:
    with (folder / SALESFORCE).open(encoding="utf-8", newline="") as stream:
        return {row["Id"]: row for row in csv.DictReader(stream)}


def truth(folder: Path) -> dict[str, Row]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        return {row["record_id"]: row for row in csv.DictReader(stream) if row["file"] == SALESFORCE}


def test_a_delta_holds_exactly_the_records_asked_for(exports: Path) -> None:
    assert len(contacts(exports / "delta")) == COUNT


def test_the_first_export_is_the_same_with_and_without_a_delta(exports: Path, tmp_path: Path) -> None:
    main(["people", "--people", "3000", "--seed", "5", "--out", str(tmp_path)])

    for name in (SALESFORCE, "hubspot_contacts.csv", "trade_fair.csv", "truth.csv", "rejects.csv"):
        assert (tmp_path / name).read_bytes() == (exports / name).read_bytes()


def test_a_snapshot_is_the_first_export_with_the_delta_applied(exports: Path) -> None:
    assert contacts(exports / "snapshot") == contacts(exports) | contacts(exports / "delta")


def test_every_edited_record_differs_in_more_than_its_stamp_and_is_newer(exports: Path) -> None:
    before, delta = contacts(exports), contacts(exports / "delta")
    edited = delta.keys() & before.keys()

    assert 0.6 * COUNT < len(edited) < 0.8 * COUNT
    for key in edited:
        assert {name for name in before[key] if before[key][name] != delta[key][name]} - STAMPS
        assert delta[key]["LastModifiedDate"] > before[key]["LastModifiedDate"]


def test_new_records_are_partly_about_people_never_seen_and_edits_keep_the_person(exports: Path) -> None:
    before, after = truth(exports), truth(exports / "delta")
    with (exports / "truth.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["person_id"] for row in csv.DictReader(stream)}

    new = [row["person_id"] in known for key, row in after.items() if key not in before]

    assert set(new) == {True, False}
    assert all(before[key]["person_id"] == row["person_id"] for key, row in after.items() if key in before)
    assert after.keys() == contacts(exports / "delta").keys()


def test_another_delta_seed_changes_other_records(exports: Path, tmp_path: Path) -> None:
    main(
        [
            "people",
            "--people",
            "3000",
            "--seed",
            "5",
            "--out",
            str(tmp_path),
            "--delta",
            str(COUNT),
            "--delta-seed",
            "2",
        ]
    )

    assert contacts(tmp_path / "delta").keys() != contacts(exports / "delta").keys()


def test_a_delta_larger_than_the_file_is_refused_with_the_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["people", "--people", "50", "--out", str(tmp_path), "--delta", "1000"])

    assert code == 2
    assert "ask for a smaller delta" in capsys.readouterr().err
