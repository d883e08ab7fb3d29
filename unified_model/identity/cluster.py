"""Clusters within one component: strongest links first, and never across what forbids it.

Constrained agglomeration: people's decisions before links, links by descending weight, ties by natural key, so the
result depends on neither order nor batching. Two clusters are joined only if no decision and no source that keeps one
record a customer stands between them, if their records don't contradict each other (one odd name or date among many
that agree is outvoted), and if the links of all their pairs bear it on the whole. A cluster over the size limit is held
together by stronger links only, step by step, and the finer clusters stand until a person decides.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from unified_model.identity.conflict import conflict_of, telling, vouches
from unified_model.identity.forms import Form
from unified_model.identity.model import MatchModel

_MOST = 8000
"""One link bears no more than this, however strong it is."""
Link = tuple[int, int, int]
"""(record, record, weight in thousandths of a bit)."""
Different = tuple[frozenset[int], frozenset[int]]


class HeldApart(NamedTuple):
    """A link strong enough to join that was not followed.

    `reason`: `conflict` of two records, `thin` (other pairs of the two clusters speak against it), `unique` source,
    `oversize`, or `contradiction` of two decisions.
    """

    a: int
    b: int
    weight: int
    reason: str


class Clustering(NamedTuple):
    """Clusters (each, and all of them, in the order of natural keys) and the strong links left open."""

    clusters: list[list[int]]
    held_apart: list[HeldApart]


def cluster_component(
    members: Sequence[int],
    natural: Mapping[int, str],
    links: Sequence[Link],
    forms: Mapping[int, Form],
    model: MatchModel,
    same: Iterable[frozenset[int]] = (),
    different: Iterable[Different] = (),
    unique_of: Mapping[int, str] | None = None,
) -> Clustering:
    """The clusters of one component under people's decisions.

    `same`: groups that must be together; `different`: pairs of groups no member of which may meet; `unique_of`: record
    -> source, for records of sources that keep one record a customer. Records unknown to `members` are ignored.
    """
    same, different = list(same), list(different)
    if len(members) == 1:
        return Clustering([list(members)], [])
    if len(members) == 2 and not same and not different and not unique_of:
        return _cluster_two(members, natural, links, forms, model)
    work = _Agglomeration(members, natural, forms, model, different, unique_of or {})
    return work.run(same, links)


def _cluster_two(
    members: Sequence[int],
    natural: Mapping[int, str],
    links: Sequence[Link],
    forms: Mapping[int, Form],
    model: MatchModel,
) -> Clustering:
    """Most components are two records and one link."""
    a, b = sorted(members, key=natural.__getitem__)
    weight = max((link[2] for link in links), default=model.merge - 1)
    if weight < model.merge:
        return Clustering([[a], [b]], [])
    if conflict_of(model.kind, forms[a], forms[b]):
        return Clustering([[a], [b]], [HeldApart(min(a, b), max(a, b), weight, "conflict")])
    return Clustering([[a, b]], [])


class _Agglomeration:
    """The state of one component's clustering: which cluster each record is in, and what each cluster may not meet."""

    def __init__(
        self,
        members: Sequence[int],
        natural: Mapping[int, str],
        forms: Mapping[int, Form],
        model: MatchModel,
        different: Sequence[Different],
        unique_of: Mapping[int, str],
    ) -> None:
        self.members = sorted(members, key=natural.__getitem__)
        self.natural, self.forms, self.model = natural, forms, model
        self.unique_of = unique_of
        self.sides: dict[int, set[tuple[int, int]]] = {member: set() for member in members}
        for number, (left, right) in enumerate(different):
            for side, records in ((0, left), (1, right)):
                for record in records & self.sides.keys():
                    self.sides[record].add((number, side))
        self.threshold = model.merge
        self._alone(self.members)

    def _alone(self, members: Iterable[int]) -> None:
        if not hasattr(self, "root"):
            self.root: dict[int, int] = {}
            self.cluster: dict[int, list[int]] = {}
            self.forbidden: dict[int, set[tuple[int, int]]] = {}
            self.sources: dict[int, set[str]] = {}
            self.tellings: dict[int, dict[object, Form]] = {}
        for member in members:
            self.root[member] = member
            self.cluster[member] = [member]
            self.forbidden[member] = set(self.sides[member])
            self.sources[member] = {self.unique_of[member]} if member in self.unique_of else set()
            form = self.forms[member]
            told = telling(self.model.kind, form)
            self.tellings[member] = {} if told is None else {told: form}

    def run(self, same: Sequence[frozenset[int]], links: Sequence[Link]) -> Clustering:
        open_links: dict[tuple[int, int], HeldApart] = {}
        self._follow_decisions(same, open_links)
        self.weights = {(a, b): weight for a, b, weight in links} | {(b, a): weight for a, b, weight in links}
        ordered = self._ordered(links)
        self._follow(ordered, self.model.merge, open_links)
        self._break_oversize(same, ordered, open_links)
        clusters = [sorted(members, key=self.natural.__getitem__) for members in self.cluster.values()]
        clusters.sort(key=lambda members: self.natural[members[0]])
        apart = [one for one in open_links.values() if self.root[one.a] != self.root[one.b]]
        return Clustering(clusters, apart)

    def _ordered(self, links: Sequence[Link]) -> list[Link]:
        name = self.natural
        strong = [
            link for link in links if link[2] >= self.model.merge and link[0] in self.root and link[1] in self.root
        ]
        return sorted(strong, key=lambda link: (-link[2], *sorted((name[link[0]], name[link[1]]))))

    def _follow_decisions(self, same: Sequence[frozenset[int]], open_links: dict[tuple[int, int], HeldApart]) -> None:
        for group in same:
            present = sorted(group & self.root.keys(), key=self.natural.__getitem__)
            for other in present[1:]:
                a, b = self.root[present[0]], self.root[other]
                if a != b:
                    if self._decided_different(a, b):
                        self._leave_open(open_links, present[0], other, 0, "contradiction")
                    else:
                        self._join(a, b)

    def _follow(self, links: Sequence[Link], threshold: int, open_links: dict[tuple[int, int], HeldApart]) -> None:
        for first, second, weight in links:
            if weight < threshold:
                break
            a, b = self.root[first], self.root[second]
            if a == b or self._decided_different(a, b):
                continue
            reason = self._obstacle(a, b)
            if reason is None:
                self._join(a, b)
            else:
                self._leave_open(open_links, first, second, weight, reason)

    def _obstacle(self, a: int, b: int) -> str | None:
        if not self.sources[a].isdisjoint(self.sources[b]):
            return "unique"
        if self._contradict(self.tellings[a].values(), self.tellings[b].values()):
            return "conflict"
        if self.model.support is not None and not self._is_supported(self.cluster[a], self.cluster[b]):
            return "thin"
        return None

    def _contradict(self, ours: Collection[Form], theirs: Collection[Form]) -> bool:
        """Whether more pairs of two clusters contradict each other in some field than agree to tell the same there."""
        kind = self.model.kind
        agreeing = []
        against: Counter[str] = Counter()
        for one in ours:
            for other in theirs:
                conflict = conflict_of(kind, one, other)
                if conflict is None:
                    agreeing.append((one, other))
                else:
                    against[conflict] += 1
        return any(
            count > sum(vouches(comparison, one, other) for one, other in agreeing)
            for comparison, count in against.items()
        )

    def _is_supported(self, ours: Sequence[int], theirs: Sequence[int]) -> bool:
        """Whether all links between two clusters bear them together.

        Chains begin with one strong pair among many that don't agree. A pair without a link counts a little against,
        and two namesakes of many records each must agree better than two single records.
        """
        pairs = len(ours) * len(theirs)
        if pairs < 2:
            return True
        weights = self.weights
        found = [weights[pair] for pair in ((one, other) for one in ours for other in theirs) if pair in weights]
        total = sum(min(weight, _MOST) for weight in found) + (pairs - len(found)) * self.model.unlinked
        doublings = math.log2(min(len(ours), len(theirs)))
        return total >= ((self.model.support or 0) + round(self.model.support_growth * doublings)) * pairs

    def _decided_different(self, a: int, b: int) -> bool:
        mine, theirs = self.forbidden[a], self.forbidden[b]
        return bool(mine and theirs) and any((number, 1 - side) in theirs for number, side in mine)

    def _join(self, a: int, b: int) -> None:
        if len(self.cluster[a]) < len(self.cluster[b]):
            a, b = b, a
        for member in self.cluster[b]:
            self.root[member] = a
        self.cluster[a] += self.cluster.pop(b)
        self.forbidden[a] |= self.forbidden.pop(b)
        self.sources[a] |= self.sources.pop(b)
        self.tellings[a] |= self.tellings.pop(b)

    def _leave_open(
        self, open_links: dict[tuple[int, int], HeldApart], a: int, b: int, weight: int, reason: str
    ) -> None:
        low, high = min(a, b), max(a, b)
        open_links.setdefault((low, high), HeldApart(low, high, weight, reason))

    def _break_oversize(
        self, same: Sequence[frozenset[int]], links: Sequence[Link], open_links: dict[tuple[int, int], HeldApart]
    ) -> None:
        """Clusters over the limit are made again from ever stronger links, until they fit or no link is left."""
        threshold = self.model.merge
        strongest = links[0][2] if links else threshold
        while threshold <= strongest:
            oversize = [members for members in self.cluster.values() if len(members) > self.model.size_limit]
            if not oversize:
                return
            threshold += self.model.step
            for members in sorted(oversize, key=lambda members: min(map(self.natural.__getitem__, members))):
                inside = set(members)
                del self.cluster[self.root[members[0]]]
                self._alone(members)
                self._follow_decisions([group & inside for group in same], open_links)
                within = [link for link in links if link[0] in inside and link[1] in inside]
                self._follow(within, threshold, open_links)
                for a, b, weight in within:
                    if (
                        weight < threshold
                        and self.root[a] != self.root[b]
                        and not self._decided_different(self.root[a], self.root[b])
                    ):
                        self._leave_open(open_links, a, b, weight, "oversize")
