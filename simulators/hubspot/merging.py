"""Merges of two records into one, which nobody can take back.

The survivor is a new record with an id of its own, unless the portal is switched to keep the primary's. Whoever asks
for an id that was merged away is answered with the survivor; lists, search and the recycle bin know the old ids no
more.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from simulators.hubspot.associating import End, follow_all
from simulators.hubspot.association_types import only_one
from simulators.hubspot.errors import Refusal, invalid, no_such_path, no_such_record
from simulators.hubspot.lifecycle import STAGE, stages_of
from simulators.hubspot.links import LinkType
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import Wanted, body_of
from simulators.hubspot.rows import MERGE, Row, Version, iso, parse_id
from simulators.hubspot.showing import show
from simulators.hubspot.uniqueness import ADDITIONAL, PRIMARY, addresses, split
from simulators.web import Answer, Call

MOST_MERGES = 250
"""Merges that a record and all that went into it can take part in."""
MERGED_IDS, MERGED_VIDS = "hs_merged_object_ids", "hs_calculated_merged_vids"
ADDITIONAL_DOMAINS = "hs_additional_domains"
OPTED_OUT = "hs_email_optout"


def merge(portal: Portal, kind: ObjectType, primary_id: int, other_id: int, index_s: float | None = None) -> Row:
    """Merge one record into another, and give the survivor. Refused: 400 for what can't be merged, 404 if not there."""
    if not kind.mergeable:
        raise invalid(f"{kind.plural} can't be merged")
    if primary_id == other_id:
        raise invalid(f"{kind.singular} {primary_id} can't be merged with itself")
    primary, other = (_mergeable(portal, kind, each) for each in (primary_id, other_id))
    merges = sum(portal.merges.get((kind.plural, each), 0) for each in (primary_id, other_id)) + 1
    if merges > MOST_MERGES:
        raise invalid(f"{kind.singular} {primary_id} would take part in {merges} merges; {MOST_MERGES} are the most")
    if kind.plural == "contacts":
        _check_identities(portal, primary, other)
    survivor_id = primary_id if portal.switches.merge_keeps_primary_id else portal.new_id(kind)
    gone = [each for each in (primary_id, other_id) if each != survivor_id]
    survivor = _united(portal, kind, primary, other, survivor_id, gone)
    for each in gone:
        portal.drop(kind, each, index_s)
        _redirect(portal, kind, each, survivor_id)
    portal.put(kind, survivor, index_s)
    _count(portal, kind, survivor_id, merges)
    _unite_links(portal, End(kind, survivor_id), [End(kind, each) for each in (primary_id, other_id)])
    follow_all(portal, End(kind, survivor_id))
    return portal.tables[kind.plural][survivor_id]


