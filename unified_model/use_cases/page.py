"""One page: compare with what the store holds, work out every row, write them in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from unified_model.entities import Kind
from unified_model.identity.forms import NORMALISER_VERSION
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import Page, Reject, SourceRecord
from unified_model.store import dead_letters, landing
from unified_model.store.codec import digest, encode, encode_bytes
from unified_model.store.engine import Store
from unified_model.store.landing import Batch, Known, Newest
from unified_model.store.plain import storable
from unified_model.use_cases.implied import ImpliedOrganizations
from unified_model.use_cases.unify import (
    Unified,
    Unify,
    field_times,
    key_hashes,
    point_cells,
    unified_row,
    unified_since,
)

Guard = Callable[[Any], None]

RECORDS_AT_ONCE = 100
"""Records of a page worked out together: what is made of so few on the way still lies in the processor's cache when it
is used and freed, and so does the code of each step. Much fewer or many more take a tenth longer."""


@dataclass(slots=True)
class LandCounts:
    """What became of the records of a read. `read` equals the sum of the five below it; deletes are apart."""

    read: int = 0
    stored: int = 0
    unchanged: int = 0
    repeated: int = 0
    rejected: int = 0
    suppressed: int = 0
    deleted: int = 0

    def balanced(self) -> bool:
        """Law 1 in figures."""
        return self.read == self.stored + self.unchanged + self.repeated + self.rejected + self.suppressed

    def add(self, other: LandCounts) -> None:
        """Sum up, field by field."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class PageWork:
    """What landing one object's pages needs, page after page."""

    store: Store
    source_id: int
    object: str
    run: int
    mapping: ObjectMapping
    unify: Unify
    seen: bytearray | None = None
    """Bitmap over surrogate keys: which records a whole read has met (snapshots only)."""
    open_letters: dict[str, list[int]] = field(default_factory=dict)
    """Dead letters of earlier runs that a record read without fault would settle."""
    implied: ImpliedOrganizations = field(init=False)

    def __post_init__(self) -> None:
        self.implied = ImpliedOrganizations(self.store, self.source_id, self.object, self.run)

    def met(self, record: int) -> None:
        """Remember that the snapshot holds this record."""
        if self.seen is not None:
            if record >> 3 >= len(self.seen):
                self.seen.extend(bytes((record >> 3) + 4096 - len(self.seen)))
            self.seen[record >> 3] |= 1 << (record & 7)

    def has_met(self, record: int) -> bool:
        """Whether this read has met the record."""
        place = record >> 3
        return self.seen is not None and place < len(self.seen) and bool(self.seen[place] & (1 << (record & 7)))


class _Change(NamedTuple):
    """A record that differs from what the store holds."""

    record: SourceRecord
    raw: str
    raw_hash: str
    known: Known | None

    @property
    def is_deletion(self) -> bool:
        """Whether it takes a record away that the store holds. One deleted at first sight is read whole."""
        return self.record.deleted and self.known is not None


def land_page(work: PageWork, page: Page, now: datetime, guard: Guard | None, cursor: str | None) -> LandCounts:
    """Store a page and, unless None, its cursor. Returns its balanced counts."""
    counts = LandCounts(read=page.read, repeated=page.repeated)
    rejects = list(page.rejects)
    named = page.records
    if not _have_storable_ids(named):
        rejects += [_unnameable(r) for r in named if not _have_storable_ids([r])]
        named = [r for r in named if _have_storable_ids([r])]
    records = {r.record_id: r for r in named}
    counts.repeated += len(named) - len(records)
    with work.store.read() as conn:
        known = landing.known_records(conn, work.source_id, work.object, list(records))
        moved = [r.record_id for r in records.values() if r.merged_into]
        survivors = landing.survivors_of(conn, work.source_id, work.object, moved)
        changes = _compare(work, records.values(), known, survivors, counts, rejects)
        held = [c.known for c in changes if c.known is not None]
        newest = landing.newest_versions(conn, held)
        forms = landing.match_forms(conn, work.mapping.kind, [k.id for k in held])
        employers = landing.organizations_of(conn, [k.id for k in held])
    batch = _rows(work, changes, newest, forms, employers, now, counts)
    counts.rejected += len(rejects)
    _write(work, batch, page, records, rejects, now, guard, cursor)
    return counts


