"""Records one at a time, and the list of all: get, create, update, archive."""

from typing import Any

from simulators.hubspot.deleting import archive
from simulators.hubspot.errors import Refusal, invalid, no_such_record
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import Wanted, body_of, flag_in, next_page, number_in, wanted_in
from simulators.hubspot.rows import Row, parse_id
from simulators.hubspot.showing import show
from simulators.hubspot.uniqueness import find_by
from simulators.hubspot.writing import create, update
from simulators.web import Answer, Call

MOST_LISTED, MOST_WITH_HISTORY = 100, 50


def answer_list(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """A page of all records by rising id."""
    kind, wanted = portal.kind(names["type"]), wanted_in(call)
    limit = number_in(call, "limit", 10, MOST_WITH_HISTORY if wanted.history else MOST_LISTED)
    after = parse_id(call.query.get("after") or "0")
    if after is None:
        raise invalid(f"after must be the one that the page before gave; got {call.query['after']}")
    rows = portal.tables[kind.plural].after(after, limit + 1, archived=flag_in(call, "archived"))
    content: dict[str, Any] = {"results": [show(portal, kind, row, wanted) for row in rows[:limit]]}
    if len(rows) > limit:
        content["paging"] = {"next": next_page(portal, call, str(rows[limit - 1].id))}
    return Answer(200, content)


def answer_get(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """One record by its id or by a unique property."""
    kind = portal.kind(names["type"])
    row = _named(portal, kind, call, names["id"], archived=flag_in(call, "archived"))
    return Answer(200, show(portal, kind, row, wanted_in(call)))


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """POST a new record."""
    kind, sent = portal.kind(names["type"]), body_of(call)
    values = properties_of(sent)
    with portal.transaction():
        row = create(portal, kind, values, sent.get("associations") or ())
    return Answer(201, show(portal, kind, row, Wanted(tuple(values))))


def answer_update(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """PATCH a record."""
    kind, values = portal.kind(names["type"]), properties_of(body_of(call))
    row = _named(portal, kind, call, names["id"], archived=False)
    with portal.transaction():
        row = update(portal, kind, row, values)
    return Answer(200, show(portal, kind, row, Wanted((*kind.defaults, *values))))


def answer_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """DELETE a record: into the recycle bin; 204 also for one that is there, or nowhere."""
    kind, record_id = portal.kind(names["type"]), parse_id(names["id"])
    row = None if record_id is None else portal.row(kind, record_id)
    if row is not None:
        portal.check_unlocked(kind, row.id)
        with portal.transaction():
            archive(portal, kind, row)
    return Answer(204)


def properties_of(sent: dict[str, Any]) -> dict[str, Any]:
    """The properties in the body of a write."""
    values = sent.get("properties")
    if not isinstance(values, dict):
        raise invalid("Invalid input: properties must be an object of names and values")
    return values


def _named(portal: Portal, kind: ObjectType, call: Call, name: str, *, archived: bool) -> Row:
    id_property = call.query.get("idProperty")
    if id_property and id_property != "hs_object_id":
        row = find_by(portal, kind, id_property, name, archived=archived)
    else:
        record_id = parse_id(name)
        row = None if record_id is None else portal.row(kind, record_id)
    if row is None or row.archived != archived:
        raise (
            Refusal(404, "OBJECT_NOT_FOUND", f"Object not found.  objectId are usually numeric.  {name}")
            if id_property
            else no_such_record(name)
        )
    return row


ROUTES = (
    ("GET", "/crm/objects/{type}", answer_list),
    ("POST", "/crm/objects/{type}", answer_create),
    ("GET", "/crm/objects/{type}/{id}", answer_get),
    ("PATCH", "/crm/objects/{type}/{id}", answer_update),
    ("DELETE", "/crm/objects/{type}/{id}", answer_archive),
)
"""Method, path without its version, handler."""
