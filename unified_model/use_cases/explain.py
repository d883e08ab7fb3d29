"""Explain: why a customer has this value, and why two records are, or are not, one customer. Words first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from unified_model.entities import Kind
from unified_model.errors import UsageError
from unified_model.identity.conflict import conflict_of
from unified_model.identity.explain import explain_pair as weigh_in_words
from unified_model.identity.keys import keys_of
from unified_model.records import NaturalKey
from unified_model.resolution.decided import Decided, decided
from unified_model.resolution.golden import golden_of
from unified_model.resolution.reach import GoldenPoint
from unified_model.resolution.settling import Facts, choices_for, member_of, read_facts
from unified_model.store import golden_rows, links, members
from unified_model.store import keys as store_keys
from unified_model.store.decisions import Decision, all_decisions, standing
from unified_model.store.engine import Connection, Store
from unified_model.store.landing import match_forms
from unified_model.survivorship import losers, rule_of
from unified_model.use_cases.models.active import active_models
from unified_model.use_cases.naming import Subject, find_subject, labels_of, shown
from unified_model.use_cases.review import REASONS

_CONTRADICTIONS = {
    "given": "given names", "middle": "middle names", "suffix": "suffixes", "birth": "birth dates",
    "identifier": "register numbers", "domain": "domains",
}  # fmt: skip
RULE_WORDS = {
    "most_recent": "the newest value wins",
    "most_complete": "the most complete name wins, then the newest",
    "most_frequent": "the value most records agree on wins, then the newest",
    "earliest": "the earliest date wins",
    "newest": "the newest date wins",
    "a_person_chose": "a person chose it",
    "best_reach": "verified first, then personal before shared, then held by most records, then the newest",
}


def explain_customer(store: Store, name: str, field: str | None = None) -> dict[str, Any]:
    """A customer with every value's winner, rule, time and losers; one field only when named."""
    with store.read() as conn:
        subject = find_subject(conn, name)
        if subject.customer_id is None:
            raise UsageError(f"{name} is not resolved yet.", "Run `unsilo resolve`.")
        whole = find_subject(conn, subject.customer_id)
        facts = read_facts(conn, [list(whole.records)])
        labels = labels_of(conn)
        told = decided(conn)
        kind = facts.members[whole.records[0]].kind
        stored = golden_rows.golden_values(conn, kind, [subject.customer_id])[subject.customer_id]
        bonds = _bonds(conn, whole, labels)
    fields = _fields(kind, facts, whole, told, labels, stored)
    if field is not None:
        if field not in fields:
            raise UsageError(f"{name} has no value in {field!r}.", f"It has: {', '.join(fields)}.")
        fields = {field: fields[field]}
    live = [record for record in whole.records if facts.live(record)]
    state = "active" if live else "inactive: every source record is deleted"
    renamed = (
        [f"{name} was merged into {subject.customer_id}."]
        if subject.is_customer and name != subject.customer_id
        else []
    )
    known = sorted({labels.get(key.source, key.source) for key in whole.keys})
    words = [
        *renamed,
        (
            f"{stored.get('display_name') or 'Unnamed'} is one {kind} in {len(whole.keys)} source "
            f"{'record' if len(whole.keys) == 1 else 'records'} ({', '.join(known)})."
        ),
    ]
    return {
        "customer_id": subject.customer_id, "kind": kind, "state": state, "words": words, "fields": fields,
        "members": [_member(facts, record, labels) for record in whole.records], "bonds": bonds,
    }  # fmt: skip


