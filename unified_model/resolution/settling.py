"""Last step: whole groups become customers with lasting ids and golden values, one transaction a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from unified_model.identity.model import MatchModel
from unified_model.records import NaturalKey
from unified_model.resolution import clusters
from unified_model.resolution.changes import changes_of
from unified_model.resolution.customer import Customer
from unified_model.resolution.decided import Decided
from unified_model.resolution.gathering import Gathered
from unified_model.resolution.golden import (
    consent_rows,
    golden_of,
    golden_row,
    member_record,
    point_rows,
)
from unified_model.resolution.reach import MemberRecord
from unified_model.store import golden_rows, links, members, queue
from unified_model.store.engine import Connection, Store
from unified_model.store.golden_rows import GoldenBatch
from unified_model.store.landing import match_forms
from unified_model.store.links import Link
from unified_model.store.members import Issued, Member
from unified_model.store.queue import Waiting

Guard = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settling needs and does not change from batch to batch."""

    store: Store
    models: Mapping[str, MatchModel]
    decided: Decided
    unique_sources: frozenset[int]
    new_id: Callable[[], str]
    guard: Guard | None


@dataclass(slots=True)
class Facts:
    """Everything settling reads of some records, on one snapshot."""

    members: dict[int, Member]
    forms: dict[int, dict[str, Any]] = field(default_factory=dict)
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    points: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    employers: dict[int, str] = field(default_factory=dict)
    employed_at: set[int] = field(default_factory=set)
    belongs: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    issued: dict[int, list[Issued]] = field(default_factory=dict)

    def live(self, record: int) -> bool:
        """Whether a record gives values: not deleted and, if only named by persons, still named by one."""
        member = self.members[record]
        return not member.deleted and (not member.implied or record in self.employed_at)


def settle(
    work: Settlement, gathered: Gathered, batch: Sequence[list[int]], waiting: Mapping[int, Waiting], now: datetime
) -> Counter[str]:
    """Settle some groups; returns counts of what happened to customers."""
    records = [record for group in batch for record in group]
    with work.store.read() as conn:
        facts = read_facts(conn, batch)
        customers, doubts = _customers(work, facts, batch, gathered.links)
        golden, moves, happened = _changes(conn, work, facts, customers, waiting, now)
    minted = [(c.id, _anchor(facts, c.members)) for c in customers if c.minted]
    sequence = work.store.allocate("customer", len(minted), ordered=True)
    with work.store.begin() as unit:
        if work.guard:
            work.guard(unit.conn)
        members.issue(unit.conn, [(id_, anchor, n, now) for (id_, anchor), n in zip(minted, sequence, strict=True)])
        members.move(unit.conn, *moves)
        golden_rows.write_golden(unit.conn, golden)
        links.replace_reviews(unit.conn, records, doubts)
        queue.drain(unit.conn, [waiting[r] for r in records if r in waiting])
        unit.commit()
    happened["records"] += len(records)
    return happened


def read_facts(conn: Connection, batch: Sequence[Sequence[int]]) -> Facts:
    """The facts of some groups of records."""
    records = [record for group in batch for record in group]
    facts = Facts(members.records_by_id(conn, records))
    several = {record for group in batch if len(group) > 1 for record in group}
    for kind in ("organization", "person"):
        mine = [r for r in records if facts.members[r].kind == kind]
        facts.forms.update(match_forms(conn, kind, [r for r in mine if r in several]))
        facts.values.update(golden_rows.unified_values(conn, kind, mine))
    facts.points = golden_rows.points_of(conn, records)
    facts.employers = golden_rows.employers_of(conn, [r for r in records if facts.members[r].kind == "person"])
    facts.employed_at = golden_rows.employed_at(conn, [r for r in records if facts.members[r].implied])
    facts.belongs = members.customers_of(conn, records)
    for row in members.issued_to(conn, records):
        facts.issued.setdefault(row.anchor, []).append(row)
    return facts


