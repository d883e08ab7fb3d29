"""The clean contact file to measure with, and the ids that Salesforce would give."""

import csv
from pathlib import Path

import numpy as np

from simulators.__main__ import main
from simulators.exports import salesforce_ids


def test_the_contact_file_has_fifteen_columns_commas_and_line_breaks_inside_quotes(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"

    main(["contacts", "--rows", "25000", "--seed", "2", "--out", str(path)])

    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream, strict=True)
    assert len(rows) == 25_000
    assert {len(row) for row in rows} == {len(header)} == {15}
    assert len({row[0] for row in rows}) == 25_000
    assert any("\n" in cell for row in rows for cell in row)
    assert any("," in cell for row in rows for cell in row)


def test_the_contact_file_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        main(["contacts", "--rows", "500", "--seed", "2", "--out", str(tmp_path / name)])

    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_last_three_letters_of_an_id_tell_its_upper_case_letters() -> None:
    ids = salesforce_ids(np.array([1, 35, 36, 62**5 - 1]))

    assert [len(each) for each in ids] == [18] * 4
    assert ids[0] == "0035g0000000001AAA"
    assert ids[1] == "0035g000000000ZAAQ"
    assert ids[2] == "0035g000000000aAAA"
    assert len({each.lower() for each in ids}) == 4
