"""First step: apply the log of blocking keys, and find keys whose worth has changed.

A key's worth is coarse: a bucket of how many records hold it and a bucket of how many different people they are. When
a key crosses a bucket, either way, every record that holds it is linked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from unified_model.identity.keys import rule_of, worth
from unified_model.identity.stats import COUNTED_UP_TO, TOP_PEOPLE, Name, bucket_of_names, name_of, size_bucket
from unified_model.resolution.pairs import blocks_of, distinct
from unified_model.store import keys as store_keys
from unified_model.store import queue
from unified_model.store.engine import Store
from unified_model.store.keys import Stat
from unified_model.store.landing import match_forms

if TYPE_CHECKING:
    import numpy as np

SEGMENT = 16_000_000
"""Entries of the log applied at a time: each segment writes all over the index, so few of them write less."""
CHANGES_A_WRITE = 30_000
HOLDERS_A_READ = 20_000
KEYS_A_LOOK = 1_000_000
"""Keys whose holders are looked into together: the more, the fewer forms are read more than once."""
FORMS_A_READ = 2_000
"""Few enough to be decoded and freed while they are in the processor's cache."""

Guard = Callable[[Any], None]


def apply_key_log(store: Store, guard: Guard | None, progress: Callable[[str, int, int | None], None] | None) -> int:
    """Bring blocking_key and key_stat up to date; returns how many log entries were applied. Safe to repeat."""
    import numpy as np

    applied, after = 0, -1
    touched: list[np.ndarray[Any, Any]] = []
    done: list[tuple[int, int]] = []
    while True:
        with store.read() as conn:
            segment = store_keys.read_log(conn, after, SEGMENT)
        if not len(segment.key):
            break
        key, record, op = store_keys.net_changes(segment)
        for part in store_keys.in_chunks(len(key), CHANGES_A_WRITE):
            _write(store, guard, store_keys.write_changes, key[part], record[part], op[part])
            if progress:
                progress("index", applied + min(part.stop, len(key)), None)
        touched.append(distinct(key))
        done.extend(segment.places)
        applied, after = applied + len(segment.key), done[-1][1]
    if applied:
        # Once for all segments: counting a large log's keys walks over the whole index.
        _recount(store, distinct(np.concatenate(touched)), guard)
    # Last, so that a run killed before this point finds the log again and repeats itself without harm.
    for first, last in done:
        for start in range(first, last + 1, 200_000):
            _write(store, guard, store_keys.forget_log, start, min(last, start + 199_999))
    return applied


def _recount(store: Store, keys: np.ndarray[Any, Any], guard: Guard | None) -> None:
    """Count the holders of keys (sorted, each once) anew, and ask for links where that changes what a key is worth."""
    with store.read() as conn:
        counts = store_keys.crowded(conn, keys, COUNTED_UP_TO + 1)
        before = store_keys.stats_among(conn, keys)
        people = _people(conn, counts)
        first_sync = queue.all_wait_for_links(conn)
    changed, gone = {}, [key for key in before if key not in counts]
    for key, records in counts.items():
        stat = Stat(records, size_bucket(records), people.get(key, 0), records > rule_of(key).cap)
        if stat[1:] != (before[key][1:] if key in before else None):
            changed[key] = stat
    if not first_sync:
        crossing = [key for key in (*changed, *gone) if _worth(key, changed.get(key)) != _worth(key, before.get(key))]
        _requeue(store, crossing, guard)
    every = sorted(changed)
    for part in store_keys.in_chunks(len(every), CHANGES_A_WRITE):
        _write(store, guard, store_keys.write_stats, {key: changed[key] for key in every[part]}, [])
    for part in store_keys.in_chunks(len(gone), CHANGES_A_WRITE):
        _write(store, guard, store_keys.write_stats, {}, gone[part])


def _worth(key: int, stat: Stat | None) -> tuple[int, int, bool]:
    """What of a key's statistics any weight or candidate reads: only when that changes, its records are linked anew."""
    if stat is None:
        return 0, 0, False
    return *worth(rule_of(key), stat.size_bucket, stat.people_bucket), stat.oversize


def _people(conn: Any, counts: dict[int, int]) -> dict[int, int]:
    """Bucket of different people for every key that may be shared (a phone, an e-mail); other keys have none."""
    buckets: dict[int, int] = {}
    by_kind: dict[str, list[int]] = {}
    for key, records in counts.items():
        rule = rule_of(key)
        if not rule.people:
            continue
        if records > COUNTED_UP_TO:
            buckets[key] = TOP_PEOPLE
        else:
            by_kind.setdefault(rule.kind, []).append(key)
    for kind, keys in by_kind.items():
        for part in store_keys.in_chunks(len(keys), KEYS_A_LOOK):
            buckets.update(_people_among(conn, kind, keys[part]))
    return buckets


def _people_among(conn: Any, kind: str, keys: list[int]) -> Iterator[tuple[int, int]]:
    """(key, bucket of different people). Each holder's form is read once, in the order in which they are stored."""
    import numpy as np

    held = np.array(store_keys.holders(conn, keys), dtype=np.int64).reshape(-1, 2)
    records = distinct(held[:, 1])
    names: list[Name] = []
    same: dict[Name, Name] = {}
    for part in store_keys.in_chunks(len(records), FORMS_A_READ):
        some = records[part].tolist()
        forms = match_forms(conn, kind, some)
        told = (name_of(forms.get(record, {})) for record in some)
        names += [same.setdefault(name, name) for name in told]
    blocks = blocks_of(held[:, 0], np.searchsorted(records, held[:, 1]))
    ends = np.cumsum(blocks.sizes)
    holders = blocks.record.tolist()
    for end, size in zip(ends.tolist(), blocks.sizes.tolist(), strict=True):
        yield int(blocks.key[end - 1]), bucket_of_names({names[place] for place in holders[end - size : end]})


def _requeue(store: Store, keys: list[int], guard: Guard | None) -> None:
    """Every record that holds one of the keys must be linked anew, unless it waits for that already."""
    with store.read() as conn:
        waiting = queue.waiting_for_links(conn)
    for part in store_keys.in_chunks(len(keys), HOLDERS_A_READ):
        with store.read() as conn:
            touched = {record for _, record in store_keys.holders(conn, keys[part])} - waiting
        if touched:
            seq = store.allocate("queue", 1)[0]
            stages = dict.fromkeys(touched, queue.WORTH)
            _write(store, guard, queue.enqueue, stages, seq, "a shared key changed its worth")
            waiting |= touched


def _write(store: Store, guard: Guard | None, do: Callable[..., None], *arguments: Any) -> None:
    with store.begin() as work:
        if guard:
            guard(work.conn)
        do(work.conn, *arguments)
        work.commit()