def _customers(
    work: Settlement, facts: Facts, batch: Sequence[list[int]], around: Mapping[int, list[Link]]
) -> tuple[list[Customer], list[tuple[int, int, int, str, str]]]:
    customers: list[Customer] = []
    doubts: list[tuple[int, int, int, str, str]] = []
    for group in batch:
        near = sorted({link for record in group for link in around.get(record, ())})
        clustered = clusters.cluster_group(
            group, near, facts.members, facts.forms, work.models, work.decided, work.unique_sources
        )
        kind = facts.members[group[0]].kind
        doubts.extend((*doubt, kind) for doubt in clusters.waiting_pairs(clustered, near, work.decided))
        customers.extend(_customer(work, facts, cluster) for cluster in clustered.clusters)
    return customers, doubts


def _customer(work: Settlement, facts: Facts, cluster: list[int]) -> Customer:
    kind = facts.members[cluster[0]].kind
    issued = [row for record in cluster for row in facts.issued.get(record, ())]
    id_ = min(issued, key=lambda row: row.sequence).customer_id if issued else work.new_id()
    live = [record for record in cluster if facts.live(record)]
    golden = golden_of(kind, [member_of(facts, record) for record in live], choices_for(work.decided, cluster))
    sources = len({facts.members[record].source_id for record in cluster})
    return Customer(id_, kind, cluster, golden, bool(live), sources, not issued)


def member_of(facts: Facts, record: int) -> MemberRecord:
    """A record as survivorship reads it."""
    member = facts.members[record]
    return member_record(
        member.kind, member.key, member.modified_at, facts.values.get(record, {}), facts.points.get(record, ()),
        facts.employers.get(record),
    )  # fmt: skip


def choices_for(decided: Decided, cluster: Sequence[int]) -> dict[str, NaturalKey]:
    """People's choices of fields for these records' customer; the latest one of a field stands."""
    held = set(cluster)
    return {name: key for record, name, key in decided.choices if record in held}


def _anchor(facts: Facts, cluster: Sequence[int]) -> int:
    return min(cluster, key=lambda record: facts.members[record].key)


def _changes(
    conn: Connection,
    work: Settlement,
    facts: Facts,
    customers: Sequence[Customer],
    waiting: Mapping[int, Waiting],
    now: datetime,
) -> tuple[GoldenBatch, tuple[list[Any], list[Any]], Counter[str]]:
    before = sorted({customer for customer, _ in facts.belongs.values()} | {c.id for c in customers})
    hashes = golden_rows.golden_hashes(conn, before)
    changed = [c for c in customers if hashes.get(c.id) != c.hash]
    batch = GoldenBatch(changed=[c.id for c in changed if c.id in hashes])
    present = {c.id for c in customers}
    batch.retired = [id_ for id_ in before if id_ in hashes and id_ not in present]
    for c in changed:
        state = "active" if c.live else "inactive"
        batch.customers.append((c.id, c.kind, state, len(c.members), c.sources, c.hash))
        rows = batch.persons if c.kind == "person" else batch.organizations
        rows.append(golden_row(c.kind, c.id, c.golden))
        batch.points.extend(point_rows(c.id, c.golden.points))
        batch.consents.extend(consent_rows(c.id, c.golden.consents))
    arrivals, departures = _moves(facts, customers, waiting, now)
    happened: Counter[str] = Counter()
    batch.changes = changes_of(conn, customers, facts.belongs, hashes, batch.retired, waiting, now, happened)
    return batch, (arrivals, departures), happened


def _moves(
    facts: Facts, customers: Sequence[Customer], waiting: Mapping[int, Waiting], now: datetime
) -> tuple[list[tuple[int, str, datetime]], list[tuple[int, datetime, datetime, str, str]]]:
    arrivals, departures = [], []
    for c in customers:
        for record in c.members:
            old = facts.belongs.get(record)
            if old is not None and old[0] == c.id:
                continue
            arrivals.append((record, c.id, now))
            if old is not None:
                cause = waiting[record].cause if record in waiting else None
                departures.append((record, old[1], now, old[0], cause or "a neighbour changed"))
    return arrivals, departures
