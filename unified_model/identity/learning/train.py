"""All of learning: the store's own pairs, then labels, then the threshold that the labels prove."""

from __future__ import annotations

from typing import Any, NamedTuple

from unified_model.identity.learning.correct import correct
from unified_model.identity.learning.estimate import estimate
from unified_model.identity.learning.labels import Labels
from unified_model.identity.learning.patterns import Patterns
from unified_model.identity.model import MatchModel, read_model


class Trained(NamedTuple):
    """A trained model and how it came about."""

    document: dict[str, Any]
    notes: dict[str, Any]
    """Plain numbers for people: pairs, labels, rounds, share, thresholds and why they are what they are."""


def train(model: MatchModel, candidates: Patterns, labels: Labels | None, *, seed: int) -> Trained:
    """A new model's document from a given model, the store's candidate pairs, and labels if there are any.

    The same input and seed give the same document to the byte; the order of pairs and labels does not matter.
    """
    import json

    del seed
    found = estimate(model, candidates, strength=1.0, rounds=1)
    document = found.document
    if labels is not None and len(labels.same):
        document = correct(read_model(json.dumps(document)), labels)
    return Trained(
        document, {"pairs": int(candidates.counts.sum()), "labels": 0 if labels is None else len(labels.same)}
    )
