"""Law 1 for files: whatever bytes come, every line ends up in a record, in a reject, or is blank."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.files.lines as lines_module
from connectors.files.csv_rows import CsvRows
from connectors.files.dialect import Dialect
from connectors.files.lines import line_blocks
from tests.unit.files.exports import HEADER, PEOPLE, as_text, opened, read_all, write

_ESCAPE = re.compile(r"\\x[0-9a-f]{2}")


def _letters(text: str) -> Counter[str]:
    """The plain letters and digits of a text: what no quote, delimiter or line end takes part in."""
    return Counter(char for char in _ESCAPE.sub("", text) if char.isascii() and char.isalnum())


fields = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\r\n\t\f\x85\u2028\ufeff"), max_size=12
)
tables = st.lists(st.tuples(fields, fields, fields, fields), max_size=30)


@given(
    rows=tables,
    delimiter=st.sampled_from(",;\t|"),
    quote=st.sampled_from("\"'"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"]),
)
def test_what_a_writer_writes_is_read_back(
    rows: list[tuple[str, ...]], delimiter: str, quote: str, quoting: int, encoding: str
) -> None:
    dialect: dict[str, Any] = {"delimiter": delimiter, "quotechar": quote, "quoting": quoting}
    content = as_text(rows, lineterminator="\r\n", **dialect)

    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), content, encoding=encoding)
        source = opened(path, key=[], delimiter=delimiter, quote=quote, encoding=encoding)
        records, rejects = read_all(source)

    assert not rejects
    assert [tuple(record.payload.values()) for record in records] == [row for row in rows if any(row)]


@given(rows=st.lists(st.tuples(*[st.text("aü ,;\"'\n", max_size=8)] * 3), max_size=40))
def test_blocks_of_any_size_give_the_same_rows(rows: list[tuple[str, ...]]) -> None:
    content = as_text(rows, HEADER[:3]).encode()

    def parsed(block: int) -> list[Any]:
        reader = CsvRows("utf-8", Dialect(","), 3, skip=1)
        return [one for part in reader.read(line_blocks(io.BytesIO(content).read, block=block)) for one in part.rows]

    assert parsed(7) == parsed(1 << 18)


@given(data=st.data())
def test_flipped_bytes_lose_no_letter(data: st.DataObject) -> None:
    rows = [(key, f'{name} "Z"', f"{city}\nNord", note) for key, name, city, note in PEOPLE[:30]]
    content = bytearray(as_text(rows).encode())
    start = content.index(b"\n") + 1
    flips = data.draw(st.lists(st.tuples(st.integers(start, len(content) - 1), st.integers(0, 255)), max_size=12))
    for place, value in flips:
        content[place] = value

    reader = CsvRows("utf-8", Dialect(","), 4, skip=1)
    blocks = list(reader.read(line_blocks(io.BytesIO(bytes(content)).read, block=data.draw(st.integers(20, 2000)))))

    kept = _letters("".join("".join(values) for block in blocks for _, values in block.rows))
    kept += _letters("".join(defect.raw for block in blocks for defect in block.defects))
    assert kept == _letters(bytes(content[start:]).decode("ascii", "ignore"))
    begun = [item[0] for block in blocks for item in [*block.rows, *block.defects]]
    assert len(begun) == len(set(begun))
    assert reader.lines == len(bytes(content).splitlines())


@given(content=st.binary(max_size=400))
def test_any_bytes_are_covered_to_the_last_line(content: bytes) -> None:
    reader = CsvRows("utf-8", Dialect(";"), 3)

    blocks = list(reader.read(line_blocks(io.BytesIO(content).read, block=16)))

    kept = _letters("".join("".join(values) for block in blocks for _, values in block.rows))
    kept += _letters("".join(defect.raw for block in blocks for defect in block.defects))
    expected = _letters(content.decode("ascii", "ignore"))
    assert all(kept[char] >= count for char, count in expected.items() if "\\" not in content.decode("latin-1"))
    assert reader.lines == len(content.splitlines())


def test_a_line_beyond_the_limit_is_one_reject_with_its_start(tmp_path: Path) -> None:
    long = b"9," + b"x" * (3 * lines_module.MAX_LINE) + b"\n"
    path = write(tmp_path, b"id,name\n1,a\n" + long + b"2,b\n")

    records, [reject] = read_all(opened(path))

    assert [record.record_id for record in records] == ["1", "2"]
    assert (reject.reason, reject.place) == ("line_too_long", f"{path}:3")
    assert reject.raw == "9," + "x" * (lines_module.SAMPLE - 2)
    assert f"{len(long):,} bytes" in reject.detail


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [lines_module.MAX_LINE + 1, 5 * lines_module.BLOCK - 3, 6 * lines_module.BLOCK - 2])
def test_lines_behind_a_too_long_one_keep_their_numbers(ending: bytes, size: int, tmp_path: Path) -> None:
    content = ending.join([b"id,name", b"1,a", b"9," + b"x" * size, b"2,b", b"3,c", b""])
    path = write(tmp_path, content)

    records, [reject] = read_all(opened(path))

    assert [record.place for record in records] == [f"{path}:{line}" for line in (2, 4, 5)]
    assert (reject.place, reject.reason) == (f"{path}:3", "line_too_long")


def test_a_quote_never_closed_in_a_big_file_costs_one_row(tmp_path: Path) -> None:
    rows = [(str(number), "x" * 60, "y", "z") for number in range(60_000)]
    lines = as_text(rows).splitlines(keepends=True)
    lines[101] = '100,"never closed,y,z\n'
    path = write(tmp_path, "".join(lines))

    records, [reject] = read_all(opened(path))

    assert len(records) == len(rows) - 1
    assert reject.reason in ("unclosed_quote", "bad_quotes")
    assert reject.raw == lines[101]
