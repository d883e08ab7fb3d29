"""Dirty tables: what is done about each known defect, and that a naive reader gets it wrong without a word."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.unit.files.exports import DEFECT, HEADER, PEOPLE, as_text, naive_rows, opened, read_all, with_row, write

ROW = PEOPLE[DEFECT - 1]


class Case(NamedTuple):
    """A defect in row 50: the file, what row 50 becomes (None: set aside), why, and whether a naive reader errs."""

    content: str | bytes
    row: tuple[str, ...] | None
    reason: str | None
    naive_errs: bool


def _latin_byte() -> bytes:
    """One Latin-1 byte in a file whose other letters are UTF-8."""
    lines = as_text([(key, f"Zoë {key}", city, note) for key, _, city, note in PEOPLE]).encode().splitlines(True)
    lines[DEFECT] = b"050,Zo\xeb 050,Berlin,note 50\n"
    return b"".join(lines)


def _mixed(ending: str) -> str:
    """A file in which every third line ends differently."""
    lines = as_text().split("\n")[:-1]
    return "".join(line + (ending if number % 3 == 0 else "\n") for number, line in enumerate(lines))


CASES = {
    "inner_quote_not_doubled": Case(with_row('050,"Bob "The Man" Lee",Berlin,x'), None, "bad_quotes", True),
    "quote_never_closed": Case(with_row('050,"Bob,Berlin,x'), None, "unclosed_quote", True),
    "quote_inside_an_unquoted_field": Case(
        with_row('050,Bob,Berlin,5" pipe'), ("050", "Bob", "Berlin", '5" pipe'), None, False
    ),
    "row_too_short": Case(with_row("050,Bob,Berlin"), None, "row_too_short", True),
    "row_too_long": Case(with_row("050,Bob,Berlin,x,y"), None, "row_too_long", True),
    "one_latin_byte_in_utf8": Case(_latin_byte(), None, "bad_encoding", True),
    "utf8_byte_order_mark": Case(b"\xef\xbb\xbf" + as_text().encode(), ROW, None, False),
    "utf16": Case(as_text().encode("utf-16"), ROW, None, True),
    "nul_in_a_field": Case(with_row("050,Bo\0b,Berlin,x"), ("050", "Bo\0b", "Berlin", "x"), None, False),
    "crlf_mixed_with_lf": Case(_mixed("\r\n"), ROW, None, False),
    "lone_cr_mixed_with_lf": Case(_mixed("\r"), ROW, None, False),
    "line_break_inside_quotes": Case(
        with_row('050,"Bob\nLee",Berlin,x'), ("050", "Bob\nLee", "Berlin", "x"), None, False
    ),
    "semicolons": Case(as_text(delimiter=";"), ROW, None, True),
    "tabs": Case(as_text(delimiter="\t"), ROW, None, True),
    "pipes_and_single_quotes": Case(as_text(delimiter="|", quotechar="'", quoting=1), ROW, None, True),
    "zeros_and_words_for_nothing": Case(with_row("050,NA,1E5,null"), ("050", "NA", "1E5", "null"), None, False),
    "excel_names_the_delimiter": Case("sep=;\n" + as_text(delimiter=";"), ROW, None, True),
    "blank_lines": Case(as_text().replace("\n050", "\n\n\n050"), ROW, None, False),
    "no_line_break_at_the_end": Case(as_text().rstrip("\n"), ROW, None, False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_defect_costs_its_own_row_at_most(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = write(tmp_path, case.content)

    records, rejects = read_all(opened(path))

    rows = {record.record_id: tuple(record.payload.values()) for record in records}
    others = [key for key, *_ in PEOPLE if key != "050"]
    assert [key for key in rows if key != "050"] == others
    assert rows.get("050") == case.row
    assert [reject.reason for reject in rejects] == ([case.reason] if case.reason else [])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.reason])
def test_what_is_set_aside_keeps_its_text_and_its_line(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, CASES[name].content)

    _, [reject] = read_all(opened(path))

    assert reject.place == f"{path}:{DEFECT + 1}"
    assert reject.raw.startswith("050,")
    assert "Berlin" in reject.raw
    assert reject.detail.endswith(".")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.naive_errs])
def test_a_naive_reader_damages_it_without_a_word(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = write(tmp_path, case.content)

    rows = naive_rows(path)

    seen = {row.get("id"): tuple(row.values()) for row in rows}
    all_there = {key for key, *_ in PEOPLE if key != "050"} <= set(seen)
    told = seen.get("050") == case.row
    assert not (all_there and told), "the naive reader gets this right: the test does not bite"


def test_a_column_name_that_comes_twice_keeps_both_values(tmp_path: Path) -> None:
    path = write(tmp_path, "id,phone,phone\n1,111,222\n")

    [record], _ = read_all(opened(path))

    assert record.payload == {"id": "1", "phone": "111", "phone (2)": "222"}
    assert "111" not in naive_rows(path)[0].values()


def test_a_column_without_a_name_is_kept_if_it_holds_data(tmp_path: Path) -> None:
    path = write(tmp_path, "id,,city,\n1,Ann,Bonn,\n2,,Kiel,\n")

    records, rejects = read_all(opened(path))

    assert [dict(record.payload) for record in records] == [
        {"id": "1", "column 2": "Ann", "city": "Bonn"},
        {"id": "2", "column 2": "", "city": "Kiel"},
    ]
    assert not rejects


def test_rows_of_delimiters_alone_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, as_text() + ",,,\n" * 500)

    records, rejects = read_all(opened(path))

    assert len(records) == len(PEOPLE)
    assert not rejects


def test_two_bad_rows_side_by_side_are_two_rejects(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,a\n2\n3,c,d\n4,e\n")

    records, rejects = read_all(opened(path))

    assert [record.record_id for record in records] == ["1", "4"]
    assert [(reject.reason, reject.raw) for reject in rejects] == [
        ("row_too_short", "2\n"),
        ("row_too_long", "3,c,d\n"),
    ]


def test_a_record_over_several_lines_is_one_reject(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,name,city\n1,"a\nb",x,EXTRA\n2,c,y\n')

    [record], [reject] = read_all(opened(path))

    assert record.record_id == "2"
    assert reject.raw == '1,"a\nb",x,EXTRA\n'


def test_a_field_with_undecodable_bytes_in_its_second_line_sets_the_whole_record_aside(tmp_path: Path) -> None:
    good = "".join(f"{number},ä,x\n" for number in range(3, 20)).encode()
    path = write(tmp_path, b'id,name,city\n1,a,b\n2,"first\nsec\xffond",x\n' + good)

    records, [reject] = read_all(opened(path))

    assert "2" not in {record.record_id for record in records}
    assert reject.raw == '2,"first\nsec\\xffond",x\n'
    assert reject.reason == "bad_encoding"


def test_rows_keep_their_line_numbers_behind_records_of_many_lines(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,name\n1,"a\n\n\nb"\n\n2,c\n')

    records, _ = read_all(opened(path))

    assert [record.place for record in records] == [f"{path}:2", f"{path}:7"]


def test_header_only_is_no_records_and_no_error(tmp_path: Path) -> None:
    path = write(tmp_path, ",".join(HEADER) + "\n")

    pages = list(opened(path).read("people", None))

    assert [(len(page.records), len(page.rejects)) for page in pages] == [(0, 0)]


def test_four_hundred_columns_are_read(tmp_path: Path) -> None:
    header = ["id", *(f"field {number}" for number in range(399))]
    path = write(tmp_path, as_text([[str(row)] * 400 for row in range(300)], header))

    records, rejects = read_all(opened(path))

    assert len(records) == 300
    assert len(records[0].payload) == 400
    assert not rejects
