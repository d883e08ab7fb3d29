"""Records as REST shows them: a parent's fields in an object of their own, children in a set of their own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from simulators.salesforce.fields import Field, Row
from simulators.salesforce.finding import Child, Shown, find_rows, within
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.soql import Path, TypeOf
from simulators.salesforce.values import attributes, json_value, parent_of, resolve

Shower: TypeAlias = Callable[[Row], Any]
Rest: TypeAlias = Callable[[Child, list[Row]], str]
"""Keeps the children that do not fit into their parent's page, and tells where they can be had."""
CHILDREN_A_PAGE = 200


def showers(org: Org, kind: ObjectType, columns: tuple[Shown, ...], version: str) -> dict[str, Shower]:
    """How to show each column of a record but its children; the columns of one parent come as one object."""
    shown: dict[str, Shower] = {}
    below: dict[str, list[Path]] = {}
    for column in columns:
        if isinstance(column, Child):
            shown[column.name] = lambda row: None
        elif isinstance(column, TypeOf):
            shown[column.link] = _by_type(org, kind, column, version)
        elif len(column) == 1:
            shown[column[0]] = _value(org, kind, column)
        else:
            below.setdefault(column[0], []).append(column[1:])
            shown.setdefault(column[0], lambda row: None)
    for relationship, rest in below.items():
        shown[relationship] = _parent(org, kind.by_relationship[relationship.lower()], tuple(rest), version)
    return shown


def records(
    org: Org,
    kind: ObjectType,
    columns: tuple[Shown, ...],
    rows: list[Row],
    version: str,
    *,
    with_deleted: bool,
    rest: Rest,
) -> list[dict[str, Any]]:
    """Rows as records."""
    each = showers(org, kind, columns, version)
    shown = [
        {"attributes": attributes(kind, row, version)} | {name: show(row) for name, show in each.items()}
        for row in rows
    ]
    for column in columns:
        if isinstance(column, Child):
            sets = _children(org, column, rows, with_deleted=with_deleted)
            for record, row in zip(shown, rows, strict=True):
                record[column.name] = _set(org, column, sets.get(str(row["Id"]), []), version, rest)
    return shown


def _value(org: Org, kind: ObjectType, path: Path) -> Shower:
    read, _ = resolve(org, kind, path)
    return lambda row: json_value(read(row))


def _parent(org: Org, link: Field, paths: tuple[Path, ...], version: str) -> Shower:
    parent, find_above = parent_of(org, link)
    inner = showers(org, parent, paths, version)

    def show(row: Row) -> Any:
        above = find_above(row)
        if above is None:
            return None
        return {"attributes": attributes(parent, above, version)} | {name: each(above) for name, each in inner.items()}

    return show


def _by_type(org: Org, kind: ObjectType, asked: TypeOf, version: str) -> Shower:
    link = kind.by_relationship[asked.link.lower()]
    name, find_name = parent_of(org, link)
    cases = {org.object(case).name: showers(org, org.object(case), paths, version) for case, paths in asked.cases}
    otherwise = showers(org, name, asked.otherwise, version)

    def show(row: Row) -> Any:
        above = org.object_of(str(row.get(link.name)))
        found = None if above is None else org.tables[above.name].get(str(row[link.name]))
        if above is None or found is None:
            return None
        inner, shown = cases.get(above.name), found
        if inner is None:
            named = find_name(row)
            if not otherwise or named is None:
                return None
            inner, shown = otherwise, named
        return {"attributes": attributes(above, found, version)} | {each: one(shown) for each, one in inner.items()}

    return show


def _children(org: Org, child: Child, rows: list[Row], *, with_deleted: bool) -> dict[str, list[Row]]:
    """The children of some rows by parent, each parent's in the order and within the limit of the child query."""
    parents = {str(row["Id"]) for row in rows}
    whole = replace(child.select, limit=None, offset=0)
    found: dict[str, list[Row]] = {}
    for row in find_rows(org, child.object, whole, with_deleted=with_deleted):
        parent = row.get(child.link.name)
        if parent in parents:
            found.setdefault(str(parent), []).append(row)
    return {parent: within(child.select, each) for parent, each in found.items()}


def _set(org: Org, child: Child, rows: list[Row], version: str, rest: Rest) -> dict[str, Any] | None:
    """The children of one row; null if there are none."""
    if not rows:
        return None
    each = showers(org, child.object, child.columns, version)
    first = rows[:CHILDREN_A_PAGE]
    shown: dict[str, Any] = {"totalSize": len(rows), "done": len(first) == len(rows)}
    if not shown["done"]:
        shown["nextRecordsUrl"] = rest(child, rows)
    shown["records"] = [
        {"attributes": attributes(child.object, row, version)} | {name: show(row) for name, show in each.items()}
        for row in first
    ]
    return shown
