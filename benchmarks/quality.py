"""How good the customers are that a folder of exports becomes with no settings at all.

The folder holds exports and `truth.csv` (file, record_id, person_id and perhaps company_id). `unsilo init --yes` and a
sync make the store; then its customers are compared with the truth, pair by pair and record by record.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

from benchmarks.identity.memory import Scores, score
from benchmarks.measure import in_child
from benchmarks.workspace import fresh

SAMPLE = 500
Truth = dict[tuple[str, str], dict[str, str]]
"""(file, record id) -> the row of the truth."""


class Stored(NamedTuple):
    """A person's record as the store has it."""

    file: str
    record_id: str
    payload: dict[str, str]
    customer: str
    company: str | None
    """The customer that the company named in the record became."""


def run(work: Path, data: Path) -> None:
    """Print precision, recall, F1 and B-cubed of persons, and of companies where the truth knows them."""
    print(f"\n## Quality without settings: {data.name}\n")
    hub = fresh(work / "quality")
    files = sorted(path for path in data.iterdir() if path.is_file() and path.name not in ("truth.csv", "rejects.csv"))
    files = [path for path in files if path.suffix in (".csv", ".tsv", ".xlsx", ".gz")]
    in_child("benchmarks.hub", "init", hub, *files)
    told = in_child("benchmarks.hub", "sync", hub)
    print(f"- {told['read']:,} records read, {told['rejected']:,} set aside")
    for what, found in customers_of(hub / "unsilo.db", data).items():
        print(
            f"- {what}: P {found.precision:.3f} R {found.recall:.3f} **F1 {found.f1:.3f}**, "
            f"B-cubed {found.b_cubed:.3f}; the largest of {found.largest} records",
            flush=True,
        )


def customers_of(database: Path, data: Path) -> dict[str, Scores]:
    """How good a store's persons are by the truth in `data`, and the companies they name where the truth knows them."""
    truth = _truth(data / "truth.csv")
    records = _identified(_stored(database), truth)
    found = {
        "persons": _scores([r.customer for r in records], [truth[r.file, r.record_id]["person_id"] for r in records])
    }
    named = [r for r in records if r.company and truth[r.file, r.record_id].get("company_id", "0") not in ("", "0")]
    if named:
        companies = [truth[r.file, r.record_id]["company_id"] for r in named]
        found["companies named by persons"] = _scores([r.company or "" for r in named], companies)
    return found


def _scores(customers: list[str], truth: list[str]) -> Scores:
    clusters: dict[str, list[int]] = defaultdict(list)
    for place, customer in enumerate(customers):
        clusters[customer].append(place)
    return score(list(clusters.values()), truth)


def _truth(path: Path) -> Truth:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return {(row["file"], row["record_id"]): row for row in csv.DictReader(lines)}


def _stored(database: Path) -> list[Stored]:
    """Every person's record with its customer and the customer of its first company."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    rows = conn.execute(
        """
        select s.label, r.record_id, coalesce(r.payload, v.payload), m.customer_id, c.customer_id
        from source_record r
        join source s on s.id = r.source_id
        join source_record_version v on v.record = r.id and v.version = r.version
        join membership m on m.record = r.id
        left join affiliation a on a.record = r.id and a.position = 0
        left join membership c on c.record = a.organization
        where r.kind = 'person'
        """
    )
    return [Stored(row[0], row[1], json.loads(row[2]), *row[3:]) for row in rows]


def _identified(records: list[Stored], truth: Truth) -> list[Stored]:
    """The records as the truth names them: by file, and by the key or the column that holds its ids."""
    files = sorted({file for file, _ in truth})
    found = []
    for source in sorted({record.file for record in records}):
        mine = [record for record in records if record.file == source]
        hits: Counter[tuple[str, str]] = Counter()
        for record in mine[:SAMPLE]:
            for column, value in (("", record.record_id), *record.payload.items()):
                hits.update((file, column) for file in files if (file, value) in truth)
        if not hits:
            continue
        ((file, column), _), *_rest = hits.most_common(1)
        named = [r._replace(file=file, record_id=r.payload.get(column, "") if column else r.record_id) for r in mine]
        found += [record for record in named if (file, record.record_id) in truth]
    return found
