"""Ways to reach a customer: the union of its records' contact points, best first, with a primary of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from unified_model.identity.normalise.emails import parse_email
from unified_model.records import NaturalKey
from unified_model.survivorship import Candidate, Survivor

ADDRESS_COLUMNS = ("street", "locality", "region", "postal_code", "country")
PRIMARY_FIELDS = {"email": ("email",), "phone": ("phone",), "address": ADDRESS_COLUMNS}
"""Kind of contact point -> golden fields that its primary fills."""
RULE = "best_reach"
CHOSEN = "a_person_chose"


@dataclass(slots=True)
class MemberRecord:
    """One live member of a customer with everything survivorship reads."""

    candidate: Candidate
    points: Sequence[Mapping[str, Any]]
    consents: Sequence[dict[str, Any]]


class GoldenPoint(NamedTuple):
    """One way to reach the customer, with the record it was taken from and all that hold it."""

    kind: str
    canonical: str
    value: str
    label: str | None
    parts: Mapping[str, str] | None
    verified: bool
    since: datetime | None
    readable: bool
    """False: no canonical form could be made of it, so it stands as the source wrote it."""
    winner: NaturalKey
    holders: tuple[NaturalKey, ...]
    chosen: bool = False
    """A person chose it as the primary."""


def golden_points(members: Sequence[MemberRecord], choices: Mapping[str, NaturalKey]) -> list[GoldenPoint]:
    """The union of the members' contact points, best first within each kind."""
    held: dict[tuple[str, str], list[tuple[MemberRecord, Mapping[str, Any]]]] = {}
    for member in sorted(members, key=_key):
        for point in member.points:
            if point["until"] is None:
                held.setdefault((point["kind"], point["canonical"] or point["raw"]), []).append((member, point))
    points = [_golden_point(*key, some) for key, some in held.items()]
    if len(points) > 1:
        judged = sum(kind == "email" for kind, _ in held) > 1
        points.sort(key=lambda point: _order(point, judged))
    return _with_choices(points, choices) if choices else points


def take_primaries(
    survivors: dict[str, Survivor], points: Sequence[GoldenPoint], candidates: Sequence[Candidate]
) -> None:
    """Primary e-mail, phone and address as fields of the golden row."""
    by_key = {c.key: c for c in candidates}
    for kind, fields in PRIMARY_FIELDS.items():
        best = next((p for p in points if p.kind == kind), None)
        if best is None:
            continue
        parts = (best.parts or {}) if kind == "address" else {kind: best.canonical}
        for name in fields:
            if parts.get(name):
                rule = CHOSEN if best.chosen else RULE
                survivors[name] = Survivor(parts[name], by_key[best.winner], rule, best.since)


def _golden_point(kind: str, canonical: str, holders: Sequence[tuple[MemberRecord, Mapping[str, Any]]]) -> GoldenPoint:
    if len(holders) == 1:
        member, point = holders[0]
        keys: tuple[NaturalKey, ...] = (member.candidate.key,)
    else:
        member, point = max(holders, key=lambda h: (bool(h[1]["verified"]), _time(_since(*h))))
        keys = tuple(sorted({m.candidate.key for m, _ in holders}))
    return GoldenPoint(
        kind, canonical, point["raw"], point["label"], point["parts"], bool(point["verified"]), _since(member, point),
        point["canonical"] is not None, member.candidate.key, keys,
    )  # fmt: skip


def _with_choices(points: list[GoldenPoint], choices: Mapping[str, NaturalKey]) -> list[GoldenPoint]:
    """The best point of the chosen record comes first of its kind."""
    for kind, fields in PRIMARY_FIELDS.items():
        key = next((choices[name] for name in fields if name in choices), None)
        best = next((p for p in points if p.kind == kind and key in p.holders), None)
        if best is not None and key is not None:
            rest = [p for p in points if p is not best]
            place = next(n for n, p in enumerate(points) if p.kind == kind)
            points = [*rest[:place], best._replace(winner=key, chosen=True), *rest[place:]]
    return points


def _since(member: MemberRecord, point: Mapping[str, Any]) -> datetime | None:
    since: datetime | None = point["since"]
    if since is not None:
        return since
    return member.candidate.since_of(f"{point['kind']}:{point['label']}" if point["label"] else point["kind"])


def _key(member: MemberRecord) -> NaturalKey:
    return member.candidate.key


def _order(point: GoldenPoint, judged: bool) -> tuple[Any, ...]:
    """Verified, then readable, then personal before a shared desk, held by more records, newest; then by value.

    `judged`: there are several e-mails, so that it matters which of them are a desk's.
    """
    shared = judged and point.kind == "email" and _is_role(point.canonical)
    held = -len(point.holders)
    return point.kind, not point.verified, not point.readable, shared, held, -_time(point.since), point.canonical


def _time(since: datetime | None) -> float:
    return since.timestamp() if since is not None else 0.0


@lru_cache(maxsize=50_000)
def _is_role(address: str) -> bool:
    parsed = parse_email(address)
    return parsed is not None and parsed.role
