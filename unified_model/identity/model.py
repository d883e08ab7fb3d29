"""The model that weighs pairs: comparisons, their levels, and how often each level is seen among same and different.

A model is data: readable JSON in Splink's shape (comparisons with levels, m and u probabilities), plus a few keys of
ours under `unsilo`. Weights are integers, thousandths of a bit, so that a sum is the same on every machine.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from importlib.resources import files
from typing import Any

from unified_model.entities import Kind
from unified_model.errors import UsageError


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison. `m`: its share among pairs of one customer, `u`: among pairs of two."""

    name: str
    says: str
    m: float | None
    u: float | None
    weight: int
    """log2(m / u) in thousandths of a bit; 0 where nothing can be said."""
    conflict: bool
    """True: two clusters holding such a pair are never joined by the machine."""


@dataclass(frozen=True)
class Comparison:
    """One aspect that is compared; level 0 is always `nothing to compare`."""

    name: str
    says: str
    levels: tuple[Level, ...]

    def index_of(self, level: str) -> int:
        """The number of a level, as stored in evidence."""
        return next(number for number, one in enumerate(self.levels) if one.name == level)


@dataclass(frozen=True)
class MatchModel:
    """A model ready for use; `document` is the JSON it was made of, `version` the hash of its content."""

    kind: Kind
    version: str
    document: Mapping[str, Any]
    comparisons: tuple[Comparison, ...]
    base: int
    """Weight of a candidate pair before anything is compared: log2 odds, thousandths of a bit."""
    merge: int
    """At or above this weight the machine joins two records."""
    review: int
    """At or above this weight, and below `merge`, a person is asked."""
    size_limit: int
    """Clusters above this many records are only held together by ever stronger links."""
    step: int
    """By how much the threshold rises when a cluster is over the limit."""
    support: int | None
    """Two clusters are joined only if the mean weight of all their pairs reaches this; None: the best pair suffices."""
    unlinked: int
    """What a pair without a link counts in that mean."""
    support_growth: int = 0
    """How much more that mean must be with each doubling of the smaller cluster: many records chain more easily."""

    @cached_property
    def level_numbers(self) -> Mapping[str, Mapping[str, int]]:
        """Comparison -> level name -> number."""
        return {one.name: {level.name: n for n, level in enumerate(one.levels)} for one in self.comparisons}

    def to_json(self) -> str:
        """The readable document, stable to the last character."""
        return json.dumps(self.document, indent=2, ensure_ascii=False) + "\n"


def read_model(text: str) -> MatchModel:
    """A model from its JSON. UsageError names what is missing or out of bounds."""
    try:
        document = json.loads(text)
        ours = document["unsilo"]
        comparisons = tuple(_comparison(one) for one in document["comparisons"])
        kind: Kind = "organization" if ours["kind"] == "organization" else "person"
        probability = float(document["probability_two_random_records_match"])
        return MatchModel(
            kind=kind,
            version=version_of(document),
            document=document,
            comparisons=comparisons,
            base=_milli_bits(probability, 1 - probability),
            merge=int(ours["merge"]),
            review=int(ours["review"]),
            size_limit=int(ours["size_limit"]),
            step=int(ours["step"]),
            support=None if ours.get("support") is None else int(ours["support"]),
            unlinked=int(ours.get("unlinked", 0)),
            support_growth=int(ours.get("support_growth", 0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"This is not a match model: {error}. Compare it with the shipped one.") from error


def version_of(document: Mapping[str, Any]) -> str:
    """Hash of the content: the same numbers are the same model, however the file is laid out."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return blake2b(canonical.encode(), digest_size=8).hexdigest()


def _comparison(document: Mapping[str, Any]) -> Comparison:
    levels = tuple(_level(one) for one in document["comparison_levels"])
    return Comparison(document["output_column_name"], document.get("comparison_description", ""), levels)


def _level(document: Mapping[str, Any]) -> Level:
    m, u = document.get("m_probability"), document.get("u_probability")
    null = bool(document.get("is_null_level"))
    ours = document.get("unsilo", {})
    return Level(
        name=ours["name"],
        says=document["label_for_charts"],
        m=m,
        u=u,
        weight=0 if null or m is None or u is None else _milli_bits(float(m), float(u)),
        conflict=bool(ours.get("conflict")),
    )


def _milli_bits(m: float, u: float) -> int:
    if not (m > 0 and u > 0):
        raise ValueError("probabilities must be above 0")
    return round(1000 * math.log2(m / u))


@cache
def shipped_model(kind: Kind) -> MatchModel:
    """The model that serves before any training."""
    return read_model((files("unified_model.identity") / "models" / f"{kind}.json").read_text(encoding="utf-8"))
