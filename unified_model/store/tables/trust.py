"""Trust: who did what, in a chain nobody can edit unseen."""

from __future__ import annotations

from sqlalchemy import Table, Text

from unified_model.store.tables.base import column, metadata
from unified_model.store.types import Json, Surrogate, UtcTime

audit = Table(
    "audit",
    metadata,
    column("seq", Surrogate, "Order", key=True),
    column("at", UtcTime, "When"),
    column("actor", Text, "Who"),
    column("action", Text, "What: decide, undo, store.rebuild ..."),
    column("subject", Text, "On what: a decision number, a source label; never customer data", null=True),
    column("commitment", Text, "Salted hash of the payload: proves it without keeping it"),
    column("previous", Text, "Hash of the entry before"),
    column("hash", Text, "Hash over all of the above"),
    comment="Hash chain of everything people and the hub did that matters",
)

audit_payload = Table(
    "audit_payload",
    metadata,
    column("seq", Surrogate, "audit.seq", key=True),
    column("salt", Text, "Salt of the commitment"),
    column("payload", Json, "Details; deletable without breaking the chain"),
    comment="Details of audit entries, deletable on erasure",
)

tombstone = Table(
    "tombstone",
    metadata,
    column("keyed_hash", Text, "Keyed hash of a source record key or of a strong personal identifier", key=True),
    column("kind", Text, "record, email, phone ..."),
    column("at", UtcTime, "When it was erased"),
    comment="Marks of what was erased, so that it is not read in again",
)

setting = Table(
    "setting",
    metadata,
    column("name", Text, "Name", key=True),
    column("value", Json, "Value"),
    comment="What the store remembers about itself: active versions, epoch, paths of imported policy",
)
