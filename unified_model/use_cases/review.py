"""What waits for a person: doubtful pairs, the likeliest first, one a pair of customers."""

from __future__ import annotations

from typing import Any

from unified_model.store import decisions, golden_rows, links, members
from unified_model.store.engine import Connection, Store
from unified_model.use_cases.naming import labels_of, shown

REASONS = {
    "between_thresholds": "the evidence is neither strong nor weak",
    "conflict": "strong evidence, but their data contradict each other",
    "thin": "strong evidence for these two, but the other records of their customers speak against it",
    "unique": "strong evidence, but their source keeps one record a customer",
    "oversize": "strong evidence, but the customer would become suspiciously large",
    "contradiction": "a merge made in a source system contradicts a decision",
}


def list_reviews(store: Store, limit: int = 20, kind: str | None = None) -> list[dict[str, Any]]:
    """Waiting pairs as people read them: names, records, weight in bits, reason."""
    with store.read() as conn:
        pairs = links.reviews_by_weight(conn, limit * 5, kind)
        records = sorted({record for pair in pairs for record in pair[:2]})
        belongs = {record: customer for record, (customer, _) in members.customers_of(conn, records).items()}
        seen: set[frozenset[str]] = set()
        waiting = []
        found = members.records_by_id(conn, records)
        labels = labels_of(conn)
        names = _names(conn, sorted(set(belongs.values())))
        for a, b, weight, reason, of_kind in pairs:
            both = frozenset(belongs.get(record, str(record)) for record in (a, b))
            if both in seen:
                continue
            seen.add(both)
            sides = [_side(record, found, belongs, labels, names) for record in (a, b)]
            waiting.append({
                "kind": of_kind, "weight_bits": round(weight / 1000, 1), "reason": reason,
                "words": REASONS.get(reason, reason), "a": sides[0], "b": sides[1],
            })  # fmt: skip
            if len(waiting) == limit:
                break
        return waiting


def list_decisions(store: Store, limit: int = 50) -> list[dict[str, Any]]:
    """Decisions made, newest first, and whether each is in force."""
    with store.read() as conn:
        known = decisions.all_decisions(conn)
        labels = labels_of(conn)
    taken_back = decisions.undone(known)
    return [
        {
            "number": d.id, "kind": d.kind, "in_force": d.id not in taken_back, "actor": d.actor, "reason": d.reason,
            "made_at": d.made_at, "field": d.field, "undoes": d.supersedes,
            "left": [shown(key, labels) for key in d.left], "right": [shown(key, labels) for key in d.right],
            "groups": [[shown(key, labels) for key in group] for group in d.groups],
        }
        for d in reversed(known[-limit:])
    ]  # fmt: skip


def _side(
    record: int,
    found: dict[int, members.Member],
    belongs: dict[int, str],
    labels: dict[str, str],
    names: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    customer = belongs.get(record)
    values = names.get(customer or "", {})
    told = {name: values.get(name) for name in ("display_name", "email", "phone", "company", "domain", "locality")}
    return {"record": shown(found[record].key, labels), "customer_id": customer, **{k: v for k, v in told.items() if v}}


def _names(conn: Connection, customers: list[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for kind in ("person", "organization"):
        found.update(golden_rows.golden_values(conn, kind, customers))
    return found
