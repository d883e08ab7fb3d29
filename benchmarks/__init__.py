"""Measured claims: how good matching is and what landing, a whole sync and small changes cost, as ratios in one run."""
