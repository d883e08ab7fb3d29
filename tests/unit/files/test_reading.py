"""Reading on: cursors, pages, snapshots, times of change, columns left out, and files that change meanwhile."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.files.connector import open_files
from tests.unit.files.exports import PEOPLE, as_text, last_cursor, opened, read_all, write
from unified_model.errors import CursorExpired, NeedsOperator, Retry, UsageError
from unified_model.mapping.rows import FieldRow, ObjectMapping


def _many(count: int, name: str = "x") -> str:
    return as_text([(str(number), name, "y", "z") for number in range(count)])


def test_pages_hold_two_thousand_records(tmp_path: Path) -> None:
    source = opened(write(tmp_path, _many(5_000)))

    assert [page.read for page in source.read("people", None)] == [2_000, 2_000, 1_000]


def test_the_same_content_again_reads_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, as_text())
    cursor = last_cursor(opened(path))
    write(tmp_path, as_text())

    assert list(opened(path).read("people", cursor)) == []


def test_changed_content_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path, as_text())
    cursor = last_cursor(opened(path))
    write(tmp_path, as_text(PEOPLE[:-1]))

    records, _ = read_all(opened(path), cursor=cursor)

    assert len(records) == len(PEOPLE) - 1


def test_a_full_read_ignores_the_cursor(tmp_path: Path) -> None:
    path = write(tmp_path, as_text())
    cursor = last_cursor(opened(path))

    assert sum(page.read for page in opened(path).read("people", cursor, "full")) == len(PEOPLE)


@pytest.mark.parametrize("key", [["id"], []], ids=["keyed", "unkeyed"])
@pytest.mark.parametrize("stopped_after", [1, 2])
def test_a_read_cut_short_goes_on_without_loss_or_repeat(key: list[str], stopped_after: int, tmp_path: Path) -> None:
    rows = [(str(number % 4_500), "x", "y", "z") for number in range(5_000)]
    content = as_text(rows).replace("\n1234,x,y,z", "\n1234,x", 1)
    path = write(tmp_path, content)
    whole = list(opened(path, key=key).read("people", None))

    rest = list(opened(path, key=key).read("people", whole[stopped_after - 1].cursor))

    def items(pages: Sequence[object]) -> list[str]:
        return [item.place for page in pages for item in [*page.records, *page.rejects]]  # type: ignore[attr-defined]

    assert items(whole[:stopped_after]) + items(rest) == items(whole)
    ids = [record.record_id for page in [*whole[:stopped_after], *rest] for record in page.records]
    assert ids == [record.record_id for page in whole for record in page.records]


def test_a_file_that_changed_since_the_cut_is_read_from_its_start(tmp_path: Path) -> None:
    path = write(tmp_path, _many(5_000))
    first = next(iter(opened(path).read("people", None)))
    write(tmp_path, _many(5_000, "changed"))

    records, _ = read_all(opened(path), cursor=first.cursor)

    assert len(records) == 5_000


def test_a_file_that_grows_while_it_is_read_is_not_taken_for_whole(tmp_path: Path) -> None:
    path = write(tmp_path, _many(5_000))
    pages = opened(path).read("people", None)
    next(pages)
    with path.open("a") as stream:
        stream.write("9999,late,y,z\n")

    with pytest.raises(Retry, match="changed while it was being read"):
        list(pages)


def test_a_file_replaced_while_it_is_read_is_not_taken_for_whole(tmp_path: Path) -> None:
    path = write(tmp_path, _many(5_000))
    pages = opened(path).read("people", None)
    next(pages)
    write(tmp_path, _many(5_000, "z"), "new.csv").replace(path)

    with pytest.raises(Retry):
        list(pages)


@pytest.mark.parametrize("cursor", ["", "{}", "[]", "null", '{"v":99}', '{"v":1,"reading":"x","done":{"a":1}}', "�"])
def test_a_cursor_of_another_kind_has_expired(cursor: str, tmp_path: Path) -> None:
    source = opened(write(tmp_path, as_text()))

    with pytest.raises(CursorExpired):
        list(source.read("people", cursor))


def test_a_cursor_is_json_with_a_version(tmp_path: Path) -> None:
    cursor = json.loads(last_cursor(opened(write(tmp_path, as_text()))))

    assert cursor["v"] == 1
    assert list(cursor["done"]) == ["people.csv"]


def test_another_key_reads_the_file_again(tmp_path: Path) -> None:
    path = write(tmp_path, as_text())
    cursor = last_cursor(opened(path))

    records, _ = read_all(opened(path, key="name"), cursor=cursor)

    assert records[0].record_id == "Person 1"


def test_only_a_whole_read_of_a_snapshot_is_complete(tmp_path: Path) -> None:
    path = write(tmp_path, _many(3_000))

    plain = [page.complete for page in opened(path).read("people", None)]
    snapshot = [page.complete for page in opened(path, snapshot=True).read("people", None)]

    assert plain == [False, False]
    assert snapshot == [False, True]


def test_a_snapshot_cut_short_starts_over(tmp_path: Path) -> None:
    path = write(tmp_path, _many(3_000))
    first = next(iter(opened(path, snapshot=True).read("people", None)))

    rest = list(opened(path, snapshot=True).read("people", first.cursor))

    assert [(page.read, page.complete) for page in rest] == [(2_000, False), (1_000, True)]


def test_a_snapshot_with_a_row_nobody_can_read_is_not_complete(tmp_path: Path) -> None:
    path = write(tmp_path, _many(100) + "101,short\n")

    assert not any(page.complete for page in opened(path, snapshot=True).read("people", None))


def test_a_snapshot_with_a_repeated_key_is_complete(tmp_path: Path) -> None:
    path = write(tmp_path, _many(100) + "7,again,y,z\n")

    assert [page.complete for page in opened(path, snapshot=True).read("people", None)] == [True]


def test_a_snapshot_needs_a_key(tmp_path: Path) -> None:
    source = opened(write(tmp_path, as_text()), key=[], snapshot=True)

    with pytest.raises(UsageError, match="has no key"):
        list(source.read("people", None))


def test_capabilities_tell_how_deletes_show(tmp_path: Path) -> None:
    path = write(tmp_path, as_text())

    [plain] = opened(path).describe()
    [snapshot] = opened(path, snapshot=True, max_vanishing_share=0.3).describe()

    assert (plain.deletes, plain.changes, plain.keyed) == ("none", "fingerprint", True)
    assert (snapshot.deletes, snapshot.max_vanishing_share) == ("absence", 0.3)


def test_times_come_from_the_column_named_else_the_export_else_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "id,changed\n1,04.07.2025 22:32\n2,\n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    named = {"modified": "changed", "zone": "Europe/Berlin", "date_order": "dmy"}

    by_file, _ = read_all(opened(path))
    by_column, _ = read_all(opened(path, **named))
    by_date, _ = read_all(opened(path, **named, as_of="2025-08-01"))

    file_time = datetime.fromtimestamp(1_600_000_000, UTC)
    column_time = datetime(2025, 7, 4, 20, 32, tzinfo=UTC)
    assert [record.modified_at for record in by_file] == [file_time, file_time]
    assert [record.modified_at for record in by_column] == [column_time, file_time]
    assert [record.modified_at for record in by_date] == [column_time, datetime(2025, 7, 31, 22, tzinfo=UTC)]


def test_times_come_from_the_mapping_when_the_settings_are_silent(tmp_path: Path) -> None:
    path = write(tmp_path, "Id,LastModifiedDate\n1,2025-10-19T09:57:04.000Z\n")
    rows = (FieldRow("Id", "external_id:salesforce"), FieldRow("LastModifiedDate", "modified_at"))
    mapping = ObjectMapping("people", "person", rows, key="Id")

    source = open_files("t", {"path": str(path)}, {"people": mapping})
    [record], _ = read_all(source)

    assert record.modified_at == datetime(2025, 10, 19, 9, 57, 4, tzinfo=UTC)
    assert source.describe()[0].kind == "person"


def test_an_export_that_keeps_the_recycle_bin_tells_what_was_deleted_and_merged(tmp_path: Path) -> None:
    path = write(tmp_path, "Id,Name,IsDeleted,MasterRecordId\n1,Ann,false,\n2,Bob,true,\n3,Anna,true,1\n")
    mapping = ObjectMapping(
        "people", "person", (FieldRow("Name", "full_name"),), "Id", deleted="IsDeleted", merged_into="MasterRecordId"
    )

    records, _ = read_all(open_files("t", {"path": str(path)}, {"people": mapping}))

    fates = [(record.record_id, record.deleted, record.merged_into) for record in records]
    assert fates == [("1", False, None), ("2", True, None), ("3", True, "1")]


def test_a_column_of_times_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NeedsOperator, match=r"no column 'chnged'.*Did you mean 'changed'"):
        read_all(opened(write(tmp_path, "id,changed\n1,2025-01-01\n"), modified="chnged"))


def test_columns_left_out_are_nowhere(tmp_path: Path) -> None:
    content = 'id,name,IBAN\n1,Ann,SECRET1\n2,old,SECRET2\n2,Bob,SECRET3\n3,"x"y,SECRET4\n4,short\n'
    path = write(tmp_path, content)
    source = opened(path, exclude_fields=["iban "])

    pages = list(source.read("people", None))

    assert "SECRET" not in repr(pages) + repr(source.preview("people")) + repr(source.check())
    assert [record.payload for page in pages for record in page.records] == [
        {"id": "1", "name": "Ann"},
        {"id": "2", "name": "Bob"},
    ]
    withheld = [reject for page in pages for reject in page.rejects if reject.reason != "duplicate_key"]
    assert all(reject.raw == "" and "withheld" in reject.detail for reject in withheld)
    assert [reject.place for reject in withheld] == [f"{path}:5", f"{path}:6"]


def test_every_column_of_a_name_left_out_is_left_out(tmp_path: Path) -> None:
    source = opened(write(tmp_path, "id,IBAN,name,IBAN\n1,SECRET,Ann,SECRET\n"), exclude_fields=["IBAN"])

    records, _ = read_all(source)

    assert [dict(record.payload) for record in records] == [{"id": "1", "name": "Ann"}]
    assert list(source.preview("people").columns) == ["id", "name"]


def test_a_column_that_vanished_is_absent_not_empty(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name,city\n1,Ann,\n")
    [before], _ = read_all(opened(path))
    write(tmp_path, "id,name\n1,Ann\n")

    [after], _ = read_all(opened(path))

    assert before.payload["city"] == ""
    assert "city" not in after.payload


def test_records_can_be_asked_for_by_id(tmp_path: Path) -> None:
    source = opened(write(tmp_path, "id,name\n1,old\n2,b\n1,new\n"))

    found = source.get("people", ["2", "gone", "1", "2"])

    assert [(record.record_id, record.payload["name"]) for record in found] == [("2", "b"), ("1", "new")]


def test_a_page_of_big_rejects_ends_early(tmp_path: Path) -> None:
    rows = "".join(f"{number},{'x' * 500_000}\n" for number in range(20))
    path = write(tmp_path, "id,name,city\n" + rows)

    pages = list(opened(path).read("people", None))

    assert sum(page.read for page in pages) == 20
    assert max(sum(len(reject.raw) for reject in page.rejects) for page in pages) < 6 << 20
