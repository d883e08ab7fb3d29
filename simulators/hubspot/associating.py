"""Associations made and taken apart, with what follows from them: the primary company, counts, one parent.

Every function works inside a transaction and refuses what HubSpot refuses. A record is named by its type and id.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from simulators.hubspot.association_types import NEVER_ASSOCIATED, AssociationType, only_one, singular
from simulators.hubspot.engagements import roll_up
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.links import HUBSPOT_DEFINED, LinkType
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import parse_id
from simulators.hubspot.sales import sum_up

PARENTS_OF_LINE_ITEMS = ("deals", "quotes")
PRIMARY_SHOWN = {("contacts", "companies"): "associatedcompanyid"}
"""Properties that hold the id of a record's primary company."""
COUNTED = {
    ("companies", "contacts"): "num_associated_contacts",
    ("companies", "deals"): "num_associated_deals",
    ("contacts", "deals"): "num_associated_deals",
    ("deals", "contacts"): "num_associated_contacts",
}
"""Properties that count a record's associations."""
CALCULATED = (*PRIMARY_SHOWN, *COUNTED, ("companies", "companies"), ("quotes", "line_items"))
"""Pairs of types of which the first shows something of its associations with the second."""
PARENT_SHOWN = "hs_parent_company_id"
CHILD_TO_PARENT = LinkType(HUBSPOT_DEFINED, 14)


class End(NamedTuple):
    """One end of an association."""

    kind: ObjectType
    id: int


def associate(portal: Portal, here: End, there: End, links: Sequence[LinkType] = ()) -> list[str]:
    """Associate two records in these ways, or merely; gives the labels they have now, seen from `here`."""
    kinds = [_known(portal, here, there, each) for each in links]
    mere = portal.association_types.mere(here.kind.plural, there.kind.plural)
    if mere is None:
        raise _never(here, there)
    if portal.validating and not portal.validation.may_link(here.kind.plural, there.kind.plural):
        raise invalid(f"the user behind this token may not associate {here.kind.plural} with {there.kind.plural}")
    if here == there:
        raise invalid(f"{here.kind.singular} {here.id} can't be associated with itself")
    for end in (here, there):
        check_there(portal, end)
    for end, other in ((here, there), (there, here)):
        _check_room(portal, end, other)
    before = portal.links.of(here.kind.plural, here.id, there.kind.plural).get(there.id, ())
    for kind in (mere, *kinds):
        if kind.primary:
            _give_way(portal, here, there, kind)
        _add(portal, here, there, kind)
    after = portal.links.of(here.kind.plural, here.id, there.kind.plural).get(there.id, ())
    if after != before:
        follow(portal, here, there)
        roll_up(portal, here, there)
        roll_up(portal, there, here)
    return labels(portal, here, there)


def dissociate(portal: Portal, here: End, there: End, links: Sequence[LinkType] | None = None) -> None:
    """Take two records apart, or take away some labels (which leaves the mere link); what is not there is no error."""
    held = portal.links.of(here.kind.plural, here.id, there.kind.plural).get(there.id, ())
    if links is None:
        gone = list(held)
    else:
        kinds = [_known(portal, here, there, each) for each in links]
        gone = [each.link for each in kinds if each.label is not None and each.link in held]
        if len(held) == 1 and any(each.link in held for each in kinds):
            gone = list(held)
    for link in gone:
        _take(portal, here, there, link)
    if gone:
        follow(portal, here, there)


def associate_new(portal: Portal, here: End, sent: Any) -> None:
    """Associate a record that is being created with what its request names: [{to: {id}, types: [...]}]."""
    if not isinstance(sent, list):
        raise invalid("associations must be a list")
    for each in sent:
        links = read_types(each.get("types") if isinstance(each, dict) else None)
        if not links:
            raise invalid("an association needs at least one type")
        ends = portal.association_types.ends(here.kind.plural, links[0])
        if len(ends) != 1:
            raise _unknown(links[0], here.kind.singular, "any other type")
        associate(portal, here, read_end(portal.kind(ends[0]), each.get("to")), links)


def follow(portal: Portal, here: End, there: End) -> None:
    """Write what the portal calculates from an association, at both its ends.

    Stamps stand still, unless the portal is switched to move them.
    """
    for end, other in ((here, there), (there, here)):
        _calculate(portal, end, other.kind)
        if portal.switches.associations_touch:
            touch(portal, end)


