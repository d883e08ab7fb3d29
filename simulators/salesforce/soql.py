"""A query in SOQL as plain values, the way `soql_parser` reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, Union

from simulators.salesforce.soql_words import Literal

Path: TypeAlias = tuple[str, ...]
"""A field, behind the lookups that lead to it."""


@dataclass(frozen=True)
class Aggregate:
    """COUNT, COUNT_DISTINCT, SUM, AVG, MIN or MAX over a field of all rows of a group."""

    function: str
    path: Path


Operand: TypeAlias = Path | Aggregate


@dataclass(frozen=True)
class TypeOf:
    """What to show of a record behind a lookup of several types: by type, and of all the others."""

    link: str
    cases: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...]


@dataclass(frozen=True)
class Compare:
    """`operand operator literals`; only IN, NOT IN, INCLUDES and EXCLUDES have several. `among` is a semi-join."""

    operand: Operand
    operator: str
    literals: tuple[Literal, ...] = ()
    among: Union["Select", None] = None


@dataclass(frozen=True)
class Junction:
    """Several conditions: `and` them, `or` them, or `not` the only one."""

    word: str
    conditions: tuple["Condition", ...]


Condition: TypeAlias = Compare | Junction


@dataclass(frozen=True)
class Order:
    """One key of ORDER BY."""

    operand: Operand
    descending: bool = False
    nulls_last: bool = False


Column: TypeAlias = Union[Path, Aggregate, TypeOf, "Select"]


@dataclass(frozen=True)
class Select:
    """A whole query, or one within another. `object` is a relationship in a child query; `count` is COUNT().

    `names` are the aliases of `columns`, None for those without.
    """

    object: str
    columns: tuple[Column, ...]
    names: tuple[str | None, ...] = ()
    alias: str | None = None
    count: bool = False
    where: Condition | None = None
    group_by: tuple[Path, ...] = ()
    having: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def grouped(self) -> bool:
        return bool(self.group_by) or any(isinstance(each, Aggregate) for each in self.columns)


def comparisons(where: Condition | None) -> Iterator[Compare]:
    """Every comparison within a condition."""
    if isinstance(where, Compare):
        yield where
    elif where is not None:
        for each in where.conditions:
            yield from comparisons(each)


def required(where: Condition | None) -> Iterator[Compare]:
    """The comparisons that every row must meet."""
    if isinstance(where, Compare):
        yield where
    elif where is not None and where.word == "and":
        for each in where.conditions:
            yield from required(each)


def label(operand: Operand) -> str:
    """An operand as one writes it."""
    if isinstance(operand, Aggregate):
        return f"{operand.function}({'.'.join(operand.path)})"
    return ".".join(operand)
