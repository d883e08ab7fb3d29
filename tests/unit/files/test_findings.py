"""What `check` says about a file source before anything is read from it."""

from __future__ import annotations

from pathlib import Path

from tests.unit.files.exports import as_text, opened, write


def _said(path: Path, **options: object) -> str:
    return "\n".join(f"{one.level}: {one.message} {one.remedy}" for one in opened(path, **options).check())


def test_a_clean_file_is_ok_and_nothing_else(tmp_path: Path) -> None:
    assert _said(write(tmp_path, as_text())) == "ok: 100 records in 4 columns can be read. "


def test_rows_that_will_be_set_aside_are_counted_by_reason(tmp_path: Path) -> None:
    said = _said(write(tmp_path, as_text() + "x,1\ny,2\n001,again,b,c\n"))

    assert "row too short): 2." in said
    assert "duplicate key): 1." in said


def test_a_snapshot_that_deletes_nothing_says_why(tmp_path: Path) -> None:
    path = write(tmp_path, as_text() + "x,1\n")

    assert "nothing missing is deleted" in _said(path, snapshot=True)
    assert "nothing missing is deleted" not in _said(path)


def test_postcodes_that_lost_their_zeros(tmp_path: Path) -> None:
    rows = [(str(number), "Ann", str(4_000 + number * 700), "z") for number in range(40)]
    path = write(tmp_path, as_text(rows, ("id", "name", "Postal Code", "note")))

    assert "'Postal Code' holds digits only and none begins with 0" in _said(path)


def test_postcodes_of_one_length_are_fine(tmp_path: Path) -> None:
    rows = [(str(number), "Ann", str(10_000 + number), "z") for number in range(40)]
    path = write(tmp_path, as_text(rows, ("id", "name", "Postal Code", "note")))

    assert "lost" not in _said(path)


def test_phone_numbers_that_were_numbers_once(tmp_path: Path) -> None:
    rows = [(str(number), "Ann", str(15112345600 + number), "4.91511E+12") for number in range(40)]
    path = write(tmp_path, as_text(rows, ("id", "name", "Mobile", "Phone")))

    said = _said(path)

    assert "'Mobile' holds digits only" in said
    assert "40 values of 'Phone' were shortened" in said


def test_control_characters_are_flagged_and_kept(tmp_path: Path) -> None:
    assert "Rows with control characters, kept as they are: 1." in _said(write(tmp_path, as_text() + "x,a\0b,c,d\n"))


def test_a_missing_header_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path, "17;ann@example.com;+49 151 1;2024-01-01\n18;bob@example.com;+49 151 2;2024-01-02\n")

    assert "looks like data" in _said(path, key=[])


def test_a_column_to_leave_out_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "no column 'notes' to leave out" in _said(write(tmp_path, as_text()), exclude_fields=["notes"])


def test_no_key_is_a_warning(tmp_path: Path) -> None:
    assert "no key column" in _said(write(tmp_path, as_text()), key=[])


def test_a_snapshot_without_a_key_is_an_error(tmp_path: Path) -> None:
    assert "error: It is declared a snapshot" in _said(write(tmp_path, as_text()), key=[], snapshot=True)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert _said(tmp_path / "gone.csv").startswith("error: ")


def test_a_wrong_key_is_an_error(tmp_path: Path) -> None:
    assert "error: " in _said(write(tmp_path, as_text()), key="ids")
