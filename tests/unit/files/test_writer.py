"""Tables for people: no cell runs as a formula, and a table is whole or not there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.files.writer import write_csv


def _cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("text", ["=1+1", "+49 151", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_what_would_be_a_formula_is_shown_as_text(text: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "out.csv", ["name"], [[text]])

    assert _cells(tmp_path / "out.csv")[1] == [f"'{text}"]


def test_everything_else_is_written_as_it_is(tmp_path: Path) -> None:
    row = ['Zoë "Z" Lee', "a\nb", "00123", "", "x=1", "李娜"]

    count = write_csv(tmp_path / "out.csv", list("abcdef"), [[*row[:3], None, *row[4:]]])

    assert count == 1
    assert _cells(tmp_path / "out.csv")[1] == row


def test_a_write_that_fails_leaves_the_old_table(tmp_path: Path) -> None:
    def broken() -> Iterator[list[str]]:
        yield ["1"]
        raise RuntimeError

    write_csv(tmp_path / "out.csv", ["id"], [["old"]])
    with pytest.raises(RuntimeError):
        write_csv(tmp_path / "out.csv", ["id"], broken())

    assert _cells(tmp_path / "out.csv") == [["id"], ["old"]]
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
