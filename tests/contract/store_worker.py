"""A second process for the store's tests: `python store_worker.py JOB URL [ARGUMENT ...]`.

Prints a line when it has come as far as its test waits for.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from unified_model.store.bulk import rows_by_keys, write_rows
from unified_model.store.engine import Store, open_store
from unified_model.store.leases import acquire, check
from unified_model.store.tables.landing import counter
from unified_model.store.tables.trust import setting


def hold_transaction(store: Store) -> None:
    """Write something, say so, and never commit."""
    with store.begin() as work:
        write_rows(work.conn, setting, ("name", "value"), [("half", '"written"')])
        lock_everything(work.conn)
        print("writing", flush=True)
        time.sleep(60)


def lock_everything(conn: object) -> None:
    """On PostgreSQL writers of other rows would pass; hold the table."""
    if conn.dialect.name == "postgresql":  # type: ignore[attr-defined]
        conn.exec_driver_sql("lock table setting in access exclusive mode")  # type: ignore[attr-defined]


def allocate(store: Store, times: str) -> None:
    """Take keys and print them."""
    for n in range(int(times)):
        print(*store.allocate("record", 700 + n % 7))


def count_up(store: Store, times: str) -> None:
    """Read, add one, write: only right if nobody else writes in between."""
    for _ in range(int(times)):
        with store.begin() as work:
            if store.backend == "postgresql":
                work.conn.exec_driver_sql("lock table counter in exclusive mode")
            found = rows_by_keys(work.conn, counter, "name", ["tally"], ("next",))
            value = found[0][0] if found else 0
            write_rows(work.conn, counter, ("name", "next"), [("tally", value + 1)], on_conflict="update")
            work.commit()


def write_on_and_on(store: Store, seconds: str) -> None:
    """One long transaction after another, as a big resolve does."""
    until = time.monotonic() + float(seconds)
    print("writing", flush=True)
    while time.monotonic() < until:
        with store.begin() as work:
            write_rows(work.conn, setting, ("name", "value"), [(str(time.monotonic()), "1")])
            time.sleep(0.15)
            work.commit()


def take_lease(store: Store, name: str) -> None:
    """Take a lease and keep it until killed."""
    held = acquire(store, name, datetime.now(UTC))
    print(held.token, flush=True)
    time.sleep(60)


def write_under_lease(store: Store, name: str, times: str) -> None:
    """Write as long as the lease is ours."""
    held = acquire(store, name, datetime.now(UTC))
    print(held.token, flush=True)
    for n in range(int(times)):
        with store.begin() as work:
            check(work.conn, name, held.token)
            write_rows(work.conn, setting, ("name", "value"), [(f"{held.token}-{n}", "1")])
            work.commit()


if __name__ == "__main__":
    with open_store(sys.argv[2]) as opened:
        globals()[sys.argv[1]](opened, *sys.argv[3:])
