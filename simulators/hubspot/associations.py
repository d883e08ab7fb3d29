"""The faces of associations: batches of v4, one record's associations, and what list and get show beside a record."""

import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from simulators.hubspot.associating import (
    End,
    associate,
    check_there,
    dissociate,
    is_live,
    live_links,
    read_end,
    read_types,
    shown_types,
)
from simulators.hubspot.associating import associate_new as associate_created
from simulators.hubspot.errors import Refusal, invalid, no_such_path
from simulators.hubspot.links import LinkType
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import body_of, number_in
from simulators.hubspot.rows import Row, iso, parse_id
from simulators.web import Answer, Call

MOST_READ, MOST_WRITTEN, MOST_ARCHIVED_FROM = 1_000, 2_000, 100
MOST_LISTED = 500
WITHOUT_SINGLE_READ = "2026-09"
"""The version that reads the associations of records by batch alone."""


class Pair(NamedTuple):
    """Two records that a request names, and the types that it names with them."""

    here: End
    there: End
    links: Sequence[LinkType] = ()


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
    here, to = _one(portal, names), _linkable(portal, names["type"], names["to_type"])[1]
    check_there(portal, here)
    if names["version"] == "v3":
        return Answer(200, shown_inline(portal, here.kind, here.id, to))
    results, after = _page(
        portal, here, to, call.query.get("after"), number_in(call, "limit", MOST_LISTED, MOST_LISTED)
    )
    content: dict[str, Any] = {"results": results}
    if after is not None:
        link = f"{portal.address}{call.path}?after={after}&limit={call.query.get('limit', MOST_LISTED)}"
        content["paging"] = {"next": {"after": after, "link": link}}
    return Answer(200, content)


