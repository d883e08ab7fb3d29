"""Weights and levels of named pairs of records, whether or not they share a blocking key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from unified_model.identity import compare
from unified_model.identity.keys import RULE_OF_CODE
from unified_model.identity.model import MatchModel
from unified_model.store import keys as store_keys
from unified_model.store.engine import Connection
from unified_model.store.landing import match_forms

if TYPE_CHECKING:
    from unified_model.identity.compare import LevelMatrix, Weights


def weigh_pairs(conn: Connection, model: MatchModel, pairs: Sequence[tuple[int, int]]) -> tuple[Weights, LevelMatrix]:
    """(weights, levels) of pairs of records, by the statistics that the store's keys have now."""
    import numpy as np

    records = sorted({record for pair in pairs for record in pair})
    place = {record: number for number, record in enumerate(records)}
    forms = match_forms(conn, model.kind, records)
    weighed = [rule.code for rule in RULE_OF_CODE.values() if rule.kind == model.kind and (rule.sizes or rule.people)]
    left, right = (np.array([place[pair[end]] for pair in pairs], dtype=np.intp) for end in (0, 1))
    table = [forms.get(record, {}) for record in records]
    return compare.weigh(model, table, left, right, store_keys.buckets_of(conn, weighed))
