"""Finds the records that a query asks for, and spells its columns as the org does."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias, TypeVar

from simulators.salesforce.access import readable, shared
from simulators.salesforce.errors import Refusal, malformed_query, no_such_field
from simulators.salesforce.fields import Field, Row, is_live
from simulators.salesforce.filters import IDS, Scope, condition, ordered
from simulators.salesforce.ids import full_id
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.soql import Aggregate, Condition, Operand, Path, Select, TypeOf, label, required
from simulators.salesforce.values import Getter, no_such_relation, parent_of, resolve

Item = TypeVar("Item")


@dataclass(frozen=True)
class Child:
    """A column that holds the records pointing at a row: `link` is their field, `name` the relationship's."""

    name: str
    object: ObjectType
    link: Field
    columns: tuple["Shown", ...]
    select: Select


Shown: TypeAlias = Path | TypeOf | Child


def find_rows(org: Org, kind: ObjectType, select: Select, *, with_deleted: bool) -> list[Row]:
    """The records that meet a query, in its order, within its limit."""
    names = scope(org, kind, with_deleted=with_deleted)
    rows = shared(org, _candidates(org, kind, select.where))
    if not with_deleted:
        rows = [row for row in rows if is_live(row)]
    if select.where is not None:
        meets = condition(names, select.where)
        rows = [row for row in rows if meets(row)]
    if select.order and not select.grouped:
        rows = ordered(names, select.order, rows)
    elif org.profile.shuffles:
        org.random.shuffle(rows)
    return rows if select.grouped else within(select, rows)


def within(select: Select, rows: list[Item]) -> list[Item]:
    """What OFFSET and LIMIT leave."""
    end = None if select.limit is None else select.offset + select.limit
    return rows[select.offset : end]


def scope(org: Org, kind: ObjectType, *, with_deleted: bool) -> Scope:
    """What names mean in a query of an object."""

    def read(operand: Operand) -> tuple[Getter, Field]:
        if isinstance(operand, Aggregate):
            raise malformed_query(f"an aggregate needs a grouped query: {label(operand)}")
        return resolve(org, kind, operand)

    return Scope(read, partial(_ids_among, org, with_deleted))


def columns(org: Org, kind: ObjectType, select: Select) -> tuple[Shown, ...]:
    """The columns asked for, FIELDS(...) spelled out, each checked and spelled as the org does."""
    shown: list[Shown] = []
    for column in select.columns:
        if isinstance(column, Select):
            shown.append(_child(org, kind, column))
        elif isinstance(column, TypeOf):
            shown.append(_type_of(org, kind, column))
        elif isinstance(column, Aggregate):
            raise malformed_query(f"an aggregate needs a grouped query: {label(column)}")
        elif column[0].startswith("FIELDS("):
            wanted = column[0][7:-1]
            fields = [each for each in org.visible(kind) if wanted == "ALL" or each.custom == (wanted == "CUSTOM")]
            shown.extend((field.name,) for field in fields)
        else:
            shown.append(spelled(org, kind, column))
    _check_once([each for each in shown if isinstance(each, tuple)])
    return tuple(shown)


def spelled(org: Org, kind: ObjectType, path: Path) -> Path:
    """A path as the org spells it."""
    _, field = resolve(org, kind, path)
    names: list[str] = []
    for name in path[:-1]:
        link = kind.by_relationship[name.lower()]
        names.append(str(link.relationship))
        kind, _ = parent_of(org, link)
    return (*names, field.name)


def _check_once(paths: list[Path]) -> None:
    if len(set(paths)) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise Refusal(400, "INVALID_FIELD", f"duplicate field selected: {'.'.join(twice)}")


def _candidates(org: Org, kind: ObjectType, where: Condition | None) -> list[Row]:
    """The rows worth a look: all of them, or those whose ids the query names."""
    table = org.tables[kind.name]
    for compare in required(where):
        by_id = isinstance(compare.operand, tuple) and [each.lower() for each in compare.operand] == ["id"]
        if by_id and compare.operator in ("=", "in") and compare.literals:
            ids = {full_id(str(each.value)): None for each in compare.literals}
            return [table[each] for each in ids if each is not None and each in table]
    return list(table.values())


def _ids_among(org: Org, with_deleted: bool, field: Field, select: Select) -> frozenset[Any]:
    """The ids that a semi-join finds for a field."""
    kind = readable(org, select.object)
    (path,) = select.columns
    assert isinstance(path, tuple)
    read, inner = resolve(org, kind, path)
    if field.type not in IDS or inner.type not in IDS:
        raise malformed_query(f"semi-joins compare ids alone: {field.name}, {inner.name}")
    targets = {kind.name} if inner.type == "id" else set(inner.refers_to)
    if field.type == "reference" and not targets & set(field.refers_to):
        raise malformed_query(
            f"The selected field '{inner.name}' in the subquery and the left operand field in the where expression in "
            f"the outer query '{field.name}' should point to the same object type"
        )
    rows = find_rows(org, kind, select, with_deleted=with_deleted)
    return frozenset(value for row in rows if (value := read(row)) is not None)


def _child(org: Org, kind: ObjectType, select: Select) -> Child:
    found = next(
        (
            (child, field)
            for child in org.objects.values()
            for field in child.fields
            if field.children is not None
            and field.children.lower() == select.object.lower()
            and kind.name in field.refers_to
        ),
        None,
    )
    if found is None:
        raise Refusal(400, "INVALID_TYPE", no_such_relation(select.object, kind).message)
    child, link = found
    readable(org, child.name)
    if org.field(child, link.name) is None:
        raise no_such_field(link.name, child.name)
    if select.count or select.grouped:
        raise malformed_query("a child query selects fields, without COUNT or GROUP BY")

    return Child(str(link.children), child, link, columns(org, child, select), select)


def _type_of(org: Org, kind: ObjectType, asked: TypeOf) -> TypeOf:
    link = kind.by_relationship.get(asked.link.lower())
    if link is None or org.field(kind, link.name) is None or not link.polymorphic:
        raise no_such_relation(asked.link, kind)
    cases: list[tuple[str, tuple[Path, ...]]] = []
    for name, paths in asked.cases:
        case = readable(org, name)
        if case.name not in link.refers_to:
            raise malformed_query(f"{link.name} does not point at {case.name}")
        cases.append((case.name, tuple(spelled(org, case, path) for path in paths)))
    parent, _ = parent_of(org, link)
    otherwise = tuple(spelled(org, parent, path) for path in asked.otherwise)
    return replace(asked, link=str(link.relationship), cases=tuple(cases), otherwise=otherwise)
