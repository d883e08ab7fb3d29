"""Last step: whole groups become customers with lasting ids and golden values, one transaction a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from unified_model.store import golden_rows, links, members
from unified_model.store.engine import Connection, Store
from unified_model.store.golden_rows import GoldenBatch
from unified_model.store.landing import match_forms
from unified_model.store.members import Issued, Member
from unified_model.store.queue import Waiting

Guard = Callable[[Any], None]
_LEAST_STAY = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settling needs and does not change from batch to batch."""

    store: Store
    models: Mapping[str, MatchModel]
    decided: Decided
    unique_sources: frozenset[int]
    new_id: Callable[[], str]
    guard: Guard | None

    def divides(self, kind: str) -> bool:
        """Whether twins may be in different clusters, so that links are spread over all twins of a component."""
        return kind == "organization" and (bool(self.unique_sources) or self.decided.divides_organizations)


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


@dataclass(slots=True)
class Settled:
    """What settling some groups did."""

    happened: Counter[str] = field(default_factory=Counter)
    open: set[int] = field(default_factory=set)
    """Records to be gathered as changed: a neighbour turned out to change too, and what lies behind it is not known."""
    entire: set[int] = field(default_factory=set)
    """Records whose whole component must be looked at."""
    answered: list[Waiting] = field(default_factory=list)
    """Requests that are fulfilled; they are still in the queue."""


def settle(
    work: Settlement, gathered: Gathered, batch: Sequence[list[int]], waiting: Mapping[int, Waiting], now: datetime
) -> Settled:
    """Settle some groups, but for those of which more must be gathered first."""
    done = Settled()
    with work.store.read() as conn:
        facts = Facts(members.records_by_id(conn, [record for group in batch for record in group]))
        read_forms(conn, facts, batch)
        found = _clusters(work, facts, batch, gathered, waiting, done)
        records = [record for cluster in found.clusters for record in cluster]
        read_values(conn, facts, records)
        customers = [_customer(work, facts, cluster) for cluster in found.clusters]
        golden, moves, done.happened = _changes(conn, work, facts, customers, waiting, now)
    minted = [(c.id, _anchor(facts, c.members)) for c in customers if c.minted]
    sequence = work.store.allocate("customer", len(minted), ordered=True)
    with work.store.begin() as unit:
        if work.guard:
            work.guard(unit.conn)
        members.issue(unit.conn, [(id_, anchor, n, now) for (id_, anchor), n in zip(minted, sequence, strict=True)])
        members.move(unit.conn, *moves)
        golden_rows.write_golden(unit.conn, golden)
        links.replace_reviews(unit.conn, found.inner, found.doubts)
        unit.commit()
    done.answered = [waiting[record] for record in records if record in waiting]
    done.happened["records"] += len(records)
    return done


def read_facts(conn: Connection, batch: Sequence[Sequence[int]]) -> Facts:
    """The facts of some groups of records."""
    records = [record for group in batch for record in group]
    facts = Facts(members.records_by_id(conn, records))
    read_forms(conn, facts, batch)
    read_values(conn, facts, records)
    return facts


def read_forms(conn: Connection, facts: Facts, batch: Sequence[Sequence[int]]) -> None:
    """What clustering reads of groups of several records."""
    several = [record for group in batch if len(group) > 1 for record in group]
    for kind in ("organization", "person"):
        facts.forms.update(match_forms(conn, kind, [r for r in several if facts.members[r].kind == kind]))


def read_values(conn: Connection, facts: Facts, records: Sequence[int]) -> None:
    """What survivorship reads of records, and where they belong."""
    for kind in ("organization", "person"):
        mine = [r for r in records if facts.members[r].kind == kind]
        facts.values.update(golden_rows.unified_values(conn, kind, mine))
    # Companies that persons name have a name and a domain, and no other ways to reach them.
    facts.points = golden_rows.points_of(conn, [r for r in records if not facts.members[r].implied])
    facts.employers = golden_rows.employers_of(conn, [r for r in records if facts.members[r].kind == "person"])
    facts.employed_at = golden_rows.employed_at(conn, [r for r in records if facts.members[r].implied])
    facts.belongs = members.customers_of(conn, records)
    for row in members.issued_to(conn, records):
        facts.issued.setdefault(row.anchor, []).append(row)


@dataclass(slots=True)
class _Found:
    """What clustering some groups gave."""

    clusters: list[list[int]] = field(default_factory=list)
    """Those whose golden values may be others now."""
    doubts: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    inner: list[int] = field(default_factory=list)
    """Records all of whose neighbours were looked at: every waiting pair of theirs is among `doubts`."""


def _clusters(
    work: Settlement,
    facts: Facts,
    batch: Sequence[list[int]],
    gathered: Gathered,
    waiting: Mapping[int, Waiting],
    done: Settled,
) -> _Found:
    """Clusters and doubts of the groups of which enough was gathered; notes the others in `done`."""
    found = _Found()
    for group in batch:
        near = sorted({link for record in group for link in gathered.links.get(record, ())})
        clustered = clusters.cluster_group(
            group, near, facts.members, facts.forms, work.models, work.decided, work.unique_sources
        )
        kind = facts.members[group[0]].kind
        inner = gathered.inner.intersection(group)
        moved = _moved(clustered.clusters, gathered.customers)
        if len(inner) < len(group) and (work.divides(kind) or clustered.oversize):
            done.entire.update(group)
        elif not moved <= inner:
            done.open |= inner | moved
        else:
            found.inner += sorted(inner)
            found.clusters += [c for c in clustered.clusters if c[0] in moved or not waiting.keys().isdisjoint(c)]
            doubts = clusters.waiting_pairs(clustered, near, work.decided)
            found.doubts += [(*doubt, kind) for doubt in doubts if doubt.a in inner or doubt.b in inner]
    return found


def _moved(found: Sequence[Sequence[int]], customers: Mapping[int, str]) -> set[int]:
    """The records of clusters that are not just one customer as it stands."""
    sizes = Counter(customers[record] for cluster in found for record in cluster if record in customers)
    moved: set[int] = set()
    for cluster in found:
        if sizes[customers.get(cluster[0], "")] != len(cluster) or len({customers.get(r) for r in cluster}) > 1:
            moved.update(cluster)
    return moved


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
            # A clock may stand still, or be set back: nobody leaves before having come.
            moved_at = now if old is None or now > old[1] else old[1] + _LEAST_STAY
            arrivals.append((record, c.id, moved_at))
            if old is not None:
                cause = waiting[record].cause if record in waiting else None
                departures.append((record, old[1], moved_at, old[0], cause or "a neighbour changed"))
    return arrivals, departures
