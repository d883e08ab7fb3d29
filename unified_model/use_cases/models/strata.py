"""The strata that blind pairs are drawn from: together they hold every pair that any model could be judged by.

A pair is in exactly one. How many pairs a stratum holds is known, so one answer stands for that many pairs divided by
the answers in it.
"""

from __future__ import annotations

import random
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from unified_model.identity.model import MatchModel
from unified_model.resolution.imagined import Progress
from unified_model.resolution.linking_all import Weighed, every_pair
from unified_model.resolution.weighing import weigh_pairs
from unified_model.store import members
from unified_model.store.engine import Connection
from unified_model.store.landing import form_texts

if TYPE_CHECKING:
    from unified_model.resolution.pairs import Array

NEAR = 3_000
"""So far from a threshold, in thousandths of a bit, is near it."""
SHARES = {
    "joined": 0.40, "barely_joined": 0.20, "held_apart": 0.06, "nearly_joined": 0.12, "doubtful": 0.06,
    "nearly_doubtful": 0.10, "apart": 0.06,
}  # fmt: skip
"""How many of the drawn pairs come from each stratum; what one lacks goes to the others. Most are joined ones: it takes
some 150 of those without a mistake to show that 98 % of them are right."""
SAYS = {
    "joined": "one customer now",
    "barely_joined": "one customer now, not far above the merge threshold",
    "held_apart": "above the merge threshold, yet two customers",
    "nearly_joined": "not far below the merge threshold",
    "doubtful": "between the thresholds",
    "nearly_doubtful": "not far below the review threshold",
    "apart": "compared, far below the review threshold",
}


class Drawn(NamedTuple):
    """A pair of records (left < right), its weight in thousandths of a bit, its stratum."""

    left: int
    right: int
    weight: int
    stratum: str


class Strata(NamedTuple):
    """What was drawn, and how many pairs each stratum holds."""

    drawn: list[Drawn]
    sizes: dict[str, int]


class _Customers(NamedTuple):
    """Who is together now. Of organizations with one folded form to the letter only the first counts."""

    customer_of: Array
    """Number of the customer by record; -1: not resolved."""
    form_of: Array | None
    """Number of the folded form by record, of organizations."""
    several: list[list[int]]
    """Records of customers that have several."""


