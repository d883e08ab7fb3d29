"""Whose turn it is to write to a SQLite file.

SQLite lets waiting writers look again every 100 ms, so that a process which writes one transaction after another (a
long resolve) would starve all others (a decision in the console) for as long as it works. Here whoever wants to
begin holds a lock on a file beside the store until the write lock is his; who has just written queues behind him.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unified_model.store.faults import BUSY_TIMEOUT_S

_LOOK_AGAIN_S = 0.002


@contextmanager
def in_turn(file: Path) -> Iterator[None]:
    """Wait for our turn, then hold it while the block takes SQLite's write lock. The kernel frees it if we die."""
    try:
        turn = os.open(f"{file}-turn", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
    except OSError:  # a folder that can't be written: SQLite will say so better
        yield
        return
    try:
        patience = time.monotonic() + BUSY_TIMEOUT_S
        while not _taken(turn) and time.monotonic() < patience:
            time.sleep(_LOOK_AGAIN_S)
        yield
    finally:
        os.close(turn)


def _taken(turn: int) -> bool:
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
