"""Tables written for people: a new CSV that no spreadsheet program will run as formulas."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from connectors.files.opening import plain_errors

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def guarded(value: str) -> str:
    """Text that a spreadsheet shows as it is: what would begin a formula gets an apostrophe before it."""
    return f"'{value}" if value.startswith(_DANGEROUS) else value


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> int:
    """Write a whole CSV (UTF-8 with a byte order mark, for spreadsheets) or none at all; gives the number of rows."""
    partial = path.with_name(f".{path.name}.partial")
    count = 0
    with plain_errors(str(path)):
        try:
            with partial.open("w", encoding="utf-8-sig", newline="") as stream:
                out = csv.writer(stream)
                out.writerow([guarded(name) for name in columns])
                for row in rows:
                    count += 1
                    out.writerow([guarded(value or "") for value in row])
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    return count