def explain_pair(store: Store, a: str, b: str, clock: Callable[[], datetime]) -> dict[str, Any]:
    """Why two customers or records are, or are not, one: words, weights, rarity, what would flip it."""
    models = active_models(store, clock)
    with store.read() as conn:
        left, right = find_subject(conn, a), find_subject(conn, b)
        one, two, weight = _closest(conn, left, right)
        found = members.records_by_id(conn, [one, two])
        kinds = {member.kind for member in found.values()}
        if len(kinds) > 1:
            raise UsageError("A person and an organization are never one customer.", "Name two of a kind.")
        kind = kinds.pop()
        labels = labels_of(conn)
        forms = match_forms(conn, kind, [one, two])
        hashes = sorted({key.hash for form in forms.values() for key in keys_of(models[kind].kind, form)})
        stats = {key: (s.size_bucket, s.people_bucket) for key, s in store_keys.stats_of(conn, hashes).items()}
        held = store_keys.counts_of(conn, hashes)
        told, known = decided(conn), all_decisions(conn)
        doubt = links.reason_of(conn, one, two)
        apart = _contradiction(conn, kind, left, right, labels) if doubt == "conflict" else None
    answer = weigh_in_words(models[kind], forms.get(one, {}), forms.get(two, {}), stats, held)
    together = left.customer_id is not None and left.customer_id == right.customer_id
    pair = (shown(found[one].key, labels), shown(found[two].key, labels))
    deciding = _decisions(known, found[one].key, found[two].key)
    words = [_verdict(together, told, one, two, weight, pair, deciding), *answer.words]
    if not together and doubt is not None and answer.verdict == "same":
        words.insert(1, f"They wait for a person: {apart or REASONS.get(doubt, doubt)}. This pair by itself:")
    return {
        "same_customer": together, "kind": kind, "compared": list(pair), "model": models[kind].version,
        **answer.as_json(), "doubt": doubt, "decisions": deciding, "words": words,
    }  # fmt: skip


def _decisions(known: Sequence[Decision], one: NaturalKey, two: NaturalKey) -> list[dict[str, Any]]:
    """Decisions in force that speak of both records."""
    return [
        {"number": d.id, "kind": d.kind, "actor": d.actor, "reason": d.reason, "made_at": d.made_at}
        for d in standing(known)
        if d.kind != "field_choice" and {one, two} <= {*d.left, *d.right}
    ]


def _verdict(
    together: bool,
    told: Decided,
    one: int,
    two: int,
    weight: int | None,
    pair: tuple[str, str],
    deciding: Sequence[Mapping[str, Any]],
) -> str:
    named = f"{pair[0]} and {pair[1]}"
    who = _who(deciding)
    if told.kept_apart(one, two):
        return f"{named} are two customers because {who or 'a person'} decided so."
    if any(two in group for group in told.together.get(one, ())):
        return f"{named} are one customer because {f'{who} decided so' if who else 'their source system merged them'}."
    if together:
        via = "" if weight is not None else " through other records"
        return f"{named} are one customer{via}."
    return f"{named} are two customers."


def _who(deciding: Sequence[Mapping[str, Any]]) -> str:
    """Who decided last, and why."""
    if not deciding:
        return ""
    last = deciding[-1]
    return f"{last['actor']} (decision {last['number']}{', ' + last['reason'] if last['reason'] else ''})"


def _contradiction(conn: Connection, kind: str, left: Subject, right: Subject, labels: dict[str, str]) -> str | None:
    """The first two records of the two customers that can't be one, whatever the rest says."""
    sides = [find_subject(conn, side.customer_id) if side.customer_id else side for side in (left, right)]
    forms = match_forms(conn, kind, [record for side in sides for record in side.records])
    of_kind: Kind = "person" if kind == "person" else "organization"
    for key, record in zip(sides[0].keys, sides[0].records, strict=True):
        for other_key, other in zip(sides[1].keys, sides[1].records, strict=True):
            if found := conflict_of(of_kind, forms.get(record, {}), forms.get(other, {})):
                what = _CONTRADICTIONS.get(found, found)
                return f"the {what} of {shown(key, labels)} and {shown(other_key, labels)} contradict each other"
    return None


def _closest(conn: Connection, left: Subject, right: Subject) -> tuple[int, int, int | None]:
    """The best linked pair of records between two subjects; the first of each when none is linked."""
    theirs = set(right.records)
    best = max(
        (
            link
            for link in links.links_of(conn, left.records)
            if (link.a in theirs) != (link.b in theirs) or {link.a, link.b} <= theirs
        ),
        key=lambda link: link.weight,
        default=None,
    )
    if best is None:
        others = [record for record in right.records if record != left.records[0]] or list(right.records)
        return left.records[0], others[0], None
    return best.a, best.b, best.weight


