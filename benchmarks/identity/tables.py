"""Labelled sets as plain tables, the same for every peer: `records.csv` and, apart from it, `truth.csv`.

Record ids are places in the set as `labelled.py` reads it, because ids such as `Q2296770-1` contain the answer.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.identity.labelled import CRM, DATA, PUBLIC_PERSONS, Row, crm_companies, crm_rows, crm_truth, rows_of
from unified_model.entities import OrganizationRecord

IDS = ("unique_id", "rec_id", "person_id", "cluster")
"""Columns that are, or contain, the answer."""
_PLAIN = ("first_name", "last_name", "email", "phone", "company", "town", "post_code")


class Table(NamedTuple):
    """Where a set lies as a plain table, and by which settings peers read it."""

    name: str
    settings: str
    folder: Path

    @property
    def records(self) -> Path:
        """Columns as the set has them, and `record`."""
        return self.folder / "records.csv"


def crm_table(exports: Path, folder: Path) -> Table:
    """The persons of three exports in seven columns, as they are written there; broken lines are left out."""
    truth = crm_truth(exports)
    found: list[Sequence[str]] = []
    clusters = []
    for file, row in crm_rows(exports):
        _, key, columns = CRM[file]
        if (file, row[key]) in truth:
            found.append(_plain(row, columns))
            clusters.append(truth[file, row[key]]["person_id"])
    return _write(exports.name, "crm", folder, _PLAIN, found, clusters)


def _plain(row: Row, columns: dict[str, str]) -> list[str]:
    def get(name: str) -> str:
        return row.get(columns.get(name, "")) or ""

    first, last, words = get("given"), get("family"), get("full").split()
    if words:
        first, last = " ".join(words[:1][: len(words) - 1]), words[-1]
    phone = get("phone") or get("mobile")
    return [first, last, get("email"), phone, get("company"), get("locality"), get("postal_code")]


def company_table(exports: Path, folder: Path) -> Table:
    """The companies that the persons of three exports name."""
    data = crm_companies(exports)
    rows = [(one.name or "", one.website or "") for one in data.records if isinstance(one, OrganizationRecord)]
    return _write(f"{exports.name} companies", "companies", folder, ("name", "website"), rows, data.truth)


def public_table(name: str, folder: Path) -> Table:
    """A public set with its own columns, but for ids that contain the answer; `file` tells where a record is from."""
    files = PUBLIC_PERSONS[name][0] if name in PUBLIC_PERSONS else ("patstat.csv",)
    rows = [{"file": file, **row} for file in files for row in rows_of(DATA / "er" / name / file)]
    columns = [column for column in rows[0] if column not in IDS]
    plain = [[row[column] for column in columns] for row in rows]
    return _write(name, name, folder, columns, plain, [row["cluster"] for row in rows])


def _write(
    name: str, settings: str, folder: Path, columns: Sequence[str], rows: Iterable[Sequence[str]], truth: Sequence[str]
) -> Table:
    folder.mkdir(parents=True, exist_ok=True)
    table = Table(name, settings, folder)
    with table.records.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(("record", *columns))
        writer.writerows((place, *row) for place, row in enumerate(rows))
    (folder / "truth.csv").write_text("\n".join(truth) + "\n", encoding="utf-8")
    return table


def truth_of(folder: Path) -> list[str]:
    """The true cluster of each record, by place."""
    return (folder / "truth.csv").read_text(encoding="utf-8").splitlines()
