"""Search: what the index holds, by filters, words and one sort; ten thousand records deep and no further."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.hubspot.errors import invalid
from simulators.hubspot.filters import (
    LINKED,
    Filter,
    has_tokens,
    linked_ids,
    parse_filter,
    parse_time,
    passes,
    sort_key,
)
from simulators.hubspot.index import GONE, Flags, SearchIndex, Whole
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import Wanted, body_of
from simulators.hubspot.rows import Row, parse_id
from simulators.hubspot.showing import show
from simulators.web import Answer, Call

MOST_GROUPS, MOST_IN_GROUP, MOST_FILTERS = 5, 6, 18
MOST_LISTED, USUAL, DEEPEST = 200, 10, 10_000
LONGEST_BODY = 3_000
ON_NUMBERS = ("EQ", "LT", "LTE", "GT", "GTE", "BETWEEN")


@dataclass(frozen=True)
class Search:
    """What a request asks for. `sort` is a property, and whether the largest come first."""

    groups: tuple[tuple[Filter, ...], ...]
    query: str
    sort: tuple[str, bool] | None
    properties: tuple[str, ...]
    limit: int
    after: int


def answer_search(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A page of what passes all filters of any group and holds the query's words."""
    if len(call.body.decode("utf-8", "replace")) > LONGEST_BODY:
        raise invalid(f"The request body is longer than {LONGEST_BODY} characters")
    kind = portal.kind(names["type"])
    search = _parse(portal, kind, body_of(call))
    index = portal.indexes[kind.plural]
    ids, flags = _matching(portal, kind, index, search)
    total = int(np.count_nonzero(flags))
    rows = _page(portal, kind, index, search, ids, flags)
    content: dict[str, Any] = {"total": total}
    content["results"] = [show(portal, kind, row, Wanted(search.properties)) for row in rows]
    if search.after + search.limit < total:
        content["paging"] = {"next": {"after": str(search.after + search.limit)}}
    return Answer(200, content)


def _parse(portal: Portal, kind: ObjectType, sent: Mapping[str, Any]) -> Search:
    groups = _parse_groups(portal, kind, sent.get("filterGroups") or [])
    limit, after = _whole(sent, "limit", USUAL), _whole(sent, "after", 0)
    if not 1 <= limit <= MOST_LISTED:
        raise invalid(f"limit must be between 1 and {MOST_LISTED}; got {limit}")
    if after + limit > DEEPEST:
        raise invalid(f"after and limit together must not be more than {DEEPEST}; got {after} and {limit}")
    properties = sent.get("properties") or []
    if not isinstance(properties, list):
        raise invalid("Invalid input JSON: properties must be a list of names")
    sort = _parse_sort(portal, kind, sent.get("sorts") or [])
    return Search(groups, str(sent.get("query") or ""), sort, tuple(map(str, properties)), limit, after)


def _parse_groups(portal: Portal, kind: ObjectType, sent: Any) -> tuple[tuple[Filter, ...], ...]:
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        raise invalid("Invalid input JSON: filterGroups must be a list of objects")
    filters = [each.get("filters") or [] for each in sent]
    if not all(isinstance(each, list) for each in filters):
        raise invalid("Invalid input JSON: filters must be a list of objects")
    if len(filters) > MOST_GROUPS:
        raise invalid(f"The maximum number of filterGroups is {MOST_GROUPS}; got {len(filters)}")
    if any(len(each) > MOST_IN_GROUP for each in filters):
        raise invalid(f"The maximum number of filters in a group is {MOST_IN_GROUP}")
    if sum(map(len, filters)) > MOST_FILTERS:
        raise invalid(f"The maximum number of filters in all groups is {MOST_FILTERS}")
    return tuple(tuple(parse_filter(portal, kind, each) for each in group) for group in filters)


def _parse_sort(portal: Portal, kind: ObjectType, sent: Any) -> tuple[str, bool] | None:
    """A sort is {propertyName, direction}, or a name by itself, with a minus before it for the largest first."""
    if not isinstance(sent, list) or len(sent) > 1:
        raise invalid("Only one sort is allowed")
    if not sent:
        return None
    if isinstance(sent[0], str):
        name, falls = sent[0].removeprefix("-"), sent[0].startswith("-")
    elif not isinstance(sent[0], dict):
        raise invalid("Invalid input JSON: a sort must be an object or a name")
    else:
        name, falls = str(sent[0].get("propertyName")), sent[0].get("direction") == "DESCENDING"
    if not portal.sees(kind, name):
        raise invalid(f"There was a problem with the request: can't sort by {name}")
    return name, falls


def _whole(sent: Mapping[str, Any], name: str, usual: int) -> int:
    value = sent.get(name)
    if value is None or value == "":
        return usual
    number = None if isinstance(value, bool) else parse_id(value)
    if number is None:
        raise invalid(f"Invalid input JSON: {name} must be a whole number; got {value}")
    return number


