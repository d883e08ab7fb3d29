"""Consent survives by evidence: the newest evidenced event wins; without evidence an opt-out wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from unified_model.records import NaturalKey

WHOLE_CHANNEL = "*"


class ConsentEvent(NamedTuple):
    """One opt-in or opt-out as a source record tells it. `point` is canonical, or * for the whole channel."""

    channel: str
    purpose: str
    point: str
    status: str
    evidenced_at: datetime | None
    evidence: str | None
    key: NaturalKey


def consent_events(rows: Iterable[dict[str, Any]], canonical: dict[str, str], key: NaturalKey) -> list[ConsentEvent]:
    """A record's stored consents as events; contact points in canonical form."""
    events = []
    for row in rows:
        at = row.get("evidenced_at")
        when = datetime.fromisoformat(at) if at else None
        point = canonical.get(row["point"], row["point"]) if row.get("point") else WHOLE_CHANNEL
        events.append(
            ConsentEvent(row["channel"], row["purpose"], point, row["status"], when, row.get("evidence"), key)
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
