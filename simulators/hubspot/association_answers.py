"""What answers about associations have in common: pages, pairs that a request names, and how links are shown."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

from simulators.hubspot.associating import End, associate, is_live, shown_types
from simulators.hubspot.errors import invalid
from simulators.hubspot.links import LinkType
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import iso, parse_id
from simulators.web import Answer


class Pair(NamedTuple):
    """Two records that a request names, and the types that it names with them."""

    here: End
    there: End
    links: Sequence[LinkType] = ()


def page_of(
    portal: Portal, here: End, to: ObjectType, after: Any, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
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


def associated(portal: Portal, pair: Pair) -> dict[str, Any]:
    """Associate a pair as its request says, and give the row that answers it."""
    given = associate(portal, *pair)
    return {
        "fromObjectTypeId": pair.here.kind.id,
        "fromObjectId": _id(portal, pair.here.id),
        "toObjectTypeId": pair.there.kind.id,
        "toObjectId": _id(portal, pair.there.id),
        "labels": given,
    }


def defaulted(portal: Portal, pair: Pair) -> list[dict[str, Any]]:
    """Associate a pair without a label, and give the rows that answer it: one for each direction."""
    associate(portal, pair.here, pair.there)
    rows = []
    for here, there in ((pair.here, pair.there), (pair.there, pair.here)):
        mere = portal.association_types.mere(here.kind.plural, there.kind.plural)
        assert mere is not None
        spec = {"associationCategory": mere.link.category, "associationTypeId": mere.link.id}
        rows.append({"from": {"id": str(here.id)}, "to": {"id": str(there.id)}, "associationSpec": spec})
    return rows


def linkable(portal: Portal, name: str, other: str) -> tuple[ObjectType, ObjectType]:
    """Two types whose records can be associated."""
    kind, to = portal.kind(name), portal.kind(other)
    if portal.association_types.mere(kind.plural, to.plural) is None:
        raise invalid(f"{kind.plural} can't be associated with {to.plural}")
    return kind, to


def check_unlocked(portal: Portal, pairs: Sequence[Pair]) -> None:
    """Refuse the whole request if other work holds one of its records: 423."""
    for pair in pairs:
        for end in (pair.here, pair.there):
            portal.check_unlocked(end.kind, end.id)


def batch_answer(
    portal: Portal, status: int, results: list[Any], errors: list[dict[str, Any]], partly: int = 207
) -> Answer:
    """The answer to a batch, under `partly` if there are errors."""
    now = iso(portal.now())
    content: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return Answer(status, content)
    return Answer(partly, content | {"numErrors": len(errors), "errors": errors})


def _shown(portal: Portal, here: End, to: ObjectType, other_id: int, types: Sequence[LinkType]) -> dict[str, Any]:
    kinds = shown_types(portal, (here.kind.plural, to.plural), types)
    return {"toObjectId": _id(portal, other_id), "associationTypes": kinds}


def _id(portal: Portal, record_id: int) -> str | int:
    """An id as answers give it: text by the contract, a number in older ones."""
    return record_id if portal.switches.number_ids else str(record_id)
