"""The back door, `/__admin/...`: what people, time and bad luck do to the portal. Needs no sign-in, costs no quota."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from simulators.clock import HandClock
from simulators.faults import Fault, Order
from simulators.hubspot import admin_records
from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.gate import Gate
from simulators.hubspot.portal import Portal
from simulators.hubspot.profiles import PROFILES
from simulators.hubspot.rows import iso
from simulators.hubspot.validation import Condition
from simulators.hubspot.value_types import BadValueError
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
    except (AttributeError, BadValueError, KeyError, TypeError, ValueError) as problem:
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


def _clock(portal: Portal, gate: Gate, sent: Sent) -> Any:
    if not isinstance(portal.clock, HandClock):
        raise invalid("this portal runs on the machine's clock; start it with --now to move it by hand")
    portal.clock.advance(float(sent["advance_s"]))
    portal.settle()
    return _state(portal, gate, sent)


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
    """End access tokens, change how long new ones last, give out or revoke one, change what all may do (null: all)."""
    if sent.get("expire_all"):
        gate.tokens.expire_all()
    if "expires_in_s" in sent:
        gate.tokens.lives_s = int(sent["expires_in_s"])
    if "issue" in sent:
        gate.tokens.issue(str(sent["issue"]))
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
        "by_status": {str(status): count for status, count in sorted(gate.pace.statuses.items())},
        "used_today": gate.pace.used_today(),
    }
    if sent.get("reset"):
        gate.pace.statuses.clear()
        gate.pace.calls.clear()
        gate.pace.refused.clear()
    return counted


def _of_records(event: Callable[[Portal, Sent], Any]) -> Event:
    return lambda portal, gate, sent: event(portal, sent)


EVENTS: dict[str, Event] = {
    "state": _state,
    "clock": _clock,
    "validation": _validation,
    "faults": _faults,
    "limits": _limits,
    "traffic": _traffic,
    "tokens": _tokens,
    "switch": _switch,
    "calls": _calls,
} | {name: _of_records(event) for name, event in admin_records.EVENTS.items()}
"""What each event does, by its name."""
