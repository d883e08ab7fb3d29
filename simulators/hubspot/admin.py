"""The back door, `/__admin/...`: what people, time and bad luck do to the portal. Needs no sign-in, costs no quota."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from simulators.clock import HandClock, parse_moment
from simulators.faults import Fault, Order
from simulators.hubspot import deleting, events
from simulators.hubspot.associating import End, associate, dissociate, live_links, shown_types
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.gate import Gate
from simulators.hubspot.links import HUBSPOT_DEFINED, LinkType
from simulators.hubspot.merging import merge
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.profiles import PROFILES
from simulators.hubspot.properties import add_property
from simulators.hubspot.rows import Row, iso, milliseconds, parse_id
from simulators.hubspot.validation import Condition
from simulators.hubspot.value_types import as_text, keep
from simulators.hubspot.writing import change
from simulators.web import Answer, Call

Sent = Mapping[str, Any]
Event = Callable[[Portal, Gate, Sent], Any]


def answer_admin(portal: Portal, gate: Gate, call: Call) -> Answer:
    """Do what the last part of the path names: 200 with what came of it, 400 with a sentence."""
    name = call.path.strip("/").partition("/")[2]
    event = EVENTS.get(name)
    if event is None:
        return _refused(f"there is no event {name}; there are {', '.join(EVENTS)}")
    try:
        sent = json.loads(call.body) if call.body else dict(call.query)
        if not isinstance(sent, dict):
            return _refused(f"{name}: send an object in JSON")
        with portal.transaction():
            return Answer(200, event(portal, gate, sent))
    except Refusal as refusal:
        return _refused(f"{name}: {refusal.message}")
    except (KeyError, TypeError, ValueError) as problem:
        return _refused(f"{name}: {type(problem).__name__} {problem}")


def _refused(sentence: str) -> Answer:
    return Answer(400, {"status": "error", "message": sentence})


def _state(portal: Portal, gate: Gate, sent: Sent) -> Any:
    return {
        "now": iso(portal.now()),
        "profile": portal.profile.name,
        "seed": portal.seed,
        "records": {name: len(table.live) for name, table in portal.tables.items()},
        "archived": {name: len(table.archived) for name, table in portal.tables.items()},
        "merged": {name: len(merged) for name, merged in portal.merged.items()},
        "erased": {name: len(erased) for name, erased in portal.erased.items()},
        "hidden": sorted(f"{name}.{each}" for name, each in portal.hidden),
        "unsearched": {name: len(index.behind()) for name, index in portal.indexes.items()},
    }


def _rows(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """The portal's own table of a type, recycle bin included: what a faithful copy must equal."""
    kind = portal.kind(sent["object"])
    if "ids" in sent:
        rows = [events.existing(portal, kind, each) for each in sent["ids"]]
    else:
        rows = [row for _, row in sorted(portal.tables[kind.plural].items())]
    return [_row(portal, kind, row) for row in rows]


def _row(portal: Portal, kind: ObjectType, row: Row) -> dict[str, Any]:
    names = [name for name, each in kind.properties.items() if not each.archived]
    return {
        "id": str(row.id),
        "properties": {name: portal.value(kind, row, name) for name in names},
        "createdAt": iso(row.created),
        "updatedAt": iso(row.updated),
        "archived": row.archived,
        "archivedAt": None if row.archived_at is None else iso(row.archived_at),
        "associations": _associations(portal, kind, row),
    }


def _associations(portal: Portal, kind: ObjectType, row: Row) -> dict[str, Any]:
    """What a record is associated with by type, without what lies in the recycle bin."""
    shown: dict[str, Any] = {}
    for to, _ in list(portal.links.types_of(kind.plural, row.id)):
        links = live_links(portal, End(kind, row.id), portal.kinds[to])
        shown[to] = [
            {"id": str(other), "types": shown_types(portal, (kind.plural, to), types)}
            for other, types in sorted(links.items())
        ]
    return {to: links for to, links in shown.items() if links}


