"""Proofs: what the newest comparison of an object with its source found."""

from __future__ import annotations

from sqlalchemy import Connection, select

from unified_model.proof import Proof
from unified_model.store.bulk import write_rows
from unified_model.store.tables.landing import proof


def proof_of(conn: Connection, source_id: int, object: str) -> Proof | None:
    """The newest comparison of an object; None: there was none yet."""
    columns = (proof.c[name] for name in Proof._fields)
    row = conn.execute(select(*columns).where(proof.c.source_id == source_id, proof.c.object == object)).first()
    return Proof(*row) if row else None


def save_proof(conn: Connection, source_id: int, run: int, found: Proof) -> None:
    """Keep a comparison in place of the one before."""
    columns = ("source_id", "run_id", *Proof._fields)
    write_rows(conn, proof, columns, [(source_id, run, *found)], on_conflict="update")
