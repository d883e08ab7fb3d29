"""Reads a query in SOQL into plain values, and refuses as MALFORMED_QUERY all that this org can't answer rightly.

Answered: SELECT of fields, parent fields, FIELDS(...), COUNT(), aggregates, child queries and TYPEOF; WHERE with AND,
OR, NOT and brackets, comparisons, LIKE, IN, INCLUDES, EXCLUDES, literals, date literals and semi-joins; GROUP BY and
HAVING; ORDER BY with NULLS; LIMIT; OFFSET. As in Salesforce, AND and OR side by side need brackets.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from simulators.salesforce.errors import Refusal, malformed_query
from simulators.salesforce.soql import (
    Aggregate,
    Column,
    Compare,
    Condition,
    Junction,
    Operand,
    Order,
    Path,
    Select,
    TypeOf,
    comparisons,
    required,
)
from simulators.salesforce.soql_words import Literal, Word, cut, literal

LONGEST_QUERY = 100_000
LARGEST_OFFSET = 2_000
MOST_JOINS = 2
CLAUSES = ("where", "order", "limit", "offset", "using", "with", "group", "for", "having", "all")
AGGREGATES = ("COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX")
Item = TypeVar("Item")


def parse(text: str, today: Callable[[], date]) -> Select:
    """The query that a text holds."""
    if len(text) > LONGEST_QUERY:
        raise Refusal(400, "QUERY_TOO_COMPLICATED", "Query is either selecting too many fields or too long")
    return _Parser(cut(text), today).whole()


class _Parser:
    """Walks over the words of one query."""

    def __init__(self, words: list[Word], today: Callable[[], date]) -> None:
        self._words, self._next, self._today = words, 0, today
        self._depth = 0

    def whole(self) -> Select:
        select = self._select()
        if self._next < len(self._words):
            raise self._unexpected()
        return select

    def _select(self) -> Select:
        self._expect("select")
        columns, names = self._columns()
        self._expect("from")
        name = self._name()
        alias = None
        if self._peek_kind() == "name" and not self._at(*CLAUSES):
            self._skip("as")
            alias = self._name()
        where = self._condition() if self._skip("where") else None
        group_by = self._group() if self._skip("group") else ()
        having = self._condition() if self._skip("having") else None
        order = self._order() if self._skip("order") else ()
        limit = self._whole_number() if self._skip("limit") else None
        offset = self._whole_number() if self._skip("offset") else 0
        select = Select(name, columns, names, alias, not columns, where, group_by, having, order, limit, offset)
        _check_select(select)
        return _without_prefix(select)

    def _columns(self) -> tuple[tuple[Column, ...], tuple[str | None, ...]]:
        """All columns with their aliases; none for COUNT()."""
        columns: list[Column] = []
        names: list[str | None] = []
        while True:
            column = self._column(first=not columns)
            if column is None:
                return (), ()
            columns.append(column)
            aliased = self._peek_kind() == "name" and not self._at("from") and not isinstance(column, Select | TypeOf)
            names.append(self._name() if aliased else None)
            if not self._skip(","):
                return tuple(columns), tuple(names)

    def _column(self, *, first: bool) -> Column | None:
        if self._skip("("):
            child = self._inner()
            self._expect(")")
            return child
        if self._at("typeof"):
            return self._type_of()
        name = self._name()
        if not self._skip("("):
            return tuple(name.split("."))
        inside = "" if self._at(")") else self._name()
        self._expect(")")
        if name.upper() == "COUNT" and not inside and first:
            return None
        if name.upper() == "FIELDS" and inside.lower() in ("all", "standard", "custom"):
            return (f"FIELDS({inside.upper()})",)
        return _aggregate(name, inside)

    def _inner(self) -> Select:
        """A query within another; none of these has one of its own."""
        if self._depth:
            raise malformed_query("only one level of queries within queries is answered")
        self._depth += 1
        select = self._select()
        self._depth -= 1
        return select

    def _type_of(self) -> TypeOf:
        self._expect("typeof")
        link = self._name()
        cases = []
        while self._skip("when"):
            kind = self._name()
            self._expect("then")
            cases.append((kind, self._many(self._path)))
        if not cases:
            raise self._unexpected()
        otherwise = self._many(self._path) if self._skip("else") else ()
        self._expect("end")
        return TypeOf(link, tuple(cases), otherwise)

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
        operand = self._operand()
        if self._skip("not"):
            self._expect("in")
            return self._membership(operand, "not in")
        if self._skip("in"):
            return self._membership(operand, "in")
        for word in ("includes", "excludes"):
            if self._skip(word):
                return Compare(operand, word, self._list())
        if self._skip("like"):
            return Compare(operand, "like", (self._literal(),))
        for sign in ("=", "!=", "<>", "<=", ">=", "<", ">"):
            if self._skip(sign):
                return Compare(operand, "!=" if sign == "<>" else sign, (self._literal(),))
        raise self._unexpected()

    def _membership(self, operand: Operand, operator: str) -> Compare:
        if not (self._at("(") and self._at("select", ahead=1)):
            return Compare(operand, operator, self._list())
        self._expect("(")
        among = self._inner()
        self._expect(")")
        return Compare(operand, operator, among=among)

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        literals = self._many(self._literal)
        self._expect(")")
        return literals

    def _literal(self) -> Literal:
        if self._next >= len(self._words):
            raise self._unexpected()
        found = literal(self._words[self._next], self._today)
        if found is None:
            raise self._unexpected()
        self._next += 1
        return found

    def _group(self) -> tuple[Path, ...]:
        self._expect("by")
        paths = self._many(self._path)
        if self._at("("):
            raise malformed_query(f"this org does not group by {'.'.join(paths[-1])}(...)")
        return paths

    def _order(self) -> tuple[Order, ...]:
        self._expect("by")
        return self._many(self._key)

    def _key(self) -> Order:
        operand = self._operand()
        descending = self._skip("desc")
        if not descending:
            self._skip("asc")
        nulls_last = False
        if self._skip("nulls"):
            nulls_last = self._skip("last")
            if not nulls_last:
                self._expect("first")
        return Order(operand, descending, nulls_last)

    def _operand(self) -> Operand:
        name = self._name()
        if not self._skip("("):
            return tuple(name.split("."))
        inside = self._name()
        self._expect(")")
        return _aggregate(name, inside)

    def _path(self) -> Path:
        return tuple(self._name().split("."))

    def _many(self, one: Callable[[], Item]) -> tuple[Item, ...]:
        """Things of one sort with commas between."""
        items = [one()]
        while self._skip(","):
            items.append(one())
        return tuple(items)

    def _name(self) -> str:
        if self._peek_kind() != "name":
            raise self._unexpected()
        self._next += 1
        return self._words[self._next - 1].text

    def _whole_number(self) -> int:
        if self._peek_kind() != "number" or not self._words[self._next].text.isdigit():
            raise self._unexpected()
        self._next += 1
        return int(self._words[self._next - 1].text)

    def _peek_kind(self) -> str | None:
        return self._words[self._next].kind if self._next < len(self._words) else None

    def _at(self, *words: str, ahead: int = 0) -> bool:
        place = self._next + ahead
        here = self._words[place] if place < len(self._words) else None
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


def _aggregate(name: str, inside: str) -> Aggregate:
    if name.upper() not in AGGREGATES or not inside:
        raise malformed_query(f"this org does not answer {name}({inside})")
    return Aggregate(name.upper(), tuple(inside.split(".")))


def _check_select(select: Select) -> None:
    """What no query may do, whatever its object."""
    if select.offset > LARGEST_OFFSET:
        raise Refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
    spread = [each[0] for each in select.columns if isinstance(each, tuple) and each[0].startswith("FIELDS(")]
    if any(each != "FIELDS(STANDARD)" for each in spread) and (select.limit is None or select.limit > 200):
        raise malformed_query("The SOQL FIELDS function must have a LIMIT of at most 200")
    if spread and select.grouped:
        raise malformed_query("The SOQL FIELDS function is not supported in a grouped query")
    named = [name.lower() for name in select.names if name is not None]
    if named and not select.grouped:
        raise malformed_query("only aggregate expressions use field aliasing")
    if select.having is not None and not select.group_by:
        raise malformed_query("HAVING needs GROUP BY")
    if select.count and select.group_by:
        raise malformed_query("Grouped query cannot use COUNT(): use COUNT(field)")
    if any(isinstance(each.operand, Aggregate) for each in comparisons(select.where)):
        raise malformed_query("an aggregate can only be compared in HAVING")
    _check_joins(select)


def _check_joins(select: Select) -> None:
    """Semi-joins stand in WHERE, side by side with AND, at most two of them."""
    joins = [each for each in comparisons(select.where) if each.among is not None]
    if any(each.among is not None for each in comparisons(select.having)):
        raise malformed_query("Semi-joins are only supported in WHERE clauses")
    if len(joins) > sum(1 for each in required(select.where) if each.among is not None):
        where = "only allowed at the top level WHERE expressions and not in nested WHERE expressions"
        raise malformed_query(f"Semi join sub-selects are {where}")
    if len(joins) > MOST_JOINS:
        raise malformed_query("The maximum number of semi join sub-selects allowed is 2")
    for each in joins:
        inner = each.among
        assert inner is not None
        plain = len(inner.columns) == 1 and isinstance(inner.columns[0], tuple) and not inner.grouped
        if not plain or inner.order or inner.limit is not None or inner.offset:
            raise malformed_query("a semi join sub-select selects one field, without COUNT, ORDER BY or LIMIT")
        if inner.object.lower() == select.object.lower():
            raise malformed_query("The inner and outer selects should not be on the same object type")


def _without_prefix(select: Select) -> Select:
    """The query with its paths no longer beginning with the name or alias of their object."""
    own = {select.object.lower(), (select.alias or select.object).lower()}

    def path(given: Path) -> Path:
        return given[1:] if len(given) > 1 and given[0].lower() in own else given

    def operand(given: Operand) -> Operand:
        return replace(given, path=path(given.path)) if isinstance(given, Aggregate) else path(given)

    def condition(given: Condition) -> Condition:
        if isinstance(given, Compare):
            return replace(given, operand=operand(given.operand))
        return replace(given, conditions=tuple(condition(each) for each in given.conditions))

    def column(given: Column) -> Column:
        return given if isinstance(given, Select | TypeOf) else operand(given)

    return replace(
        select,
        columns=tuple(column(each) for each in select.columns),
        where=None if select.where is None else condition(select.where),
        group_by=tuple(path(each) for each in select.group_by),
        having=None if select.having is None else condition(select.having),
        order=tuple(replace(each, operand=operand(each.operand)) for each in select.order),
    )
