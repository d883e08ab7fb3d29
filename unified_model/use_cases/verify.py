"""Verify: compare what the store says with what it should say; change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from unified_model.resolution.customer import customer_hash
from unified_model.resolution.decided import decided
from unified_model.resolution.golden import Golden, consent_rows, golden_of, golden_row, point_rows
from unified_model.resolution.settling import choices_for, member_of, read_facts
from unified_model.store import audit, golden_rows, members, queue
from unified_model.store.checks import broken_promises
from unified_model.store.engine import Connection, Store
from unified_model.store.rebuilding import customers_by_page
from unified_model.use_cases.rekey import keys_are_current

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
        current = keys_are_current(conn)
        note = "holds" if current else "older rules made them: the next `unsilo resolve` makes them anew"
        checks.append(Check("blocking keys are those of the present rules", current, note))
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
        hashes, stored = golden_rows.golden_hashes(conn, page), golden_rows.rows_of_customers(conn, page)
        for id_, records in groups.items():
            kind = facts.members[records[0]].kind
            live = [record for record in records if facts.live(record)]
            golden = golden_of(kind, [member_of(facts, record) for record in live], choices_for(told, records))
            sources = len({facts.members[record].source_id for record in records})
            told_hash = customer_hash(golden, kind, bool(live), len(records), sources)
            rows = {name: sorted(of_table, key=repr) for name, of_table in stored.get(id_, {}).items()}
            differing += hashes.get(id_) != told_hash or rows != _rows(kind, id_, golden)
        looked_at += len(page)
        if progress:
            progress("verify", looked_at, None)
    return differing, looked_at


def _rows(kind: str, id_: str, golden: Golden) -> dict[str, list[tuple[Any, ...]]]:
    """The rows a customer should have, as `golden_rows.rows_of_customers` gives those it has.

    The hash alone would not notice a value that was changed behind Unsilo's back.
    """
    rows = {
        kind: [golden_row(kind, id_, golden)],
        "customer_contact_point": point_rows(id_, golden.points),
        "consent": consent_rows(id_, golden.consents),
    }
    return {name: sorted(of_table, key=repr) for name, of_table in rows.items() if of_table}
