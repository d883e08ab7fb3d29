"""Verify: compare what the store says with what it should say; change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from unified_model.resolution.customer import customer_hash
from unified_model.resolution.decided import decided
from unified_model.resolution.golden import golden_of
from unified_model.resolution.settling import choices_for, member_of, read_facts
from unified_model.store import audit, golden_rows, members, queue
from unified_model.store.checks import broken_promises
from unified_model.store.engine import Connection, Store
from unified_model.store.rebuilding import customers_by_page

CUSTOMERS_A_PAGE = 1_000


class Check(NamedTuple):
    """One thing that was checked, whether it held, and how many cases were looked at or failed."""

    name: str
    held: bool
    detail: str


def verify(store: Store, progress: Callable[[str, int, int | None], None] | None = None) -> list[Check]:
    """Every check with its outcome. Golden values are worked out again and compared, customer by customer."""
    with store.read() as conn:
        checks = [Check(name, not n, f"{n:,} do not" if n else "holds") for name, n in broken_promises(conn)]
        fault = audit.verify(conn)
        found = "whole" if fault is None else f"entry {fault.seq}: {fault.fault}"
        checks.append(Check("the audit chain is whole", fault is None, found))
        waiting = queue.count(conn)
        differing, looked_at = _golden(conn, progress)
    held = not differing or bool(waiting)
    note = f"{looked_at:,} customers, {differing:,} differ"
    if waiting:
        note += f"; {waiting:,} records wait for resolve, so some may"
    return [*checks, Check("golden values are what their records give", held, note)]


def _golden(conn: Connection, progress: Any) -> tuple[int, int]:
    told = decided(conn)
    differing = looked_at = 0
    for page in customers_by_page(conn, CUSTOMERS_A_PAGE):
        groups = members.members_of(conn, page)
        facts = read_facts(conn, list(groups.values()))
        stored = golden_rows.golden_hashes(conn, page)
        for id_, records in groups.items():
            kind = facts.members[records[0]].kind
            live = [record for record in records if facts.live(record)]
            golden = golden_of(kind, [member_of(facts, record) for record in live], choices_for(told, records))
            sources = len({facts.members[record].source_id for record in records})
            differing += stored.get(id_) != customer_hash(golden, kind, bool(live), len(records), sources)
        looked_at += len(page)
        if progress:
            progress("verify", looked_at, None)
    return differing, looked_at
