"""Law 2: a pair weighs the same in a first sync, in increments, alone, among any others, and either way round.

Over crowded records, most not in ASCII and each one step of a comparison away from others; in the drill 100,000 pairs.
"""

from __future__ import annotations

import json
import random
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.builders import World, new_world
from tests.laws.crowds import companies, land_crowd, people
from unified_model.entities import Kind
from unified_model.identity.compare import weigh
from unified_model.identity.keys import RULE_OF_CODE, keys_of
from unified_model.identity.model import MatchModel, read_model, shipped_model
from unified_model.records import SourceRecord
from unified_model.resolution.blocking import apply_key_log
from unified_model.resolution.linking import link_records
from unified_model.resolution.linking_all import every_pair
from unified_model.store.codec import decode
from unified_model.store.keys import buckets_of
from unified_model.store.landing import match_forms

PAIRS = 100_000
SIZES = [
    pytest.param("person", 900, 200, id="persons"),
    pytest.param("organization", 200, 200, id="organizations"),
    pytest.param("person", 19_000, PAIRS, id="persons-many", marks=pytest.mark.drill),
    pytest.param("organization", 3_000, PAIRS, id="organizations-many", marks=pytest.mark.drill),
]
Found = dict[tuple[int, int], tuple[int, list[int]]]
"""(lower, higher record) -> weight in thousandths of a bit, levels."""


class Crowd(NamedTuple):
    """A store that was filled bit by bit, and what each way of asking says of its pairs."""

    model: MatchModel
    bulk: Found
    increments: Found
    forms: dict[int, dict[str, Any]]
    stats: dict[int, tuple[int, int]]


def keeping_every_pair(kind: Kind) -> MatchModel:
    """The shipped model, with a review threshold that no pair is under."""
    document = json.loads(shipped_model(kind).to_json())
    document["unsilo"]["review"] = -(10**6)
    return read_model(json.dumps(document))


def filled_bit_by_bit(world: World, model: MatchModel, records: list[SourceRecord], chance: random.Random) -> None:
    """Land half of the records at once, then some at a time, some of them for a second time; link after each."""
    first = len(records) // 2
    parts = [records[:first]]
    while first < len(records):
        some = records[first : first + chance.randint(1, max(2, len(records) // 10))]
        again = [as_version_of(chance.choice(records[:first]), one) for one in some[: len(some) // 3]]
        first += len(some)
        parts.append(list({one.record_id: one for one in (*again, *some)}.values()))
    for part in parts:
        land_crowd(world, part)
        while (
            apply_key_log(world.store, None, None) or link_records(world.store, model.kind, model, None, None, None)[0]
        ):
            pass


def as_version_of(record: SourceRecord, other: SourceRecord) -> SourceRecord:
    """The first of two records, changed into what the other says."""
    return other._replace(record_id=record.record_id, payload={**other.payload, "Id": record.record_id})


def crowd(kind: Kind, number: int, seed: int) -> Crowd:
    """A crowded store, told by the bulk path and by its increments."""
    chance, model = random.Random(seed), keeping_every_pair(kind)
    with new_world() as world:
        filled_bit_by_bit(world, model, (people if kind == "person" else companies)(number, seed), chance)
        with world.store.read() as conn:
            rows = conn.exec_driver_sql(
                "select a, b, weight, evidence from link where model_version = ?", (model.version,)
            )
            increments = {(a, b): (weight, decode(evidence)) for a, b, weight, evidence in rows}
            bulk: Found = {}
            for one in every_pair(conn, kind, model):
                pairs = zip(one.left.tolist(), one.right.tolist(), strict=True)
                bulk.update(zip(pairs, zip(one.weights.tolist(), one.levels.tolist(), strict=True), strict=True))
            forms = match_forms(conn, kind, sorted({record for pair in bulk for record in pair}))
            stats = buckets_of(conn, [rule.code for rule in RULE_OF_CODE.values() if rule.kind == kind])
    return Crowd(model, bulk, increments, forms, stats)


@pytest.mark.parametrize(("kind", "number", "pairs"), SIZES)
def test_a_pair_weighs_the_same_in_bulk_in_bits_alone_and_in_any_company(kind: Kind, number: int, pairs: int) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    found = crowd(kind, number, seed)
    chance = random.Random(seed)

    print(f"{len(found.bulk)} pairs")
    assert len(found.bulk) >= pairs
    assert differing(found, found.increments) == []
    assert differing(found, in_any_company(found, chance)) == []
    for pair in chance.sample(sorted(found.bulk), pairs):
        assert alone(found, pair) == found.bulk[pair], [found.forms[record] for record in pair]
    assert share_of_levels_met(found) > (0.85 if pairs == PAIRS else 0.5)


def differing(found: Crowd, other: Found) -> list[Any]:
    """The first pairs that the bulk path and another way weigh differently, with what their records say."""
    pairs = sorted(pair for pair in found.bulk.keys() | other.keys() if found.bulk.get(pair) != other.get(pair))[:3]
    return [(pair, found.bulk.get(pair), other.get(pair), [found.forms.get(one) for one in pair]) for pair in pairs]


def in_any_company(found: Crowd, chance: random.Random) -> Found:
    """All pairs in any order, either way round, so many at a time as it comes."""
    order = chance.sample(sorted(found.bulk), len(found.bulk))
    answer: Found = {}
    while order:
        some, order = order[: (size := chance.choice((7, 300, 20_000)))], order[size:]
        turned = [pair if chance.random() < 0.5 else pair[::-1] for pair in some]
        records = chance.sample(everybody := sorted({record for pair in some for record in pair}), len(everybody))
        place = {record: n for n, record in enumerate(records)}
        forms = [found.forms[record] for record in records]
        ends = [[place[pair[end]] for pair in turned] for end in (0, 1)]
        weights, levels = weigh(found.model, forms, *ends, found.stats)
        answer.update(zip(some, zip(weights.tolist(), levels.tolist(), strict=True), strict=True))
    return answer


def alone(found: Crowd, pair: tuple[int, int]) -> tuple[int, list[int]]:
    """What the two records weigh with nothing known but the statistics of their own keys."""
    forms = [found.forms[record] for record in pair]
    own = {key.hash for form in forms for key in keys_of(found.model.kind, form)}
    known = {key: found.stats[key] for key in own if key in found.stats}
    weights, levels = weigh(found.model, forms, [0], [1], known)
    return int(weights[0]), levels[0].tolist()


def share_of_levels_met(found: Crowd) -> float:
    """How many of the model's levels these pairs show."""
    levels = np.array([levels for _, levels in found.bulk.values()])
    possible = met = 0
    for position, comparison in enumerate(found.model.comparisons):
        seen = set(levels[:, position].tolist())
        possible, met = possible + len(comparison.levels), met + len(seen)
        if missing := [level.name for n, level in enumerate(comparison.levels) if n not in seen]:
            print(f"{comparison.name}: no pair is {', '.join(missing)}")
    return met / possible
