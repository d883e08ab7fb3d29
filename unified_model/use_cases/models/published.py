"""How often the shipped models' own merges were right on named sets, for whoever has no labels of their own.

The figures are those of benchmarks/RESULTS.md; a test keeps them equal.
"""

from __future__ import annotations

from typing import NamedTuple


class Published(NamedTuple):
    """Pairwise precision of whole customers at the shipped thresholds, and the set it was measured on."""

    kind: str
    precision: float
    measured_on: str


PUBLISHED = (
    Published("person", 0.992, "20,000 contacts of three CRM exports"),
    Published("organization", 0.999, "the companies that these contacts name"),
)


def published_words(kind: str) -> list[str]:
    """Why the shipped thresholds stand, and what is known of them."""
    told = ", ".join(f"{one.precision:.1%} on {one.measured_on}" for one in PUBLISHED if one.kind == kind)
    stands = "Too few pairs were judged blindly to prove a threshold on this store, so the shipped one stands."
    return [
        f"{stands} The precision of its merges was {told}.",
        "`unsilo model sample --pairs 200` draws pairs to judge.",
    ]
