"""The faces of associations in batches: read 1,000, write 2,000, archive those of 100."""

from collections.abc import Callable, Sequence
from typing import Any

from simulators.hubspot.associating import End, check_there, dissociate, read_end, read_types
from simulators.hubspot.association_answers import (
    Pair,
    associated,
    batch_answer,
    check_unlocked,
    defaulted,
    linkable,
    page_of,
)
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import body_of
from simulators.web import Answer, Call

MOST_READ, MOST_WRITTEN, MOST_ARCHIVED_FROM = 1_000, 2_000, 100


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
            found, after = page_of(portal, here, to, each.get("after"), portal.switches.association_page)
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
    return batch_answer(portal, 200, results, errors)


def answer_create(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Associate up to 2,000 pairs with labels; 201, or 207 if some can't be."""
    pairs = _pairs(portal, call, names, typed=True)
    results, errors = _each(portal, pairs, associated)
    return batch_answer(portal, 201, results, errors)


def answer_default(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Associate up to 2,000 pairs without labels. Always 200: who looks at the status alone overlooks the errors."""
    pairs = _pairs(portal, call, names, typed=False)
    results, errors = _each(portal, pairs, defaulted)
    flat = [row for rows in results for row in rows]
    return batch_answer(portal, 200, flat, errors, partly=200)


def answer_archive(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Take records apart, whatever their labels: 204, also for those that were not associated."""
    kind, to = linkable(portal, names["from_type"], names["to_type"])
    pairs = []
    for each in _inputs(call, MOST_WRITTEN):
        here, others = read_end(kind, each.get("from")), each.get("to")
        if not isinstance(others, list):
            raise invalid("to must be a list of ids")
        pairs += [Pair(here, read_end(to, other)) for other in others]
    starts = {pair.here.id for pair in pairs}
    if len(starts) > MOST_ARCHIVED_FROM:
        raise invalid(f"at most {MOST_ARCHIVED_FROM} distinct from records can be archived; got {len(starts)}")
    check_unlocked(portal, pairs)
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


def _each(
    portal: Portal, pairs: Sequence[Pair], work: Callable[[Portal, Pair], Any]
) -> tuple[list[Any], list[dict[str, Any]]]:
    """Do each pair for itself: what came of it, and the errors of those that are refused."""
    results, errors = [], []
    unlucky = portal.random.randrange(len(pairs)) if portal.refuse_next_row and pairs else None
    for at, pair in enumerate(pairs):
        try:
            if at == unlucky:
                raise Refusal(400, "INTERNAL_ERROR", "There was a problem with this row; try it again")
            with portal.transaction():
                results.append(work(portal, pair))
        except Refusal as refusal:
            ends = {"fromObjectId": [str(pair.here.id)], "toObjectId": [str(pair.there.id)]}
            errors.append(refusal.of_record() | {"context": {**refusal.context, **ends}})
    return results, errors


def _pairs(portal: Portal, call: Call, names: dict[str, str], *, typed: bool) -> list[Pair]:
    kind, to = linkable(portal, names["from_type"], names["to_type"])
    pairs = []
    for each in _inputs(call, MOST_WRITTEN):
        links = read_types(each.get("types")) if typed else ()
        if typed and not links:
            raise invalid("an association needs at least one type")
        pairs.append(Pair(read_end(kind, each.get("from")), read_end(to, each.get("to")), links))
    check_unlocked(portal, pairs)
    return pairs


def _inputs(call: Call, most: int) -> list[dict[str, Any]]:
    inputs = body_of(call).get("inputs")
    if not isinstance(inputs, list) or not inputs or not all(isinstance(each, dict) for each in inputs):
        raise invalid("inputs must be a list of at least one object")
    if len(inputs) > most:
        raise invalid(f"at most {most} inputs are taken at once; got {len(inputs)}")
    return inputs


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


_PAIR = "/crm/associations/{from_type}/{to_type}/batch"
ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("POST", f"{_PAIR}/read", answer_read),
    ("POST", f"{_PAIR}/create", answer_create),
    ("POST", f"{_PAIR}/associate/default", answer_default),
    ("POST", f"{_PAIR}/archive", answer_archive),
    ("POST", f"{_PAIR}/labels/archive", answer_archive_labels),
)
"""Method, path without its version, handler."""
