"""Workbooks written by other programs: cells as the text a person sees, and everything odd about a workbook is said."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.unit.files.exports import opened, read_all, write
from unified_model.errors import NeedsOperator

FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss", time: "hh:mm:ss"}


def workbook(path: Path, sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = ()) -> Path:
    """A workbook as xlsxwriter makes it."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                form = FORMATS.get(type(cell))
                sheet.write(row, column, cell, book.add_format({"num_format": form}) if form else None)
    book.close()
    return path


def test_cells_are_the_text_a_person_sees(tmp_path: Path) -> None:
    cells = [
        "007", 99999, 4915112345678, 0.1 + 0.2, 1.5e-7, 1e20, True, date(2024, 3, 4), datetime(2024, 3, 4, 5, 6, 7),  # noqa: DTZ001 (sheets know no zones)
        time(5, 6, 7), "NA", "=1+1", "a\nb", "",
    ]  # fmt: skip
    header = ["id", *(f"c{number}" for number in range(1, len(cells)))]
    path = workbook(tmp_path / "people.xlsx", {"Data": [header, cells]})

    [record], rejects = read_all(opened(path))

    assert list(record.payload.values()) == [
        "007", "99999", "4915112345678", "0.3", "0.00000015", "100000000000000000000", "TRUE", "2024-03-04",
        "2024-03-04T05:06:07", "05:06:07", "NA", "=1+1", "a\nb", "",
    ]  # fmt: skip
    assert not rejects


def test_a_workbook_of_another_program_gives_the_same_rows(tmp_path: Path) -> None:
    rows = [
        ["id", "name", "phone"],
        ["1", "Zoë", 4915112345678],
        ["2", "李娜", "0049"],
    ]
    mine = workbook(tmp_path / "mine.xlsx", {"Data": rows})
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "other.xlsx")

    read = [read_all(opened(path))[0] for path in (mine, tmp_path / "other.xlsx")]

    values = [[list(record.payload.values()) for record in records] for records in read]
    assert values == [[["1", "Zoë", "4915112345678"], ["2", "李娜", "0049"]]] * 2


def test_rows_and_places_count_from_the_top_of_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", {"Data": [[], [], ["", "id", "name"], [], ["", "1", "Ann"]]})

    [record], _ = read_all(opened(path))

    assert record.place == f"{path}#Data:5"
    assert record.payload == {"id": "1", "name": "Ann"}


def test_sheets_with_data_are_objects_of_their_own(tmp_path: Path) -> None:
    rows = [["id", "name"], ["1", "Ann"]]
    path = workbook(tmp_path / "book.xlsx", {"People": rows, "Old": rows, "Empty": []}, hidden=("Old",))

    source = opened(path)

    assert list(source.objects()) == ["book#People", "book#Old"]
    assert [len(read_all(source, object)[0]) for object in source.objects()] == [1, 1]
    assert any("hidden" in finding.message for finding in source.check())


def test_one_sheet_can_be_named_and_check_tells_of_the_others_only_until_then(tmp_path: Path) -> None:
    rows = [["id", "name"], ["1", "Ann"]]
    path = workbook(tmp_path / "book.xlsx", {"Notes": [["read me"]], "People": rows})

    first = workbook(tmp_path / "first.xlsx", {"People": rows, "Notes": [["read me"]]})

    source, unnamed = opened(path, sheet="People"), opened(first, object="people")

    assert list(source.objects()) == ["book"]
    assert len(read_all(source)[0]) == 1
    assert not any("'Notes'" in finding.message for finding in source.check())
    assert any("'Notes'" in finding.message for finding in unnamed.check())


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", {"People": [["id"], ["1"]]})

    with pytest.raises(NeedsOperator, match="has no sheet 'Persons'") as caught:
        read_all(opened(path, sheet="Persons"))

    assert "People" in caught.value.remedy


def test_repeated_keys_and_empty_ones_are_rejects_here_too(tmp_path: Path) -> None:
    rows = [["id", "name"], [1, "old"], ["", "nobody"], [1, "new"]]
    path = workbook(tmp_path / "people.xlsx", {"Data": rows})

    [record], rejects = read_all(opened(path))

    assert record.payload["name"] == "new"
    assert [(reject.reason, reject.raw) for reject in rejects] == [
        ("duplicate_key", "1,old"),
        ("missing_key", ",nobody"),
    ]


def test_an_empty_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", {"One": [], "Two": []})

    with pytest.raises(NeedsOperator, match="is empty"):
        read_all(opened(path))


def _archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = _archive(tmp_path / "people.xlsx", {"xl/worksheets/sheet1.xml": bytes(300 << 20)})

    with pytest.raises(NeedsOperator, match="unpacks to far more"):
        read_all(opened(path))


def test_a_zip_bomb_that_lies_about_its_size_is_not_opened(tmp_path: Path) -> None:
    path = _archive(tmp_path / "people.xlsx", {"xl/worksheets/sheet1.xml": bytes(300 << 20)})
    content = path.read_bytes()
    path.write_bytes(content.replace((300 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))

    with pytest.raises(NeedsOperator, match="unpacks to far more"):
        read_all(opened(path))


def test_a_part_that_leads_out_of_the_workbook_is_refused(tmp_path: Path) -> None:
    path = _archive(tmp_path / "people.xlsx", {"../evil.xml": b"<x/>"})

    with pytest.raises(NeedsOperator, match="leads out of it"):
        read_all(opened(path))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 cut", b"hello", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)], ids=repr
)
def test_what_is_no_workbook_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, content[:2000], "people.xlsx")

    with pytest.raises(NeedsOperator) as caught:
        read_all(opened(path))

    assert caught.value.remedy


def test_one_broken_workbook_in_a_folder_leaves_the_others_readable(tmp_path: Path) -> None:
    write(tmp_path, b"PK\x03\x04 cut", "broken.xlsx")
    workbook(tmp_path / "good.xlsx", {"Data": [["id"], ["1"]]})

    source = opened(tmp_path)

    assert list(source.objects()) == ["broken", "good"]
    assert len(read_all(source, "good")[0]) == 1
    with pytest.raises(NeedsOperator):
        read_all(source, "broken")
    assert source.check()[0].level == "error"


def test_columns_without_a_name_keep_their_data(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", {"Data": [["id", "", "name", ""], ["1", "x", "Ann", ""]]})

    [record], _ = read_all(opened(path))

    assert record.payload == {"id": "1", "column 2": "x", "name": "Ann"}


def test_the_limit_of_a_sheet_is_warned_about(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["id"])
    sheet.write(1_048_575, 0, "1")
    book.close()

    source = opened(path)

    assert "1,048,576 rows" in (source.doubts("people") or "")


def test_gzipped_workbooks_are_not_guessed_at(tmp_path: Path) -> None:
    import gzip

    inner = io.BytesIO()
    openpyxl.Workbook().save(inner)
    path = write(tmp_path, gzip.compress(inner.getvalue()), "people.csv.gz")

    with pytest.raises(NeedsOperator, match="is not a text file"):
        read_all(opened(path))
