"""Files that can't be read, or not as expected: each is one clear sentence with a remedy."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from connectors.files.connector import open_files
from tests.unit.files.exports import PEOPLE, as_text, opened, read_all, write
from unified_model.errors import NeedsOperator, Retry, UnsiloError, UsageError


def _sentence(error: UnsiloError) -> str:
    assert error.message.endswith(".")
    assert error.message.count("\n") == 0
    assert error.remedy
    return error.message


def _refusal(path: Path, **options: object) -> str:
    with pytest.raises(UnsiloError) as caught:
        read_all(opened(path, **options))
    return _sentence(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "gone.csv").endswith("gone.csv does not exist.")


def test_a_folder_without_tables(tmp_path: Path) -> None:
    write(tmp_path, "hello", "README.md")

    assert "holds no file that can be read" in _refusal(tmp_path)


def test_a_file_nobody_may_read(tmp_path: Path) -> None:
    path = write(tmp_path, as_text())
    path.chmod(0)
    read_all(opened(write(tmp_path, as_text(), "other.csv")))  # imports all there is before giving up rights
    user = os.geteuid()

    os.seteuid(65534 if user == 0 else user)
    try:
        message = _refusal(path)
    finally:
        os.seteuid(user)

    assert message.endswith("can't be read: no permission.")


def test_an_empty_file(tmp_path: Path) -> None:
    assert _refusal(write(tmp_path, "")).endswith("is empty: it has not even a header.")


def test_a_file_of_blank_lines(tmp_path: Path) -> None:
    assert _refusal(write(tmp_path, "\ufeff\n\r\n  \n")).endswith("is empty: it has not even a header.")


@pytest.mark.parametrize("content", [os.urandom(20_000), b"\x89PNG\r\n\x1a\n" + bytes(500), b"PK\x03\x04" + bytes(99)])
def test_a_binary_file_named_csv(content: bytes, tmp_path: Path) -> None:
    assert "is not a text file" in _refusal(write(tmp_path, content))


def test_utf16_without_a_mark_names_the_setting(tmp_path: Path) -> None:
    path = write(tmp_path, as_text(), encoding="utf-16-le")

    assert "looks like UTF-16" in _refusal(path)
    assert len(read_all(opened(path, encoding="utf-16-le"))[0]) == len(PEOPLE)


def test_a_file_of_one_column_asks_for_its_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path, "id\n1\n2\n")

    assert "one column only" in _refusal(path)
    assert len(read_all(opened(path, delimiter=","))[0]) == 2


def test_a_header_beyond_the_line_limit(tmp_path: Path) -> None:
    assert "its first line has more than" in _refusal(write(tmp_path, "id," + "x" * (1 << 21)))


def test_a_header_whose_quotes_do_not_match(tmp_path: Path) -> None:
    assert "header" in _refusal(write(tmp_path, 'id,"name"x,city\n1,2,3\n'), delimiter=",")


def test_a_header_row_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "Report of 2025;;\n;;\nid;name;city\n1;Ann;Bonn\n")

    records, _ = read_all(opened(path, header_row=3))

    assert dict(records[0].payload) == {"id": "1", "name": "Ann", "city": "Bonn"}
    assert records[0].place == f"{path}:4"


def test_a_link_that_leads_back_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")

    assert "leads back to itself" in _refusal(tmp_path / "a.csv")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")

    assert "neither a file nor a folder" in _refusal(tmp_path / "a.csv")
    assert "not an ordinary file" in _refusal(tmp_path)


def test_one_unreadable_file_of_a_folder_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.xlsx")
    write(tmp_path, as_text())

    source = opened(tmp_path)

    assert list(source.objects()) == ["gone", "people", "pipe"]
    assert len(read_all(source, "people")[0]) == len(PEOPLE)
    for object in ("gone", "pipe"):
        with pytest.raises(NeedsOperator):
            read_all(source, object)


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "a/../../b.csv", "..\\secret.csv"])
def test_a_file_name_that_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leads out of the folder"):
        opened(tmp_path, files=[name])


def test_a_path_is_shown_as_the_person_wrote_it(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", as_text())

    records, _ = read_all(opened(Path("in/../in/people.csv")) if False else _based(tmp_path))

    assert records[0].place == "in/../in/people.csv:2"


def _based(base: Path):  # type: ignore[no-untyped-def]

    return open_files("t", {"path": "in/../in/people.csv", "key": "id"}, base=base)


def test_gzip_is_read_under_any_name(tmp_path: Path) -> None:
    packed = gzip.compress(as_text().encode())
    write(tmp_path, packed, "people.csv.gz")
    write(tmp_path, packed, "other.csv")

    source = opened(tmp_path)

    assert list(source.objects()) == ["other", "people"]
    assert [len(read_all(source, object)[0]) for object in source.objects()] == [len(PEOPLE)] * 2


def test_a_gzip_file_cut_short_is_retried_later(tmp_path: Path) -> None:
    packed = gzip.compress(as_text([(key, os.urandom(50).hex(), "x", "y") for key, *_ in PEOPLE]).encode())
    path = write(tmp_path, packed[: len(packed) // 2], "people.csv.gz")

    with pytest.raises(Retry, match="ends in the middle"):
        read_all(opened(path))


def test_a_damaged_gzip_file(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(as_text().encode()))
    packed[40:60] = bytes(20)

    assert "is damaged" in _refusal(write(tmp_path, bytes(packed), "people.csv.gz"))


def test_a_gzip_bomb_is_left_unread(tmp_path: Path) -> None:
    path = tmp_path / "people.csv.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(b"id,name\n")
        for _ in range(120):
            stream.write(b"1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 16_000)

    assert "unpacks to more than" in _refusal(path)


def test_two_files_of_one_stem_keep_their_whole_names(tmp_path: Path) -> None:
    write(tmp_path, as_text(), "people.csv")
    write(tmp_path, as_text(delimiter="\t"), "people.tsv")

    assert list(opened(tmp_path).objects()) == ["people.csv", "people.tsv"]


def test_hidden_files_and_lock_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("people.csv", ".people.csv", "~$people.xlsx", "notes.md"):
        write(tmp_path, as_text(), name)

    assert list(opened(tmp_path).objects()) == ["people"]
    assert any("notes.md" in finding.message for finding in opened(tmp_path).check())


def test_files_of_a_folder_can_be_one_object(tmp_path: Path) -> None:
    write(tmp_path, "id,name\n1,a\n", "june.csv")
    write(tmp_path, "id,name\n2,b\n1,c\n", "july.csv")

    records, rejects = read_all(opened(tmp_path, object="people", files=["ju*.csv"]), "people")

    assert [(record.record_id, record.payload["name"]) for record in records] == [("2", "b"), ("1", "c"), ("1", "a")]
    assert not rejects


def test_a_file_that_is_not_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path, as_text())

    with pytest.raises(NeedsOperator, match=r"holds no file 'peple\.csv'"):
        opened(tmp_path, files=["peple.csv"]).describe()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "cp12520"}, "encoding"),
        ({"encoding": "base64"}, "encoding"),
        ({"delimiter": ";;"}, "delimiter"),
        ({"quote": "''"}, "quote"),
        ({"header_row": 0}, "header_row"),
        ({"zone": "Berlin"}, "time zone"),
        ({"date_order": "ydm"}, "date order"),
        ({"as_of": "soon"}, "as_of"),
        ({"max_vanishing_share": 30}, "max_vanishing_share"),
    ],
)
def test_a_wrong_setting_is_named(options: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        opened(tmp_path, **options)

    assert caught.value.remedy


def test_an_object_that_is_not_there(tmp_path: Path) -> None:
    source = opened(write(tmp_path, as_text()))

    with pytest.raises(UsageError, match="no object 'persons'"):
        list(source.read("persons", None))