def _fields(
    kind: str, facts: Facts, whole: Subject, told: Decided, labels: dict[str, str], stored: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    live = [member_of(facts, record) for record in whole.records if facts.live(record)]
    golden = golden_of(kind, live, choices_for(told, whole.records))
    origins = golden.provenance["records"]
    candidates = [member.candidate for member in live]
    fields: dict[str, dict[str, Any]] = {}
    for name, (place, rule, since) in golden.provenance["fields"].items():
        top, _, part = name.partition(".")
        value = (golden.values.get(top) or {}).get(part) if part else golden.values.get(name)
        others = [] if part or name == "display_name" else _others(kind, name, golden.points, candidates, labels, value)
        words = f"{RULE_WORDS.get(rule, rule)}; it comes from {shown(_key(origins[place]), labels)}"
        fields[name] = {
            "value": value, "stored": _stored(stored, top, part), "record": shown(_key(origins[place]), labels),
            "rule": rule, "since": since, "others": others,
            "words": words + (f", which has it since {since:%Y-%m-%d}." if since else "."),
            "flips": _flips(kind, name, rule, others),
        }  # fmt: skip
    return fields


def _others(
    kind: str,
    name: str,
    points: Sequence[GoldenPoint],
    candidates: Sequence[Any],
    labels: dict[str, str],
    value: Any,
) -> list[dict[str, Any]]:
    """Values that lost, best first."""
    if name in ("email", "phone"):
        return [
            {"value": p.canonical, "record": shown(p.winner, labels), "since": p.since, "held_by": len(p.holders)}
            for p in points
            if p.kind == name and p.canonical != value
        ]
    return [
        {"value": c.values[name], "record": shown(c.key, labels), "since": c.since_of(name)}
        for c in losers(kind, name, candidates)
        if c.values[name] != value
    ]


def _flips(kind: str, name: str, rule: str, others: Sequence[dict[str, Any]]) -> str:
    if not others:
        return "No record offers another value."
    best = others[0]
    if rule == "a_person_chose":
        return "Undoing that choice would let the rules decide."
    if rule == "most_recent":
        return f"A newer change to {best['value']!r} in {best['record']}, or a person's choice, would flip it."
    if rule == "most_frequent":
        return f"One more record with {best['value']!r}, or a person's choice, could flip it."
    if rule == "best_reach":
        return f"{best['value']!r} would take over when verified, or when more records hold it."
    decides = rule_of(kind, name).name.replace("_", " ")
    return f"A person's choice of {best['record']} would flip it ({decides} decides now)."


def _stored(stored: dict[str, Any], top: str, part: str) -> Any:
    return (stored.get(top) or {}).get(part) if part else stored.get(top)


def _key(parts: Sequence[str]) -> NaturalKey:
    return NaturalKey(*parts)


def _member(facts: Facts, record: int, labels: dict[str, str]) -> dict[str, Any]:
    member = facts.members[record]
    since = facts.belongs[record][1] if record in facts.belongs else None
    return {
        "record": shown(member.key, labels), "modified_at": member.modified_at, "deleted": member.deleted,
        "implied": member.implied, "member_since": since,
    }  # fmt: skip


def _bonds(conn: Connection, whole: Subject, labels: dict[str, str]) -> list[dict[str, Any]]:
    """The strongest links that hold the customer together, strongest first, as many as it takes to connect it."""
    names = dict(zip(whole.records, whole.keys, strict=True))
    inner = [link for link in links.links_of(conn, whole.records) if link.a in names and link.b in names]
    lead = {record: record for record in names}
    bonds = []
    for link in sorted(inner, key=lambda link: (-link.weight, names[link.a], names[link.b])):
        a, b = lead[link.a], lead[link.b]
        if a != b:
            lead = {record: a if root == b else root for record, root in lead.items()}
            bonds.append({
                "a": shown(names[link.a], labels), "b": shown(names[link.b], labels),
                "weight_bits": round(link.weight / 1000, 1),
            })  # fmt: skip
    return bonds