def answer_merge(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """POST a merge: the answer is the survivor, whose id is a new one unless the portal keeps the primary's."""
    kind, sent = portal.kind(names["type"]), body_of(call)
    if not kind.mergeable:
        return no_such_path()
    primary, other = (parse_id(sent.get(name, "")) for name in ("primaryObjectId", "objectIdToMerge"))
    if primary is None or other is None:
        raise invalid("primaryObjectId and objectIdToMerge must be ids")
    for each in (primary, other):
        portal.check_unlocked(kind, each)
    with portal.transaction():
        row = merge(portal, kind, primary, other)
    return Answer(200, show(portal, kind, row, Wanted()))


def _mergeable(portal: Portal, kind: ObjectType, record_id: int) -> Row:
    if record_id in portal.merged[kind.plural]:
        survivor = portal.survivor(kind, record_id)
        message = f"{kind.singular} {record_id} has been merged into {survivor} and can't be merged again"
        raise Refusal(400, "VALIDATION_ERROR", message, context={"ids": [str(record_id)]})
    row = portal.tables[kind.plural].get(record_id)
    if row is None or row.archived:
        raise no_such_record(record_id)
    return row


def _check_identities(portal: Portal, primary: Row, other: Row) -> None:
    count, most = len(addresses(primary.values) | addresses(other.values)), portal.switches.most_identities
    if count > most:
        raise Refusal(414, "VALIDATION_ERROR", f"the merged contact would have {count} addresses; {most} are the most")


def _united(portal: Portal, kind: ObjectType, primary: Row, other: Row, survivor_id: int, gone: list[int]) -> Row:
    """The survivor: the primary's values, the other's where it has none, and what HubSpot decides otherwise."""
    now = portal.now()
    values = {**_filled(other.values), **_filled(primary.values)}
    values |= _decided(kind, primary, other)
    values[MERGED_IDS] = ";".join(_merged_ids(primary) + _merged_ids(other) + [str(each) for each in gone])
    if MERGED_VIDS in kind.properties:
        before = [row.values[MERGED_VIDS] for row in (primary, other) if row.values.get(MERGED_VIDS)]
        values[MERGED_VIDS] = ";".join([*before, *(f"{each}:{now}" for each in gone)])
    history = dict(primary.history)
    for name, value in values.items():
        if value != primary.values.get(name, ""):
            history[name] = (Version(value, now, MERGE), *primary.versions(name))
    created = min(primary.created, other.created)
    kept = {**primary.values, **values}
    return replace(primary, id=survivor_id, values=kept, created=created, modified=now, updated=now, history=history)


def _decided(kind: ObjectType, primary: Row, other: Row) -> dict[str, str]:
    """Where the primary's value does not simply win: life cycle, create date, addresses, opt-out."""
    decided: dict[str, str] = {}
    stages, held = stages_of(kind), [row.values.get(STAGE, "") for row in (primary, other)]
    if all(each in stages for each in held):
        decided[STAGE] = max(held, key=stages.index)
    if kind.created in primary.values or kind.created in other.values:
        born = [row.values.get(kind.created) or iso(row.created) for row in (primary, other)]
        decided[kind.created] = min(born, key=datetime.fromisoformat)
    for name in {*primary.values, *other.values}:
        if name.startswith(OPTED_OUT) and "true" in (primary.values.get(name), other.values.get(name)):
            decided[name] = "true"
    if kind.plural == "companies":
        decided |= _domains(primary, other)
    if kind.plural == "contacts":
        decided |= _additional(primary, other)
    return decided


def _additional(primary: Row, other: Row) -> dict[str, str]:
    """The addresses that are not the survivor's first one."""
    held = [
        address
        for row in (primary, other)
        for address in (row.values.get(PRIMARY, ""), *split(row.values.get(ADDITIONAL, "")))
        if address
    ]
    first = primary.values.get(PRIMARY) or other.values.get(PRIMARY)
    more = [each for each in dict.fromkeys(held) if each != first]
    return {ADDITIONAL: ";".join(more)} if more else {}


def _domains(primary: Row, other: Row) -> dict[str, str]:
    """The domains of a company that are not its first one."""
    held = [
        domain
        for row in (primary, other)
        for domain in (row.values.get("domain", ""), *row.values.get(ADDITIONAL_DOMAINS, "").split(";"))
        if domain
    ]
    more = list(dict.fromkeys(held))[1:]
    return {ADDITIONAL_DOMAINS: ";".join(more)} if more else {}


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value != ""}


def _merged_ids(row: Row) -> list[str]:
    return [each for each in row.values.get(MERGED_IDS, "").split(";") if each]


def _redirect(portal: Portal, kind: ObjectType, old: int, survivor: int) -> None:
    merged = portal.merged[kind.plural]
    portal.log(lambda: merged.__delitem__(old))
    merged[old] = survivor


def _count(portal: Portal, kind: ObjectType, record_id: int, merges: int) -> None:
    key, before = (kind.plural, record_id), portal.merges.get((kind.plural, record_id), 0)
    portal.log(lambda: portal.merges.update({key: before}))
    portal.merges[key] = merges


def _unite_links(portal: Portal, survivor: End, old: list[End]) -> None:
    """Give the survivor what both were associated with; what only one can be primary is what the primary's was."""
    plural, ids = survivor.kind.plural, {each.id for each in old}
    united: dict[tuple[str, int], tuple[LinkType, ...]] = {}
    primary_taken: set[str] = set()
    for end in old:
        for to, held in portal.links.types_of(plural, end.id):
            had_one = to in primary_taken
            for other, types in held.items():
                portal.links.put(plural, end.id, to, other, ())
                portal.links.put(to, other, plural, end.id, ())
                if to == plural and other in ids:
                    continue
                kept = tuple(each for each in types if not (had_one and _is_single(portal, plural, to, each)))
                if any(_is_single(portal, plural, to, each) for each in kept):
                    primary_taken.add(to)
                united[to, other] = (
                    *united.get((to, other), ()),
                    *(each for each in kept if each not in united.get((to, other), ())),
                )
    for (to, other), types in united.items():
        portal.links.put(plural, survivor.id, to, other, types)
        kinds = [portal.association_types.find(plural, to, each) for each in types]
        back = tuple(each.inverse for each in kinds if each is not None)
        portal.links.put(to, other, plural, survivor.id, back)


def _is_single(portal: Portal, plural: str, to: str, link: LinkType) -> bool:
    """Whether a record has one association of this kind at most."""
    kind = portal.association_types.find(plural, to, link)
    return kind is not None and kind.primary and only_one(plural, to)


ROUTES: tuple[tuple[str, str, Any], ...] = (("POST", "/crm/objects/{type}/merge", answer_merge),)
"""Method, path without its version, handler."""
