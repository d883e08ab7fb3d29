"""What customers would be under other models: every pair weighed once, clusters formed in memory, nothing written.

The same blocking, weighing and clustering as resolve does, over the store as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from unified_model.identity.learning.weight_tables import weigh_levels
from unified_model.identity.model import MatchModel
from unified_model.resolution.clusters import cluster_group
from unified_model.resolution.decided import Decided
from unified_model.resolution.gathering import components
from unified_model.resolution.linking_all import Weighed, every_pair
from unified_model.store import members
from unified_model.store.engine import Connection
from unified_model.store.landing import match_forms
from unified_model.store.links import Link
from unified_model.store.members import Member
from unified_model.store.sources import unique_sources

if TYPE_CHECKING:
    from unified_model.resolution.pairs import Array

RECORDS_A_BATCH = 5_000
Progress = Callable[[str, int, int | None], None]
Clusters = list[list[int]]


class ImaginedLinks(NamedTuple):
    """Pairs of records (left < right) that are linked under one of the models, with their weight under each."""

    pairs: int
    """Candidate pairs that were compared, linked or not."""
    left: Array
    right: Array
    weights: tuple[Array, ...]


def links_under(
    conn: Connection,
    kind: str,
    models: Sequence[MatchModel],
    progress: Progress | None = None,
    *,
    heard: Callable[[Weighed], None] | None = None,
) -> ImaginedLinks:
    """The links of a kind under each of some models that have the same comparisons and levels.

    `heard` is told every candidate pair, with its weight under the first model.
    """
    import numpy as np

    pairs, left, right = 0, [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    weights: list[list[Array]] = [[np.empty(0, np.int32)] for _ in models]
    for found in every_pair(conn, kind, models[0]):
        told = [found.weights, *(weigh_levels(model, found.levels) for model in models[1:])]
        linked = [weight >= model.review for weight, model in zip(told, models, strict=True)]
        keep = np.flatnonzero(np.logical_or.reduce(linked))
        left.append(found.left[keep])
        right.append(found.right[keep])
        for kept, weight in zip(weights, told, strict=True):
            kept.append(weight[keep])
        pairs += len(found.left)
        if heard:
            heard(found)
        if progress:
            progress(f"compare {kind}s", round(found.share * 100), 100)
    return ImaginedLinks(
        pairs, np.concatenate(left), np.concatenate(right), tuple(np.concatenate(each) for each in weights)
    )


@dataclass(frozen=True, slots=True)
class Imagined:
    """Records that may be one customer under one of the models, and the clusters that each model makes of them."""

    group: list[int]
    links: list[list[Link]]
    """Links among them, a list a model."""
    clusters: list[Clusters]
    """Clusters, a list a model; clusters and records in order."""


def imagine(
    conn: Connection,
    kind: str,
    models: Sequence[MatchModel],
    found: ImaginedLinks,
    told: Decided,
    *,
    touching: frozenset[int] | None = None,
    progress: Progress | None = None,
) -> Iterator[Imagined]:
    """Every group of several records with its clusters; `touching`: only groups that hold one of these records.

    A record that is in no group is a customer of its own under every model.
    """
    strong = _strong(found, models)
    groups = _same_of_kind(conn, kind, told)
    together = sorted({end for link in strong for end in link[:2]} | {m for group in groups for m in group})
    parts = [part for part in components(together, strong, groups) if len(part) > 1]
    if touching is not None:
        parts = [part for part in parts if not touching.isdisjoint(part)]
    inside = _by_part(found, parts)
    single, done = unique_sources(conn), 0
    for batch in _batches(parts):
        records = [record for number in batch for record in parts[number]]
        known = members.records_by_id(conn, records)
        forms = match_forms(conn, kind, records)
        for number in batch:
            links = [_links_at(found, inside[number], place, model) for place, model in enumerate(models)]
            clusters = [
                _clusters(parts[number], some, known, forms, model, told, single)
                for some, model in zip(links, models, strict=True)
            ]
            yield Imagined(parts[number], links, clusters)
        done += len(records)
        if progress:
            progress(f"cluster {kind}s", done, sum(map(len, parts)))


def _clusters(
    group: list[int],
    links: list[Link],
    known: Mapping[int, Member],
    forms: Mapping[int, dict[str, Any]],
    model: MatchModel,
    told: Decided,
    single: frozenset[int],
) -> Clusters:
    if len(group) == 2 and not links and not told.same_within(group):
        return [[record] for record in group]
    found = cluster_group(group, links, known, forms, {model.kind: model}, told, single)
    return sorted(sorted(cluster) for cluster in found.clusters)


def _strong(found: ImaginedLinks, models: Sequence[MatchModel]) -> list[Link]:
    """Pairs at or above the merge threshold of one of the models."""
    import numpy as np

    strong = np.logical_or.reduce([weight >= model.merge for weight, model in zip(found.weights, models, strict=True)])
    at = np.flatnonzero(strong)
    return [Link(a, b, 0) for a, b in zip(found.left[at].tolist(), found.right[at].tolist(), strict=True)]


def _same_of_kind(conn: Connection, kind: str, told: Decided) -> list[list[int]]:
    decided = sorted({record for group in told.same for record in group})
    known = members.records_by_id(conn, decided)
    mine = ([record for record in sorted(group) if known[record].kind == kind] for group in told.same)
    return [group for group in mine if len(group) > 1]


def _by_part(found: ImaginedLinks, parts: Sequence[Sequence[int]]) -> list[Array]:
    """For each part the places of the links among its records."""
    import numpy as np

    top = int(max(found.right.max(initial=0), max((part[-1] for part in parts), default=0))) + 1
    part_of = np.full(top, -1, dtype=np.int64)
    for number, part in enumerate(parts):
        part_of[part] = number
    of_left = part_of[found.left]
    within = np.flatnonzero((of_left >= 0) & (of_left == part_of[found.right]))
    ordered = within[np.argsort(of_left[within], kind="stable")]
    bounds = np.searchsorted(of_left[ordered], np.arange(len(parts) + 1))
    return [ordered[bounds[n] : bounds[n + 1]] for n in range(len(parts))]


def _links_at(found: ImaginedLinks, places: Array, number: int, model: MatchModel) -> list[Link]:
    rows = zip(
        found.left[places].tolist(), found.right[places].tolist(), found.weights[number][places].tolist(), strict=True
    )
    return [Link(a, b, weight) for a, b, weight in rows if weight >= model.review]


def _batches(parts: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Numbers of parts that hold some thousand records together."""
    batch: list[int] = []
    held = 0
    for number, part in enumerate(parts):
        batch.append(number)
        held += len(part)
        if held >= RECORDS_A_BATCH:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