def follow_all(portal: Portal, here: End) -> None:
    """Write what the portal calculates from all associations of a record, at both their ends; stamps stand still."""
    for plural, other in CALCULATED:
        if plural == here.kind.plural:
            _calculate(portal, here, portal.kinds[other])
    for plural, held in portal.links.types_of(*_from(here)):
        if (plural, here.kind.plural) in CALCULATED:
            for each in held:
                _calculate(portal, End(portal.kinds[plural], each), here.kind)


def take_apart(portal: Portal, here: End) -> None:
    """Take a record that is gone apart from everything."""
    for plural, held in portal.links.types_of(*_from(here)):
        for other in held:
            portal.links.put(*_from(here), plural, other, ())
            portal.links.put(plural, other, *_from(here), ())
            _calculate(portal, End(portal.kinds[plural], other), here.kind)


def _calculate(portal: Portal, end: End, other: ObjectType) -> None:
    """Write what a record shows of its associations with those of a type."""
    pair = end.kind.plural, other.plural
    if pair in COUNTED:
        count = _count_live(portal, end, other)
        _show(portal, end, COUNTED[pair], str(count) if count else "")
    if pair in PRIMARY_SHOWN:
        linked = live_links(portal, end, other)
        primary = [each for each, types in linked.items() if _has_primary(portal, pair, types)]
        _show(portal, end, PRIMARY_SHOWN[pair], str(primary[0]) if primary else "")
    if pair == ("quotes", "line_items"):
        sum_up(portal, *end)
    if pair == ("companies", "companies"):
        parents = [each for each, types in live_links(portal, end, other).items() if CHILD_TO_PARENT in types]
        _show(portal, end, PARENT_SHOWN, str(parents[0]) if parents else "")


def labels(portal: Portal, here: End, there: End) -> list[str]:
    """The labels that an association has."""
    types = portal.links.of(*_from(here), there.kind.plural).get(there.id, ())
    found = (portal.association_types.find(here.kind.plural, there.kind.plural, each) for each in types)
    return [each.label for each in found if each is not None and each.label is not None]


def shown_types(portal: Portal, pair: tuple[str, str], types: Iterable[LinkType]) -> list[dict[str, Any]]:
    """The types of an association as answers give them."""
    found = (portal.association_types.find(*pair, each) for each in types)
    return [each.shown() for each in found if each is not None]


def live_links(portal: Portal, here: End, other: ObjectType) -> Mapping[int, tuple[LinkType, ...]]:
    """What a record is associated with among the records of a type that are not in the recycle bin."""
    held = portal.links.of(*_from(here), other.plural)
    if not portal.tables[other.plural].archived:
        return held
    return {each: types for each, types in held.items() if is_live(portal, End(other, each))}


def is_live(portal: Portal, end: End) -> bool:
    """Whether there is such a record outside of the recycle bin."""
    row = portal.tables[end.kind.plural].get(end.id)
    return row is not None and not row.archived


def check_there(portal: Portal, end: End) -> None:
    """Refuse a record that is not there, is in the recycle bin, or was merged away."""
    if not is_live(portal, end):
        message = f"{end.kind.singular.upper()}={end.id} is not valid"
        raise Refusal(404, "OBJECT_NOT_FOUND", message, context={"ids": [str(end.id)]})


def touch(portal: Portal, end: End) -> None:
    """Move a record's stamps to now."""
    row = portal.tables[end.kind.plural].get(end.id)
    if row is not None:
        portal.put(end.kind, replace(row, modified=portal.now(), updated=portal.now()))


def read_end(kind: ObjectType, sent: Any) -> End:
    """A record out of `{"id": ...}`, text or number."""
    record_id = parse_id(sent.get("id")) if isinstance(sent, dict) else None
    if record_id is None:
        raise invalid(f"{sent} names no {kind.singular} by its id")
    return End(kind, record_id)


def read_types(sent: Any) -> list[LinkType]:
    """Types out of `[{"associationCategory": ..., "associationTypeId": ...}]`."""
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        raise invalid("types must be a list of associationCategory and associationTypeId")
    found = [(each.get("associationCategory"), parse_id(each.get("associationTypeId"))) for each in sent]
    if any(not isinstance(category, str) or number is None for category, number in found):
        raise invalid("types must be a list of associationCategory and associationTypeId")
    return [LinkType(str(category), number) for category, number in found if number is not None]


