"""Blocking keys made anew: two records meet only if the same rules made the keys of both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from unified_model.identity.keys import KEYS_VERSION
from unified_model.store import audit, rebuilding
from unified_model.store.bulk import write_rows
from unified_model.store.engine import Store
from unified_model.store.settings import KEYS_MADE_BY, read_setting, write_setting
from unified_model.store.tables.identity import blocking_key_log
from unified_model.use_cases.unify import key_hashes

RECORDS_A_PAGE = 5_000


def keys_are_current(conn: Any) -> bool:
    """Whether the keys in the store were made by the present rules."""
    return bool(read_setting(conn, KEYS_MADE_BY) == KEYS_VERSION)


def renew_outdated_keys(
    store: Store, *, clock: Callable[[], datetime], guard: Callable[[Any], None] | None = None
) -> bool:
    """Make all keys anew, and have every record linked anew, where other rules made them; tells whether they did.

    One transaction: killed in it, the store is as before. Call it under the resolve lease.
    """
    with store.read() as conn:
        if keys_are_current(conn):
            return False
    renew(store, clock=clock, actor="unsilo", action="store.rekey", cause="new rules for blocking keys", guard=guard)
    return True


def renew(
    store: Store,
    *,
    clock: Callable[[], datetime],
    actor: str,
    action: str,
    cause: str,
    guard: Callable[[Any], None] | None = None,
) -> None:
    """Drop links, keys and reviews, mark golden values stale, log every key and queue every record."""
    (seq,) = store.allocate("queue", 1)
    with store.begin() as work:
        if guard:
            guard(work.conn)
        rebuilding.drop_derived(work.conn)
        rebuilding.queue_everything(work.conn, seq, cause)
        _log_every_key(store, work.conn)
        write_setting(work.conn, KEYS_MADE_BY, KEYS_VERSION)
        audit.append(work.conn, at=clock(), actor=actor, action=action)
        work.commit()


def _log_every_key(store: Store, conn: Any) -> None:
    for kind in ("organization", "person"):
        for page in rebuilding.forms_by_page(conn, kind, RECORDS_A_PAGE):
            keys = [(key, record, 1) for record, form in page for key in sorted(key_hashes(kind, form))]
            places = store.allocate("blocking_key_log", len(keys), ordered=True)
            rows = [(seq, *key) for seq, key in zip(places, keys, strict=True)]
            write_rows(conn, blocking_key_log, ("seq", "key", "record", "op"), rows)
