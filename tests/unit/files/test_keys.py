"""Record ids: the key column, several columns, or the hash of the row; of rows with one key the last counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.files.survey as survey_module
from connectors.files.connector import open_files
from connectors.files.csv_table import CsvTable
from connectors.files.keys import MAX_KEY
from connectors.files.opening import SourceFile
from connectors.files.settings import FileSettings
from connectors.files.survey import survey
from tests.unit.files.exports import naive_rows, opened, read_all, write
from unified_model.errors import NeedsOperator
from unified_model.mapping.rows import FieldRow, ObjectMapping


def test_the_last_row_of_a_key_wins_and_the_others_are_rejects(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,old\n2,b\n1,older\n1,new\n")

    records, rejects = read_all(opened(path))

    assert {record.record_id: record.payload["name"] for record in records} == {"1": "new", "2": "b"}
    found = [(reject.reason, reject.record_id, reject.place, reject.raw) for reject in rejects]
    assert found == [
        ("duplicate_key", "1", f"{path}:2", "1,old"),
        ("duplicate_key", "1", f"{path}:4", "1,older"),
    ]
    assert "line 5" in rejects[0].detail
    assert len({row["id"] for row in naive_rows(path)}) < len(naive_rows(path)), "a naive reader says nothing"


def test_a_defective_last_row_leaves_the_one_before_it_in_force(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n1,old\n1,new\n1,broken,x\n")

    [record], rejects = read_all(opened(path))

    assert record.payload["name"] == "new"
    assert [reject.reason for reject in rejects] == ["duplicate_key", "row_too_long"]


def test_repeated_keys_are_found_over_any_distance(tmp_path: Path) -> None:
    rows = [f"{number},x\n" for number in range(30_000)]
    path = write(tmp_path, "id,name\n" + "".join(rows) + "7,last\n")

    records, [reject] = read_all(opened(path))

    assert len(records) == 30_000
    assert reject.place == f"{path}:9"
    assert records[-1].payload["name"] == "last"


@given(keys=st.lists(st.text("abc", max_size=2), max_size=60))
def test_keys_that_share_a_bit_are_told_apart(keys: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = write(tmp_path_factory.mktemp("keys"), "id,name\n" + "".join(f"{key},x\n" for key in keys))
    table = CsvTable(SourceFile(path, "people.csv"), FileSettings(path=str(path)))
    bits = survey_module._BITS
    survey_module._BITS = 8
    try:
        found = survey(table, lambda rows: [values[0] for values in rows], 100)
    finally:
        survey_module._BITS = bits

    last = {key: line for line, key in enumerate(keys, start=2)}
    assert all(found.last_line[key] == last[key] for key in keys if keys.count(key) > 1)
    assert all(found.last_line.get(key, last[key]) == last[key] for key in keys)


def test_an_empty_key_is_a_reject(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n ,a\n2,b\n,c\n")

    [record], rejects = read_all(opened(path))

    assert record.record_id == "2"
    assert [(reject.reason, reject.record_id) for reject in rejects] == [("missing_key", None)] * 2


def test_a_key_of_many_characters_is_a_reject(tmp_path: Path) -> None:
    path = write(tmp_path, f"id,name\n{'k' * (MAX_KEY + 1)},a\n2,b\n")

    _, [reject] = read_all(opened(path))

    assert reject.reason == "bad_key"


def test_space_around_a_key_does_not_matter_but_stays_in_the_payload(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name\n 007 ,a\n")

    [record], _ = read_all(opened(path))

    assert (record.record_id, record.payload["id"]) == ("007", " 007 ")


def test_several_columns_make_one_key(tmp_path: Path) -> None:
    path = write(tmp_path, "shop,number,name\nA,1,x\nA|1,,y\nA,1,z\n")

    records, [reject] = read_all(opened(path, key=["shop", "number"]))

    assert [record.record_id for record in records] == ["A\\|1|", "A|1"]
    assert reject.record_id == "A|1"


def test_the_mapping_names_the_key_unless_the_settings_do(tmp_path: Path) -> None:
    path = write(tmp_path, "Id,Badge\n1,x\n")
    mapping = ObjectMapping("people", "person", (FieldRow("Id", "external_id:a"),), key="Id")

    by_mapping, _ = read_all(open_files("t", {"path": str(path)}, {"people": mapping}))
    by_settings, _ = read_all(open_files("t", {"path": str(path), "key": "Badge"}, {"people": mapping}))

    assert [record.record_id for record in by_mapping + by_settings] == ["1", "x"]


def test_a_key_column_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, "Badge No,name\n1,x\n")

    with pytest.raises(NeedsOperator, match=r"no column 'Badge Nr'.*Did you mean 'Badge No'"):
        read_all(opened(path, key="Badge Nr"))


def test_without_a_key_equal_rows_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "name,city\nAnn,Bonn\nBob,Kiel\nAnn,Bonn\nAnn,Bonn\n")

    records, rejects = read_all(opened(path, key=[]))

    ids = [record.record_id for record in records]
    assert len(set(ids)) == 4
    assert [record_id.rpartition(".")[2] for record_id in ids] == ["1", "1", "2", "3"]
    assert len({record_id.rpartition(".")[0] for record_id in ids}) == 2
    assert not rejects


def test_without_a_key_neither_order_nor_an_empty_column_nor_spelling_matters(tmp_path: Path) -> None:
    first = write(tmp_path, "name,city\nZoë  Lee,Bonn\n", "a.csv")
    second = write(tmp_path, "city,note,name,x\n Bonn\t,, Zoe\u0308 Lee, \n", "b.csv")

    [one], _ = read_all(opened(first, key=[]))
    [other], _ = read_all(opened(second, key=[]))

    assert one.record_id == other.record_id


def test_without_a_key_an_edited_row_is_a_new_record(tmp_path: Path) -> None:
    path = write(tmp_path, "name,city\nAnn,Bonn\nBob,Kiel\n")
    before, _ = read_all(opened(path, key=[]))
    write(tmp_path, "name,city\nAnn,Bonn\nBob,Mainz\n")

    after, _ = read_all(opened(path, key=[]))

    assert len({record.record_id for record in before + after}) == 3
    assert not opened(path, key=[]).describe()[0].keyed
