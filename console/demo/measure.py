"""How well clusters agree with the known truth: pairwise after closure, and B-cubed (Bagga and Baldwin, 1998)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

Record = tuple[str, str]
"""File and record id."""
Labels = Mapping[Record, str]


class Agreement(NamedTuple):
    """Precision and recall, each 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def pairwise(found: Labels, truth: Labels) -> Agreement:
    """Of all pairs of records put together, how many belong together; of all that belong together, how many are."""
    joint, clusters, people = _counts(found, truth)
    right = _pairs(joint)
    return Agreement(right / (_pairs(clusters) or 1), right / (_pairs(people) or 1))


def b_cubed(found: Labels, truth: Labels) -> Agreement:
    """For the average record: how much of its cluster is itself, and how much of itself is in its cluster."""
    joint, clusters, people = _counts(found, truth)
    records = sum(joint.values()) or 1
    precision = sum(count * count / clusters[cluster] for (cluster, _), count in joint.items())
    recall = sum(count * count / people[person] for (_, person), count in joint.items())
    return Agreement(precision / records, recall / records)


Counts = tuple[Counter[tuple[str, str]], Counter[str], Counter[str]]


def _counts(found: Labels, truth: Labels) -> Counts:
    """How often each (cluster, person), cluster and person occurs, over the records both know."""
    joint = Counter((found[record], person) for record, person in truth.items() if record in found)
    clusters: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for (cluster, person), count in joint.items():
        clusters[cluster] += count
        people[person] += count
    return joint, clusters, people


def _pairs(counts: Counter[str] | Counter[tuple[str, str]]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())
