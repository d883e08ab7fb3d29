"""What another model would change, told before anything does: customers merged and split, ids that go or come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from unified_model.resolution.decided import decided
from unified_model.resolution.imagined import Clusters, Imagined, Progress, imagine, links_under
from unified_model.store import members, queue
from unified_model.store.engine import Connection, Store
from unified_model.store.links import Link
from unified_model.use_cases.models.active import keep_shipped
from unified_model.use_cases.models.catalogue import active_model, find_model, fits, one_kind, ready, refuse_in_use
from unified_model.use_cases.models.known_by import known_by

EXAMPLES = 10


@dataclass(slots=True)
class Difference:
    """What changes when the store's customers are made by model `after` instead of model `before`."""

    kind: str
    before: str
    after: str
    pairs: int = 0
    """Candidate pairs compared."""
    waiting: int = 0
    """Records not resolved yet; the figures are of the store with them resolved."""
    links_before: int = 0
    links_after: int = 0
    """Pairs at or above the review threshold."""
    customers_before: int = 0
    customers_after: int = 0
    merged: int = 0
    """Customers before that are joined with others."""
    split: int = 0
    """Customers before that come apart."""
    ids_gone: int = 0
    """Customer ids that lead to another customer from then on."""
    ids_new: int = 0
    """Ids that will be issued: customers none of whose records carries one."""
    records_moved: int = 0
    """Records whose customer id changes."""
    values_worked_out: int = 0
    """Customers after that hold other records than any before, so that their golden values are chosen anew."""
    examples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def changes_nothing(self) -> bool:
        """Whether both models make the same customers."""
        return not (self.merged or self.split)


@dataclass(frozen=True, slots=True)
class _Changed:
    """A group whose clusters differ, and how."""

    found: Imagined
    happens: str
    order: tuple[str, ...]


def compare_models(
    store: Store, before: str, after: str, *, examples: int = EXAMPLES, progress: Progress | None = None,
    clock: Callable[[], datetime],
) -> Difference:  # fmt: skip
    """The difference between what two models, named as people name them, make of the store. Nothing is written."""
    keep_shipped(store, clock)
    with store.read() as conn:
        one, two = find_model(conn, before), find_model(conn, after)
        one_kind([one, two])
        models = [ready(one), ready(two)]
        told = Difference(one.kind, one.name, two.name, waiting=queue.count(conn))
        links = links_under(conn, one.kind, models, progress)
        told.pairs = links.pairs
        told.links_before, told.links_after = (
            int((weight >= model.review).sum()) for weight, model in zip(links.weights, models, strict=True)
        )
        told.customers_before = told.customers_after = members.count_of_kind(conn, one.kind)
        changed = []
        for found in imagine(conn, one.kind, models, links, decided(conn), progress=progress):
            told.customers_before -= len(found.group) - len(found.clusters[0])
            told.customers_after -= len(found.group) - len(found.clusters[1])
            if found.clusters[0] != found.clusters[1]:
                changed.append(found)
        _count(conn, told, changed)
        told.examples = _examples(conn, changed, examples)
    return told


def preview_use(
    store: Store, name: str, *, examples: int = EXAMPLES, progress: Progress | None = None,
    clock: Callable[[], datetime],
) -> Difference | None:  # fmt: skip
    """What would change if the named model took the place of the one in use. UsageError if it is that one.

    None when the one in use was made for another version of Unsilo: it can weigh no pair any more.
    """
    keep_shipped(store, clock)
    with store.read() as conn:
        after = find_model(conn, name)
        before = active_model(conn, after.kind)
    refuse_in_use(after)
    if not fits(before):
        return None
    return compare_models(store, before.name, after.name, examples=examples, progress=progress, clock=clock)


def _count(conn: Connection, told: Difference, changed: Sequence[Imagined]) -> None:
    records = [record for found in changed for record in found.group]
    oldest = _oldest_ids(conn, records)
    for found in changed:
        before, after = found.clusters
        whole_before, whole_after = {tuple(c) for c in before}, {tuple(c) for c in after}
        home = {record: number for number, cluster in enumerate(after) for record in cluster}
        origin = {record: number for number, cluster in enumerate(before) for record in cluster}
        told.split += sum(len({home[record] for record in cluster}) > 1 for cluster in before)
        several = [c for c in after if len({origin[record] for record in c}) > 1]
        told.merged += len({origin[record] for cluster in several for record in cluster})
        told.values_worked_out += len(whole_after - whole_before)
        ids_before, ids_after = ({_id_of(c, oldest) for c in clusters} for clusters in (before, after))
        told.ids_gone += len({id_ for id_ in ids_before - ids_after if id_[1]})
        told.ids_new += sum(not id_[1] for id_ in ids_after)
        told.records_moved += sum(
            _id_of(before[origin[record]], oldest) != _id_of(after[home[record]], oldest) for record in found.group
        )


