"""The feed of changes: what happened to customers, in order, in words and for programs."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from unified_model.store import decisions, members
from unified_model.store.changes import Change, read_changes
from unified_model.store.decisions import Decision
from unified_model.store.engine import Connection, Store
from unified_model.use_cases.naming import find_subject

LINEAGE = ("created", "merged", "split", "revived")
KINDS = (*LINEAGE, "updated")
_DECISION = re.compile(r"decision (\d+)$")


class Asked(NamedTuple):
    """Which changes: after the number `since` (None: the newest), of these kinds, of one customer or of all."""

    since: int | None = None
    kinds: tuple[str, ...] = KINDS
    customer: str | None = None
    limit: int = 100


def list_changes(store: Store, asked: Asked) -> list[dict[str, Any]]:
    """Changes in the order they happened, each with its number, words, values and, where a person decided, who and why.

    A customer is named by any id it ever had, or by a record; the changes of every id that stands for it now count.
    """
    with store.read() as conn:
        customers = None if asked.customer is None else _ids_of(conn, asked.customer)
        rows = read_changes(conn, asked.since, asked.kinds, customers, asked.limit)
        made = {one.id: one for one in decisions.all_decisions(conn)} if rows else {}
    return [_told(row, made) for row in rows]


def _ids_of(conn: Connection, name: str) -> list[str]:
    subject = find_subject(conn, name)
    if subject.customer_id is None:
        return []
    records = members.members_of(conn, [subject.customer_id])[subject.customer_id]
    return sorted({subject.customer_id, *(issued.customer_id for issued in members.issued_to(conn, records))})


def _told(row: Change, made: dict[int, Decision]) -> dict[str, Any]:
    into = list((row.after or {}).get("into", ())) if row.kind in ("merged", "split") else []
    told: dict[str, Any] = {
        "seq": row.seq, "at": row.at, "kind": row.kind, "customer_id": row.customer_id, "cause": row.cause,
    }  # fmt: skip
    if into:
        told["into"] = into
    else:
        told |= {"before": row.before, "after": row.after}
    decision = _decision(row.cause, made)
    if decision is not None:
        told |= {"decision": decision.id, "actor": decision.actor, "reason": decision.reason}
    told["words"] = _words(told, into)
    return told


def _decision(cause: str | None, made: dict[int, Decision]) -> Decision | None:
    """The decision, or the undo of one, that a cause names."""
    undo = re.match(r"undo (\d+) of", cause or "")
    found = undo or _DECISION.match(cause or "")
    return made.get(int(found.group(1))) if found else None


def _words(told: dict[str, Any], into: list[str]) -> str:
    because = f"because of {told['cause']}" if told["cause"] else "for a cause that was not noted"
    if told.get("actor"):
        because += f" by {told['actor']}" + (f": {told['reason']}" if told["reason"] else "")
    match told["kind"]:
        case "merged":
            what = f"became part of {', '.join(into)}"
        case "split":
            what = f"lost records to {', '.join(into)}"
        case "created":
            what = "was met for the first time"
        case "revived":
            what = "stands for itself again"
        case _:
            what = f"has another {', '.join(sorted(told['after'] or told['before'] or ()))}"
    return f"{told['customer_id']} {what}, {because}"
