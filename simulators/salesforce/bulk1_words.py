"""How Bulk API 1.0 writes and is written to: JSON or XML, and records whose times are milliseconds since 1970."""

import json
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from xml.etree.ElementTree import ParseError, fromstring
from xml.sax.saxutils import escape

from simulators.salesforce.errors import Refusal
from simulators.salesforce.fields import Row
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.salesforce.query import Result
from simulators.salesforce.values import attributes, parent_of, resolve
from simulators.web import Answer, Call

NAMESPACE = 'xmlns="http://www.force.com/2009/06/asyncapi/dataload"'
Info: TypeAlias = dict[str, Any]


def sent(call: Call) -> Info:
    """The fields of a request in JSON or XML."""
    try:
        if speaks_json(call):
            given = json.loads(call.body)
            if isinstance(given, dict):
                return given
        root = fromstring(call.body)  # noqa: S314 - it comes from the tests of this machine
        return {each.tag.rpartition("}")[2]: each.text for each in root}
    except (ValueError, ParseError) as problem:
        raise Refusal(400, "InvalidJob", f"Unable to parse Job: {problem}") from None


def records(org: Org, result: Result, rows: list[Row], version: str) -> list[Info]:
    """Rows as JSON, whose times are milliseconds since 1970."""
    readers = [(path, resolve(org, result.object, path, seen_by_all=True)[0]) for path in result.paths]
    shown: list[Info] = []
    for row in rows:
        record: Info = {"attributes": attributes(result.object, row, version)}
        for path, read in readers:
            _place(org, result.object, row, record, path, _milliseconds(read(row)), version)
        shown.append(record)
    return shown


def _place(org: Org, kind: ObjectType, row: Row, record: Info, path: tuple[str, ...], value: Any, version: str) -> None:
    """Put a value where its path leads; below a parent that is not there is nothing."""
    first, *rest = path
    if not rest:
        record[first] = value
        return
    parent, find_above = parent_of(org, kind.by_relationship[first.lower()])
    above = find_above(row)
    if above is None:
        record[first] = None
        return
    inner = record.setdefault(first, {"attributes": attributes(parent, above, version)})
    _place(org, parent, above, inner, tuple(rest), value, version)


def _milliseconds(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp() * 1_000)
    if isinstance(value, date):
        return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1_000)
    return value


def speaks_json(call: Call) -> bool:
    """Whether a request is in JSON, and so wants its answer."""
    return call.headers.get("content-type", "").startswith("application/json")


def told(name: str, info: Info, *, as_json: bool, status: int = 200) -> Answer:
    """An answer of this name in JSON or XML."""
    if as_json:
        return Answer(status, info, {"content-type": "application/json"})
    inside = "".join(_xml(each, value) for each, value in info.items())
    text = f'<?xml version="1.0" encoding="UTF-8"?><{name} {NAMESPACE}>{inside}</{name}>'
    return Answer(status, text.encode(), {"content-type": "application/xml"})


def _xml(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_xml(name, each) for each in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(_xml(each, held) for each, held in value.items())}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
