"""The audit chain: each entry's hash covers the entry before, so that none can be changed or taken out unseen.

The chain holds only a salted commitment of an entry's details; the details can be deleted (erasure) without
breaking it.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Text, select, type_coerce

from unified_model.store.codec import decode, encode
from unified_model.store.engine import lock_table
from unified_model.store.tables.trust import audit, audit_payload
from unified_model.store.types import utc_text

GENESIS = "0" * 64


class Entry(NamedTuple):
    """An audit entry; `payload` is None when it was deleted."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    payload: Any


class ChainFault(NamedTuple):
    """Where the chain stops holding, and how."""

    seq: int
    fault: str


def append(
    conn: Connection, *, at: datetime, actor: str, action: str, subject: str | None = None, payload: Any = None
) -> int:
    """Add an entry within the transaction of what it tells; returns its number. Numbers have no gaps."""
    lock_table(conn, audit)
    last = conn.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    salt = secrets.token_hex(16)
    commitment = _commitment(salt, encode(payload))
    row = {"seq": seq, "at": at, "actor": actor, "action": action, "subject": subject, "commitment": commitment}
    hash_ = _chained(seq, at, actor, action, subject, commitment, previous)
    conn.execute(audit.insert().values(**row, previous=previous, hash=hash_))
    if payload is not None:
        conn.execute(audit_payload.insert().values(seq=seq, salt=salt, payload=payload))
    return seq


def verify(conn: Connection) -> ChainFault | None:
    """Walk the whole chain; None when it holds. Deleted details are no fault, changed ones are."""
    previous, expected = GENESIS, 1
    rows = conn.execute(_with_payload().order_by(audit.c.seq).execution_options(yield_per=1000))
    for r in rows:
        if r.seq != expected:
            return ChainFault(expected, "entry missing")
        if r.previous != previous:
            return ChainFault(r.seq, "does not follow the entry before")
        if r.hash != _chained(r.seq, r.at, r.actor, r.action, r.subject, r.commitment, previous):
            return ChainFault(r.seq, "entry changed")
        if r.salt is not None and r.commitment != _commitment(r.salt, r.payload):
            return ChainFault(r.seq, "details changed")
        previous, expected = r.hash, expected + 1
    return None


def entries(conn: Connection, limit: int = 100) -> list[Entry]:
    """The newest entries, newest first."""
    rows = conn.execute(_with_payload().order_by(audit.c.seq.desc()).limit(limit))
    return [Entry(r.seq, r.at, r.actor, r.action, r.subject, decode(r.payload)) for r in rows]


def head(conn: Connection) -> str:
    """The newest hash: kept elsewhere, it proves later that nothing before it was cut off."""
    newest: str | None = conn.execute(select(audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).scalar()
    return newest or GENESIS


def _with_payload() -> Any:
    """Entries with their details as the text that was written: the commitment is over that, not over its meaning."""
    written = type_coerce(audit_payload.c.payload, Text).label("payload")
    return select(audit, audit_payload.c.salt, written).outerjoin(audit_payload, audit_payload.c.seq == audit.c.seq)


def _commitment(salt: str, payload: str) -> str:
    return sha256(f"{salt}:{payload}".encode()).hexdigest()


def _chained(
    seq: int, at: datetime, actor: str, action: str, subject: str | None, commitment: str, previous: str
) -> str:
    content = encode([seq, utc_text(at), actor, action, subject, commitment, previous])
    return sha256(content.encode()).hexdigest()