def _compare(
    work: PageWork,
    records: Iterable[SourceRecord],
    known: dict[str, Known],
    survivors: dict[str, str],
    counts: LandCounts,
    rejects: list[Reject],
) -> list[_Change]:
    changes = []
    for record in records:
        held = known.get(record.record_id)
        if held is not None and not record.deleted:
            work.met(held.id)
        if record.deleted and (held is not None or not record.payload):
            told = record.merged_into is None or survivors.get(record.record_id) == record.merged_into
            if held is None or (held.deleted and told):
                counts.unchanged += 1
            else:
                changes.append(_Change(record, "", "", held))
            continue
        try:
            raw = encode_bytes(record.payload)
        except TypeError as error:
            rejects.append(_unstorable(record, error))
            continue
        raw_hash = digest(raw)
        if held is not None and held.raw_hash == raw_hash and not held.deleted:
            counts.unchanged += 1
        else:
            changes.append(_Change(record, raw.decode(), raw_hash, held))
    return changes


def _rows(
    work: PageWork,
    changes: Sequence[_Change],
    newest: dict[int, Newest],
    forms: dict[int, dict[str, Any]],
    employers: dict[int, set[int]],
    now: datetime,
    counts: LandCounts,
) -> Batch:
    batch = Batch(all_new=all(change.known is None for change in changes))
    fresh = iter(work.store.allocate("record", sum(c.known is None for c in changes)))
    numbered = [(change.known.id if change.known else next(fresh), change) for change in changes]
    for start in range(0, len(numbered), RECORDS_AT_ONCE):
        _work_out(work, batch, numbered[start : start + RECORDS_AT_ONCE], newest, forms, employers, now, counts)
    work.implied.settle(batch, now)
    return batch


def _work_out(
    work: PageWork,
    batch: Batch,
    changes: Sequence[tuple[int, _Change]],
    newest: dict[int, Newest],
    forms: dict[int, dict[str, Any]],
    employers: dict[int, set[int]],
    now: datetime,
    counts: LandCounts,
) -> None:
    """Rows of some changes, each with its surrogate key."""
    unified_ones = iter(work.unify([change.record for _, change in changes if not change.is_deletion]))
    counts.stored += len(changes)
    for surrogate, change in changes:
        known, before = change.known, employers.get(surrogate, set())
        if known is not None and change.is_deletion:
            _delete(work, batch, change.record, known, now)
            work.implied.dismiss(batch, before)
            counts.deleted += not known.deleted
            continue
        unified = next(unified_ones)
        work.met(surrogate)
        if not _store(work, batch, surrogate, change, unified, newest.get(surrogate), now):
            continue
        _queue_keys(batch, surrogate, work.mapping.kind, unified, known, forms.get(surrogate))
        if work.mapping.kind == "person":
            # Companies that a deleted record named had lost it: all that it names now must hear of its return.
            named = set() if known is not None and known.deleted else before
            work.implied.employ(surrogate, unified.record, named, living=not change.record.deleted)


def _store(
    work: PageWork,
    batch: Batch,
    surrogate: int,
    change: _Change,
    unified: Unified,
    newest: Newest | None,
    now: datetime,
) -> bool:
    """Rows of a record read whole; False when only columns nobody reads have changed, so that no version is made.

    A record may come deleted at first sight, from an export that keeps what was deleted: evidence, without values.
    """
    record, known, kind = change.record, change.known, work.mapping.kind
    same = known is not None and known.mapped_hash == unified.mapped_hash and not known.deleted
    version = known.version if known is not None and same else (known.version if known else 0) + 1
    batch.records.append((
        surrogate, work.source_id, work.object, record.record_id, kind, False, version, change.raw_hash,
        unified.mapped_hash, unified.identity_hash,
        change.raw if same else None, record.modified_at, now, now if record.deleted else None, work.run,
    ))  # fmt: skip
    if same:
        return False
    _follow(work, batch, record, now)
    since = field_times(record.payload, newest.payload, newest.field_since, newest.modified_at) if newest else {}
    since = {name: at for name, at in since.items() if at != record.modified_at}
    batch.versions.append((
        surrogate, version, change.raw, record.modified_at, now, record.deleted, encode(since) if since else None,
        work.mapping.version, work.run,
    ))  # fmt: skip
    fields = unified_since(work.mapping, since) if since else {}
    row = unified_row(
        surrogate, kind, unified, (work.mapping.version, NORMALISER_VERSION), encode(fields) if fields else None
    )
    (batch.persons if kind == "person" else batch.organizations).append(row)
    batch.points += point_cells(surrogate, unified.record)
    if known is not None:
        batch.replaced.append(surrogate)
    return True


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


