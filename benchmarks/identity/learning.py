"""What training gains on labelled sets: the shipped model, trained without labels, and with some hundred labels.

python -m benchmarks.identity.learning crm_exports fake_1000 --labels 100 300 500

Labels are drawn as `unsilo model sample` draws them: blindly from strata of candidate pairs (joined, barely joined,
held apart, nearly joined, doubtful, nearly doubtful, apart), answered by the truth, each worth as many pairs as its
stratum holds for one label. Figures are means over seeds, of the final clusters over all records.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.identity.labelled import SETS, LabelledSet, crm_companies, crm_exports
from benchmarks.identity.memory import Run, Scores, clusters_of, forms_of, run, score
from unified_model.identity.conflict import conflict_of
from unified_model.identity.learning.labels import Labels
from unified_model.identity.learning.patterns import count_patterns
from unified_model.identity.learning.train import Trained, train
from unified_model.identity.learning.weight_tables import weigh_levels
from unified_model.identity.model import MatchModel, read_model, shipped_model

Array = np.ndarray[Any, Any]
NEAR = 3_000
SHARES = {
    "joined": 0.4, "barely_joined": 0.2, "held_apart": 0.06, "nearly_joined": 0.12, "doubtful": 0.06,
    "nearly_doubtful": 0.1, "apart": 0.06,
}  # fmt: skip


class Measured(NamedTuple):
    """One training on one set."""

    scores: Scores
    pair_precision: float
    """Of the pairs that the machine may merge at or above its threshold, by the whole truth."""
    merge: int
    why: str
    seconds: float


class Truth(NamedTuple):
    """A set, what the shipped model made of it, and which candidate pairs are right."""

    data: LabelledSet
    shipped: MatchModel
    result: Run
    same: Array
    may_merge: Array
    """Pairs whose data do not contradict each other: the machine never merges the others, whatever they weigh."""


def prepare(data: LabelledSet) -> Truth:
    """Runs the shipped model over a set."""
    model = shipped_model("organization" if data.kind == "organization" else "person")
    result = run(forms_of(data), data.natural, model)
    owner = np.unique(np.array(data.truth), return_inverse=True)[1]
    ends = zip(result.left.tolist(), result.right.tolist(), strict=True)
    may_merge = (not conflict_of(model.kind, result.forms[a], result.forms[b]) for a, b in ends)
    same = owner[result.left] == owner[result.right]
    return Truth(data, model, result, same, np.fromiter(may_merge, bool, len(same)))


def draw(truth: Truth, wanted: int, seed: int) -> Labels:
    """Labels as people would give them."""
    chance = np.random.default_rng(seed)
    strata = {name: np.flatnonzero(inside) for name, inside in _strata(truth).items()}
    numbers = _allocated({name: len(pairs) for name, pairs in strata.items()}, wanted)
    chosen = {name: chance.choice(strata[name], number, replace=False) for name, number in numbers.items() if number}
    at = np.concatenate(list(chosen.values()))
    worth = np.concatenate([np.full(len(some), len(strata[name]) / len(some)) for name, some in chosen.items()])
    return Labels(truth.result.levels[at], truth.same[at], worth, truth.may_merge[at])


def _strata(truth: Truth) -> dict[str, Array]:
    result, model = truth.result, truth.shipped
    cluster = np.zeros(len(result.forms), dtype=np.int64)
    for number, members in enumerate(result.clusters):
        cluster[members] = number
    together = cluster[result.left] == cluster[result.right]
    strong, linked = result.weights >= model.merge, result.weights >= model.review
    close = result.weights >= model.review - NEAR
    near = abs(result.weights.astype(np.int64) - model.merge) <= NEAR
    return {
        "joined": together & ~(strong & near),
        "barely_joined": together & strong & near,
        "held_apart": ~together & strong,
        "nearly_joined": ~together & ~strong & near & linked,
        "doubtful": ~together & ~strong & ~near & linked,
        "nearly_doubtful": ~together & ~linked & close,
        "apart": ~together & ~close,
    }


def _allocated(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    given = dict.fromkeys(sizes, 0)
    while (left := wanted - sum(given.values())) > 0:
        open_ = [name for name in sizes if given[name] < sizes[name]]
        if not open_:
            break
        total = sum(SHARES[name] for name in open_)
        for name in open_:
            more = max(1, round(left * SHARES[name] / total))
            given[name] += min(more, sizes[name] - given[name], wanted - sum(given.values()))
    return given


def measure(truth: Truth, labels: Labels | None, seed: int) -> Measured:
    """Trains, then clusters all records by the trained model."""
    started = time.process_time()
    trained = train(truth.shipped, count_patterns([truth.result.levels]), labels, seed=seed)
    seconds = time.process_time() - started
    return judge(truth, trained, seconds)


def judge(truth: Truth, trained: Trained, seconds: float) -> Measured:
    """How good a trained model is on the whole set."""
    model = read_model(json.dumps(trained.document))
    result = truth.result
    weights = weigh_levels(model, result.levels)
    clusters = clusters_of(result.forms, truth.data.natural, result.left, result.right, weights, model)
    merged = (weights >= model.merge) & truth.may_merge
    precision = float(truth.same[merged].mean()) if merged.any() else 1.0
    return Measured(score(clusters, truth.data.truth), precision, model.merge, trained.notes["threshold"], seconds)


def report(name: str, data: LabelledSet, labels: Iterable[int], seeds: int) -> None:
    """Prints the lines of one set."""
    truth = prepare(data)
    shipped = Trained(dict(truth.shipped.document), {"threshold": ""})
    _print(name, "shipped", [judge(truth, shipped, 0.0)])
    _print(name, "no labels", [measure(truth, None, 1)])
    for wanted in labels:
        _print(
            name, f"{wanted} labels", [measure(truth, draw(truth, wanted, seed), seed) for seed in range(1, seeds + 1)]
        )


def _print(name: str, how: str, found: list[Measured]) -> None:
    def mean(numbers: Iterable[float]) -> float:
        return float(np.mean(list(numbers)))

    why = ", ".join(f"{word} {sum(one.why == word for one in found)}" for word in sorted({one.why for one in found}))
    print(
        f"{name:18} {how:11} P {mean(one.scores.precision for one in found):.3f} "
        f"R {mean(one.scores.recall for one in found):.3f} F1 {mean(one.scores.f1 for one in found):.4f} "
        f"(least {min(one.scores.f1 for one in found):.3f}) B3 {mean(one.scores.b_cubed for one in found):.4f} "
        f"| links right {mean(one.pair_precision for one in found):.4f} "
        f"(least {min(one.pair_precision for one in found):.4f}) "
        f"| merge {min(one.merge for one in found)}..{max(one.merge for one in found)} {why} "
        f"| {mean(one.seconds for one in found):.2f} CPU s"
    )
    sys.stdout.flush()


def main() -> None:
    """Measures the sets named on the command line; a folder of exports with a truth file counts as two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--labels", nargs="*", type=int, default=[100, 300, 500])
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    for name in options.sets:
        folder = Path(name)
        if name not in SETS and folder.is_dir():
            report(folder.name, crm_exports(folder), options.labels, options.seeds)
            report(f"{folder.name} companies", crm_companies(folder), options.labels, options.seeds)
        else:
            report(name, SETS[name](), options.labels, options.seeds)


if __name__ == "__main__":
    main()
