"""Leases: who may resolve, who may pull or push a source. A fencing token makes a late writer fail, not win.

A lease is taken for a while and renewed; each grant has a higher token. Every write transaction of the work calls
`check`, which fails once somebody else has taken over. A holder that was killed on this machine is noticed at once.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from unified_model.errors import Retry
from unified_model.store.bulk import write_rows
from unified_model.store.engine import Store
from unified_model.store.tables.landing import lease

RESOLVE = "resolve"
TTL_S = 120.0
"""How long a lease lasts without being renewed: what a crashed machine costs at most."""


class LeaseLost(Retry):
    """Somebody else holds the lease now: stop; what this process has committed stays."""


class Lease(NamedTuple):
    """A granted lease. `token` is the fencing token to check in every write transaction."""

    name: str
    holder: str
    token: int
    expires_at: datetime


def source_lease(installation: str) -> str:
    """Name of the lease that pulls and pushes of one source share."""
    return f"source:{installation}"


def acquire(store: Store, name: str, now: datetime, ttl_s: float = TTL_S) -> Lease:
    """The lease, or `Retry` naming who holds it. One whose holder is dead or late is taken over."""
    holder = holder_name()
    with store.begin() as work:
        write_rows(work.conn, lease, ("name", "token", "expires_at"), [(name, 0, now)], on_conflict="ignore")
        row = work.conn.execute(select(lease).where(lease.c.name == name).with_for_update()).one()
        if row.holder is not None and row.expires_at > now and not is_dead(row.holder):
            host, process = row.holder.split("/")[:2]
            raise Retry(
                f"Another process is at work on {name} (process {process} on {host}).",
                "Wait until it ends, or stop it; a dead one is noticed by itself.",
            )
        granted = Lease(name, holder, row.token + 1, now + timedelta(seconds=ttl_s))
        _write(work.conn, granted)
        work.commit()
    return granted


def renew(store: Store, held: Lease, now: datetime, ttl_s: float = TTL_S) -> Lease:
    """The same lease for longer; `LeaseLost` when somebody has taken over."""
    renewed = held._replace(expires_at=now + timedelta(seconds=ttl_s))
    with store.begin() as work:
        check(work.conn, held.name, held.token)
        _write(work.conn, renewed)
        work.commit()
    return renewed


def release(store: Store, held: Lease) -> None:
    """Give the lease back; nothing happens if it was lost already."""
    with store.begin() as work:
        mine = (lease.c.name == held.name) & (lease.c.token == held.token)
        work.conn.execute(lease.update().where(mine).values(holder=None))
        work.commit()


def check(conn: Connection, name: str, token: int) -> None:
    """Raise `LeaseLost` unless `token` is the newest grant. Called inside the write transaction it protects.

    On PostgreSQL the row stays locked until that transaction ends, so nobody can take over in between.
    """
    newest = conn.execute(
        select(lease.c.token).where(lease.c.name == name, lease.c.holder.is_not(None)).with_for_update(read=True)
    ).scalar()
    if newest != token:
        raise LeaseLost(f"The lease on {name} was taken over by another process.", "Run the command again.")


def guard(held: Lease) -> Callable[[Connection], None]:
    """`check` for this lease, as the function that write transactions call."""
    return lambda conn: check(conn, held.name, held.token)


def holders(conn: Connection, now: datetime) -> list[Lease]:
    """Leases held now, for status."""
    rows = conn.execute(select(lease).where(lease.c.holder.is_not(None), lease.c.expires_at > now)).all()
    return [Lease(r.name, r.holder, r.token, r.expires_at) for r in rows if not is_dead(r.holder)]


def holder_name() -> str:
    """This process: host / pid / pid namespace / when it started / a random part (a process may hold several)."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_pid_namespace()}/{_started(pid)}/{secrets.token_hex(4)}"


def is_dead(holder: str) -> bool:
    """True when the holder was a process of this host that certainly no longer runs."""
    host, pid, namespace, started, _ = holder.split("/")
    if (host, namespace) != (socket.gethostname(), _pid_namespace()):
        return False  # another machine or container, even one of the same name: its pids tell us nothing
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(int(pid)) != started


def _pid_namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return "unknown"


def _started(pid: int) -> str:
    """Start time of a process in clock ticks, so that a reused pid is not taken for the old process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "unknown"  # no /proc: the pid alone must do
    return stat.rpartition(")")[2].split()[19]


def _write(conn: Connection, granted: Lease) -> None:
    conn.execute(lease.update().where(lease.c.name == granted.name).values(granted._asdict()))
