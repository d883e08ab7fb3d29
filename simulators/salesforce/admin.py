"""The back door, `/__admin/...`: what people, time and bad luck do to the org. Needs no sign-in, costs no quota."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from simulators.clock import HandClock
from simulators.faults import PROFILES, Fault, Order
from simulators.salesforce import duplicates, events, features
from simulators.salesforce.errors import Refusal, no_such_resource
from simulators.salesforce.org import Org
from simulators.salesforce.single import fields_of
from simulators.salesforce.tokens import Tokens
from simulators.salesforce.values import getter, json_value
from simulators.web import Answer, Call

Event = Callable[[Org, Tokens, dict[str, Any]], Any]


def answer_admin(org: Org, tokens: Tokens, call: Call) -> Answer:
    """Do what the last part of the path names; refused with 400 and a reason, or 404 if there is no such event."""
    name = call.path.strip("/").partition("/")[2]
    event = EVENTS.get(name)
    if event is None or call.method not in ("GET", "POST"):
        raise no_such_resource()
    sent = fields_of(call) if call.body else dict(call.query)
    try:
        with org.transaction():
            return Answer(200, event(org, tokens, sent))
    except (KeyError, TypeError, ValueError) as problem:
        raise Refusal(400, "INVALID_ARGUMENT", f"{name}: {type(problem).__name__} {problem}") from None


def _state(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    return {
        "now": json_value(org.clock.now()),
        "profile": org.profile.name,
        "seed": org.seed,
        "records": {name: len(table) for name, table in org.tables.items()},
        "pending": len(org.pending),
        "sessions": len(tokens.sessions),
        "hidden": sorted(f"{name}.{field}" for name, field in org.hidden),
    }


def _rows(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    """The org's own table of an object: what a faithful copy must equal, hidden fields included."""
    kind = org.object(sent["object"])
    readers = {field.name: getter(org, field, kind) for field in kind.fields}
    return [{name: json_value(read(row)) for name, read in readers.items()} for row in org.tables[kind.name].values()]


def _clock(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    if not isinstance(org.clock, HandClock):
        raise Refusal(
            400, "INVALID_ARGUMENT", "this org runs on the machine's clock; start it with --now to move it by hand"
        )
    org.clock.advance(float(sent["advance_s"]))
    org.settle()
    return _state(org, tokens, sent)


def _edit(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    events.edit(org, org.object(sent["object"]), list(sent["ids"]), dict(sent["set"]), sent.get("commit_s"))
    return {"edited": len(sent["ids"])}


def _create(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    return {"ids": events.add(org, org.object(sent["object"]), list(sent["records"]), sent.get("commit_s"))}


def _touch(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    events.touch(org, org.object(sent["object"]), list(sent["ids"]))
    return {"touched": len(sent["ids"])}


def _delete(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    events.remove(org, org.object(sent["object"]), list(sent["ids"]), hard=bool(sent.get("hard")))
    return {"deleted": len(sent["ids"])}


def _undelete(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    events.restore(org, org.object(sent["object"]), list(sent["ids"]))
    return {"restored": len(sent["ids"])}


def _empty_bin(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    return {"purged": events.empty_bin(org)}


def _merge(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    events.merge(org, org.object(sent["object"]), str(sent["master"]), list(sent["losers"]))
    return {"merged": len(sent["losers"])}


def _convert(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    return events.convert(org, str(sent["lead"]), with_opportunity=bool(sent.get("opportunity")))


def _field(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    org.hide(org.object(sent["object"]), str(sent["field"]), hidden=bool(sent["hidden"]))
    return _state(org, tokens, sent)


def _feature(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    features.switch_on(org, str(sent["feature"]))
    return {"features": sorted(org.features)}


def _switch(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    """Set switches by name; gives them all."""
    org.switches.set(sent)
    if "unseen_objects" in sent or "read_only_objects" in sent:
        for kind in org.objects.values():
            org.schema_changed[kind.name] = org.stamp()
    return asdict(org.switches)


def _share(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    """Sharing keeps records from the user, or gives them back; neither moves a stamp."""
    (org.unshared.difference_update if sent.get("shared", False) else org.unshared.update)(sent["ids"])
    return {"unshared": len(org.unshared)}


def _traffic(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    """Other programs of the company spend the day's requests too."""
    org.quota.let_others_send(org.clock.now(), float(sent["an_hour"]))
    return {"used": org.quota.used(org.clock.now())}


def _lock(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    (org.locked.update if sent.get("locked", True) else org.locked.difference_update)(sent["ids"])
    return {"locked": len(org.locked)}


def _duplicate_rule(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    duplicates.set_rule(org, org.object(sent["object"]), str(sent["mode"]))
    return org.duplicate_rules


def _faults(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    """Change the profile, or order faults; `clear` forgets earlier orders."""
    if sent.get("clear"):
        org.faults.orders.clear()
    if "profile" in sent:
        org.faults.profile = PROFILES[sent["profile"]]
    if "requests_a_day" in sent:
        org.faults.profile = replace(org.profile, requests_a_day=int(sent["requests_a_day"]))
    for order in sent.get("orders", ()):
        org.faults.orders.append(Order(**{**order, "fault": Fault(order["fault"])}))
    return {"profile": org.profile.name, "orders": len(org.faults.orders)}


def _grant(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    """A refresh token, as if a person had just connected the org."""
    return {"refresh_token": tokens.grant(org)}


def _sign_in(org: Org, tokens: Tokens, sent: dict[str, Any]) -> Any:
    """Close all sessions; change how sign-in behaves."""
    if sent.get("close_sessions"):
        tokens.sessions.clear()
    tokens.rotates = bool(sent.get("rotates", tokens.rotates))
    tokens.approved = bool(sent.get("approved", tokens.approved))
    tokens.session_s = int(sent.get("session_s", tokens.session_s))
    return _state(org, tokens, sent)


EVENTS: dict[str, Event] = {
    "state": _state,
    "rows": _rows,
    "clock": _clock,
    "edit": _edit,
    "create": _create,
    "touch": _touch,
    "delete": _delete,
    "undelete": _undelete,
    "empty_bin": _empty_bin,
    "merge": _merge,
    "convert": _convert,
    "field": _field,
    "feature": _feature,
    "switch": _switch,
    "share": _share,
    "traffic": _traffic,
    "lock": _lock,
    "duplicate_rule": _duplicate_rule,
    "faults": _faults,
    "grant": _grant,
    "sign_in": _sign_in,
}
