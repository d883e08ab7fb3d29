"""What our identity makes of a labelled set in memory, without a store; in a process of its own.

python -m benchmarks.identity.ours set NAME
python -m benchmarks.identity.ours persons EXPORTS
python -m benchmarks.identity.ours companies EXPORTS
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.identity.labelled import SETS, LabelledSet, crm_companies, crm_persons
from benchmarks.identity.memory import Run, blocked, forms_of, run, score
from benchmarks.measure import Laps, peak_mb, tell
from unified_model.collecting import rare_collections
from unified_model.entities import OrganizationRecord
from unified_model.identity.forms import Form, organization_form, person_form
from unified_model.identity.model import shipped_model

PAGE = 2_000
"""Records cleaned at a time."""


def merges(found: Run, truth: list[str], merge: int) -> tuple[int, int]:
    """(pairs, right pairs) that the machine joined of its own: at or above `merge` and now one customer."""
    import numpy as np

    cluster = np.zeros(len(truth), dtype=np.int64)
    for number, members in enumerate(found.clusters):
        cluster[members] = number
    joined = (found.weights >= merge) & (cluster[found.left] == cluster[found.right])
    names = {name: number for number, name in enumerate(dict.fromkeys(truth))}
    true = np.array([names[name] for name in truth])
    right = true[found.left[joined]] == true[found.right[joined]]
    return int(joined.sum()), int(right.sum())


def measure(data: LabelledSet) -> dict[str, Any]:
    """Scores, seconds of each stage, memory."""
    laps = Laps()
    with laps.lap("clean"):
        forms = forms_of(data)
    return _matched(data.kind, forms, data.natural, data.truth, laps)


def measure_exports(folder: Path) -> dict[str, Any]:
    """The same for the persons of three exports, cleaned page by page as landing does, with the companies they name."""
    laps = Laps()
    forms: list[Form] = []
    natural: list[str] = []
    truth: list[str] = []
    named: set[tuple[str, str]] = set()
    people = crm_persons(folder)
    while page := list(islice(people, PAGE)):
        records, keys, clusters = zip(*page, strict=True)
        with laps.lap("clean"):
            forms += [person_form(record) for record in records]
            for job in (job for record in records for job in record.affiliations):
                if job.name and (job.name, job.website or "") not in named:
                    named.add((job.name, job.website or ""))
                    organization_form(OrganizationRecord(name=job.name, website=job.website))
        natural += keys
        truth += clusters
    return _matched("person", forms, natural, truth, laps)


def _matched(kind: str, forms: list[Form], natural: list[str], truth: list[str], laps: Laps) -> dict[str, Any]:
    model = shipped_model("organization" if kind == "organization" else "person")
    with laps.lap("match"):
        found = run(forms, natural, model)
    peak = round(peak_mb(), 1)
    pairs, right = merges(found, truth, model.merge)
    return {
        **score(found.clusters, truth)._asdict(),
        "true_largest": max(Counter(truth).values()),
        "merges": pairs,
        "right_merges": right,
        "compared": blocked(found, truth),
        "pairs": len(found.left),
        "records": len(truth),
        "cpu": {**laps.cpu, **found.seconds},
        "wall": laps.wall,
        "peak": peak,
    }


if __name__ == "__main__":
    what, name = sys.argv[1:]
    with rare_collections():
        if what == "set":
            tell(measure(SETS[name]()))
        elif what == "companies":
            tell(measure(crm_companies(Path(name))))
        else:
            tell(measure_exports(Path(name)))
