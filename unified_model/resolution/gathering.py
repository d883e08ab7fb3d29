"""Third step: which records must be looked at together.

What changed is worked out with all records of the customers concerned, and with the customers one strong link away,
which it may join or leave. Those keep their records unless the clustering says otherwise: whether two clusters may join
depends on the two alone, so what lies behind an unchanged neighbour stays as it is, however large the component.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from unified_model.resolution.decided import Decided
from unified_model.store.engine import Connection
from unified_model.store.links import Link, links_of
from unified_model.store.members import customers_of, members_of


@dataclass(slots=True)
class Gathered:
    """Records of whole customers, closed one strong link or decision around those that changed."""

    records: set[int] = field(default_factory=set)
    inner: set[int] = field(default_factory=set)
    """Records that changed, with all of their customers: everything they are bound to is among `records`."""
    links: dict[int, list[Link]] = field(default_factory=dict)
    """Record -> every link that touches it, weak ones included."""
    customers: dict[int, str] = field(default_factory=dict)
    """Where each record belongs now; new records are missing."""
    groups: list[list[int]] = field(default_factory=list)
    """The records, partitioned: a group shares links, decisions or a present customer, and is settled as one."""


def gather(
    conn: Connection, changed: Iterable[int], decided: Decided, threshold: int, *, entire: bool = False
) -> Gathered:
    """The changed records' customers whole, and those bound to them by a link at or above the threshold or by `same`.

    What a record without customer is bound to counts as changed, since the record is likely to join it. `entire`: so
    does everything that is bound to what changed, to the end of the component.
    """
    found, sets = Gathered(), _Sets()
    frontier, around = set(changed), set[int]()
    while frontier:
        bound, bound_to_new = _take(conn, found, sets, frontier, decided, threshold)
        around = (around | bound) - found.records
        frontier = set(around) if entire else bound_to_new - found.records
    found.inner = set(found.records)
    _take(conn, found, sets, around, decided, threshold)
    found.groups = sets.partition(found.records)
    return found


def _take(
    conn: Connection, found: Gathered, sets: _Sets, records: Iterable[int], decided: Decided, threshold: int
) -> tuple[set[int], set[int]]:
    """Add records and the rest of their customers; returns all that is bound to them, and to those without customer.

    Both may name records that were there before.
    """
    here = set(records)
    belongs = {customer for customer, _ in customers_of(conn, sorted(here)).values()}
    for customer, members in members_of(conn, sorted(belongs)).items():
        here.update(members)
        found.customers.update(dict.fromkeys(members, customer))
        for member in members[1:]:
            sets.join(members[0], member)
    found.records |= here
    new = here - found.customers.keys()
    bound, bound_to_new = set[int](), set[int]()

    def bind(one: int, other: int) -> None:
        bound.add(other)
        if one in new:
            bound_to_new.add(other)
        if other in found.records:
            sets.join(one, other)

    for link in links_of(conn, sorted(here)):
        for one, other in ((link.a, link.b), (link.b, link.a)):
            if one in here:
                found.links.setdefault(one, []).append(link)
                if link.weight >= threshold:
                    bind(one, other)
    for record in here:
        for other in decided.neighbours.get(record, ()):
            bind(record, other)
    return bound, bound_to_new


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
