"""What people and vendors have said of records, told in sets: the least that any hub must make of it.

It reads nothing that the hub works out: no links, no weights, no surrogate keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from unified_model.records import NaturalKey
from unified_model.store.decisions import Decision

Keys = frozenset[NaturalKey]


class Said(NamedTuple):
    """A decision in sets: `same` has one, `different` two, `split` several; a choice has none."""

    number: int
    kind: str
    sides: tuple[Keys, ...]
    undoes: int | None = None
    field: str | None = None
    winner: NaturalKey | None = None


@dataclass
class Book:
    """Everything said so far, in the order in which it was said."""

    said: list[Said] = field(default_factory=list)
    became: dict[NaturalKey, tuple[NaturalKey, str]] = field(default_factory=dict)
    """Record -> what its vendor said last of what became of it, and whether that was a `merge` or a `conversion`."""

    def note(self, made: Decision) -> None:
        """Enter a decision."""
        sides: tuple[Keys, ...] = ()
        if made.kind == "same":
            sides = (frozenset((*made.left, *made.right)),)
        elif made.kind == "different":
            sides = (frozenset(made.left), frozenset(made.right))
        elif made.kind == "split":
            sides = tuple(frozenset(NaturalKey(*key) for key in group) for group in made.value)
        winner = NaturalKey(*made.value) if made.kind == "field_choice" else None
        self.said.append(Said(made.id, made.kind, sides, made.supersedes, made.field, winner))

    def restore(self, record: NaturalKey) -> None:
        """A record came back: it was not merged after all. What it was converted into stays."""
        if self.became.get(record, ("", ""))[1] == "merge":
            del self.became[record]

    def in_force(self) -> list[Said]:
        """What is neither undone, unless that was undone in turn, nor an undo."""
        return [one for one in self.said if one.kind != "undo" and self._holds(one)]

    def _holds(self, one: Said) -> bool:
        return not any(other.undoes == one.number and self._holds(other) for other in self.said)

    def apart(self) -> list[tuple[Keys, Keys]]:
        """Sets no member of which may meet a member of the other."""
        return [
            (one, other)
            for said in self.in_force()
            if said.kind != "same"
            for n, one in enumerate(said.sides)
            for other in said.sides[n + 1 :]
        ]

    def together(self, kinds: Mapping[NaturalKey, str]) -> tuple[list[Keys], list[tuple[NaturalKey, NaturalKey]]]:
        """(groups that must be one customer, vendors' merges that what people said rules out).

        People come first. Vendors' merges follow in the order of natural keys, each if it can; `kinds` are the records
        that the hub knows: a merge of what it does not know, or across kinds, says nothing.
        """
        groups = _Groups(kinds)
        apart = self.apart()
        for said in self.in_force():
            if said.kind == "same":
                groups.join(said.sides[0])
        ruled_out = []
        for gone, (survivor, _) in sorted(self.became.items()):
            if gone in kinds and survivor in kinds and kinds[gone] == kinds[survivor] and gone != survivor:
                both = groups.of(gone) | groups.of(survivor)
                if any(one & both and other & both for one, other in apart) and groups.of(gone) != groups.of(survivor):
                    ruled_out.append((gone, survivor))
                else:
                    groups.join((gone, survivor))
        return groups.all(), ruled_out

    def choice(self, customer: Keys, field: str) -> NaturalKey | None:
        """Whose value of a field a person has chosen for a customer of these records: the last word counts."""
        words = [one for one in self.in_force() if one.field == field and one.winner in customer]
        return words[-1].winner if words else None


class _Groups:
    """Sets of records that grow together."""

    def __init__(self, records: Iterable[NaturalKey]) -> None:
        self._of = {record: frozenset({record}) for record in records}

    def of(self, record: NaturalKey) -> Keys:
        return self._of[record]

    def join(self, records: Iterable[NaturalKey]) -> None:
        known = [record for record in records if record in self._of]
        whole = frozenset[NaturalKey]().union(*(self._of[record] for record in known))
        self._of.update(dict.fromkeys(whole, whole))

    def all(self) -> list[Keys]:
        return [group for group in set(self._of.values()) if len(group) > 1]
