"""Source systems: pinned to their installation at first contact, found by label, renamed, taken out of service."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from unified_model.errors import NeedsOperator, UsageError
from unified_model.store import queue
from unified_model.store.engine import Store, lock_table
from unified_model.store.tables.landing import source


class Source(NamedTuple):
    """A source system as the store knows it."""

    id: int
    label: str
    installation: str
    kind: str
    one_record_a_customer: bool
    doubtful: str | None
    created_at: datetime
    removed_at: datetime | None


def ensure_source(
    store: Store,
    label: str,
    installation: str,
    kind: str,
    now: datetime,
    *,
    doubtful: str | None = None,
    one_record_a_customer: bool = False,
) -> Source:
    """The source of this label, made at first contact. `NeedsOperator` when label and installation disagree.

    A label never moves to another installation by itself: records of two systems would be taken for one another.
    """
    with store.read() as conn:
        known = sources(conn, removed=True)
    match = _matching(known, label, installation)
    if match is None:
        (key,) = store.allocate("source", 1)
        match = Source(key, label, installation, kind, one_record_a_customer, doubtful, now, None)
        with store.begin() as work:
            lock_table(work.conn, source)
            raced = _matching(sources(work.conn, removed=True), label, installation)
            if raced is not None:
                return raced
            work.conn.execute(source.insert().values(match._asdict()))
            work.commit()
        return match
    declared = match._replace(doubtful=doubtful, one_record_a_customer=one_record_a_customer, removed_at=None)
    if declared != match:
        _set(store, declared, resettled=declared.one_record_a_customer != match.one_record_a_customer)
    return declared


def sources(conn: Connection, *, removed: bool = False) -> list[Source]:
    """All sources by label; those taken out of service only when asked for."""
    query = select(*(source.c[name] for name in Source._fields)).order_by(source.c.label)
    if not removed:
        query = query.where(source.c.removed_at.is_(None))
    return [Source(*row) for row in conn.execute(query)]


def source_by_label(conn: Connection, label: str) -> Source:
    """The source of this label, or `UsageError` naming those there are."""
    known = sources(conn, removed=True)
    for one in known:
        if one.label == label:
            return one
    raise UsageError(
        f"The store knows no source {label!r}.",
        f"Known: {', '.join(one.label for one in known)}." if known else "Run `unsilo sync` first.",
    )


def unique_sources(conn: Connection) -> frozenset[int]:
    """Sources that declare that no two of their records are one customer."""
    return frozenset(one.id for one in sources(conn, removed=True) if one.one_record_a_customer)


def rename_source(store: Store, label: str, new: str) -> Source:
    """Give a source another label; its records and ids stay as they are."""
    with store.read() as conn:
        renamed = source_by_label(conn, label)._replace(label=new)
        if new != label and any(one.label == new for one in sources(conn, removed=True)):
            raise UsageError(f"There is a source {new!r} already.", "Choose another label.")
    _set(store, renamed)
    return renamed


def remove_source(store: Store, label: str, now: datetime) -> Source:
    """Take a source out of service: it is not read any more; its records stay."""
    with store.read() as conn:
        gone = source_by_label(conn, label)._replace(removed_at=now)
    _set(store, gone)
    return gone


def _matching(known: list[Source], label: str, installation: str) -> Source | None:
    by_label = {one.label: one for one in known}
    by_installation = {one.installation: one for one in known}
    named, pinned = by_label.get(label), by_installation.get(installation)
    if named is not None and named.installation != installation:
        raise NeedsOperator(
            f"Source {label!r} belongs to installation {named.installation}, but {installation} answered.",
            "Check url and credentials of this source; a new installation needs a new name in unsilo.toml.",
        )
    if named is None and pinned is not None:
        raise NeedsOperator(
            f"Installation {installation} is known as source {pinned.label!r}, not as {label!r}.",
            f"Rename it with `unsilo source rename {pinned.label} {label}`, or use the old name in unsilo.toml.",
        )
    return named


def _set(store: Store, changed: Source, *, resettled: bool = False) -> None:
    """Write a source's row. `resettled`: which of its records may be one customer is another question now."""
    seq = store.allocate("queue", 1)[0] if resettled else 0
    with store.begin() as work:
        work.conn.execute(source.update().where(source.c.id == changed.id).values(changed._asdict()))
        if resettled:
            queue.enqueue_source(work.conn, changed.id, seq, "its source keeps one record a customer, or no longer")
        work.commit()
