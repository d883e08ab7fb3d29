"""The store, opened: units of work that roll back unless told otherwise, snapshots to read, surrogate keys.

store = open_store("sqlite:///unsilo.db")
with store.begin() as work:
    write_rows(work.conn, person, columns, rows)
    work.commit()
with store.read() as conn:
    conn.execute(select(person)).all()
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import URL, Engine, Table
from sqlalchemy import Connection as Connection  # for those who pass one on without speaking SQL, Table

from unified_model.store.connect import READING, engine_for, parse_url
from unified_model.store.faults import translated

Backend = Literal["sqlite", "postgresql"]
Upgrade = Literal["auto", "never", "force"]

KEY_BLOCK = 1000
"""Surrogate keys taken from `counter` at once; what a process does not use is lost, which costs nothing."""

_TAKE = """
insert into counter (name, next) values (?, 1 + ?)
on conflict (name) do update set next = counter.next + excluded.next - 1
returning next
"""


class UnitOfWork:
    """One write transaction: `conn` until `commit()`; without a commit nothing of it remains."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.committed = False

    def commit(self) -> None:
        """Make everything done through `conn` lasting, at once. The unit of work ends here."""
        with translated():
            self.conn.commit()
        self.committed = True
        self.conn.close()


class Store:
    """An open store. Threads may share it; a forked child must open its own."""

    def __init__(self, url: URL, engine: Engine) -> None:
        self.url = url
        self.engine = engine
        self.backend: Backend = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        self._lock = threading.Lock()
        self._free: dict[str, range] = {}
        self._owner = os.getpid()
        self._open = threading.local()

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """A write transaction; rolls back when the block ends without `commit()`. SQLite: holds the write lock.

        One at a time a thread: a second inside the first would wait for it for ever.
        """
        if getattr(self._open, "work", None) is not None:
            raise RuntimeError("this thread is in a unit of work of this store already")
        with self.engine.connect() as conn:
            conn.begin()
            work = UnitOfWork(conn)
            self._open.work = work
            try:
                yield work
            finally:
                self._open.work = None
                if not work.committed:
                    conn.rollback()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection on one snapshot: everything read in the block belongs together."""
        with self.engine.connect().execution_options(**READING) as conn, conn.begin():
            yield conn

    def allocate(self, name: str, n: int, *, ordered: bool = False) -> range:
        """`n` fresh surrogate keys of a kind (`record`, `run`, `change` ...), never given out before.

        `ordered`: greater than all keys given out so far, to any process; else they may come from a block of our own.

        Taken in a short transaction of its own. On SQLite, where only one transaction writes at a time, an open
        unit of work of the same thread lends its own: keys taken there are void if it rolls back, as are its rows.
        """
        if n <= 0:
            return range(0)
        free = None if ordered else self._from_cache(name, n)
        if free is not None:
            return free
        work: UnitOfWork | None = getattr(self._open, "work", None)
        if self.backend == "sqlite" and work is not None and not work.committed:
            return _take(work.conn, name, n)
        if ordered:
            return self._take_block(name, n)
        block = self._take_block(name, max(n, KEY_BLOCK))  # not under the lock: it may wait for another process
        with self._lock:
            self._free[name] = block[n:]
        return block[:n]

    def _from_cache(self, name: str, n: int) -> range | None:
        with self._lock:
            if self._owner != os.getpid():  # a forked child must not hand out its parent's keys
                self._owner, self._free = os.getpid(), {}
                self.engine.dispose(close=False)
            free = self._free.get(name, range(0))
            if len(free) < n:
                return None
            self._free[name] = free[n:]
            return free[:n]

    def _take_block(self, name: str, n: int) -> range:
        with self.engine.connect() as conn, conn.begin():
            return _take(conn, name, n)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str, *, upgrade: Upgrade = "auto") -> Store:
    """The store at `url`, of the schema this version of Unsilo speaks.

    `auto` creates a missing store and brings an older SQLite file up to date (a copy is kept); an older PostgreSQL
    store is refused. `force` upgrades that too. `never` creates and changes nothing. A newer store is always refused.
    """
    from unified_model.store.schema import make_current

    parsed = parse_url(url)
    store = Store(parsed, engine_for(parsed))
    try:
        with translated():
            make_current(store, upgrade)
    except BaseException:
        store.close()
        raise
    return store


def lock_table(conn: Connection, table: Table) -> None:
    """One writer of this table at a time until the transaction ends (on SQLite there is only one anyway)."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f'lock table "{table.name}" in share row exclusive mode')


def _take(conn: Connection, name: str, n: int) -> range:
    sql = _TAKE if conn.dialect.name == "sqlite" else _TAKE.replace("?", "%s")
    end = conn.exec_driver_sql(sql, (name, n)).scalar_one()
    return range(end - n, end)
