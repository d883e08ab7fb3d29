"""Fourth step: the clusters of one group of records, under the decisions in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from unified_model.identity.cluster import cluster_component
from unified_model.identity.model import MatchModel
from unified_model.resolution.decided import Decided
from unified_model.resolution.gathering import components
from unified_model.resolution.twins import spread
from unified_model.store.links import Link
from unified_model.store.members import Member


class Doubt(NamedTuple):
    """A pair that waits for a person."""

    a: int
    b: int
    weight: int
    reason: str


@dataclass(slots=True)
class Clustered:
    """Clusters of records, and the doubtful pairs met while forming them."""

    clusters: list[list[int]]
    doubts: list[Doubt]

    @property
    def oversize(self) -> bool:
        """Whether a cluster was over the size limit and is held together by stronger links only."""
        return any(doubt.reason == "oversize" for doubt in self.doubts)


def cluster_group(
    group: Sequence[int],
    links: Sequence[Link],
    members: Mapping[int, Member],
    forms: Mapping[int, dict[str, Any]],
    models: Mapping[str, MatchModel],
    decided: Decided,
    unique_sources: frozenset[int],
) -> Clustered:
    """Clusters of a group. `links` are those among and around its records, weak ones included."""
    if len(group) == 1:
        return Clustered([list(group)], [])
    clusters: list[list[int]] = []
    doubts: list[Doubt] = []
    natural = {m: str(members[m].key) for m in group}
    mine = set(group)
    inner = [link for link in links if link.a in mine and link.b in mine]
    strong = [link for link in inner if link.weight >= models[members[link.a].kind].merge]
    same = decided.same_within(group)
    for component in components(group, strong, same):
        if len(component) == 1:
            clusters.append(component)
            continue
        held = set(component)
        kind = members[component[0]].kind
        # What persons call their companies is no record of the source that keeps one record a customer.
        single = [m for m in component if members[m].source_id in unique_sources and not members[m].implied]
        different = decided.different_within(component)
        within = [link for link in inner if link.a in held and link.b in held]
        if kind == "organization" and (single or different):
            within = spread(within, component, forms)
        found = cluster_component(
            component,
            natural,
            [(link.a, link.b, link.weight) for link in within],
            forms,
            models[kind],
            [g for g in same if g & held],
            different,
            {m: str(members[m].source_id) for m in single} or None,
        )
        clusters.extend(sorted(c) for c in found.clusters)
        doubts.extend(Doubt(*held_apart) for held_apart in found.held_apart)
    return Clustered(clusters, doubts)


def waiting_pairs(clustered: Clustered, links: Sequence[Link], decided: Decided) -> list[Doubt]:
    """Pairs for people: doubts, and links below the merge threshold between customers not told apart already."""
    place = {m: n for n, cluster in enumerate(clustered.clusters) for m in cluster}
    pairs = {(d.a, d.b): d for d in clustered.doubts}
    for link in links:
        if place.get(link.a, -1) != place.get(link.b, -2):
            pairs.setdefault((link.a, link.b), Doubt(*link, "between_thresholds"))
    return [d for _, d in sorted(pairs.items()) if d.reason == "contradiction" or not decided.kept_apart(d.a, d.b)]
