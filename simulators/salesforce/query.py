"""Runs a query, and hands its result out page by page through cursors that die."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from simulators.salesforce.errors import Refusal, malformed_query
from simulators.salesforce.fields import Field, Row
from simulators.salesforce.filters import condition, ordered
from simulators.salesforce.ids import make_id
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Cursor, Org
from simulators.salesforce.soql import Compare, Condition, Path, Select, parse
from simulators.salesforce.values import Getter, attributes, json_value, resolve
from simulators.web import Answer, Call

PAGE, SMALLEST_PAGE = 2_000, 200
OPEN_CURSORS = 10
CURSOR_LIFE = timedelta(minutes=15)


@dataclass(frozen=True)
class Result:
    """Rows that a query found, and the columns it asked for, spelled as the org spells them."""

    object: ObjectType
    rows: list[Row]
    paths: tuple[Path, ...]
    select: Select


def run(org: Org, text: str, *, with_deleted: bool) -> Result:
    """The result of a query, not yet shown."""
    select = parse(text, lambda: org.clock.now().date())
    kind = org.object(select.object)
    paths = _columns(org, kind, select)
    rows = list(org.tables[kind.name].values())
    if not with_deleted:
        rows = [row for row in rows if not row.get("IsDeleted")]
    if select.where is not None:
        meets = condition(org, kind, _without_alias(select, select.where))
        rows = [row for row in rows if meets(row)]
    if select.order:
        keys = [replace(key, path=_strip(select, key.path)) for key in select.order]
        rows = ordered(org, kind, keys, rows)
    elif org.profile.shuffles:
        org.random.shuffle(rows)
    rows = rows[select.offset :]
    return Result(kind, rows if select.limit is None else rows[: select.limit], paths, select)


def answer_query(org: Org, call: Call, names: dict[str, str], *, with_deleted: bool) -> Answer:
    """`query` and `queryAll`."""
    text = call.query.get("q")
    if text is None:
        raise malformed_query("A query string has to be specified")
    result = run(org, text, with_deleted=with_deleted)
    if result.select.count:
        return Answer(200, {"totalSize": len(result.rows), "done": True, "records": []})
    cursor = Cursor(result.rows, result.object, result.paths, _page_size(call), org.clock.now())
    locator = make_id("01g", org.counters.setdefault("cursor", 0))
    org.counters["cursor"] += 1
    if len(cursor.rows) > cursor.size:
        org.cursors[locator] = cursor
        while len(org.cursors) > OPEN_CURSORS:
            del org.cursors[min(org.cursors, key=lambda each: (org.cursors[each].used, each))]
    return _page(org, cursor, locator, 0, names["version"])


def answer_next_page(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """A further page, by the locator of `nextRecordsUrl`."""
    locator, _, offset = names["locator"].rpartition("-")
    cursor = org.cursors.get(locator)
    if cursor is not None and org.clock.now() - cursor.used > CURSOR_LIFE:
        del org.cursors[locator]
        cursor = None
    if cursor is None or not offset.isdigit() or not 0 < int(offset) < len(cursor.rows):
        raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    cursor.used = org.clock.now()
    return _page(org, cursor, locator, int(offset), names["version"])


def _page(org: Org, cursor: Cursor, locator: str, start: int, version: str) -> Answer:
    showers = _showers(org, cursor.object, cursor.paths, version)
    rows = cursor.rows[start : start + cursor.size]
    end = start + cursor.size
    answer: dict[str, Any] = {"totalSize": len(cursor.rows), "done": end >= len(cursor.rows)}
    if not answer["done"]:
        answer["nextRecordsUrl"] = f"/services/data/v{version}/query/{locator}-{end}"
    answer["records"] = [
        {"attributes": attributes(cursor.object, row, version)} | {name: show(row) for name, show in showers.items()}
        for row in rows
    ]
    return Answer(200, answer)


def _page_size(call: Call) -> int:
    """The size asked for, which is a hint within bounds."""
    options = call.headers.get("sforce-query-options", "")
    name, _, size = options.partition("=")
    if name.strip().lower() != "batchsize" or not size.strip().isdigit():
        return PAGE
    return min(max(int(size), SMALLEST_PAGE), PAGE)


def _columns(org: Org, kind: ObjectType, select: Select) -> tuple[Path, ...]:
    """The fields asked for, FIELDS(...) spelled out, each checked and spelled as the org does."""
    paths: list[Path] = []
    for path in select.fields:
        if path[0].startswith("FIELDS("):
            wanted = path[0][7:-1]
            fields = [each for each in org.visible(kind) if wanted == "ALL" or each.custom == (wanted == "CUSTOM")]
            paths.extend((field.name,) for field in fields)
        else:
            paths.append(_spelled(org, kind, _strip(select, path)))
    if len(set(paths)) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise Refusal(400, "INVALID_FIELD", f"duplicate field selected: {'.'.join(twice)}")
    return tuple(paths)


def _spelled(org: Org, kind: ObjectType, path: Path) -> Path:
    _, field = resolve(org, kind, path)
    spelled: list[str] = []
    for name in path[:-1]:
        link = kind.by_relationship[name.lower()]
        spelled.append(str(link.relationship))
        kind = org.object(link.refers_to[0])
    return (*spelled, field.name)


def _strip(select: Select, path: Path) -> Path:
    """A path without the name or alias of the object that it may begin with."""
    own = {select.object.lower(), (select.alias or select.object).lower()}
    return path[1:] if len(path) > 1 and path[0].lower() in own else path


def _without_alias(select: Select, where: Condition) -> Condition:
    if isinstance(where, Compare):
        return replace(where, path=_strip(select, where.path))
    return replace(where, conditions=tuple(_without_alias(select, each) for each in where.conditions))


def _showers(org: Org, kind: ObjectType, paths: tuple[Path, ...], version: str) -> dict[str, Getter]:
    """How to show each column; the columns of one parent come as one object."""
    showers: dict[str, Getter] = {}
    below: dict[str, list[Path]] = {}
    for path in paths:
        if len(path) == 1:
            read, _ = resolve(org, kind, path)
            showers[path[0]] = partial(_show_value, read)
        else:
            below.setdefault(path[0], []).append(path[1:])
            showers.setdefault(path[0], lambda row: None)
    for relationship, rest in below.items():
        link = kind.by_relationship[relationship.lower()]
        parent = org.object(link.refers_to[0])
        inner = _showers(org, parent, tuple(rest), version)
        showers[relationship] = partial(_show_parent, org.tables[parent.name], link, parent, inner, version)
    return showers


def _show_value(read: Getter, row: Row) -> Any:
    return json_value(read(row))


def _show_parent(
    table: dict[str, Row], link: Field, parent: ObjectType, inner: dict[str, Getter], version: str, row: Row
) -> Any:
    above = table.get(str(row.get(link.name)))
    if above is None:
        return None
    return {"attributes": attributes(parent, above, version)} | {name: show(above) for name, show in inner.items()}
