"""Decisions in force, told in surrogate keys: who must be together, who must not, which value a person chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from unified_model.records import NaturalKey
from unified_model.store.decisions import Decision, all_decisions, standing, vendor_merges
from unified_model.store.engine import Connection
from unified_model.store.members import records_by_id, records_by_key

Pair = tuple[frozenset[int], frozenset[int]]


@dataclass(slots=True)
class Decided:
    """Everything people and vendors have settled. Records that the store has not met (yet) are left out."""

    same: list[frozenset[int]] = field(default_factory=list)
    different: list[Pair] = field(default_factory=list)
    choices: list[tuple[int, str, NaturalKey]] = field(default_factory=list)
    """(winning record, field, its natural key), in the order chosen: for the customer that holds the record."""
    neighbours: dict[int, set[int]] = field(default_factory=dict)
    apart: dict[int, list[Pair]] = field(default_factory=dict)
    """Record -> the `different` pairs it is in."""
    together: dict[int, list[frozenset[int]]] = field(default_factory=dict)
    """Record -> the `same` groups it is in."""
    divides_organizations: bool = False
    """Whether any `different` is about organizations."""
    order: dict[frozenset[int], int] = field(default_factory=dict)
    """`same` group -> its turn: where two contradict a `different`, the first one stands."""

    def kept_apart(self, a: int, b: int) -> bool:
        """Whether a person said that these two differ."""
        return any((a in p and b in q) or (a in q and b in p) for p, q in self.apart.get(a, ()))

    def same_within(self, members: Sequence[int]) -> list[frozenset[int]]:
        """`same` groups that touch these records, cut down to them: people's in the order made, then the vendors'."""
        held = set(members)
        groups = {group for m in members for group in self.together.get(m, ())}
        return [frozenset(group & held) for group in sorted(groups, key=self.order.__getitem__)]

    def different_within(self, members: Sequence[int]) -> list[Pair]:
        """`different` pairs with records of both sides among these."""
        held = set(members)
        pairs = {pair for m in members for pair in self.apart.get(m, ())}
        cut = ((frozenset(p & held), frozenset(q & held)) for p, q in pairs)
        return sorted(((p, q) for p, q in cut if p and q), key=lambda pair: (sorted(pair[0]), sorted(pair[1])))


def decided(conn: Connection) -> Decided:
    """The decisions in force now."""
    decisions = standing(all_decisions(conn))
    merges = vendor_merges(conn)
    every = sorted({k for d in decisions for k in (*d.left, *d.right)} | {k for pair in merges for k in pair})
    found = records_by_key(conn, every)
    told = Decided()
    for made in decisions:
        _tell(told, made, found)
    for gone, survivor in sorted(merges):
        told.same.append(_known((gone, survivor), found))
    told.same = [group for group in told.same if len(group) > 1]
    _index(told)
    apart = records_by_id(conn, sorted({min(left) for left, _ in told.different}))
    told.divides_organizations = any(member.kind == "organization" for member in apart.values())
    return told


def _tell(told: Decided, made: Decision, found: Mapping[NaturalKey, int]) -> None:
    for one, other in made.apart:
        left, right = _known(one, found), _known(other, found)
        if left and right:
            told.different.append((left, right))
    if made.kind == "same":
        told.same.append(_known((*made.left, *made.right), found))
    elif made.kind == "field_choice" and made.field:
        winner = NaturalKey(*made.value)
        if winner in found:  # wherever it is now: those it was chosen over may have left its customer
            told.choices.append((found[winner], made.field, winner))


def _known(keys: Sequence[NaturalKey], found: Mapping[NaturalKey, int]) -> frozenset[int]:
    return frozenset(found[key] for key in keys if key in found)


def _index(told: Decided) -> None:
    for turn, group in enumerate(told.same):
        told.order.setdefault(group, turn)
        for member in group:
            told.together.setdefault(member, []).append(group)
            told.neighbours.setdefault(member, set()).update(group - {member})
    for left, right in told.different:
        for member in left | right:
            told.apart.setdefault(member, []).append((left, right))
