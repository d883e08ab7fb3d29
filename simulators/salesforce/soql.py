"""Reads a query in SOQL into plain values, and refuses as MALFORMED_QUERY all that this org can't answer rightly.

Answered: SELECT of fields, parent fields, FIELDS(...) and COUNT(); WHERE with AND, OR, NOT and brackets, comparisons,
LIKE, IN, INCLUDES, EXCLUDES, literals and date literals; ORDER BY with NULLS; LIMIT; OFFSET. As in Salesforce, AND and
OR side by side need brackets. Grouping, aggregates, child queries, semi-joins and TYPEOF are refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from simulators.salesforce.errors import Refusal, malformed_query
from simulators.salesforce.soql_words import Literal, Word, cut, literal

LONGEST_QUERY = 100_000
LARGEST_OFFSET = 2_000
CLAUSES = ("where", "order", "limit", "offset", "using", "with", "group", "for", "having", "all")
Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Compare:
    """`path operator literals`; only IN, NOT IN, INCLUDES and EXCLUDES have more than one literal."""

    path: Path
    operator: str
    literals: tuple[Literal, ...]


@dataclass(frozen=True)
class Junction:
    """Several conditions: `and` them, `or` them, or `not` the only one."""

    word: str
    conditions: tuple["Condition", ...]


Condition: TypeAlias = Compare | Junction


@dataclass(frozen=True)
class Order:
    """One key of ORDER BY."""

    path: Path
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Select:
    """A whole query. `fields` are as written; `count` is COUNT()."""

    object: str
    fields: tuple[Path, ...]
    alias: str | None = None
    count: bool = False
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


def parse(text: str, today: Callable[[], date]) -> Select:
    """The query that a text holds."""
    if len(text) > LONGEST_QUERY:
        raise Refusal(400, "QUERY_TOO_COMPLICATED", "Query is either selecting too many fields or too long")
    return _Parser(cut(text), today).select()


class _Parser:
    """Walks over the words of one query."""

    def __init__(self, words: list[Word], today: Callable[[], date]) -> None:
        self._words, self._next, self._today = words, 0, today

    def select(self) -> Select:
        self._expect("select")
        fields, count = self._fields()
        self._expect("from")
        name = self._name()
        alias = None
        if self._peek_kind() == "name" and not self._at(*CLAUSES):
            self._skip("as")
            alias = self._name()
        where = self._condition() if self._skip("where") else None
        order = self._order() if self._skip("order") else ()
        limit = self._whole() if self._skip("limit") else None
        offset = self._whole() if self._skip("offset") else 0
        if self._next < len(self._words):
            raise self._unexpected()
        if offset > LARGEST_OFFSET:
            raise Refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
        wide = any(field[0].lower() in ("fields(all)", "fields(custom)") for field in fields)
        if wide and (limit is None or limit > 200):
            raise malformed_query("The SOQL FIELDS function must have a LIMIT of at most 200")
        return Select(name, fields, alias, count, where, order, limit, offset)

    def _fields(self) -> tuple[tuple[Path, ...], bool]:
        fields: list[Path] = []
        while True:
            name = self._name()
            if self._skip("("):
                inside = "" if self._at(")") else self._name()
                self._expect(")")
                if name.lower() == "count" and not inside and not fields:
                    return (), True
                if name.lower() != "fields" or inside.lower() not in ("all", "standard", "custom"):
                    raise malformed_query(f"this org does not answer {name}({inside})")
                fields.append((f"FIELDS({inside.upper()})",))
            else:
                fields.append(tuple(name.split(".")))
            if not self._skip(","):
                return tuple(fields), False

    def _condition(self) -> Condition:
        """Units joined by one and the same word."""
        units = [self._unit()]
        for word in ("and", "or"):
            if self._at(word):
                while self._skip(word):
                    units.append(self._unit())
                return Junction(word, tuple(units))
        return units[0]

    def _unit(self) -> Condition:
        if self._skip("not"):
            return Junction("not", (self._unit(),))
        if self._skip("("):
            inside = self._condition()
            self._expect(")")
            return inside
        return self._comparison()

    def _comparison(self) -> Compare:
        path = tuple(self._name().split("."))
        if self._skip("not"):
            self._expect("in")
            return Compare(path, "not in", self._list())
        for word in ("in", "includes", "excludes"):
            if self._skip(word):
                return Compare(path, word, self._list())
        if self._skip("like"):
            return Compare(path, "like", (self._literal(),))
        for sign in ("=", "!=", "<>", "<=", ">=", "<", ">"):
            if self._skip(sign):
                return Compare(path, "!=" if sign == "<>" else sign, (self._literal(),))
        raise self._unexpected()

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        literals = [self._literal()]
        while self._skip(","):
            literals.append(self._literal())
        self._expect(")")
        return tuple(literals)

    def _literal(self) -> Literal:
        if self._next >= len(self._words):
            raise self._unexpected()
        found = literal(self._words[self._next], self._today)
        if found is None:
            raise self._unexpected()
        self._next += 1
        return found

    def _order(self) -> tuple[Order, ...]:
        self._expect("by")
        keys: list[Order] = []
        while True:
            path = tuple(self._name().split("."))
            descending = self._skip("desc")
            if not descending:
                self._skip("asc")
            nulls_last = False
            if self._skip("nulls"):
                nulls_last = self._skip("last")
                if not nulls_last:
                    self._expect("first")
            keys.append(Order(path, descending, nulls_last))
            if not self._skip(","):
                return tuple(keys)

    def _name(self) -> str:
        if self._peek_kind() != "name":
            raise self._unexpected()
        self._next += 1
        return self._words[self._next - 1].text

    def _whole(self) -> int:
        if self._peek_kind() != "number" or not self._words[self._next].text.isdigit():
            raise self._unexpected()
        self._next += 1
        return int(self._words[self._next - 1].text)

    def _peek_kind(self) -> str | None:
        return self._words[self._next].kind if self._next < len(self._words) else None

    def _at(self, *words: str) -> bool:
        here = self._words[self._next] if self._next < len(self._words) else None
        return here is not None and here.kind in ("name", "sign") and here.text.lower() in words

    def _skip(self, word: str) -> bool:
        if self._at(word):
            self._next += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._skip(word):
            raise self._unexpected()

    def _unexpected(self) -> Refusal:
        if self._next >= len(self._words):
            return malformed_query("unexpected token: '<EOF>'")
        word = self._words[self._next]
        return malformed_query(f"unexpected token: '{word.text}' (at position {word.at})")
