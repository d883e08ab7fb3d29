"""A proof: what comparing the store's copy of an object with its source found."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Proof(NamedTuple):
    """Source and store, compared; `proven_at` is when both were last found to hold the same records."""

    object: str
    source_count: int
    hub_count: int
    missing: int
    differing: int
    deleted: int
    erased: int
    """Of the deleted ones, those that the source does not know any more at all."""
    compared_at: datetime
    proven_at: datetime | None

    @property
    def holds(self) -> bool:
        """Whether this comparison ended with both sides alike."""
        return self.proven_at == self.compared_at
