"""The fields of persons in columns, and what the statistics say of them: whose an address is, how rare a name is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unified_model.identity.columns import Codes, Column, fill
from unified_model.identity.forms import Form
from unified_model.identity.keys import key_hash
from unified_model.identity.normalise.domains import FREE_MAIL
from unified_model.identity.normalise.nicknames import is_common_family, share_of
from unified_model.identity.stats import Stats

Levels = NDArray[np.int8]
"""A level's number for each pair."""
Numbers = Mapping[str, Mapping[str, int]]
"""Comparison -> level -> number, of a model."""

OWN, SHARED_BY_TWO, SHARED_BY_FEW, SHARED = 4, 3, 2, 1
"""Worth of a shared identifier: how few people hold it."""


class EmailParts(NamedTuple):
    """The parts of each distinct e-mail, by its code: equal numbers for equal texts."""

    local: NDArray[np.int32]
    domain: NDArray[np.int32]
    letters: NDArray[np.int32]
    length: NDArray[np.int32]
    """Of the local part."""
    whole: NDArray[np.int32]
    """Length of the whole address."""
    digits: NDArray[np.bool_]
    """Whether the local part has any."""
    company: NDArray[np.bool_]
    """Whether it is not a mailbox of a free provider."""


class PersonColumns:
    """All fields of some persons in columns, with what the statistics say of their values."""

    def __init__(self, batches: Iterable[Sequence[Form]], stats: Stats) -> None:
        self.given = Column("g", instead="hg")
        self.middle = Column("m")
        self.family = Column("f", instead="hf")
        self.other_family = Column("of")
        self.suffix = Column("x")
        self.birth = Column("b")
        self.title = Column("j")
        self.email = Column("e", many=True)
        self.role = Column("r", many=True)
        self.phone = Column("p", many=True)
        self.core = Column("c", many=True)
        self.domain = Column("d", many=True)
        self.postcode = Column("z", many=True)
        self.town = Column("t", many=True)
        self.street = Column("s", many=True)
        self.identifier = Column("i", many=True)
        han = Column("han")
        fill([han, *(column for column in vars(self).values() if isinstance(column, Column))], batches)
        self.han = han.codes[:, 0] >= 0
        self.other_as_family = _translated(self.other_family, self.family)
        self.email_worth = self.email.of_shared_values(_worth("email", stats))
        self.phone_worth = self.phone.of_shared_values(_worth("phone", stats))
        self.family_size = self.family.of_values(_family_size(stats))
        self.given_share = self.given.of_values(lambda value: min(share_of(value), 30_000))
        self.narrow_postcode = self.postcode.of_values(_is_narrow)
        """1 for post codes of a few houses (`SW1A 1AA`)."""

    @cached_property
    def email_parts(self) -> EmailParts:
        """What the e-mails are made of, worked out once however many pairs are compared."""
        parts = [value.partition("@") for value in self.email.values]
        return EmailParts(
            local=_numbered([local for local, _, _ in parts]),
            domain=_numbered([domain for _, _, domain in parts]),
            letters=_numbered(["".join(filter(str.isalpha, local)) for local, _, _ in parts]),
            length=np.array([len(local) for local, _, _ in parts], dtype=np.int32),
            whole=np.array([*map(len, self.email.values)], dtype=np.int32),
            digits=np.array([any(map(str.isdigit, local)) for local, _, _ in parts], dtype=bool),
            company=np.array([domain not in FREE_MAIL for _, _, domain in parts], dtype=bool),
        )


def _is_narrow(postcode: str) -> int:
    return int(len(postcode) > 4 and not postcode.isdigit() and not postcode.isalpha())


def _numbered(texts: list[str]) -> NDArray[np.int32]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int32)


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
