"""A truth file: which records are one person (or company) in fact, as a test set or somebody's careful work knows it.

Columns: file, record_id, person_id and perhaps company_id. `file` names a source by its label or by the file it was
read from; `record_id` is the record's key, or the value of any one column of that source.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from unified_model.errors import UsageError
from unified_model.store import golden_rows, members
from unified_model.store.engine import Connection
from unified_model.store.rebuilding import stored_records

LOOKED_AT = 500
"""Records of a source that are looked at to find out which column the truth speaks of."""
NO_COMPANY = "0"
Rows = dict[tuple[str, str], dict[str, str]]


def read_truth(path: Path) -> Rows:
    """(file, record id) -> the row. UsageError when columns are missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if missing := {"file", "record_id", "person_id"} - set(reader.fieldnames or ()):
                raise UsageError(
                    f"{path} has no column {min(missing)!r}.",
                    "A truth file has file, record_id, person_id, company_id.",
                )
            return {(row["file"], row["record_id"]): row for row in reader}
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text.", "Save it as CSV in UTF-8.") from error


def true_owners(conn: Connection, kind: str, truth: Rows) -> list[tuple[int, str]]:
    """(record of the kind, who it is in fact) for everything the truth knows.

    Of companies: the record of the company that a person's record names first; a company may so be told many times.
    """
    column = "person_id" if kind == "person" else "company_id"
    named = [(record, row.get(column) or "") for record, row in _identified(conn, truth).items()]
    if kind == "organization":
        companies = golden_rows.first_companies(conn, [record for record, _ in named])
        own = set(members.records_of_kind(conn, kind))
        named = [
            (record if record in own else companies.get(record, -1), owner)
            for record, owner in named
            if owner != NO_COMPANY
        ]
    known = set(members.records_of_kind(conn, kind))
    return [(record, owner) for record, owner in named if owner and record in known]


def _identified(conn: Connection, truth: Rows) -> dict[int, dict[str, str]]:
    """Record -> its row of the truth, source by source."""
    files = sorted({file for file, _ in truth})
    records = [*members.records_of_kind(conn, "person"), *members.records_of_kind(conn, "organization")]
    by_source: dict[int, list[int]] = {}
    for member in members.records_by_id(conn, records).values():
        if not member.implied:
            by_source.setdefault(member.source_id, []).append(member.id)
    found: dict[int, dict[str, str]] = {}
    for mine in by_source.values():
        names = _names_in(conn, mine[:LOOKED_AT])
        hits: Counter[tuple[str, str]] = Counter()
        for columns in names.values():
            for column, value in columns.items():
                hits.update((file, column) for file in files if (file, value) in truth)
        if not hits:
            continue
        ((file, column), _), *_rest = hits.most_common(1)
        for start in range(0, len(mine), 10_000):
            told = _names_in(conn, mine[start : start + 10_000])
            named = {record: (file, columns.get(column, "")) for record, columns in told.items()}
            found |= {record: truth[name] for record, name in named.items() if name in truth}
    if not found:
        raise UsageError(
            "The truth file names no record of this store.",
            "Its record_id must be a source's key or one of its columns.",
        )
    return found


def _names_in(conn: Connection, records: list[int]) -> dict[int, dict[str, str]]:
    """Record -> what may name it: its key (under an empty column) and its texts by column."""
    return {
        one.id: {"": one.record_id, **{name: value for name, value in one.payload.items() if isinstance(value, str)}}
        for one in stored_records(conn, records)
    }
