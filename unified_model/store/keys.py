"""Blocking keys as landing logs them and as resolve reads them, and how common each key is.

Landing only appends to the log; here the log is applied in sorted order, so that a bulk load writes the index once,
from left to right, instead of at random places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, select, text

from unified_model.store.bulk import delete_rows, rows_by_keys, write_rows
from unified_model.store.codec import encode
from unified_model.store.tables.identity import blocking_key, blocking_key_log, key_stat

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

SCAN_FROM = 100_000
"""From so many keys on, one walk over the whole index is cheaper than a look-up each."""
ROWS_AT_ONCE = 50_000
RULE_MASK = 31
"""The low bits of a key tell the rule that made it."""
CROWD = 3
"""Keys held by fewer records than this are trivial and have no row in key_stat."""


class LogSegment(NamedTuple):
    """Some of the log, as arrays of equal length in writing order, and the places it was read from."""

    key: Array
    record: Array
    op: Array
    places: list[tuple[int, int]]
    """Closed ranges without a gap: an entry that was not read is never inside one."""


class Stat(NamedTuple):
    """How common a key is: records that hold it, the two coarse buckets, and whether it is too common to form pairs."""

    records: int
    size_bucket: int
    people_bucket: int
    oversize: bool


def read_log(conn: Connection, after: int, limit: int) -> LogSegment:
    """The oldest entries of the log behind a place in it, `limit` at most."""
    import numpy as np

    log = blocking_key_log.c
    query = select(log.seq, log.key, log.record, log.op).where(log.seq > after).order_by(log.seq).limit(limit)
    keys, records, ops = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int8)]
    places: list[tuple[int, int]] = []
    for part in conn.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}).partitions():
        table = np.fromiter(chain.from_iterable(part), np.int64, 4 * len(part)).reshape(-1, 4)
        keys.append(table[:, 1].copy())
        records.append(table[:, 2].copy())
        ops.append(table[:, 3].astype(np.int8))
        places.extend(ranges_of(table[:, 0]))
    return LogSegment(np.concatenate(keys), np.concatenate(records), np.concatenate(ops), places)


def _numbers(conn: Connection, query: Select[Any], columns: int) -> Array:
    """A query's whole numbers as an array, without holding all of them as rows at once."""
    import numpy as np

    parts = conn.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}).partitions()
    arrays = [np.fromiter(chain.from_iterable(part), np.int64, columns * len(part)) for part in parts]
    flat = np.concatenate(arrays) if arrays else np.empty(0, np.int64)
    return flat.reshape(-1, columns)


def logged_records(conn: Connection) -> set[int]:
    """Records with changes of keys that are not applied yet."""
    return set(conn.execute(select(blocking_key_log.c.record).distinct()).scalars())


def net_changes(segment: LogSegment) -> tuple[Array, Array, Array]:
    """(key, record, op) after all: the last word on each pair, sorted by key and record."""
    import numpy as np

    order = np.lexsort((segment.record, segment.key))  # stable: what was written later stays behind
    key, record, op = segment.key[order], segment.record[order], segment.op[order]
    last = np.ones(len(key), dtype=bool)
    last[:-1] = (key[1:] != key[:-1]) | (record[1:] != record[:-1])
    return key[last], record[last], op[last]


def write_changes(conn: Connection, key: Array, record: Array, op: Array) -> None:
    """Apply sorted changes; applying them twice changes nothing."""
    gone = op < 0
    if gone.any():
        pairs = list(zip(key[gone].tolist(), record[gone].tolist(), strict=True))
        delete_rows(conn, blocking_key, ("key", "record"), pairs)
    kept = ~gone
    rows = list(zip(key[kept].tolist(), record[kept].tolist(), strict=True))
    write_rows(conn, blocking_key, ("key", "record"), rows, on_conflict="ignore")


def forget_log(conn: Connection, first: int, last: int) -> None:
    """Drop applied entries: a closed range of places."""
    conn.execute(delete(blocking_key_log).where(blocking_key_log.c.seq.between(first, last)))


def ranges_of(seq: Array) -> Iterator[tuple[int, int]]:
    """Places that follow one another without a gap, as closed ranges: an entry not read is never inside one."""
    import numpy as np

    if not len(seq):
        return
    starts = np.concatenate(([0], np.nonzero(np.diff(seq) != 1)[0] + 1))
    ends = np.concatenate((starts[1:] - 1, [len(seq) - 1]))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield int(seq[start]), int(seq[end])


