"""Every answer the store holds on who is the same: blind samples, decisions in force, merges made in source systems."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from unified_model.entities import Kind
from unified_model.identity.conflict import conflict_of
from unified_model.records import NaturalKey
from unified_model.store import members, samples
from unified_model.store.decisions import all_decisions, standing, vendor_merges
from unified_model.store.engine import Connection
from unified_model.store.landing import match_forms
from unified_model.store.samples import Question

if TYPE_CHECKING:
    from unified_model.identity.compare import LevelMatrix
    from unified_model.identity.learning.labels import Labels

PAIRS_A_DECISION = 10
"""One decision about two large customers speaks of thousands of pairs that are alike: some of them are enough."""
ORIGINS = ("sample", "decision", "vendor_merge")


class Label(NamedTuple):
    """One pair of records (left < right) and what somebody said of it."""

    left: int
    right: int
    same: bool
    worth: float
    """How many pairs of the store it stands for; 1 unless it was drawn blindly."""
    origin: str

    @property
    def blind(self) -> bool:
        """Whether it was drawn by chance, so that it may speak for other pairs."""
        return self.origin == "sample"


def gather_labels(conn: Connection, kind: str, seed: int) -> list[Label]:
    """Labels of a kind, each pair once but for pairs drawn several times; blind ones before decisions before merges."""
    told = [*_of_samples(samples.questions(conn, kind)), *_of_decisions(conn, seed), *_of_vendors(conn)]
    keys = sorted({key for each in told for key in each[:2]})
    records = members.records_by_key(conn, keys)
    told_of = match_forms(conn, kind, sorted(records.values()))  # of this kind, and with something to compare
    seen: set[tuple[int, int]] = set()
    labels = []
    for one, other, same, worth, origin in told:
        if one not in records or other not in records or one == other:
            continue
        left, right = sorted((records[one], records[other]))
        if not (told_of.get(left) and told_of.get(right)) or (origin != "sample" and (left, right) in seen):
            continue
        seen.add((left, right))
        labels.append(Label(left, right, same, worth, origin))
    return labels


def as_labels(conn: Connection, kind: Kind, labels: Sequence[Label], levels: LevelMatrix) -> Labels:
    """Labels as training takes them; `levels` in the labels' order.

    A pair that the machine keeps apart whatever it weighs (two birth dates, say) tells of weights by its worth, and
    nothing of how many of the machine's merges are right: it counts as not drawn blindly.
    """
    import numpy as np

    from unified_model.identity.learning.labels import Labels as Learned

    forms = match_forms(conn, kind, sorted({end for one in labels for end in one[:2]}))
    mergeable = [not conflict_of(kind, forms.get(one.left, {}), forms.get(one.right, {})) for one in labels]
    blind = [one.blind and may for one, may in zip(labels, mergeable, strict=True)]
    return Learned(
        levels,
        np.array([one.same for one in labels], dtype=bool),
        np.array([one.worth for one in labels], dtype=np.float64),
        np.array(blind, dtype=bool),
    )


def count_of(labels: Sequence[Label]) -> dict[str, int]:
    """How many labels there are, by answer and by origin."""
    origins = Counter(one.origin for one in labels)
    same = sum(one.same for one in labels)
    return {"same": same, "different": len(labels) - same, **{origin: origins[origin] for origin in ORIGINS}}


_Told = tuple[NaturalKey, NaturalKey, bool, float, str]


def _of_samples(drawn: Sequence[Question]) -> Iterator[_Told]:
    """An answer stands for the pairs of its stratum divided by the answers in it; draws count by their answers."""
    answered = [q for q in drawn if q.answer in ("same", "different")]
    in_stratum = Counter((q.draw, q.stratum) for q in answered)
    in_draw = Counter(q.draw for q in answered)
    for q in answered:
        worth = q.stratum_pairs / in_stratum[q.draw, q.stratum] * in_draw[q.draw] / len(answered)
        yield q.left, q.right, q.answer == "same", worth, "sample"


def _of_decisions(conn: Connection, seed: int) -> Iterator[_Told]:
    for made in standing(all_decisions(conn)):
        chance = random.Random(f"{seed} {made.id}")
        sides = [(made.left, made.right, True)] if made.kind == "same" else [(*pair, False) for pair in made.apart]
        for left, right, same in sides:
            for one, other in _some(left, right, chance):
                yield one, other, same, 1.0, "decision"


def _some(
    left: Sequence[NaturalKey], right: Sequence[NaturalKey], chance: random.Random
) -> list[tuple[NaturalKey, NaturalKey]]:
    """Some pairs across two sides, all of them where they are few."""
    ours, theirs = sorted(left), sorted(right)
    pairs = len(ours) * len(theirs)
    places = range(pairs) if pairs <= PAIRS_A_DECISION else sorted(chance.sample(range(pairs), PAIRS_A_DECISION))
    return [(ours[place // len(theirs)], theirs[place % len(theirs)]) for place in places]


def _of_vendors(conn: Connection) -> Iterator[_Told]:
    for gone, survivor in sorted(vendor_merges(conn)):
        yield gone, survivor, True, 1.0, "vendor_merge"
