"""Bulk results arrive whole, however they are sent, and whatever breaks on the way."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from connectors.salesforce import bulk
from connectors.salesforce.cursor import JobPlace
from tests.unit.salesforce.rehearsed import Call, Script, Told, scripted
from unified_model.errors import Retry

HEADER = ["Id", "Name"]
JOB = JobPlace("750")


def csv_of(rows: list[list[str]], header: list[str] | None = None) -> str:
    cells = [*([header] if header else []), *rows]
    return "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in cells)


def numbered(start: int, end: int) -> list[list[str]]:
    return [[str(n), f"name {n}"] for n in range(start, end)]


def rows_of(script: Script, place: JobPlace = JOB) -> Iterator[bulk.Chunk[dict[str, str]]]:
    client = script.open().client

    def converter(header: Any) -> Any:
        return lambda row: dict(zip(header, row, strict=True))

    return bulk.chunks(client, place, HEADER, converter, about="Contact", sleep=lambda _: None)


def names(script: Script, place: JobPlace = JOB) -> list[str]:
    return [row["Name"] for chunk in rows_of(script, place) for row in chunk.made]


def paged(header_on_each: bool, call: Call) -> Told:
    """Two answers of ten rows."""
    first = "locator" not in call.query
    rows = numbered(0, 10) if first else numbered(10, 20)
    header = HEADER if first or header_on_each else None
    headers = {"Sforce-Locator": "abc" if first else "null", "Sforce-NumberOfRecords": "10"}
    return Told(csv_of(rows, header), 200, headers)


@pytest.mark.parametrize("header_on_each", [True, False])
def test_a_header_on_each_answer_or_on_the_first_alone_is_no_row(header_on_each: bool) -> None:
    with scripted(partial(paged, header_on_each)) as script:
        assert names(script) == [f"name {n}" for n in range(20)]


@pytest.mark.parametrize("header_on_each", [True, False])
def test_reading_goes_on_in_the_middle_of_any_answer(header_on_each: bool) -> None:
    with scripted(partial(paged, header_on_each)) as script:
        assert names(script, JobPlace("750", "abc", 4)) == [f"name {n}" for n in range(14, 20)]


def test_columns_may_come_in_another_order() -> None:
    with scripted(lambda _: Told(csv_of([["Ann", "1"]], ["Name", "Id"]))) as script:
        assert [row for chunk in rows_of(script) for row in chunk.made] == [{"Name": "Ann", "Id": "1"}]


def test_values_may_hold_any_break_and_mark() -> None:
    odd = ["a\nb", "a\r\nb", "a\u2028b\x0bc", 'say "hi", he said', "", "#N/A", "Zoë \U0001f600"]

    with scripted(lambda _: Told(csv_of([["1", value] for value in [*odd, "nul\0nul"]], HEADER))) as script:
        assert names(script) == [*odd, "nulnul"]


@pytest.mark.parametrize("cut", [1, 60, 100, 20_000, 50_000])
def test_an_answer_that_breaks_off_is_asked_for_again_from_there(cut: int) -> None:
    whole = csv_of(numbered(0, 3_000), HEADER)
    answers = iter([Told(whole, 200, {"Sforce-NumberOfRecords": "3000"}, cut), Told(whole)])

    with scripted(lambda _: next(answers)) as script:
        assert names(script) == [f"name {n}" for n in range(3_000)]


def test_an_answer_that_is_quietly_shorter_than_it_says_is_asked_for_again() -> None:
    short, whole = csv_of(numbered(0, 5), HEADER), csv_of(numbered(0, 9), HEADER)
    answers = iter([Told(short, 200, {"Sforce-NumberOfRecords": "9"}), Told(whole)])

    with scripted(lambda _: next(answers)) as script:
        assert names(script) == [f"name {n}" for n in range(9)]


def test_an_answer_that_never_comes_whole_is_an_error_and_no_shorter_list() -> None:
    told = Told(csv_of(numbered(0, 5), HEADER), 200, {"Sforce-NumberOfRecords": "9"})

    with scripted(lambda _: told) as script, pytest.raises(Retry, match="again and again"):
        names(script)


def test_a_half_character_or_half_row_is_never_a_value() -> None:
    whole = csv_of([["1", "Zoë"], ["2", "Renée"]], HEADER)
    for cut in range(1, len(whole.encode())):
        answers = iter([Told(whole, 200, {}, cut), Told(whole)])
        with scripted(lambda _, answers=answers: next(answers)) as script:  # type: ignore[misc]
            assert names(script) == ["Zoë", "Renée"]


def test_a_packed_answer_is_unpacked_as_it_comes() -> None:
    packed = gzip.compress(csv_of(numbered(0, 5_000), HEADER).encode())

    class Packed(str):
        def encode(self, *_: Any) -> bytes:
            return packed

    with scripted(lambda _: Told(Packed("x"), 200, {"Content-Encoding": "gzip"})) as script:
        assert len(names(script)) == 5_000


def test_an_empty_result_has_no_rows() -> None:
    with scripted(lambda _: Told(csv_of([], HEADER))) as script:
        assert names(script) == []
    with scripted(lambda _: Told("")) as script:
        assert names(script) == []


def test_a_chunk_is_never_larger_than_a_page() -> None:
    with scripted(lambda _: Told(csv_of(numbered(0, 4_500), HEADER))) as script:
        sizes = [len(chunk.made) for chunk in rows_of(script)]

    assert max(sizes) <= bulk.ROWS
    assert sum(sizes) == 4_500


def test_a_job_is_waited_for_ever_more_patiently() -> None:
    states = iter(["UploadComplete", "InProgress", "InProgress", "JobComplete"])
    waits: list[float] = []

    def answer(_: Call) -> Told:
        return Told({"id": "750", "state": next(states), "numberRecordsProcessed": 7})

    with scripted(answer) as script:
        rows = bulk.wait(script.open().client, "750", about="Contact", sleep=waits.append)

    assert rows == 7
    assert waits == [1.0, 1.5, 2.25]


def test_a_job_that_never_ends_is_given_up_and_stopped() -> None:
    with (
        scripted(lambda _: Told({"id": "750", "state": "InProgress"})) as script,
        pytest.raises(Retry, match="over 4 hours"),
    ):
        bulk.wait(script.open().client, "750", about="Contact", sleep=lambda _: None)

    assert (script.calls[-1].method, json.loads(script.calls[-1].body)) == ("PATCH", {"state": "Aborted"})


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("QUERY_TIMEOUT: Your query request was running for too long.", "QUERY_TIMEOUT"),
        ("InvalidBatch : INVALID_FIELD: No such column", "INVALID_FIELD"),
        ("something else", "JOB_FAILED"),
    ],
)
def test_a_failed_job_says_why(told: str, code: str) -> None:
    body = {"id": "750", "state": "Failed", "errorMessage": told}

    with scripted(lambda _: Told(body)) as script, pytest.raises(bulk.Refusal) as refused:
        bulk.wait(script.open().client, "750", about="Contact", sleep=lambda _: None)

    assert refused.value.code == code
    assert told not in str(refused.value)
