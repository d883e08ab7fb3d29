"""Exports made in code: a clean table of a hundred people, and what happens to such tables on their way."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from connectors.files.connector import FileConnector, open_files
from unified_model.records import Reject, SourceRecord

HEADER = ("id", "name", "city", "note")
PEOPLE = tuple((f"{number:03}", f"Person {number}", "Berlin", f"note {number}") for number in range(1, 101))
DEFECT = 50
"""Number of the row that a defect hits; it stands in line 51."""


def as_text(rows: Sequence[Sequence[str]] = PEOPLE, header: Sequence[str] = HEADER, **dialect: Any) -> str:
    """A table as Python's own writer writes it."""
    out = io.StringIO()
    writer = csv.writer(out, **{"lineterminator": "\n", **dialect})
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def with_row(line: str) -> str:
    """The clean table with the text of row 50 replaced."""
    lines = as_text().splitlines(keepends=True)
    lines[DEFECT] = line + "\n"
    return "".join(lines)


def write(folder: Path, content: str | bytes, name: str = "people.csv", encoding: str = "utf-8") -> Path:
    """Put a file there."""
    path = folder / name
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


def opened(path: Path, **options: Any) -> FileConnector:
    """A source over a file or folder, keyed by `id` unless told otherwise."""
    return open_files("test", {"path": str(path), "key": "id", **options})


def read_all(
    source: FileConnector, object: str | None = None, cursor: str | None = None
) -> tuple[list[SourceRecord], list[Reject]]:
    """Everything one read gives, its counts checked."""
    records: list[SourceRecord] = []
    rejects: list[Reject] = []
    for page in source.read(object or next(iter(source.objects())), cursor):
        assert page.read == len(page.records) + len(page.rejects) + page.repeated
        records += page.records
        rejects += page.rejects
    return records, rejects


def last_cursor(source: FileConnector, object: str = "people", cursor: str | None = None) -> str:
    """Where a whole read ends."""
    return list(source.read(object, cursor))[-1].cursor


Naive = Callable[[Path], list[dict[str, str]]]


def naive_rows(path: Path) -> list[dict[str, Any]]:
    """What a few lines anybody would write make of a file."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        return list(csv.DictReader(stream))