def _matching(portal: Portal, kind: ObjectType, index: SearchIndex, search: Search) -> tuple[Whole, Flags]:
    """All ids in rising order, and which of them match."""
    ids, modified, _ = index.columns()
    found = modified != GONE
    if search.groups:
        any_group = np.zeros(len(ids), dtype=np.bool_)
        for group in search.groups:
            any_group |= _of_group(portal, kind, index, group)
        found &= any_group
    if search.query:
        found &= _holding_words(portal, kind, index, search.query, found)
    return ids, found


def _of_group(portal: Portal, kind: ObjectType, index: SearchIndex, group: Sequence[Filter]) -> Flags:
    """What passes all filters of a group: first by the index's columns, the rest looked at one by one."""
    ids, modified, created = index.columns()
    columns = {kind.modified: modified, kind.created: created}
    quick = [each for each in group if each.name in columns and each.operator in ON_NUMBERS]
    keyset = [each for each in group if each.name == "hs_object_id" and each.operator in (*ON_NUMBERS, "IN")]
    linked = [each for each in group if each.name.startswith(LINKED) and each.operator in ("EQ", "IN")]
    slow = [each for each in group if each not in (*quick, *keyset, *linked)]
    found: Flags = modified != GONE
    for each in quick:
        found &= _compared(columns[each.name], each)
    if slow:
        found = index.remember(str((*quick, *slow)), lambda: _looked_at(portal, kind, index, slow, found))
    for each in linked:
        found = found & np.isin(ids, sorted(linked_ids(portal, kind, each)))
    for each in keyset:
        found = np.logical_and(found, _compared(ids, each))
    return found


def _compared(column: Whole, filter_: Filter) -> Flags:
    if filter_.operator == "IN":
        return np.isin(column, [_number(filter_, each) for each in filter_.values])
    low = _number(filter_, filter_.value)
    if filter_.operator == "BETWEEN":
        return np.asarray((column >= low) & (column <= _number(filter_, filter_.high)))
    return np.asarray(_COMPARE[filter_.operator](column, low))


_COMPARE: dict[str, Callable[[Whole, int], Any]] = {
    "EQ": operator.eq,
    "LT": operator.lt,
    "LTE": operator.le,
    "GT": operator.gt,
    "GTE": operator.ge,
}


def _number(filter_: Filter, text: str | None) -> int:
    number = parse_time(text or "")
    if number is None or abs(number) >= 1 << 62:
        raise invalid(f"There was a problem with the request: {text} is no value for {filter_.name}")
    return number


def _looked_at(
    portal: Portal, kind: ObjectType, index: SearchIndex, slow: Sequence[Filter], candidates: Flags
) -> Flags:
    tests = [passes(portal, kind, each) for each in slow]
    found = np.zeros(len(candidates), dtype=np.bool_)
    ids, _, _ = index.columns()
    for each in slow:
        if each.operator == "EQ" and each.value and (kind.properties[each.name].unique or each.name == "email"):
            # Look only at those that hold the value now, and at those that may have held it.
            named = [row.id for row in portal.tables[kind.plural].holding(each.name, each.value)]
            candidates = candidates & np.isin(ids, [*named, *index.behind()])
    for at in np.flatnonzero(candidates).tolist():
        row = index.row(int(ids[at]))
        found[at] = row is not None and all(test(row) for test in tests)
    return found


def _holding_words(portal: Portal, kind: ObjectType, index: SearchIndex, query: str, candidates: Flags) -> Flags:
    """What holds every word of a query, or its beginning, in the properties that are searched."""
    wanted = " ".join(f"{each}*" for each in query.lower().split())
    found = np.zeros(len(candidates), dtype=np.bool_)
    ids, _, _ = index.columns()
    for at in np.flatnonzero(candidates).tolist():
        row = index.row(int(ids[at]))
        held = " ".join(row.values.get(name, "") for name in kind.searched) if row is not None else ""
        found[at] = bool(held) and has_tokens(held, wanted)
    return found


def _page(portal: Portal, kind: ObjectType, index: SearchIndex, search: Search, ids: Whole, flags: Flags) -> list[Row]:
    """The records of the page, in order. Nothing is promised of the order of those that are alike."""
    start, end = search.after, search.after + search.limit
    name, falls = search.sort or (kind.created, False)
    matching = np.flatnonzero(flags)
    if portal.profile.shuffles and name != "hs_object_id":
        matching = np.random.default_rng(portal.random.getrandbits(32)).permutation(matching)
    if name == "hs_object_id":
        ordered = matching[::-1] if falls else matching
    elif name in (kind.modified, kind.created):
        _, modified, created = index.columns()
        column = (modified if name == kind.modified else created)[matching]
        ordered = matching[np.argsort(-column if falls else column, kind="stable")]
    else:
        key = sort_key(portal, kind, name)
        keyed = [(key(row), at) for row, at in zip(index.rows(ids[matching].tolist()), matching.tolist(), strict=True)]
        without = [at for value, at in keyed if value is None]
        held = sorted((each for each in keyed if each[0] is not None), key=lambda each: each[0], reverse=falls)  # type: ignore[arg-type,return-value]
        ordered = np.array([at for _, at in held] + without, dtype=np.int64)
    return index.rows(ids[ordered[start:end]].tolist())


ROUTES = (("POST", "/crm/objects/{type}/search", answer_search),)
"""Method, path without its version, handler."""