def crowded(conn: Connection, keys: Array, most: int) -> dict[int, int]:
    """Keys among these that three records or more hold, with how many; `most` stands for any more."""
    if len(keys) < SCAN_FROM:
        return _crowded_among(conn, keys.tolist(), most)
    import numpy as np

    count = func.count()
    found = _numbers(conn, select(blocking_key.c.key, count).group_by(blocking_key.c.key).having(count >= CROWD), 2)
    wanted = found[_among(found[:, 0], keys)]
    return dict(zip(wanted[:, 0].tolist(), np.minimum(wanted[:, 1], most).tolist(), strict=True))


def _crowded_among(conn: Connection, keys: list[int], most: int) -> dict[int, int]:
    given: Any = (keys,)
    values = "unnest(%s::bigint[]) as k(value)"
    if conn.dialect.name == "sqlite":
        given, values = (encode(keys),), "json_each(?) as k"
    held = f"select 1 from blocking_key where key = k.value limit {most}"
    counted = f"select k.value, (select count(*) from ({held}) as held) from {values}"
    return {key: held for key, held in conn.exec_driver_sql(counted, given) if held >= CROWD}


def counts_of(conn: Connection, keys: Sequence[int]) -> dict[int, int]:
    """How many records hold each of a few keys just now; those that nobody holds are left out."""
    c = blocking_key.c
    query = select(c.key, func.count()).where(c.key.in_(list(keys))).group_by(c.key)
    return dict(conn.execute(query).tuples().all())


def holders(conn: Connection, keys: Sequence[int]) -> list[tuple[int, int]]:
    """(key, record) of every record that holds one of the keys."""
    return rows_by_keys(conn, blocking_key, "key", keys, ("key", "record"))


def entries_of(conn: Connection, codes: Sequence[int]) -> Array:
    """(key, record) of the whole index in its order, for the rules with these numbers."""
    c = blocking_key.c
    query = select(c.key, c.record).where(c.key.op("&")(RULE_MASK).in_(list(codes))).order_by(c.key, c.record)
    return _numbers(conn, query, 2)


def buckets_of(conn: Connection, codes: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Key -> (size bucket, people bucket) of all common keys, for the rules with these numbers."""
    c = key_stat.c
    query = select(c.key, c.size_bucket, c.people_bucket).where(c.key.op("&")(RULE_MASK).in_(list(codes)))
    return {key: (size, people) for key, size, people in conn.execute(query)}


def oversize_by_rule(conn: Connection) -> dict[int, int]:
    """Number of a rule -> how many of its keys form no pairs, because too many records hold them."""
    code = key_stat.c.key.op("&")(RULE_MASK)
    query = select(code, func.count()).where(text("oversize")).group_by(code)
    return dict(conn.execute(query).tuples().all())


def stats_of(conn: Connection, keys: Sequence[int]) -> dict[int, Stat]:
    """Stored statistics of keys; trivial keys have none."""
    found: dict[int, Stat] = {}
    for part in in_chunks(len(keys), 50_000):
        found.update(_stat_rows(rows_by_keys(conn, key_stat, "key", list(keys[part]), _STAT_COLUMNS)))
    return found


def stats_among(conn: Connection, keys: Array) -> dict[int, Stat]:
    """`stats_of` for any number of keys."""
    if len(keys) < SCAN_FROM:
        return stats_of(conn, keys.tolist())
    every = _numbers(conn, select(*[key_stat.c[name] for name in _STAT_COLUMNS]), len(_STAT_COLUMNS))
    return _stat_rows(every[_among(every[:, 0], keys)].tolist())


def _among(values: Array, keys: Array) -> Array:
    """Which values are among the keys (sorted, one at least)."""
    import numpy as np

    found: Array = keys[np.minimum(np.searchsorted(keys, values), len(keys) - 1)] == values
    return found


_STAT_COLUMNS = ("key", "records", "size_bucket", "people_bucket", "oversize")


def _stat_rows(rows: Iterable[Any]) -> dict[int, Stat]:
    return {row[0]: Stat(row[1], row[2], row[3], bool(row[4])) for row in rows}


def write_stats(conn: Connection, changed: dict[int, Stat], gone: Sequence[int]) -> None:
    """Store new statistics and drop those of keys that have become trivial."""
    rows = [(key, *stat) for key, stat in sorted(changed.items())]
    write_rows(conn, key_stat, _STAT_COLUMNS, rows, on_conflict="update")
    delete_rows(conn, key_stat, ("key",), list(gone))


def in_chunks(total: int, size: int) -> Iterator[slice]:
    """Slices that cover `total` places."""
    for start in range(0, total, size):
        yield slice(start, start + size)