def draw(conn: Connection, model: MatchModel, pairs: int, seed: int, progress: Progress | None = None) -> Strata:
    """`pairs` blind pairs, those of all strata mixed; the same store, model and seed give the same pairs."""
    import numpy as np

    chance = np.random.default_rng(seed)
    now = _customers(conn, model.kind)
    found: dict[str, Array] = {}
    near: set[tuple[int, int]] = set()
    sizes = dict.fromkeys(SHARES, 0)
    for weighed in every_pair(conn, model.kind, model):
        for name, rows in _sorted_out(weighed, model, now).items():
            sizes[name] += len(rows)
            if name == "barely_joined":
                near.update(zip(rows[:, 0].tolist(), rows[:, 1].tolist(), strict=True))
            lots = np.concatenate((rows, chance.integers(2**62, size=(len(rows), 1))), axis=1)
            found[name] = _lowest_lots(np.concatenate((found[name], lots)) if name in found else lots, pairs)
        if progress:
            progress(f"compare {model.kind}s", round(weighed.share * 100), 100)
    together = np.array([len(group) * (len(group) - 1) // 2 for group in now.several], dtype=np.int64)
    sizes["joined"] = int(together.sum()) - len(near)
    wanted = allocate(sizes, pairs)
    drawn = [
        Drawn(a, b, weight, name) for name, rows in found.items() for a, b, weight, _ in rows[: wanted[name]].tolist()
    ]
    joined = _within_customers(now.several, together, near, wanted["joined"], random.Random(seed))
    if joined:
        weights, _ = weigh_pairs(conn, model, joined)
        drawn += [Drawn(*pair, weight, "joined") for pair, weight in zip(joined, weights.tolist(), strict=True)]
    random.Random(seed).shuffle(drawn)
    return Strata(drawn, sizes)


def allocate(sizes: dict[str, int], pairs: int) -> dict[str, int]:
    """How many pairs to draw from strata of these sizes: their shares, and what small ones lack from larger ones."""
    wanted = dict.fromkeys(sizes, 0)
    while (left := pairs - sum(wanted.values())) > 0:
        open_ = [name for name in sizes if wanted[name] < sizes[name]]
        if not open_:
            break
        total = sum(SHARES[name] for name in open_)
        for name in open_:
            more = max(1, round(left * SHARES[name] / total))
            wanted[name] += min(more, sizes[name] - wanted[name], pairs - sum(wanted.values()))
    return wanted


def _sorted_out(weighed: Weighed, model: MatchModel, now: _Customers) -> dict[str, Array]:
    """Rows (left, right, weight) of some candidate pairs by stratum, but for `joined`."""
    import numpy as np

    left, right, weight = weighed.left, weighed.right, weighed.weights.astype(np.int64)
    rows = np.stack((left, right, weight), axis=1)
    together = (now.customer_of[left] == now.customer_of[right]) & (now.customer_of[left] >= 0)
    told = np.ones(len(rows), bool) if now.form_of is None else now.form_of[left] != now.form_of[right]
    strong, near, linked = weight >= model.merge, abs(weight - model.merge) <= NEAR, weight >= model.review
    close = weight >= model.review - NEAR
    return {
        "barely_joined": rows[told & together & strong & near],
        "held_apart": rows[told & ~together & strong],
        "nearly_joined": rows[told & ~together & ~strong & near & linked],
        "doubtful": rows[told & ~together & ~strong & ~near & linked],
        "nearly_doubtful": rows[told & ~together & ~linked & close],
        "apart": rows[told & ~together & ~close],
    }


def _customers(conn: Connection, kind: str) -> _Customers:
    import numpy as np

    records = sorted(members.records_of_kind(conn, kind))
    belongs = members.customers_of(conn, records)
    top = max(records, default=0) + 1
    form_of = None
    if kind == "organization":
        form_of, numbers = np.full(top, -1, dtype=np.int64), dict[str, int]()
        for record, text in form_texts(conn, kind, records):
            form_of[record] = numbers.setdefault(text, len(numbers))
    customer_of = np.full(top, -1, dtype=np.int64)
    groups: dict[str, list[int]] = {}
    seen: set[tuple[str, int]] = set()
    for record in (record for record in records if record in belongs):
        customer = belongs[record][0]
        group = groups.setdefault(customer, [])
        customer_of[record] = customer_of[group[0]] if group else len(groups)
        form = (customer, int(form_of[record]) if form_of is not None else -1 - record)
        if form not in seen:
            seen.add(form)
            group.append(record)
    return _Customers(customer_of, form_of, [group for group in groups.values() if len(group) > 1])


def _lowest_lots(rows: Array, most: int) -> Array:
    """The rows with the lowest lots (their last column): each row met so far is as likely to stay as any other."""
    import numpy as np

    return rows[np.argsort(rows[:, -1], kind="stable")[:most]]


def _within_customers(
    customers: list[list[int]], together: Array, near: set[tuple[int, int]], wanted: int, chance: random.Random
) -> list[tuple[int, int]]:
    """So many distinct pairs of records of one customer, each as likely as any other, but those in `near`."""
    import numpy as np

    if int(together.sum()) <= 4 * (wanted + len(near)):
        every = [pair for group in customers for pair in combinations(group, 2) if pair not in near]
        return chance.sample(every, wanted)
    ends = np.cumsum(together)
    found: dict[tuple[int, int], None] = {}
    while len(found) < wanted:
        group = customers[int(np.searchsorted(ends, chance.randrange(int(ends[-1])), side="right"))]
        one, other = sorted(chance.sample(group, 2))
        if (one, other) not in near:
            found[one, other] = None
    return list(found)
