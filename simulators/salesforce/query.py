"""Answers queries, and hands their results out page by page through cursors that die."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from simulators.salesforce.access import readable
from simulators.salesforce.errors import Refusal, malformed_query
from simulators.salesforce.fields import Row
from simulators.salesforce.finding import Child, Shown, columns, find_rows
from simulators.salesforce.grouping import group
from simulators.salesforce.ids import make_id
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Cursor, Org
from simulators.salesforce.showing import CHILDREN_A_PAGE, records
from simulators.salesforce.soql import Path, Select
from simulators.salesforce.soql_parser import parse
from simulators.salesforce.switches import check_time
from simulators.web import Answer, Call

PAGE, SMALLEST_PAGE = 2_000, 200
OPEN_CURSORS = 10
CURSOR_LIFE = timedelta(minutes=15)


@dataclass(frozen=True)
class Result:
    """Rows that a query found, and the columns it asked for, spelled as the org spells them."""

    object: ObjectType
    rows: list[Row]
    columns: tuple[Shown, ...]
    select: Select
    with_deleted: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(each for each in self.columns if isinstance(each, tuple))


def read(org: Org, text: str) -> Select:
    """The query that a text holds."""
    return parse(text, lambda: org.clock.now().date())


def run(org: Org, text: str, *, with_deleted: bool) -> Result:
    """The result of a query that does not group, not yet shown."""
    return find(org, read(org, text), with_deleted=with_deleted)


def find(org: Org, select: Select, *, with_deleted: bool) -> Result:
    """As `run`, of a query already read."""
    kind = readable(org, select.object)
    shown = columns(org, kind, select)
    return Result(kind, find_rows(org, kind, select, with_deleted=with_deleted), shown, select, with_deleted)


def answer_query(org: Org, call: Call, names: dict[str, str], *, with_deleted: bool) -> Answer:
    """`query` and `queryAll`."""
    text = call.query.get("q")
    if text is None:
        raise malformed_query("A query string has to be specified")
    select = read(org, text)
    records_there = len(org.tables[readable(org, select.object).name])
    check_time(org.switches, records_there, select.where, org.clock.now())
    if select.grouped:
        groups = group(org, select, with_deleted=with_deleted)
        return Answer(200, {"totalSize": len(groups), "done": True, "records": groups})
    result = find(org, select, with_deleted=with_deleted)
    if select.count:
        return Answer(200, {"totalSize": len(result.rows), "done": True, "records": []})
    cursor = Cursor(result, _page_size(call), org.clock.now())
    locator = _new_locator(org)
    if len(result.rows) > cursor.size:
        _keep(org, locator, cursor)
    return _page(org, cursor, locator, 0, names["version"])


def answer_next_page(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """A further page, by the locator of `nextRecordsUrl`."""
    locator, _, offset = names["locator"].rpartition("-")
    cursor = org.cursors.get(locator)
    if cursor is not None and org.clock.now() - cursor.used > CURSOR_LIFE:
        del org.cursors[locator]
        cursor = None
    if cursor is None or not offset.isdigit() or not 0 < int(offset) < len(cursor.result.rows):
        raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    cursor.used = org.clock.now()
    return _page(org, cursor, locator, int(offset), names["version"])


def _new_locator(org: Org) -> str:
    number = org.counters.setdefault("cursor", 0)
    org.counters["cursor"] += 1
    return make_id("01g", number)


def _keep(org: Org, locator: str, cursor: Cursor) -> None:
    """Hold a result open; the one longest unused goes when there are too many. Those of children are not counted."""
    org.cursors[locator] = cursor
    whole = [each for each, held in org.cursors.items() if not held.of_children]
    if len(whole) > OPEN_CURSORS:
        del org.cursors[min(whole, key=lambda each: (org.cursors[each].used, each))]


def _page(org: Org, cursor: Cursor, locator: str, start: int, version: str) -> Answer:
    result: Result = cursor.result
    end = start + cursor.size
    answer: dict[str, Any] = {"totalSize": len(result.rows), "done": end >= len(result.rows)}
    if not answer["done"]:
        answer["nextRecordsUrl"] = _next(version, locator, end)
    answer["records"] = records(
        org,
        result.object,
        result.columns,
        result.rows[start:end],
        version,
        with_deleted=result.with_deleted,
        rest=partial(_keep_children, org, version),
    )
    return Answer(200, answer)


def _keep_children(org: Org, version: str, child: Child, rows: list[Row]) -> str:
    result = Result(child.object, rows, child.columns, child.select)
    locator = _new_locator(org)
    _keep(org, locator, Cursor(result, PAGE, org.clock.now(), of_children=True))
    return _next(version, locator, CHILDREN_A_PAGE)


def _next(version: str, locator: str, start: int) -> str:
    return f"/services/data/v{version}/query/{locator}-{start}"


def _page_size(call: Call) -> int:
    """The size asked for, which is a hint within bounds."""
    options = call.headers.get("sforce-query-options", "")
    name, _, size = options.partition("=")
    if name.strip().lower() != "batchsize" or not size.strip().isdigit():
        return PAGE
    return min(max(int(size), SMALLEST_PAGE), PAGE)