def _oldest_ids(conn: Connection, records: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Record -> (sequence, id) of the oldest id anchored at it."""
    oldest: dict[int, tuple[int, str]] = {}
    for row in members.issued_to(conn, records):
        told = (row.sequence, row.customer_id)
        oldest[row.anchor] = min(oldest.get(row.anchor, told), told)
    return oldest


def _id_of(cluster: Sequence[int], oldest: dict[int, tuple[int, str]]) -> tuple[int, str]:
    """(first record, "") stands for an id that is still to be issued; else (0, the id that the ledger gives)."""
    carried = [oldest[record] for record in cluster if record in oldest]
    return (0, min(carried)[1]) if carried else (cluster[0], "")


def _examples(conn: Connection, changed: Sequence[Imagined], most: int) -> list[dict[str, Any]]:
    """The first merges and splits in words, as many of each as there is room for; by the lowest natural key."""
    keys = members.keys_by_record(conn, [record for found in changed for record in found.group])
    ordered = sorted(changed, key=lambda found: min(keys[record] for record in found.group))
    kinds = [_happens(found) for found in ordered]
    chosen: list[int] = []
    for what in ("merge", "split", "move"):
        chosen += [n for n, kind in enumerate(kinds) if kind == what][: max(1, most // 2)]
    some = [ordered[n] for n in sorted(chosen)[:most]]
    known = known_by(conn, [record for found in some for record in found.group])
    oldest = _oldest_ids(conn, [record for found in some for record in found.group])
    return [_example(found, known, oldest) for found in some]


def _happens(found: Imagined) -> str:
    before, after = (len(clusters) for clusters in found.clusters)
    return "merge" if after < before else "split" if after > before else "move"


def _example(found: Imagined, known: dict[int, dict[str, Any]], oldest: dict[int, tuple[int, str]]) -> dict[str, Any]:
    before, after = ([_customer(c, known, oldest) for c in clusters] for clusters in _differing(found))
    happens = _happens(found)
    a, b, weights = _telling_pair(found, happens)
    return {
        "happens": happens, "before": before, "after": after,
        "because": None if a is None or b is None else {
            "a": known[a]["record"], "b": known[b]["record"],
            "weight_bits_before": weights[0], "weight_bits_after": weights[1],
        },
    }  # fmt: skip


def _differing(found: Imagined) -> tuple[Clusters, Clusters]:
    """The clusters that are not the same under both models."""
    before, after = found.clusters
    return [c for c in before if c not in after], [c for c in after if c not in before]


def _customer(
    cluster: Sequence[int], known: dict[int, dict[str, Any]], oldest: dict[int, tuple[int, str]]
) -> dict[str, Any]:
    return {"customer_id": _id_of(cluster, oldest)[1] or None, "records": [known[record] for record in cluster]}


def _telling_pair(found: Imagined, happens: str) -> tuple[int | None, int | None, tuple[float | None, float | None]]:
    """The strongest link between records that one model joins and the other doesn't, with both weights in bits."""
    weights = [{link[:2]: link.weight for link in links} for links in found.links]
    apart, joined = (0, 1) if happens != "split" else (1, 0)
    one, other = (
        {record: number for number, cluster in enumerate(found.clusters[which]) for record in cluster}
        for which in (apart, joined)
    )
    crossing: list[Link] = [
        link for link in found.links[joined] if one[link.a] != one[link.b] and other[link.a] == other[link.b]
    ]
    if not crossing:
        return None, None, (None, None)
    best = max(crossing, key=lambda link: (link.weight, -link.a, -link.b))
    told = [weights[which].get(best[:2]) for which in (0, 1)]
    return best.a, best.b, (_bits(told[0]), _bits(told[1]))


def _bits(weight: int | None) -> float | None:
    return None if weight is None else round(weight / 1000, 1)