def answer_read(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """What up to 1,000 records are associated with, each from its own `after`; 207 if some have nothing.

    Records of types that can't be associated have nothing: readers ask for every pair that they know.
    """
    kind, to = portal.kind(names["from_type"]), portal.kind(names["to_type"])
    results, errors = [], []
    for each in _inputs(call, MOST_READ):
        try:
            here = read_end(kind, each)
            check_there(portal, here)
            found, after = _page(portal, here, to, each.get("after"), portal.switches.association_page)
            if not found and each.get("after") is None:
                raise _nothing(here, to)
        except Refusal as refusal:
            if refusal.status != 404:
                raise
            errors.append(refusal.of_record())
            continue
        row: dict[str, Any] = {"from": {"id": str(here.id)}, "to": found}
        if after is not None:
            row["paging"] = {"next": {"after": after, "link": f"?after={after}"}}
        results.append(row)
    return _batch(portal, 200, results, errors)


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Associate up to 2,000 pairs with labels; 201, or 207 if some can't be."""
    pairs = _pairs(portal, call, names, typed=True)
    results, errors = _each(portal, pairs, _associated)
    return _batch(portal, 201, results, errors)


def answer_default(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Associate up to 2,000 pairs without labels. Always 200: who looks at the status alone overlooks the errors."""
    pairs = _pairs(portal, call, names, typed=False)
    results, errors = _each(portal, pairs, _defaulted)
    flat = [row for rows in results for row in rows]
    return _batch(portal, 200, flat, errors, partly=200)


def answer_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Take records apart, whatever their labels: 204, also for those that were not associated."""
    kind, to = _linkable(portal, names["from_type"], names["to_type"])
    pairs = []
    for each in _inputs(call, MOST_WRITTEN):
        here, others = read_end(kind, each.get("from")), each.get("to")
        if not isinstance(others, list):
            raise invalid("to must be a list of ids")
        pairs += [Pair(here, read_end(to, other)) for other in others]
    starts = {pair.here.id for pair in pairs}
    if len(starts) > MOST_ARCHIVED_FROM:
        raise invalid(f"at most {MOST_ARCHIVED_FROM} distinct from records can be archived; got {len(starts)}")
    _check_unlocked(portal, pairs)
    with portal.transaction():
        for pair in pairs:
            dissociate(portal, pair.here, pair.there)
    return Answer(204)


def answer_archive_labels(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Take away some labels and leave the rest: 204."""
    pairs = _pairs(portal, call, names, typed=True)
    with portal.transaction():
        for pair in pairs:
            dissociate(portal, *pair)
    return Answer(204)


def answer_put(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Associate two records with labels: the body is a list of types."""
    pair = Pair(_one(portal, names), _other(portal, names), _types_in(call))
    if not pair.links:
        raise invalid("an association needs at least one type")
    return Answer(201, _written(portal, pair, _associated))


def answer_put_default(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Associate two records without a label."""
    pair = Pair(_one(portal, names), _other(portal, names))
    return _batch(portal, 200, _written(portal, pair, _defaulted), [])


def answer_delete(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Take two records apart: 204, also if they were not associated."""
    pair = Pair(_one(portal, names), _other(portal, names))
    _check_unlocked(portal, [pair])
    with portal.transaction():
        dissociate(portal, pair.here, pair.there)
    return Answer(204)


def _page(portal: Portal, here: End, to: ObjectType, after: Any, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Up to `limit` associations behind the id `after`, and the id to go on behind if there are more."""
    behind = 0 if after is None else parse_id(after)
    if behind is None:
        raise invalid(f"after must be the one that the page before gave; got {after}")
    held = portal.links.of(here.kind.plural, here.id, to.plural)
    ids = portal.links.ordered(here.kind.plural, here.id, to.plural)
    found: list[int] = []
    for at in range(bisect_right(ids, behind), len(ids)):
        if is_live(portal, End(to, ids[at])):
            if len(found) == limit:
                return [_shown(portal, here, to, each, held[each]) for each in found], str(found[-1])
            found.append(ids[at])
    return [_shown(portal, here, to, each, held[each]) for each in found], None


def _shown(portal: Portal, here: End, to: ObjectType, other_id: int, types: Sequence[LinkType]) -> dict[str, Any]:
    kinds = shown_types(portal, (here.kind.plural, to.plural), types)
    return {"toObjectId": _id(portal, other_id), "associationTypes": kinds}


def _associated(portal: Portal, pair: Pair) -> dict[str, Any]:
    given = associate(portal, *pair)
    return {
        "fromObjectTypeId": pair.here.kind.id,
        "fromObjectId": _id(portal, pair.here.id),
        "toObjectTypeId": pair.there.kind.id,
        "toObjectId": _id(portal, pair.there.id),
        "labels": given,
    }


def _defaulted(portal: Portal, pair: Pair) -> list[dict[str, Any]]:
    """Both directions of an association without a label."""
    associate(portal, pair.here, pair.there)
    rows = []
    for here, there in ((pair.here, pair.there), (pair.there, pair.here)):
        mere = portal.association_types.mere(here.kind.plural, there.kind.plural)
        assert mere is not None
        spec = {"associationCategory": mere.link.category, "associationTypeId": mere.link.id}
        rows.append({"from": {"id": str(here.id)}, "to": {"id": str(there.id)}, "associationSpec": spec})
    return rows


def _each(
    portal: Portal, pairs: Sequence[Pair], work: Callable[[Portal, Pair], Any]
) -> tuple[list[Any], list[dict[str, Any]]]:
    """Do each pair for itself: what came of it, and the errors of those that are refused."""
    results, errors = [], []
    for pair in pairs:
        try:
            with portal.transaction():
                results.append(work(portal, pair))
        except Refusal as refusal:
            ends = {"fromObjectId": [str(pair.here.id)], "toObjectId": [str(pair.there.id)]}
            errors.append(refusal.of_record() | {"context": {**refusal.context, **ends}})
    return results, errors


def _written(portal: Portal, pair: Pair, work: Callable[[Portal, Pair], Any]) -> Any:
    _check_unlocked(portal, [pair])
    with portal.transaction():
        return work(portal, pair)


def _pairs(portal: Portal, call: Call, names: dict[str, str], *, typed: bool) -> list[Pair]:
    kind, to = _linkable(portal, names["from_type"], names["to_type"])
    pairs = []
    for each in _inputs(call, MOST_WRITTEN):
        links = read_types(each.get("types")) if typed else ()
        if typed and not links:
            raise invalid("an association needs at least one type")
        pairs.append(Pair(read_end(kind, each.get("from")), read_end(to, each.get("to")), links))
    _check_unlocked(portal, pairs)
    return pairs


def _inputs(call: Call, most: int) -> list[dict[str, Any]]:
    inputs = body_of(call).get("inputs")
    if not isinstance(inputs, list) or not inputs or not all(isinstance(each, dict) for each in inputs):
        raise invalid("inputs must be a list of at least one object")
    if len(inputs) > most:
        raise invalid(f"at most {most} inputs are taken at once; got {len(inputs)}")
    return inputs


def _types_in(call: Call) -> list[LinkType]:
    """The list of types that is the body of a PUT."""
    try:
        return read_types(json.loads(call.body))
    except ValueError as problem:
        raise invalid(f"Invalid input JSON on line 1, column 1: {problem}") from None


def _check_unlocked(portal: Portal, pairs: Sequence[Pair]) -> None:
    for pair in pairs:
        for end in (pair.here, pair.there):
            portal.check_unlocked(end.kind, end.id)


def _linkable(portal: Portal, name: str, other: str) -> tuple[ObjectType, ObjectType]:
    """Two types whose records can be associated."""
    kind, to = portal.kind(name), portal.kind(other)
    if portal.association_types.mere(kind.plural, to.plural) is None:
        raise invalid(f"{kind.plural} can't be associated with {to.plural}")
    return kind, to


def _one(portal: Portal, names: dict[str, str]) -> End:
    return read_end(portal.kind(names["type"]), {"id": names["id"]})


def _other(portal: Portal, names: dict[str, str]) -> End:
    return read_end(portal.kind(names["to_type"]), {"id": names["to_id"]})


def _nothing(here: End, to: ObjectType) -> Refusal:
    context = {
        "fromObjectId": [str(here.id)],
        "fromObjectType": [here.kind.singular],
        "toObjectType": [to.singular],
    }
    message = f"No {to.singular} is associated with {here.kind.singular} {here.id}."
    return Refusal(
        404, "OBJECT_NOT_FOUND", message, sub_category="crm.associations.NO_ASSOCIATIONS_FOUND", context=context
    )


def _id(portal: Portal, record_id: int) -> str | int:
    """An id as answers give it: text by the contract, a number in older ones."""
    return record_id if portal.switches.number_ids else str(record_id)


def _batch(portal: Portal, status: int, results: list[Any], errors: list[dict[str, Any]], partly: int = 207) -> Answer:
    now = iso(portal.now())
    content: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return Answer(status, content)
    return Answer(partly, content | {"numErrors": len(errors), "errors": errors})


_PAIR, _ONE = "/crm/associations/{from_type}/{to_type}/batch", "/crm/objects/{type}/{id}/associations"
ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("POST", f"{_PAIR}/read", answer_read),
    ("POST", f"{_PAIR}/create", answer_create),
    ("POST", f"{_PAIR}/associate/default", answer_default),
    ("POST", f"{_PAIR}/archive", answer_archive),
    ("POST", f"{_PAIR}/labels/archive", answer_archive_labels),
    ("GET", f"{_ONE}/{{to_type}}", answer_page),
    ("PUT", f"{_ONE}/default/{{to_type}}/{{to_id}}", answer_put_default),
    ("PUT", f"{_ONE}/{{to_type}}/{{to_id}}", answer_put),
    ("DELETE", f"{_ONE}/{{to_type}}/{{to_id}}", answer_delete),
)
"""Method, path without its version, handler."""
