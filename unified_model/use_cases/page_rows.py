"""The rows of a page: what each changed record leaves in the store, worked out some records at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from unified_model.entities import Kind
from unified_model.identity.forms import NORMALISER_VERSION
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import SourceRecord
from unified_model.store.codec import encode
from unified_model.store.landing import Batch, Known, Newest
from unified_model.use_cases.unify import (
    Unified,
    field_times,
    hash_of_raw,
    key_hashes,
    point_cells,
    unified_row,
    unified_since,
)

if TYPE_CHECKING:
    from unified_model.use_cases.page import Change, Held, LandCounts, PageWork

RAW_VERSION = "raw"
"""As the mapping version of a record that no mapping reads."""
RECORDS_AT_ONCE = 100
"""Records of a page worked out together: what is made of so few on the way still lies in the processor's cache when it
is used and freed, and so does the code of each step. Much fewer or many more take a tenth longer."""


def rows_of(work: PageWork, changes: Sequence[Change], held: Held, now: datetime, counts: LandCounts) -> Batch:
    """Everything the changed records of a page leave behind, ready to be written; adds to `counts`."""
    batch = Batch(all_new=all(change.known is None for change in changes))
    fresh = iter(work.store.allocate("record", sum(c.known is None for c in changes)))
    numbered = [(change.known.id if change.known else next(fresh), change) for change in changes]
    for start in range(0, len(numbered), RECORDS_AT_ONCE):
        some = numbered[start : start + RECORDS_AT_ONCE]
        counts.stored += len(some)
        gone = [each for each in some if each[1].is_deletion]
        read_whole = [each for each in some if not each[1].is_deletion] if gone else some
        for _, change in gone:
            counts.deleted += _delete(work, batch, change, held, now)
        if work.mapping is None:
            _keep_raw(work, batch, read_whole, held, now)
        else:
            _unify(work, batch, work.mapping, read_whole, held, now)
    work.implied.settle(batch, now)
    return batch


def _unify(
    work: PageWork,
    batch: Batch,
    mapping: ObjectMapping,
    changes: Sequence[tuple[int, Change]],
    held: Held,
    now: datetime,
) -> None:
    """Rows of records that a mapping reads, each with its surrogate key."""
    if work.unify is None:
        return
    unified_ones = work.unify([change.record for _, change in changes])
    for (surrogate, change), unified in zip(changes, unified_ones, strict=True):
        known, before = change.known, held.employers.get(surrogate, set())
        work.met(surrogate)
        told = _follow(work, batch, change, now)
        if not _store(work, batch, mapping, surrogate, change, unified, held.newest.get(surrogate), now):
            if told:
                batch.want(surrogate, 1)
            continue
        _queue_keys(batch, surrogate, mapping.kind, unified, known, held.forms.get(surrogate))
        if mapping.kind == "person":
            # Companies that a deleted record named had lost it: all that it names now must hear of its return.
            named = set() if known is not None and known.deleted_at else before
            work.implied.employ(surrogate, unified.record, named, living=not change.record.deleted)


def _store(
    work: PageWork,
    batch: Batch,
    mapping: ObjectMapping,
    surrogate: int,
    change: Change,
    unified: Unified,
    newest: Newest | None,
    now: datetime,
) -> bool:
    """Rows of a record read whole; False when only columns nobody reads have changed, so that no version is made.

    A record may come deleted at first sight, from a source that still shows what was deleted: evidence, no values.
    """
    known, kind = change.known, mapping.kind
    same = known is not None and known.mapped_hash == unified.mapped_hash and not known.deleted_at
    _add_record(work, batch, surrogate, change, same, kind, unified.mapped_hash, unified.identity_hash, now)
    if same:
        return False
    since = _add_version(work, batch, surrogate, change, newest, mapping.version, now)
    fields = unified_since(mapping, since) if since else {}
    row = unified_row(
        surrogate, kind, unified, (mapping.version, NORMALISER_VERSION), encode(fields) if fields else None
    )
    (batch.persons if kind == "person" else batch.organizations).append(row)
    batch.points += point_cells(surrogate, unified.record)
    if known is not None:
        batch.replaced.append(surrogate)
    return True


def _keep_raw(work: PageWork, batch: Batch, changes: Sequence[tuple[int, Change]], held: Held, now: datetime) -> None:
    """Rows of records that no mapping reads: every version as it came, nothing made of it, nobody waiting for it."""
    for surrogate, change in changes:
        known = change.known
        work.met(surrogate)
        _follow(work, batch, change, now)
        hash_ = hash_of_raw(change.record.payload, work.volatile)
        same = known is not None and known.mapped_hash == hash_ and not known.deleted_at
        _add_record(work, batch, surrogate, change, same, "other", hash_, "", now)
        if not same:
            _add_version(work, batch, surrogate, change, held.newest.get(surrogate), RAW_VERSION, now)


def _add_record(
    work: PageWork,
    batch: Batch,
    surrogate: int,
    change: Change,
    same: bool,
    kind: str,
    mapped_hash: str,
    identity_hash: str,
    now: datetime,
) -> None:
    record, version = change.record, change.version if change.known is not None and same else change.version + 1
    batch.records.append((
        surrogate, work.source_id, work.object, record.record_id, kind, False, version, change.raw_hash, mapped_hash,
        identity_hash, change.raw if same else None, record.modified_at, now, now if record.deleted else None, work.run,
    ))  # fmt: skip


def _add_version(
    work: PageWork,
    batch: Batch,
    surrogate: int,
    change: Change,
    newest: Newest | None,
    mapping_version: str,
    now: datetime,
) -> dict[str, datetime]:
    """A version with its payload; returns since when its columns have their values, where that is not since now."""
    record = change.record
    since = field_times(record.payload, newest.payload, newest.field_since, newest.modified_at) if newest else {}
    since = {name: at for name, at in since.items() if at != record.modified_at}
    batch.versions.append((
        surrogate, change.version + 1, change.raw, record.modified_at, now, record.deleted,
        encode(since) if since else None, mapping_version, work.run,
    ))  # fmt: skip
    return since


def _queue_keys(
    batch: Batch, surrogate: int, kind: Kind, unified: Unified, known: Known | None, old_form: dict[str, Any] | None
) -> None:
    if known is not None and known.identity_hash == unified.identity_hash:
        batch.want(surrogate, 1)
        return
    new, old = key_hashes(kind, unified.form), key_hashes(kind, old_form)
    # Keys it had already are logged too: who shares a key, and so what the key is worth, depends on this record's form.
    batch.log_keys(surrogate, new, old - new)
    batch.want(surrogate, 0)


def _delete(work: PageWork, batch: Batch, change: Change, held: Held, now: datetime) -> bool:
    """A deletion is a version of its own; keys and links stay, values go, and a merge names its survivor.

    What a source still tells of a deleted record is its newest copy. Returns whether it was not deleted before.
    """
    record, known = change.record, change.known
    assert known is not None
    newly = known.deleted_at is None
    version = known.version + newly
    if change.raw:
        batch.records.append((
            known.id, work.source_id, work.object, record.record_id, known.kind, False, version, change.raw_hash,
            known.mapped_hash, known.identity_hash, change.raw, record.modified_at, now, known.deleted_at or now,
            work.run,
        ))  # fmt: skip
    elif newly:
        batch.deleted.append((known.id, version))
    if newly and record.erased:
        batch.erased.append(known.id)
    if newly:
        batch.versions.append((known.id, version, None, record.modified_at, now, True, None, "", work.run))
    told = _follow(work, batch, change, now)
    if known.kind != "other" and (newly or told):
        batch.want(known.id, 1)
        work.implied.dismiss(batch, held.employers.get(known.id, set()))
    return newly


def _follow(work: PageWork, batch: Batch, change: Change, now: datetime) -> bool:
    """Remember what its vendor merged a record into or made of it; forget a merge that was taken back.

    Returns whether that was news.
    """
    record = change.record
    where = (work.source_id, work.object, record.record_id)
    survivor = survivor_of(record)
    if survivor is not None:
        cause = "merge" if record.merged_into else "conversion"
        batch.aliases.append((*where, *survivor, cause, record.modified_at or now))
        return survivor != change.survivor
    if not record.deleted and change.survivor is not None and change.known is not None and change.known.deleted_at:
        batch.separated.append((*where, "merge"))
        return True
    return False


def survivor_of(record: SourceRecord) -> tuple[str, str] | None:
    """(object, record id) of what a vendor merged the record into, or made of it."""
    return (record.object, record.merged_into) if record.merged_into else record.converted_into
