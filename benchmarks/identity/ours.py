"""What our identity makes of a labelled set in memory, without a store; in a process of its own.

python -m benchmarks.identity.ours set NAME
python -m benchmarks.identity.ours persons EXPORTS
python -m benchmarks.identity.ours companies EXPORTS
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.identity.labelled import SETS, LabelledSet, companies_named, crm_companies, crm_exports
from benchmarks.identity.memory import Run, blocked, forms_of, run, score
from benchmarks.measure import Laps, peak_mb, tell
from unified_model.identity.model import shipped_model


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


def measure(data: LabelledSet, also_cleaned: LabelledSet | None = None) -> dict[str, Any]:
    """Scores, seconds of each stage, memory. `also_cleaned`: what landing cleans besides, for its cost alone."""
    laps = Laps()
    model = shipped_model("organization" if data.kind == "organization" else "person")
    with laps.lap("clean"):
        forms = forms_of(data)
        if also_cleaned:
            forms_of(also_cleaned)
    before = sum(laps.cpu.values())
    with laps.lap("match"):
        found = run(forms, data.natural, model)
    peak = round(peak_mb(), 1)
    pairs, right = merges(found, data.truth, model.merge)
    return {
        **score(found.clusters, data.truth)._asdict(),
        "true_largest": max(Counter(data.truth).values()),
        "merges": pairs,
        "right_merges": right,
        "compared": blocked(found, data.truth),
        "pairs": len(found.left),
        "records": len(data.truth),
        "cpu": {"clean": before, "match": laps.cpu["match"], **found.seconds},
        "wall": laps.wall,
        "peak": peak,
    }


if __name__ == "__main__":
    what, name = sys.argv[1:]
    if what == "set":
        tell(measure(SETS[name]()))
    elif what == "companies":
        tell(measure(crm_companies(Path(name))))
    else:
        persons = crm_exports(Path(name))
        tell(measure(persons, companies_named(persons)))