def _delete(work: PageWork, batch: Batch, record: SourceRecord, known: Known, now: datetime) -> None:
    """A deletion is a version of its own; keys and links stay, values go, and a merge names its survivor."""
    if not known.deleted:
        batch.deleted.append((known.id, known.version + 1))
        batch.versions.append((known.id, known.version + 1, None, record.modified_at, now, True, None, "", work.run))
    batch.want(known.id, 1)
    _follow(work, batch, record, now)


def _follow(work: PageWork, batch: Batch, record: SourceRecord, now: datetime) -> None:
    """Remember the survivor of a record that its vendor merged into another."""
    if record.merged_into:
        batch.aliases.append((
            work.source_id, work.object, record.record_id, work.object, record.merged_into, "merge",
            record.modified_at or now,
        ))  # fmt: skip


def _write(
    work: PageWork,
    batch: Batch,
    page: Page,
    records: dict[str, SourceRecord],
    rejects: Sequence[Reject],
    now: datetime,
    guard: Guard | None,
    cursor: str | None,
) -> None:
    store = work.store
    if not (batch.records or batch.deleted or batch.aliases or rejects or cursor is not None):
        return
    places = store.allocate("blocking_key_log", len(batch.key_ops), ordered=True)
    queue_seq = store.allocate("queue", 1)[0]
    letters = store.allocate("dead_letter", len(rejects), ordered=True)
    with store.begin() as work_unit:
        conn = work_unit.conn
        if guard:
            guard(conn)
        landing.write_batch(conn, batch, places, queue_seq, "landed", now, work.run)
        if rejects:
            dead_letters.set_aside(conn, work.source_id, work.object, rejects, letters, now, work.run)
        settled = _settled(work, records, rejects)
        if settled:
            dead_letters.settle(conn, settled)
        if cursor is not None:
            landing.save_cursor(conn, work.source_id, work.object, cursor, _newest_stamp(page), now)
        work_unit.commit()


def _settled(work: PageWork, records: dict[str, SourceRecord], rejects: Sequence[Reject]) -> list[int]:
    """Dead letters of earlier runs whose record or line has now been read without fault."""
    if not work.open_letters:
        return []
    bad = {r.place for r in rejects}
    names = (name for r in records.values() if r.place not in bad for name in (r.record_id, r.place))
    return sorted({number for name in names for number in work.open_letters.get(name, ())})


def _newest_stamp(page: Page) -> datetime | None:
    return max((r.modified_at for r in page.records if r.modified_at is not None), default=None)


def _have_storable_ids(records: Iterable[SourceRecord]) -> bool:
    ids = "".join([record.record_id + (record.merged_into or "") for record in records])
    return storable(ids) == ids


def _unnameable(record: SourceRecord) -> Reject:
    detail = f"A {record.object} has an id with a NUL or a broken character; correct it at the source."
    return Reject(record.object, record.place, "bad_id", detail, repr(dict(record.payload)), record.record_id)


def _unstorable(record: SourceRecord, error: Exception) -> Reject:
    detail = (
        f"{record.object} {record.record_id} holds text that is not valid Unicode ({error}); correct it at the source."
    )
    return Reject(record.object, record.place, "not_unicode", detail, repr(dict(record.payload)), record.record_id)
