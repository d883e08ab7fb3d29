"""Third step: which records must be looked at together: whole components, and customers they are about to leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from unified_model.resolution.decided import Decided
from unified_model.store.engine import Connection
from unified_model.store.links import Link, links_of
from unified_model.store.members import customers_of, members_of


@dataclass(slots=True)
class Gathered:
    """Records closed under links that merge, decisions and present customers; and what was met on the way."""

    records: set[int]
    links: dict[int, list[Link]]
    """Record -> every link that touches it, weak ones included."""
    customers: dict[int, str]
    """Where each record belongs now; new records are missing."""
    groups: list[list[int]]
    """The records, partitioned: a group shares links, decisions or a present customer, and is settled as one."""


def gather(conn: Connection, seeds: Iterable[int], decided: Decided, threshold: int) -> Gathered:
    """Follow links at or above the threshold, `same` decisions and present customers until nothing is new."""
    records: set[int] = set()
    links: dict[int, list[Link]] = {}
    customers: dict[int, str] = {}
    asked: set[str] = set()
    sets = _Sets()
    frontier = set(seeds)
    while frontier:
        records |= frontier
        found: set[int] = set()
        some = sorted(frontier)
        for link in links_of(conn, some):
            for end in (link.a, link.b):
                if end in frontier:
                    links.setdefault(end, []).append(link)
            if link.weight >= threshold:
                sets.join(link.a, link.b)
                found.update((link.a, link.b))
        for record in some:
            for other in decided.neighbours.get(record, ()):
                sets.join(record, other)
                found.add(other)
        belongs = customers_of(conn, some)
        customers.update({record: customer for record, (customer, _) in belongs.items()})
        new = sorted({customer for customer, _ in belongs.values()} - asked)
        asked.update(new)
        for members in members_of(conn, new).values():
            found.update(members)
            for member in members[1:]:
                sets.join(members[0], member)
        frontier = found - records
    return Gathered(records, links, customers, sets.partition(records))


def components(members: Sequence[int], links: Iterable[Link], groups: Iterable[Iterable[int]]) -> list[list[int]]:
    """Members joined by links or by a `same` group, as connected components in the members' order."""
    sets = _Sets()
    held = set(members)
    for link in links:
        if link.a in held and link.b in held:
            sets.join(link.a, link.b)
    for group in groups:
        some = sorted(group)
        for other in some[1:]:
            sets.join(some[0], other)
    return sets.partition(members)


def in_batches(groups: Sequence[list[int]], size: int) -> Iterator[list[list[int]]]:
    """Whole groups, as many as make about `size` records together."""
    batch: list[list[int]] = []
    filled = 0
    for group in groups:
        if batch and filled + len(group) > size:
            yield batch
            batch, filled = [], 0
        batch.append(group)
        filled += len(group)
    if batch:
        yield batch


class _Sets:
    """Disjoint sets with path halving."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def find(self, item: int) -> int:
        parent = self._parent
        while (above := parent.get(item, item)) != item:
            parent[item] = parent.get(above, above)
            item = parent[item]
        return item

    def join(self, a: int, b: int) -> None:
        root_a, root_b = self.find(a), self.find(b)
        if root_a != root_b:
            self._parent[max(root_a, root_b)] = min(root_a, root_b)

    def partition(self, items: Iterable[int]) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for item in sorted(items):
            found.setdefault(self.find(item), []).append(item)
        return list(found.values())
