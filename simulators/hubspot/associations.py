"""Associations of one record: what its creation asks for, what list and get show beside it, and faces of its own."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from simulators.hubspot.associating import End, check_there, dissociate, live_links, read_end, read_types
from simulators.hubspot.associating import associate_new as associate_created
from simulators.hubspot.association_answers import (
    Pair,
    associated,
    batch_answer,
    check_unlocked,
    defaulted,
    linkable,
    page_of,
)
from simulators.hubspot.errors import invalid, no_such_path
from simulators.hubspot.links import LinkType
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import number_in
from simulators.hubspot.rows import Row
from simulators.web import Answer, Call

MOST_LISTED = 500
WITHOUT_SINGLE_READ = "2026-09"
"""The version that reads the associations of records by batch alone."""


def associate_new(portal: Portal, kind: ObjectType, row: Row, sent: Sequence[Any]) -> None:
    """Make the associations that a create asks for: [{to:{id}, types:[{associationCategory, associationTypeId}]}]."""
    associate_created(portal, End(kind, row.id), sent)


def shown_inline(portal: Portal, kind: ObjectType, record_id: int, to: ObjectType) -> dict[str, Any]:
    """The associations of a record as list and get show them: {results: [{id, type}], paging?}.

    A record is there once for each type: by `contact_to_company` if primary, by `contact_to_company_unlabeled` always.
    """
    linked = live_links(portal, End(kind, record_id), to)
    ids = [each for each in portal.links.ordered(kind.plural, record_id, to.plural) if each in linked]
    shown = ids[: portal.switches.inline_associations]
    results = []
    for each in shown:
        found = (portal.association_types.find(kind.plural, to.plural, link) for link in linked[each])
        results += [{"id": str(each), "type": type_.name} for type_ in found if type_ is not None]
    if len(shown) == len(ids):
        return {"results": results}
    link = f"{portal.address}/crm/v4/objects/{kind.plural}/{record_id}/associations/{to.plural}"
    after = str(shown[-1])
    return {"results": results, "paging": {"next": {"after": after, "link": f"{link}?after={after}"}}}


def answer_page(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """What one record is associated with, by rising id."""
    if names["version"] == WITHOUT_SINGLE_READ:
        return no_such_path()
    here, to = _one(portal, names), linkable(portal, names["type"], names["to_type"])[1]
    check_there(portal, here)
    results, after = page_of(
        portal, here, to, call.query.get("after"), number_in(call, "limit", MOST_LISTED, MOST_LISTED)
    )
    content: dict[str, Any] = {"results": results}
    if after is not None:
        link = f"{portal.address}{call.path}?after={after}&limit={call.query.get('limit', MOST_LISTED)}"
        content["paging"] = {"next": {"after": after, "link": link}}
    return Answer(200, content)


def answer_put(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Associate two records with labels: the body is a list of types."""
    pair = Pair(_one(portal, names), _other(portal, names), _types_in(call))
    if not pair.links:
        raise invalid("an association needs at least one type")
    return Answer(201, _written(portal, pair, associated))


def answer_put_default(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Associate two records without a label."""
    pair = Pair(_one(portal, names), _other(portal, names))
    return batch_answer(portal, 200, _written(portal, pair, defaulted), [])


def answer_delete(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Take two records apart: 204, also if they were not associated."""
    pair = Pair(_one(portal, names), _other(portal, names))
    check_unlocked(portal, [pair])
    with portal.transaction():
        dissociate(portal, pair.here, pair.there)
    return Answer(204)


def _written(portal: Portal, pair: Pair, work: Callable[[Portal, Pair], Any]) -> Any:
    check_unlocked(portal, [pair])
    with portal.transaction():
        return work(portal, pair)


def _one(portal: Portal, names: dict[str, str]) -> End:
    return read_end(portal.kind(names["type"]), {"id": names["id"]})


def _other(portal: Portal, names: dict[str, str]) -> End:
    return read_end(portal.kind(names["to_type"]), {"id": names["to_id"]})


def _types_in(call: Call) -> list[LinkType]:
    """The list of types that is the body of a PUT."""
    try:
        return read_types(json.loads(call.body))
    except ValueError as problem:
        raise invalid(f"Invalid input JSON on line 1, column 1: {problem}") from None


_ONE = "/crm/objects/{type}/{id}/associations"
ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("GET", f"{_ONE}/{{to_type}}", answer_page),
    ("PUT", f"{_ONE}/default/{{to_type}}/{{to_id}}", answer_put_default),
    ("PUT", f"{_ONE}/{{to_type}}/{{to_id}}", answer_put),
    ("DELETE", f"{_ONE}/{{to_type}}/{{to_id}}", answer_delete),
)
"""Method, path without its version, handler."""
