"""Consent survives by evidence: the newest evidenced event wins; without evidence an opt-out wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from unified_model.records import NaturalKey

WHOLE_CHANNEL = "*"
REACHED_BY = {
    "email": "email",
    "phone": "phone",
    "sms": "phone",
    "whatsapp": "phone",
    "fax": "phone",
    "post": "address",
}
"""Channel -> kind of the contact points it reaches people by."""


class ConsentEvent(NamedTuple):
    """One opt-in or opt-out as a source record tells it. `point` is canonical; * where the record has none to name."""

    channel: str
    purpose: str
    point: str
    status: str
    evidenced_at: datetime | None
    evidence: str | None
    key: NaturalKey


def consent_events(
    rows: Iterable[Mapping[str, Any]], points: Iterable[Mapping[str, Any]], key: NaturalKey
) -> list[ConsentEvent]:
    """A record's stored consents as events, one a contact point it speaks of: all of its own, unless it names one.

    So an opt-in that came with one address never speaks for another address of the same customer.
    """
    held = [(p["kind"], p["raw"], p["canonical"] or p["raw"]) for p in points]
    events: list[ConsentEvent] = []
    for row in rows:
        at = row.get("evidenced_at")
        when = datetime.fromisoformat(at) if at else None
        kind, named = REACHED_BY.get(row["channel"]), row.get("point")
        if named:
            spoken_of = [next((canonical for _, raw, canonical in held if raw == named), named)]
        else:
            spoken_of = sorted({canonical for one, _, canonical in held if one == kind}) or [WHOLE_CHANNEL]
        events.extend(
            ConsentEvent(row["channel"], row["purpose"], point, row["status"], when, row.get("evidence"), key)
            for point in spoken_of
        )
    return events


def settle_consents(events: Sequence[ConsentEvent]) -> list[ConsentEvent]:
    """The one event in force for each (channel, purpose, contact point)."""
    groups: dict[tuple[str, str, str], list[ConsentEvent]] = {}
    for event in events:
        groups.setdefault((event.channel, event.purpose, event.point), []).append(event)
    return [_in_force(groups[name]) for name in sorted(groups)]


def _in_force(events: list[ConsentEvent]) -> ConsentEvent:
    """Newest evidence first; equal times, or none, let the opt-out win; then the lowest natural key."""
    evidenced = [e for e in events if e.evidenced_at is not None]
    if evidenced:
        newest = max(e.evidenced_at for e in evidenced if e.evidenced_at is not None)
        events = [e for e in evidenced if e.evidenced_at == newest]
    return min(events, key=lambda e: (e.status != "withdrawn", e.key))
