"""Golden values of one customer out of its members: a pure function, so that a rebuild gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from unified_model.consent import ConsentEvent, consent_events, settle_consents
from unified_model.entities import ORGANIZATION_FIELDS, PERSON_FIELDS
from unified_model.records import NaturalKey
from unified_model.resolution.reach import GoldenPoint, MemberRecord, golden_points, take_primaries
from unified_model.store.codec import decode, digest, encode, encode_bytes
from unified_model.store.golden_rows import golden_columns
from unified_model.survivorship import Candidate, Survivor, choose_survivors, merge_by_key

_FIELDS = {"person": frozenset(PERSON_FIELDS), "organization": frozenset(ORGANIZATION_FIELDS)}


class Golden(NamedTuple):
    """A customer's golden values: one row, its contact points and consents, and the hash over them."""

    values: dict[str, Any]
    provenance: dict[str, Any]
    points: list[GoldenPoint]
    consents: list[ConsentEvent]
    hash: str


def member_record(
    kind: str,
    key: NaturalKey,
    modified_at: datetime | None,
    values: Mapping[str, Any],
    points: Sequence[Mapping[str, Any]],
    company: str | None,
) -> MemberRecord:
    """A member as survivorship reads it, from its rows in the store."""
    fields = _FIELDS[kind]
    offered = {name: value for name, value in values.items() if name in fields and value is not None}
    if company is not None:
        offered["company"] = company
    for name in ("external_ids", "custom"):
        if values.get(name):
            offered[name] = values[name]
    since = {_golden_name(f): datetime.fromisoformat(at) for f, at in (values.get("field_since") or {}).items()}
    return MemberRecord(Candidate(key, offered, modified_at, since), points, values.get("consents") or ())


def _golden_name(field: str) -> str:
    if field == "company.name":
        return "company"
    return field.replace("external_id:", "external_ids.", 1) if field.startswith("external_id:") else field


def golden_of(kind: str, members: Sequence[MemberRecord], choices: Mapping[str, NaturalKey]) -> Golden:
    """Golden values of a customer whose live members these are; none at all gives an empty row."""
    candidates = [m.candidate for m in members]
    survivors = choose_survivors(kind, candidates, choices)
    points = golden_points(members, choices)
    take_primaries(survivors, points, candidates)
    records: dict[NaturalKey, int] = {}
    provenance = {name: _origin(s, records) for name, s in sorted(survivors.items())}
    values: dict[str, Any] = {name: s.value for name, s in survivors.items()}
    for name in ("external_ids", "custom"):
        merged = merge_by_key(candidates, name)
        values[name] = {k: s.value for k, s in merged.items()} or None
        provenance.update({f"{name}.{k}": _origin(s, records) for k, s in merged.items()})
    consents = settle_consents([e for m in members for e in _events(m)])
    values["display_name"], derived_from = display_name(kind, values)
    if derived_from in provenance:
        place, _, since = provenance[derived_from]
        provenance["display_name"] = [place, f"derived from {derived_from}", since]
    told = {"records": [list(key) for key in records], "fields": provenance}
    row = [values.get(name) for name in _value_columns(kind)]
    reach = [[*p[:8], list(p.winner), [list(key) for key in p.holders]] for p in points]
    agreed = [[*e[:6], list(e.key)] for e in consents]
    hashed = digest(encode_bytes([row, told, reach, agreed]))
    return Golden(values, told, points, consents, hashed)


@cache
def _value_columns(kind: str) -> tuple[str, ...]:
    return tuple(name for name in golden_columns(kind) if name not in ("customer_id", "provenance"))


def _origin(survivor: Survivor, records: dict[NaturalKey, int]) -> list[Any]:
    """[place in provenance.records, rule, since]."""
    place = records.setdefault(survivor.candidate.key, len(records))
    return [place, survivor.rule, survivor.since]


def _events(member: MemberRecord) -> list[ConsentEvent]:
    return consent_events(member.consents, member.points, member.candidate.key) if member.consents else []


def display_name(kind: str, values: Mapping[str, Any]) -> tuple[str | None, str]:
    """A name for people to read, and the field it is made of."""
    if kind == "organization":
        choices = (("name", values.get("name")), ("domain", values.get("domain")))
    else:
        parts = (values.get("given_name"), values.get("family_name"))
        named = " ".join(p for p in parts if p)
        choices = (("family_name" if parts[1] else "given_name", named), ("full_name", values.get("full_name")))
    for field, text in (*choices, ("email", values.get("email")), ("phone", values.get("phone"))):
        if text:
            return text, field
    return None, ""


def golden_row(kind: str, customer: str, golden: Golden) -> tuple[Any, ...]:
    """A row of person or organization, in the order of its columns."""
    json = {"external_ids": golden.values.get("external_ids"), "custom": golden.values.get("custom")}
    values = {**golden.values, **{k: encode(v) if v else None for k, v in json.items()}}
    values["customer_id"], values["provenance"] = customer, encode(golden.provenance)
    return tuple(values.get(name) for name in golden_columns(kind))


def point_rows(customer: str, points: Sequence[GoldenPoint]) -> list[tuple[Any, ...]]:
    """Rows of customer_contact_point."""
    rows = []
    ranks: dict[str, int] = {}
    for p in points:
        rank = ranks.get(p.kind, 0)
        ranks[p.kind] = rank + 1
        held = encode({"winner": list(p.winner), "holders": [list(k) for k in p.holders]})
        parts = encode(p.parts) if p.parts else None
        rows.append(
            (customer, p.kind, p.canonical, p.value, p.label, parts, rank == 0, p.verified, rank, p.since, held)
        )
    return rows


def consent_rows(customer: str, events: Sequence[ConsentEvent]) -> list[tuple[Any, ...]]:
    """Rows of consent."""
    return [
        (customer, e.channel, e.purpose, e.point, e.status, e.evidenced_at,
         encode({"record": list(e.key), "evidence": e.evidence}))
        for e in events
    ]  # fmt: skip


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Golden values as JSON holds them, so that before and after compare."""
    return decode(encode({k: v for k, v in values.items() if v is not None}))  # type: ignore[no-any-return]
