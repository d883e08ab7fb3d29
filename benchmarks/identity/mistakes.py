"""Where identity goes wrong on labelled records: which levels stand behind false merges, and why true pairs are missed.

python -m benchmarks.identity.mistakes SET_OR_EXPORTS ... [--examples N]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.identity.labelled import SETS, LabelledSet, crm_companies, crm_exports
from benchmarks.identity.memory import Array, Run, forms_of, run, score
from unified_model.identity.forms import Form
from unified_model.identity.model import MatchModel, shipped_model

PATTERNS = 25
FIELDS = ("g", "f", "e", "p", "c", "d", "z", "t", "b", "n")
"""Fields of a form whose agreement is told of pairs that were never compared."""


class Pairs(NamedTuple):
    """The pairs of one run that teach something, as places among its compared pairs but for `uncompared`."""

    false: Array
    """Joined at or above the merge weight, and two customers in truth."""
    right: Array
    doubtful: Array
    """Missed: one customer in truth and two here, between the thresholds."""
    weak: Array
    held_apart: Array
    """Missed though at or above the merge weight: clustering keeps them apart."""
    uncompared: list[tuple[int, int]]


def sort_pairs(found: Run, truth: Sequence[str], model: MatchModel) -> Pairs:
    """Every pair that was joined, or should have been, by what became of it."""
    names = {name: number for number, name in enumerate(dict.fromkeys(truth))}
    true = np.array([names[name] for name in truth])
    cluster = np.zeros(len(truth), dtype=np.int64)
    for number, members in enumerate(found.clusters):
        cluster[members] = number
    same = true[found.left] == true[found.right]
    together = cluster[found.left] == cluster[found.right]
    strong, review = found.weights >= model.merge, found.weights >= model.review
    missed = same & ~together
    compared = set(zip(found.left[same].tolist(), found.right[same].tolist(), strict=True))
    return Pairs(
        *(
            np.flatnonzero(chosen)
            for chosen in (
                together & strong & ~same, together & strong & same, missed & review & ~strong, missed & ~review,
                missed & strong,
            )
        ),
        [pair for pair in _true_pairs(truth) if pair not in compared and cluster[pair[0]] != cluster[pair[1]]],
    )  # fmt: skip


def _true_pairs(truth: Sequence[str]) -> Iterator[tuple[int, int]]:
    members: dict[str, list[int]] = defaultdict(list)
    for record, name in enumerate(truth):
        members[name].append(record)
    for records in members.values():
        yield from combinations(records, 2)


def tell(name: str, data: LabelledSet, examples: int) -> None:
    """Prints the sheet of one set."""
    model = shipped_model("organization" if data.kind == "organization" else "person")
    found = run(forms_of(data), data.natural, model)
    scores, pairs = score(found.clusters, data.truth), sort_pairs(found, data.truth, model)
    wanted = sum(n * (n - 1) // 2 for n in Counter(data.truth).values())
    print(f"\n# {name}: P {scores.precision:.4f} R {scores.recall:.4f} F1 {scores.f1:.4f} B3 {scores.b_cubed:.4f}")
    joined = len(pairs.false) + len(pairs.right)
    print(f"pairs joined of its own {joined:,}, of them false {len(pairs.false):,} ({len(pairs.false) / joined:.2%})")
    print(f"true pairs {wanted:,}; missed, of all true pairs:")
    for what, some in zip(Pairs._fields[2:], pairs[2:], strict=True):
        print(f"    {what:11} {len(some):7,} {len(some) / wanted:7.2%}")
    print("\n## False merges by level: level, false pairs, right pairs, share false")
    _levels(found, model, pairs.false, pairs.right)
    print("\n## False merges by pattern")
    _patterns(found, model, pairs.false, examples)
    for what in ("doubtful", "weak", "held_apart"):
        print(f"\n## Missed, {what}: by pattern")
        _patterns(found, model, getattr(pairs, what), examples)
    print("\n## Missed, never compared: by the fields that agree in a value")
    _uncompared(found.forms, pairs.uncompared, examples)


def _levels(found: Run, model: MatchModel, false: Array, right: Array) -> None:
    for n, comparison in enumerate(model.comparisons):
        wrong, good = (np.bincount(found.levels[some, n], minlength=len(comparison.levels)) for some in (false, right))
        told = [
            f"{level.name} {wrong[k]:,}/{good[k]:,} {wrong[k] / (wrong[k] + good[k]):.1%}"
            for k, level in enumerate(comparison.levels)
            if wrong[k]
        ]
        print(f"{comparison.name:12} {'; '.join(told)}")


def _patterns(found: Run, model: MatchModel, some: Array, examples: int) -> None:
    by_pattern: dict[bytes, list[int]] = defaultdict(list)
    for at in some.tolist():
        by_pattern[found.levels[at].tobytes()].append(at)
    for pattern in sorted(by_pattern, key=lambda each: -len(by_pattern[each]))[:PATTERNS]:
        held = by_pattern[pattern]
        weight = found.weights[held[0]] / 1000
        print(f"{len(held):5} {weight:6.1f} bits  {_words(model, pattern)}")
        for at in held[:examples]:
            _example(found.forms, int(found.left[at]), int(found.right[at]))


def _words(model: MatchModel, pattern: Iterable[int]) -> str:
    told = [(comparison.name, comparison.levels[k]) for comparison, k in zip(model.comparisons, pattern, strict=True)]
    return ", ".join(f"{name}={level.name}" for name, level in told if level.weight or level.name != "none")


def _uncompared(forms: list[Form], pairs: list[tuple[int, int]], examples: int) -> None:
    by_shared: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for a, b in pairs:
        by_shared[tuple(f for f in FIELDS if _share(forms[a].get(f), forms[b].get(f)))].append((a, b))
    for shared in sorted(by_shared, key=lambda each: -len(by_shared[each]))[:PATTERNS]:
        print(f"{len(by_shared[shared]):5} {' '.join(shared) or 'nothing'}")
        for a, b in by_shared[shared][:examples]:
            _example(forms, a, b)


def _share(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return not set(one).isdisjoint(other)
    return one is not None and one == other


def _example(forms: list[Form], *ends: int) -> None:
    for end in ends:
        print(f"           {json.dumps(forms[end], ensure_ascii=False)}")
    print()


def main() -> None:
    """Prints the sheets of the sets named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--examples", type=int, default=2, help="pairs shown of each pattern (default 2)")
    options = parser.parse_args()
    for name in options.sets:
        if name in SETS:
            tell(name, SETS[name](), options.examples)
        else:
            tell(name, crm_exports(Path(name)), options.examples)
            tell(f"{name}, companies", crm_companies(Path(name)), options.examples)


if __name__ == "__main__":
    main()
