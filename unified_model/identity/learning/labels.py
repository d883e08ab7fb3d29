"""Pairs that somebody answered for: people's decisions and the vendors' own merges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.compare import LevelMatrix


class Labels(NamedTuple):
    """n labelled pairs; their order never matters."""

    levels: LevelMatrix
    """n x comparisons, in the model's order."""
    same: NDArray[np.bool_]
    """n: the answer."""
    worth: NDArray[np.float64]
    """n: how many pairs of the store one label stands for, pairs in its stratum / pairs drawn from it; 1 where the
    pair was not drawn blindly."""
    blind: NDArray[np.bool_] | None = None
    """n: drawn by chance, and the machine may merge such a pair, so that it may speak for its other merges. None: those
    whose worth is above 1."""

    @property
    def drawn(self) -> NDArray[np.bool_]:
        """n: which labels were drawn blindly."""
        return self.worth > 1 if self.blind is None else self.blind


def in_order(labels: Labels) -> Labels:
    """The same labels in an order of their own, so that sums over them never depend on how they came."""
    drawn = labels.drawn
    order = np.lexsort((drawn, labels.worth, labels.same, *labels.levels.T))
    return Labels(labels.levels[order], labels.same[order], labels.worth[order], drawn[order])
