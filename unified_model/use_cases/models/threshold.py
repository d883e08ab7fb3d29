"""From where the machine merges and why: what labels prove, or how the shipped models did on named sets.

The figures are those of benchmarks/RESULTS.md; a test keeps them equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Published(NamedTuple):
    """Pairwise precision of whole customers at the shipped thresholds, and the set it was measured on."""

    kind: str
    precision: float
    measured_on: str


PUBLISHED = (
    Published("person", 0.992, "20,000 contacts of three CRM exports"),
    Published("organization", 1.0, "the companies that these contacts name"),
)


def threshold_words(kind: str, notes: Mapping[str, Any]) -> list[str]:
    """Why a trained model merges from where it does, by the notes of its training: a sentence or two."""
    why, precision = notes["threshold"], notes.get("precision")
    proof = _precision(precision) if precision else ""
    if why == "proven":
        return [f"That threshold is proven on this store: {proof}."]
    if why == "lowered":
        return [f"Pairs judged blindly prove a lower threshold than before: {proof}."]
    if why == "raised":
        return [f"Pairs judged blindly speak against the threshold before, and prove this higher one: {proof}."]
    lacking = f"{'Too few pairs were' if notes.get('blind_labels') else 'No pair of this store was'} judged blindly"
    stands = "it is where the machine merges as many pairs as before" if why == "as many merges" else "it is as shipped"
    told = ", ".join(f"{one.precision:.1%} on {one.measured_on}" for one in PUBLISHED if one.kind == kind)
    return [
        f"{lacking} to prove a threshold, so {stands}{f' ({proof} so far)' if proof else ''}.",
        f"The precision of the shipped model's merges was {told}.",
        "`unsilo model sample --pairs 400` draws pairs to judge.",
    ]


def _precision(told: Mapping[str, float]) -> str:
    return f"precision {told['share']:.1%}, and at least {told['lower']:.1%} with 95 % confidence"
