"""All of learning: the store's own pairs, then labels, then the threshold that the labels prove."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.learning.calibrate import Precision, precision_at, safe_merge
from unified_model.identity.learning.correct import correct, fit
from unified_model.identity.learning.estimate import ROUNDS, STRENGTH, estimate
from unified_model.identity.learning.labels import Labels, in_order
from unified_model.identity.learning.patterns import Patterns
from unified_model.identity.learning.weight_tables import weigh_levels, weights_under
from unified_model.identity.model import MatchModel, read_model

PRECISION = 0.98
"""The share of its merges that the machine must be shown to get right."""
FOLDS = 5
LOWERED = "lowered"
_WRONG = 20
"""So many wrong labels are to be expected at just that precision: with as many labels, what is unproven is raised."""


class Trained(NamedTuple):
    """A trained model and how it came about."""

    document: dict[str, Any]
    notes: dict[str, Any]
    """Plain numbers for people: pairs, labels, rounds, share, thresholds and why they are what they are."""


class Threshold(NamedTuple):
    """From which weight on the machine merges, and why."""

    merge: int
    why: str
    """`no labels`, `too few labels`, `as many merges`, `proven`, `lowered`, `raised`."""
    precision: Precision | None
    """At that threshold."""


def train(model: MatchModel, candidates: Patterns, labels: Labels | None, *, seed: int) -> Trained:
    """A new model's document from a given model, the store's candidate pairs, and labels if there are any.

    The same input and seed give the same document to the byte; the order of pairs and labels does not matter.
    """
    found = estimate(model, candidates, strength=STRENGTH, rounds=ROUNDS)
    notes: dict[str, Any] = {
        "pairs": int(candidates.counts.sum()),
        "share_of_one_customer": round(found.share, 4),
        "rounds": found.rounds,
        "labels": 0,
        "blind_labels": 0,
        "merge": model.merge,
        "threshold": "no labels",
    }
    if labels is None or not len(labels.same):
        return Trained(found.document, notes)
    estimated = read_model(json.dumps(found.document))
    labels = in_order(labels)
    document = correct(estimated, labels)
    as_many = as_many_merges(model, read_model(json.dumps(document)), candidates)
    threshold = _threshold(estimated, labels, as_many, seed)
    document["unsilo"] |= _with_threshold(model, threshold)
    notes |= {
        "labels": len(labels.same),
        "blind_labels": int(labels.drawn.sum()),
        "merge": threshold.merge,
        "threshold": threshold.why,
    }
    if threshold.precision is not None:
        notes["precision"] = {key: round(value, 4) for key, value in threshold.precision._asdict().items()}
    return Trained(document, notes)


def _threshold(model: MatchModel, labels: Labels, as_many: int, seed: int) -> Threshold:
    """The merge threshold for the model corrected by these labels.

    The labels judge weights that were fitted without them, a fifth at a time. A proven threshold below the given one
    is taken, down to `review`; above it, only if the labels are many, or show that the given one is too low. Where
    nothing is proven the given one stands, or the one at which the machine merges `as_many` pairs as before: the lower
    unless the labels put its precision too low, the higher if they put that of the given one too low.
    """
    drawn = labels.drawn
    if not drawn.any():
        return Threshold(model.merge, "too few labels", None)
    weights, same, worth = held_out_weights(model, labels, seed)[drawn], labels.same[drawn], labels.worth[drawn]
    safe = safe_merge(weights, same, worth, precision=PRECISION)
    given = precision_at(model.merge, weights, same, worth)
    before = precision_at(as_many, weights, same, worth)
    merge, why = model.merge, "too few labels"
    if safe is not None and safe <= model.merge:
        merge = min(model.merge, max(safe, model.review))
        why = LOWERED if merge < model.merge else "proven"
    elif safe is not None and given is not None and _is_refuted(given):
        merge, why = safe, "raised"
    elif as_many >= model.review and _is_better(as_many, before, model.merge, given):
        merge, why = as_many, "as many merges"
    return Threshold(merge, why, precision_at(merge, weights, same, worth))


def _with_threshold(model: MatchModel, threshold: Threshold) -> dict[str, int]:
    """What changes under `unsilo`: a lower threshold to merge takes along what bears two clusters together.

    Where no more pairs are merged than before, pairs without a link keep counting what they did, for otherwise clusters
    that stood would fall apart; where more are, they count as much less than `support` as before.
    """
    down = max(model.merge - threshold.merge, 0)
    changed = {"merge": threshold.merge, "review": min(model.review, threshold.merge)}
    if model.support is not None and down:
        changed["support"] = model.support - down
        if threshold.why == LOWERED:
            changed["unlinked"] = model.unlinked - down
    return changed


def as_many_merges(given: MatchModel, trained: MatchModel, candidates: Patterns) -> int:
    """The lowest weight of the trained model at and above which no more pairs are than the given one merges."""
    before = int(candidates.counts[weigh_levels(given, candidates.levels) >= given.merge].sum())
    weights, back = np.unique(weigh_levels(trained, candidates.levels), return_inverse=True)
    at_or_above = np.cumsum(np.bincount(back.reshape(-1), weights=candidates.counts)[::-1])[::-1]
    fitting = weights[at_or_above <= before]
    return int(fitting[0]) if len(fitting) else trained.merge


def _is_better(as_many: int, before: Precision | None, merge: int, given: Precision | None) -> bool:
    """Whether few labels are for merging as many pairs as before, not as many as the given threshold now would."""
    if as_many < merge:
        return before is not None and before.share >= PRECISION
    return as_many > merge and given is not None and given.share < PRECISION


def _is_refuted(given: Precision) -> bool:
    """Whether labels speak against a threshold: they show it too low, or are many and still don't prove it."""
    return given.upper < PRECISION or given.labels * (1 - PRECISION) >= _WRONG


def held_out_weights(model: MatchModel, labels: Labels, seed: int) -> NDArray[np.int32]:
    """The weight of each labelled pair under the model corrected by the other labels, thousandths of a bit.

    Pairs of the same levels are held out together, and which go together is drawn by `seed`, not by their order.
    """
    patterns, back = np.unique(labels.levels, axis=0, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(patterns))[back.reshape(-1)] % FOLDS
    weights = weigh_levels(model, labels.levels)
    for number in range(FOLDS):
        out = fold == number
        if out.any() and not out.all():
            rest = Labels(labels.levels[~out], labels.same[~out], labels.worth[~out], labels.drawn[~out])
            weights[out] = weights_under(*fit(model, rest), labels.levels[out])
    return weights
