"""Remap: read every stored payload through the present mapping and normaliser, without asking the source again.

Resumable: what a former run has done already bears the new versions and is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unified_model.identity.forms import NORMALISER_VERSION
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import SourceRecord
from unified_model.store import landing, queue, rebuilding
from unified_model.store.bulk import rows_by_keys
from unified_model.store.codec import encode
from unified_model.store.engine import Store
from unified_model.store.landing import Batch
from unified_model.store.tables.unified import organization_record
from unified_model.use_cases.implied import MAPPING_VERSION, ImpliedOrganizations, implied_object, unify_implied
from unified_model.use_cases.page import refuse_other_kind
from unified_model.use_cases.unify import (
    Unified,
    Unify,
    key_hashes,
    point_cells,
    unified_row,
    unified_since,
    unifier,
)

RECORDS_A_PAGE = 2_000


@dataclass(slots=True)
class RemapCounts:
    """Records read anew, and how many came out with other values, or other evidence for matching."""

    records: int = 0
    values_changed: int = 0
    evidence_changed: int = 0


def preview(store: Store, source_id: int, object: str, mapping: ObjectMapping, sample: int = 1_000) -> dict[str, int]:
    """How many records a remap would read, and how many of a sample would change; writes nothing."""
    versions = (mapping.version, NORMALISER_VERSION)
    unify = unifier(mapping)
    with store.read() as conn:
        refuse_other_kind(object, mapping.kind, rebuilding.kinds_of(conn, source_id, object))
        stale = rebuilding.count_stale(conn, source_id, object, mapping.kind, versions)
        ids = rebuilding.stale_records(conn, source_id, object, mapping.kind, versions, sample)
        held = rebuilding.stored_records(conn, ids)
    now = _read_anew(unify, object, held)
    changed = sum(unified.mapped_hash != one.mapped_hash for one, unified in zip(held, now, strict=True))
    return {"records": stale, "sampled": len(held), "values_would_change": changed}


def remap(
    store: Store,
    source_id: int,
    object: str,
    mapping: ObjectMapping,
    *,
    run: int,
    clock: Callable[[], datetime],
    progress: Callable[[str, int, int | None], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    guard: Callable[[Any], None] | None = None,
) -> RemapCounts:
    """Bring every record of an object to the present mapping and normaliser; each page is one transaction.

    NeedsOperator when the mapping makes another kind of customer of what was read before.
    """
    counts = RemapCounts()
    versions = (mapping.version, NORMALISER_VERSION)
    work = _Remapping(store, source_id, object, mapping, run)
    with store.read() as conn:
        refuse_other_kind(object, mapping.kind, rebuilding.kinds_of(conn, source_id, object))
        total = rebuilding.count_stale(conn, source_id, object, mapping.kind, versions)
    while not (should_stop and should_stop()):
        with store.read() as conn:
            ids = rebuilding.stale_records(conn, source_id, object, mapping.kind, versions, RECORDS_A_PAGE)
            held = rebuilding.stored_records(conn, ids)
            forms = landing.match_forms(conn, mapping.kind, ids)
            employers = landing.organizations_of(conn, ids)
        if not held:
            break
        work.page(held, forms, employers, clock(), guard, counts)
        if progress:
            progress("remap", counts.records, total)
    if mapping.kind == "person":
        work.companies(clock(), guard)
    return counts


def _read_anew(unify: Unify, object: str, held: Sequence[rebuilding.Stored]) -> list[Unified]:
    """The records in their unified form: a newer copy counts only if it says something else than the newest version."""
    read = unify([SourceRecord(object, one.record_id, one.payload, one.modified_at) for one in held])
    touched = [n for n, one in enumerate(held) if one.versioned is not None]
    versions = [SourceRecord(object, held[n].record_id, *held[n].versioned) for n in touched]  # type: ignore[misc]
    for n, version in zip(touched, unify(versions), strict=True):
        if version.mapped_hash == read[n].mapped_hash:
            read[n] = version
    return read


class _Remapping:
    """One object's remap, page by page."""

    def __init__(self, store: Store, source_id: int, object: str, mapping: ObjectMapping, run: int) -> None:
        self.store, self.source_id, self.object, self.mapping, self.run = store, source_id, object, mapping, run
        self.unify = unifier(mapping)
        self.implied = ImpliedOrganizations(store, source_id, object, run)

    def page(
        self,
        held: list[rebuilding.Stored],
        forms: dict[int, dict[str, Any]],
        employers: dict[int, set[int]],
        now: datetime,
        guard: Callable[[Any], None] | None,
        counts: RemapCounts,
    ) -> None:
        """Read some records anew and write what came out."""
        batch, hashes = Batch(), list[tuple[str, str, str, int]]()
        for one, unified in zip(held, _read_anew(self.unify, self.object, held), strict=True):
            counts.records += 1
            counts.values_changed += unified.mapped_hash != one.mapped_hash
            counts.evidence_changed += unified.identity_hash != one.identity_hash
            hashes.append((self.mapping.kind, unified.mapped_hash, unified.identity_hash, one.id))
            self._rows(batch, one, unified, forms.get(one.id))
            if self.mapping.kind == "person":
                self.implied.employ(one.id, unified.record, employers.get(one.id, set()))
        self.implied.settle(batch, now)
        self._write(batch, hashes, now, guard)

    def _rows(self, batch: Batch, one: rebuilding.Stored, unified: Unified, old: dict[str, Any] | None) -> None:
        kind = self.mapping.kind
        times = unified_since(self.mapping, one.field_since) if one.field_since else {}
        since = encode(times) if times else None
        row = unified_row(one.id, kind, unified, (self.mapping.version, NORMALISER_VERSION), since)
        (batch.persons if kind == "person" else batch.organizations).append(row)
        batch.points += point_cells(one.id, unified.record)
        batch.replaced.append(one.id)
        new, gone = key_hashes(kind, unified.form), key_hashes(kind, old)
        batch.log_keys(one.id, new, gone - new)
        batch.want(one.id, queue.LINKS if unified.identity_hash != one.identity_hash else queue.VALUES)

    def companies(self, now: datetime, guard: Callable[[Any], None] | None) -> None:
        """Bring organizations known only by persons to the present normaliser."""
        versions = (MAPPING_VERSION, NORMALISER_VERSION)
        while True:
            with self.store.read() as conn:
                object_ = implied_object(self.object)
                ids = rebuilding.stale_records(conn, self.source_id, object_, "organization", versions, RECORDS_A_PAGE)
                names = rows_by_keys(conn, organization_record, "record", ids, ("record", "name", "domain"))
                forms = landing.match_forms(conn, "organization", ids)
            if not ids:
                return
            batch, hashes = Batch(), []
            for record, name, domain in names:
                unified = unify_implied(name, domain)
                batch.organizations.append(unified_row(record, "organization", unified, versions, None))
                new, gone = key_hashes("organization", unified.form), key_hashes("organization", forms.get(record))
                batch.log_keys(record, new, gone - new)
                batch.want(record, queue.LINKS)
                hashes.append(("organization", unified.mapped_hash, unified.identity_hash, record))
            self._write(batch, hashes, now, guard)

    def _write(
        self, batch: Batch, hashes: list[tuple[str, str, str, int]], now: datetime, guard: Callable[[Any], None] | None
    ) -> None:
        places = self.store.allocate("blocking_key_log", len(batch.key_ops), ordered=True)
        (seq,) = self.store.allocate("queue", 1)
        with self.store.begin() as unit:
            if guard:
                guard(unit.conn)
            landing.write_batch(unit.conn, batch, places, seq, "remap", now, self.run)
            rebuilding.write_hashes(unit.conn, hashes)
            unit.commit()
