"""Whatever a file holds and whatever its name says: an answer, or a sentence. Never another kind of error."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from pathlib import Path

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from connectors.files.connector import FileConnector
from tests.unit.files.exports import as_text, opened, write
from unified_model.errors import UnsiloError


def _workbook() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for row in (["id", "name"], [1, "Ann"], [2, "Bob"]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def _answers(source: FileConnector) -> None:
    """Ask everything that can be asked; each question may be refused on its own."""
    for ask in (
        lambda: [list(source.read(object, None)) for object in source.objects()],
        lambda: [source.preview(object) for object in source.objects()],
        lambda: [source.doubts(object) for object in source.objects()],
        source.discover,
        source.describe,
        lambda: source.get("people", ["1"]),
    ):
        refused: UnsiloError | None = None
        try:
            ask()
        except UnsiloError as error:
            refused = error
        assert refused is None or (refused.message.endswith(".") and refused.remedy)
    source.check()
    source.close()


@given(
    content=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)),
    header=st.sampled_from(
        [b"", b"id,name\n", b"\xff\xfei\0d\0,\0x\0\n\0", b"\x1f\x8b\x08", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"]
    ),
    name=st.sampled_from(["people.csv", "people.tsv", "people.csv.gz", "people.xlsx", "people.xls", "people.ods"]),
    snapshot=st.booleans(),
)
def test_any_content_is_an_answer_or_a_sentence(content: bytes, header: bytes, name: str, snapshot: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), header + content, name)

        _answers(opened(path, snapshot=snapshot))


@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_workbook_is_an_answer_or_a_sentence(flips: list[tuple[float, int]]) -> None:
    content = bytearray(_workbook())
    for share, value in flips:
        content[int(share * len(content))] = value

    with tempfile.TemporaryDirectory() as folder:
        _answers(opened(write(Path(folder), bytes(content), "people.xlsx")))


@given(data=st.data())
def test_a_workbook_with_a_damaged_sheet_is_an_answer_or_a_sentence(data: st.DataObject) -> None:
    whole = zipfile.ZipFile(io.BytesIO(_workbook()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in whole.namelist():
            content = bytearray(whole.read(name))
            for _ in range(data.draw(st.integers(0, 2))):
                content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
            archive.writestr(name, bytes(content))

    with tempfile.TemporaryDirectory() as folder:
        _answers(opened(write(Path(folder), out.getvalue(), "people.xlsx")))


@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6))
def test_damaged_gzip_is_an_answer_or_a_sentence(flips: list[tuple[float, int]]) -> None:
    content = bytearray(gzip.compress(as_text().encode()))
    for share, value in flips:
        content[int(share * len(content))] = value

    with tempfile.TemporaryDirectory() as folder:
        _answers(opened(write(Path(folder), bytes(content), "people.csv.gz")))


@given(
    rows=st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(["a", "b\nc", 'd"', "é"])), max_size=25),
    bad=st.lists(st.integers(0, 24), max_size=3),
    page=st.integers(1, 7),
    stop=st.integers(0, 8),
    keyed=st.booleans(),
)
def test_a_read_stopped_anywhere_and_resumed_equals_one_without_a_stop(
    rows: list[tuple[str, str]], bad: list[int], page: int, stop: int, keyed: bool
) -> None:
    lines = [as_text([row], [])[1:] for row in rows]
    for place in bad:
        lines.insert(min(place, len(lines)), "broken\n")

    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), "id,name\n" + "".join(lines))

        def pages(cursor: str | None) -> list[object]:
            source = opened(path, key=["id"] if keyed else [])
            source.page_size = page
            return list(source.read("people", cursor))

        whole = pages(None)
        stopped = whole[:stop]
        resumed = stopped + (pages(stopped[-1].cursor) if stopped else pages(None))  # type: ignore[attr-defined]

    assert resumed == whole