def _add(portal: Portal, here: End, there: End, kind: AssociationType) -> None:
    for end, other, link in ((here, there, kind.link), (there, here, kind.inverse)):
        held = portal.links.of(*_from(end), other.kind.plural).get(other.id, ())
        if link not in held:
            portal.links.put(*_from(end), other.kind.plural, other.id, (*held, link))


def _take(portal: Portal, here: End, there: End, link: LinkType) -> None:
    kind = portal.association_types.find(here.kind.plural, there.kind.plural, link)
    inverse = link if kind is None else kind.inverse
    for end, other, gone in ((here, there, link), (there, here, inverse)):
        held = portal.links.of(*_from(end), other.kind.plural).get(other.id, ())
        left = tuple(each for each in held if each != gone)
        portal.links.put(*_from(end), other.kind.plural, other.id, left)


def _give_way(portal: Portal, here: End, there: End, kind: AssociationType) -> None:
    """Let what was primary be so no more: a record has one primary company at most."""
    if only_one(here.kind.plural, there.kind.plural):
        owner, other, link = here, there, kind.link
    else:
        owner, other, link = there, here, kind.inverse
    for each, types in list(portal.links.of(*_from(owner), other.kind.plural).items()):
        if each != other.id and link in types:
            former = End(other.kind, each)
            _take(portal, owner, former, link)
            follow(portal, owner, former)


def _known(portal: Portal, here: End, there: End, link: LinkType) -> AssociationType:
    found = portal.association_types.find(here.kind.plural, there.kind.plural, link)
    if found is None:
        raise _unknown(link, here.kind.singular, there.kind.singular)
    return found


def _check_room(portal: Portal, end: End, other: End) -> None:
    """Refuse what would exceed what a record can be associated with."""
    held = portal.links.of(*_from(end), other.kind.plural)
    if other.id in held:
        return
    if end.kind.plural == "line_items" and other.kind.plural in PARENTS_OF_LINE_ITEMS:
        parents = [
            f"{singular(plural)} {each}"
            for plural in PARENTS_OF_LINE_ITEMS
            for each in portal.links.of(*_from(end), plural)
        ]
        if parents:
            message = f"line item {end.id} belongs to {parents[0]} already; a line item can have only one parent"
            raise invalid(message, context={"ids": [str(end.id)]})
    most = portal.switches.associations_of_engagement if end.kind.engagement else portal.switches.associations_of_record
    if len(held) >= most:
        message = f"{end.kind.singular} {end.id} has {most} associations with {other.kind.plural}, the most it can have"
        raise invalid(message, sub_category="crm.associations.ASSOCIATION_LIMIT", context={"ids": [str(end.id)]})


def _has_primary(portal: Portal, pair: tuple[str, str], types: Iterable[LinkType]) -> bool:
    found = (portal.association_types.find(*pair, each) for each in types)
    return any(each is not None and each.primary for each in found)


def _count_live(portal: Portal, end: End, other: ObjectType) -> int:
    """How many records of a type that are not in the recycle bin a record is associated with."""
    held, archived = portal.links.of(*_from(end), other.plural), portal.tables[other.plural].archived
    if len(archived) < len(held):
        return len(held) - sum(1 for each in archived if each in held)
    return len(live_links(portal, end, other))


def _show(portal: Portal, end: End, name: str, value: str) -> None:
    row = portal.tables[end.kind.plural].get(end.id)
    if row is None or name not in portal.kinds[end.kind.plural].properties or row.values.get(name, "") == value:
        return
    portal.put(end.kind, replace(row, values={**row.values, name: value}))


def _from(end: End) -> tuple[str, int]:
    return end.kind.plural, end.id


def _never(here: End, there: End) -> Refusal:
    product = next((each for each in (here, there) if each.kind.plural in NEVER_ASSOCIATED), None)
    if product is not None:
        return invalid(f"{product.kind.plural} cannot be associated; associate a line item made from one")
    return invalid(f"{here.kind.plural} can't be associated with {there.kind.plural}")


def _unknown(link: LinkType, here: str, there: str) -> Refusal:
    message = f"{link.category} association type {link.id} doesn't exist between {here} and {there}"
    return invalid(message, sub_category="crm.associations.INVALID_ASSOCIATION_TYPE")
