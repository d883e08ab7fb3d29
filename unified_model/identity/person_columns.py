"""The fields of persons in columns, and what the statistics say of them: whose an address is, how rare a name is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.columns import Codes, Column, gather
from unified_model.identity.forms import Form
from unified_model.identity.keys import key_hash
from unified_model.identity.normalise.nicknames import is_common_family, share_of
from unified_model.identity.stats import Stats

Levels = NDArray[np.int8]
"""A level's number for each pair."""
Numbers = Mapping[str, Mapping[str, int]]
"""Comparison -> level -> number, of a model."""

OWN, SHARED_BY_TWO, SHARED_BY_FEW, SHARED = 4, 3, 2, 1
"""Worth of a shared identifier: how few people hold it."""


class PersonColumns:
    """All fields of some persons in columns, with what the statistics say of their values."""

    def __init__(self, forms: Sequence[Form], stats: Stats) -> None:
        gathered = gather(forms)
        self.given = Column(gathered, "g", measured=True, instead="hg")
        self.middle = Column(gathered, "m", measured=True)
        self.family = Column(gathered, "f", measured=True, instead="hf")
        self.other_family = Column(gathered, "of")
        self.han = np.zeros(len(forms), dtype=bool)
        self.han[gathered.fields.get("han", ([], []))[0]] = True
        self.suffix = Column(gathered, "x")
        self.birth = Column(gathered, "b", measured=True)
        self.title = Column(gathered, "j")
        self.email = Column(gathered, "e", many=True, measured=True)
        self.role = Column(gathered, "r", many=True)
        self.phone = Column(gathered, "p", many=True)
        self.core = Column(gathered, "c", many=True, measured=True)
        self.domain = Column(gathered, "d", many=True)
        self.postcode = Column(gathered, "z", many=True)
        self.town = Column(gathered, "t", many=True)
        self.street = Column(gathered, "s", many=True)
        self.identifier = Column(gathered, "i", many=True, measured=True)
        self.other_as_family = _translated(self.other_family, self.family)
        self.email_worth = self.email.of_shared_values(_worth("email", stats))
        self.phone_worth = self.phone.of_shared_values(_worth("phone", stats))
        self.family_size = self.family.of_values(_family_size(stats))
        self.given_share = self.given.of_values(lambda value: min(share_of(value), 30_000))


def _worth(rule: str, stats: Stats) -> Callable[[str], int]:
    def worth(value: str) -> int:
        people = stats.get(key_hash("person", rule, value), (0, 0))[1]
        return (OWN, SHARED_BY_TWO, SHARED_BY_FEW)[people] if people < 3 else SHARED

    return worth


def _family_size(stats: Stats) -> Callable[[str], int]:
    """Size bucket of a family name: of the records at hand, but never rare where the name is known to be common."""

    def size(value: str) -> int:
        if len(value) < 2:
            return 8
        held = stats.get(key_hash("person", "family", value.split()[0]), (0, 0))[0]
        return max(held, 4) if is_common_family(value) else held

    return size


def _translated(column: Column, into: Column) -> Codes:
    """The codes of one column's values in another's numbering, -1 where it has no such value."""
    numbers = {value: number for number, value in enumerate(into.values)}
    table = np.array([*(numbers.get(value, -1) for value in column.values), -1], dtype=np.int32)
    found: Codes = table[column.codes[:, 0]]
    return found