def _merged(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """Every id that was merged away, with the id that its record goes by now."""
    kind = portal.kind(sent["object"])
    return {str(old): str(portal.survivor(kind, old)) for old in portal.merged[kind.plural]}


def _erased(portal: Portal, gate: Gate, sent: Sent) -> Any:
    return [str(each) for each in sorted(portal.erased[portal.kind(sent["object"]).plural])]


def _clock(portal: Portal, gate: Gate, sent: Sent) -> Any:
    if not isinstance(portal.clock, HandClock):
        raise invalid("this portal runs on the machine's clock; start it with --now to move it by hand")
    portal.clock.advance(float(sent["advance_s"]))
    portal.settle()
    return _state(portal, gate, sent)


def _edit(portal: Portal, gate: Gate, sent: Sent) -> Any:
    events.edit(portal, portal.kind(sent["object"]), list(sent["ids"]), dict(sent["set"]), sent.get("index_s"))
    return {"edited": len(sent["ids"])}


def _create(portal: Portal, gate: Gate, sent: Sent) -> Any:
    return {"ids": events.add(portal, portal.kind(sent["object"]), list(sent["records"]), sent.get("index_s"))}


def _touch(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """One identical stamp for all: now, or the moment `at` (ISO 8601, or epoch milliseconds)."""
    at = sent.get("at")
    stamp = portal.now() if at is None else int(at) if isinstance(at, int) else milliseconds(parse_moment(str(at)))
    events.touch(portal, portal.kind(sent["object"]), list(sent["ids"]), stamp)
    return {"touched": len(sent["ids"]), "at": iso(stamp)}


def _calculate(portal: Portal, gate: Gate, sent: Sent) -> Any:
    events.calculate(portal, portal.kind(sent["object"]), str(sent["property"]), dict(sent["values"]))
    return {"calculated": len(sent["values"])}


def _archive(portal: Portal, gate: Gate, sent: Sent) -> Any:
    return _each(portal, sent, lambda kind, row: deleting.archive(portal, kind, row, sent.get("index_s")))


def _restore(portal: Portal, gate: Gate, sent: Sent) -> Any:
    return _each(portal, sent, lambda kind, row: deleting.restore(portal, kind, row, sent.get("index_s")))


def _purge(portal: Portal, gate: Gate, sent: Sent) -> Any:
    return _each(portal, sent, lambda kind, row: deleting.purge(portal, kind, row.id, sent.get("index_s")))


def _erase(portal: Portal, gate: Gate, sent: Sent) -> Any:
    contacts = {**sent, "object": "contacts"}
    return _each(portal, contacts, lambda kind, row: deleting.erase(portal, row, sent.get("index_s")))


def _each(portal: Portal, sent: Sent, work: Callable[[ObjectType, Row], None]) -> Any:
    kind = portal.kind(sent["object"])
    for record_id in sent["ids"]:
        work(kind, events.existing(portal, kind, record_id))
    return {"records": len(sent["ids"])}


def _empty_bin(portal: Portal, gate: Gate, sent: Sent) -> Any:
    return {"purged": deleting.empty_bin(portal)}


def _merge(portal: Portal, gate: Gate, sent: Sent) -> Any:
    kind = portal.kind(sent["object"])
    primary, other = (events.existing(portal, kind, sent[name]) for name in ("primary", "other"))
    return {"id": str(merge(portal, kind, primary.id, other.id, sent.get("index_s")).id)}


def _associate(portal: Portal, gate: Gate, sent: Sent) -> Any:
    here, ends, links = _ends(portal, sent)
    for there in ends:
        associate(portal, here, there, links)
    return {"associated": len(ends)}


def _dissociate(portal: Portal, gate: Gate, sent: Sent) -> Any:
    here, ends, links = _ends(portal, sent)
    for there in ends:
        dissociate(portal, here, there, links or None)
    return {"dissociated": len(ends)}


def _ends(portal: Portal, sent: Sent) -> tuple[End, list[End], list[LinkType]]:
    """One record, the others, and the type of their association if one is named."""
    kind, to = portal.kind(sent["from_object"]), portal.kind(sent["to_object"])
    here = End(kind, events.existing(portal, kind, sent["from"]).id)
    there = [End(to, events.existing(portal, to, each).id) for each in sent["to"]]
    number = parse_id(sent.get("type_id"))
    return here, there, [] if number is None else [LinkType(str(sent.get("category") or HUBSPOT_DEFINED), number)]


def _add_property(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """A new property; with `value` all records hold it, and no stamp moves."""
    kind = portal.kind(sent["object"])
    definition = {
        "groupName": f"{kind.singular}information",
        "label": sent["definition"].get("name"),
        **sent["definition"],
    }
    made = add_property(portal, kind, definition)
    if sent.get("value") is not None:
        kind = portal.kind(sent["object"])
        value = keep(made, as_text(sent["value"]), "")
        for row in list(portal.tables[kind.plural].values()):
            change(portal, kind, row, {made.name: value}, stamps=False)
    return {"name": made.name}


def _property(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """A property goes from the token's sight, or comes back; no stamp moves."""
    kind, name = portal.kind(sent["object"]), str(sent["name"])
    if name not in kind.properties:
        raise ValueError(f"{kind.plural} have no property {name}")
    (portal.hidden.add if sent["hidden"] else portal.hidden.discard)((kind.plural, name))
    return _state(portal, gate, sent)


def _owner(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """An owner is deactivated."""
    number = int(sent["id"])
    portal.owners[number] = portal.owners[number].deactivated(portal.now())
    return {"id": str(number)}


def _lock(portal: Portal, gate: Gate, sent: Sent) -> Any:
    kind = portal.kind(sent["object"])
    named = {(kind.plural, events.existing(portal, kind, each).id) for each in sent["ids"]}
    (portal.locked.update if sent.get("locked", True) else portal.locked.difference_update)(named)
    return {"locked": len(portal.locked)}


def _validation(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """The portal's own rules of a type: `required` on create, `when` others, types it may not be associated with."""
    kind, rules = portal.kind(sent["object"]).plural, portal.validation
    if "required" in sent:
        rules.on_create[kind] = tuple(sent["required"])
    if "when" in sent:
        rules.conditions = [each for each in rules.conditions if each.object != kind]
        rules.conditions += [
            Condition(kind, each["property"], str(each["value"]), each["required"]) for each in sent["when"]
        ]
    if "no_links" in sent:
        rules.no_links = {pair for pair in rules.no_links if kind not in pair}
        rules.no_links |= {frozenset((kind, portal.kind(each).plural)) for each in sent["no_links"]}
    return {
        "required": list(rules.on_create.get(kind, ())),
        "when": [asdict(each) for each in rules.conditions if each.object == kind],
        "no_links": sorted(name for pair in rules.no_links if kind in pair for name in pair - {kind} or {kind}),
    }


def _faults(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """Change the profile, or order faults; `clear` forgets earlier orders."""
    if sent.get("clear"):
        portal.faults.orders.clear()
    if "profile" in sent:
        portal.faults.profile = PROFILES[sent["profile"]]
    for order in sent.get("orders", ()):
        portal.faults.orders.append(Order(**{**order, "fault": Fault(order["fault"])}))
    return {"profile": portal.profile.name, "orders": len(portal.faults.orders)}


def _limits(portal: Portal, gate: Gate, sent: Sent) -> Any:
    names = ("calls_in_10_s", "search_a_second", "calls_a_day")
    unknown = sorted(set(sent) - set(names))
    if unknown:
        raise ValueError(f"there is no limit {unknown[0]}; there are {', '.join(names)}")
    for name, most in sent.items():
        setattr(gate.pace, name, int(most))
    return {name: getattr(gate.pace, name) for name in names}


def _traffic(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """Other apps of the portal search and call too."""
    searches, calls = sent.get("search_a_second"), sent.get("calls_an_hour")
    gate.pace.let_others_call(
        search_a_second=None if searches is None else float(searches),
        calls_an_hour=None if calls is None else float(calls),
    )
    return {"used_today": gate.pace.used_today()}


def _tokens(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """End access tokens, change how long new ones last, revoke one, change what all may do (null: everything)."""
    if sent.get("expire_all"):
        gate.tokens.expire_all()
    if "expires_in_s" in sent:
        gate.tokens.lives_s = int(sent["expires_in_s"])
    if "revoke" in sent and not gate.tokens.revoke(str(sent["revoke"])):
        raise ValueError("there is no such token")
    if "scopes" in sent:
        gate.tokens.limit(sent["scopes"])
    return {"expires_in_s": gate.tokens.lives_s, "tokens": len(gate.tokens.held)}


def _switch(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """Set switches by name; gives them all."""
    portal.switches.set(dict(sent))
    return asdict(portal.switches)


def _calls(portal: Portal, gate: Gate, sent: Sent) -> Any:
    """What was asked since the start, or since `reset`."""
    counted = {
        "total": gate.pace.calls["total"],
        "search": gate.pace.calls["search"],
        "refused_429": gate.pace.refused.total(),
        "refused": dict(gate.pace.refused),
        "by_family": {name: count for name, count in gate.pace.calls.items() if name != "total"},
        "used_today": gate.pace.used_today(),
    }
    if sent.get("reset"):
        gate.pace.calls.clear()
        gate.pace.refused.clear()
    return counted


EVENTS: dict[str, Event] = {
    "state": _state,
    "rows": _rows,
    "merged": _merged,
    "erased": _erased,
    "clock": _clock,
    "edit": _edit,
    "create": _create,
    "touch": _touch,
    "calculate": _calculate,
    "archive": _archive,
    "restore": _restore,
    "purge": _purge,
    "empty_bin": _empty_bin,
    "erase": _erase,
    "merge": _merge,
    "associate": _associate,
    "dissociate": _dissociate,
    "add_property": _add_property,
    "property": _property,
    "owner": _owner,
    "lock": _lock,
    "validation": _validation,
    "faults": _faults,
    "limits": _limits,
    "traffic": _traffic,
    "tokens": _tokens,
    "switch": _switch,
    "calls": _calls,
}
