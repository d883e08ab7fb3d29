"""One page: compare with what the store holds, work out every row, write them in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from unified_model.errors import NeedsOperator
from unified_model.mapping.rows import ObjectMapping
from unified_model.records import Page, Reject, SourceRecord
from unified_model.store import dead_letters, landing
from unified_model.store.codec import digest, encode_bytes
from unified_model.store.engine import Store
from unified_model.store.landing import Batch, Known, Newest
from unified_model.store.plain import storable
from unified_model.use_cases.implied import ImpliedOrganizations
from unified_model.use_cases.page_rows import rows_of, survivor_of
from unified_model.use_cases.unify import Unify

Guard = Callable[[Any], None]


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
    mapping: ObjectMapping | None
    """None: nobody reads this object; its records are kept as they come."""
    unify: Unify | None
    volatile: Collection[str] = ()
    """Without a mapping: columns whose change alone makes no version."""
    hidden: frozenset[str] = frozenset()
    """Columns that the source did not show when it was read last."""
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


class Change(NamedTuple):
    """A record that differs from what the store holds."""

    record: SourceRecord
    raw: str
    raw_hash: str
    known: Known | None
    survivor: tuple[str, str] | None
    """What the store was told that the record became: (object, record id)."""

    @property
    def is_deletion(self) -> bool:
        """Whether it takes a record away that the store holds. One deleted at first sight is read whole."""
        return self.record.deleted and self.known is not None

    @property
    def version(self) -> int:
        """Number of the version the store holds; 0 when it holds none."""
        return self.known.version if self.known is not None else 0


class Held(NamedTuple):
    """What the store holds of the changed records of a page, by surrogate key."""

    newest: dict[int, Newest]
    forms: dict[int, dict[str, Any]]
    employers: dict[int, set[int]]


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
        if page.hidden:
            records = _with_hidden(conn, records, known, page.hidden)
        told = [r.record_id for r in records.values() if r.merged_into or r.converted_into]
        told += [key for key, held in known.items() if held.deleted_at and not records[key].deleted]
        survivors = landing.survivors_of(conn, work.source_id, work.object, told)
        changes = _compare(work, records.values(), known, survivors, counts, rejects)
        before = [c.known for c in changes if c.known is not None]
        ids = [k.id for k in before]
        kind = work.mapping.kind if work.mapping is not None else None
        held = Held(
            landing.newest_versions(conn, before),
            landing.match_forms(conn, kind, ids) if kind else {},
            landing.organizations_of(conn, ids) if kind else {},
        )
    _refuse_unmapping(work, before)
    batch = rows_of(work, changes, held, now, counts)
    counts.rejected += len(rejects)
    _write(work, batch, page, records, rejects, now, guard, cursor)
    return counts


def _with_hidden(
    conn: Any, records: dict[str, SourceRecord], known: dict[str, Known], hidden: frozenset[str]
) -> dict[str, SourceRecord]:
    """The records with what the store holds of columns that the source does not show now: hidden is not empty."""
    payloads = landing.newest_payloads(conn, known.values())
    whole = {}
    for record_id, record in records.items():
        held = known.get(record_id)
        kept = {
            name: value
            for name, value in (payloads.get(held.id, {}) if held and record.payload else {}).items()
            if name in hidden and name not in record.payload
        }
        whole[record_id] = record._replace(payload={**record.payload, **kept}) if kept else record
    return whole


def _compare(
    work: PageWork,
    records: Iterable[SourceRecord],
    known: dict[str, Known],
    survivors: dict[str, tuple[str, str]],
    counts: LandCounts,
    rejects: list[Reject],
) -> list[Change]:
    changes = []
    for record in records:
        held = known.get(record.record_id)
        if held is not None and not record.deleted:
            work.met(held.id)
        if held is None and record.deleted and not record.payload:
            counts.unchanged += 1
            continue
        raw, raw_hash = b"", ""
        if record.payload or not record.deleted:
            try:
                raw = encode_bytes(record.payload)
            except TypeError as error:
                rejects.append(_unstorable(record, error))
                continue
            raw_hash = digest(raw)
        survivor = survivors.get(record.record_id)
        if (
            held is not None
            and raw_hash in (held.raw_hash, "")
            and record.deleted == (held.deleted_at is not None)
            and (not (record.merged_into or record.converted_into) or survivor_of(record) == survivor)
        ):
            counts.unchanged += 1
        else:
            changes.append(Change(record, raw.decode(), raw_hash, held, survivor))
    return changes


def _refuse_unmapping(work: PageWork, before: Sequence[Known]) -> None:
    """What has been read as customers goes on being read: without a mapping its values would stand still unseen."""
    if work.mapping is None and any(known.kind != "other" for known in before):
        raise NeedsOperator(
            f"{work.object} was read as customers before, and no mapping says now how to read it.",
            "Put its mapping back into the settings.",
        )
    if work.mapping is not None:
        refuse_other_kind(work.object, work.mapping.kind, {known.kind for known in before})


def refuse_other_kind(object: str, kind: str, held: Collection[str]) -> None:
    """A person never becomes an organization: its id and its decisions would be about something else."""
    if other := next((was for was in sorted(held) if was not in ("other", kind)), None):
        raise NeedsOperator(
            f"{object} was read as {other}s before, and its mapping now makes {kind}s of it.",
            f'Put `kind = "{other}"` back into its mapping, or read it as another source.',
        )


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
    shown, gone = work.hidden - page.hidden, page.hidden - work.hidden
    if not (batch.records or batch.deleted or batch.aliases or rejects or cursor is not None or shown or gone):
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
        if shown or gone:
            landing.note_hidden(conn, work.source_id, work.object, gone, shown, now)
        work_unit.commit()
    work.hidden = page.hidden


def _settled(work: PageWork, records: dict[str, SourceRecord], rejects: Sequence[Reject]) -> list[int]:
    """Dead letters of earlier runs whose record or line has now been read without fault."""
    if not work.open_letters:
        return []
    bad = {r.place for r in rejects}
    names = (name for r in records.values() if r.place not in bad for name in (r.record_id, r.place))
    return sorted({number for name in names for number in work.open_letters.get(name, ())})


def _newest_stamp(page: Page) -> datetime | None:
    return max((r.modified_at for r in page.records if r.modified_at is not None), default=None)


def _have_storable_ids(records: Sequence[SourceRecord]) -> bool:
    ids = "".join([record.record_id + (record.merged_into or "") for record in records])
    made = "".join([part for record in records if record.converted_into for part in record.converted_into])
    return storable(ids) == ids and storable(made) == made


def _unnameable(record: SourceRecord) -> Reject:
    detail = f"A {record.object} has an id with a NUL or a broken character; correct it at the source."
    return Reject(record.object, record.place, "bad_id", detail, repr(dict(record.payload)), record.record_id)


def _unstorable(record: SourceRecord, error: Exception) -> Reject:
    detail = (
        f"{record.object} {record.record_id} holds text that is not valid Unicode ({error}); correct it at the source."
    )
    return Reject(record.object, record.place, "not_unicode", detail, repr(dict(record.payload)), record.record_id)
