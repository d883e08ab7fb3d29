"""Deaths on command: a forked child does some work and is killed by SIGKILL just before or after its n-th commit."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from tests.builders import World
from unified_model.store.engine import UnitOfWork, open_store

Work = Callable[[World], None]
When = Literal["before", "after"]


def die_at_commit(file: Path, work: Work, number: int, when: When) -> bool:
    """Do the work in a process of its own that dies at its n-th commit; True when it died, False when it got done."""
    child = os.fork()
    if child == 0:
        try:
            kill_self_at(number, when)
            with open_store(f"sqlite:///{file}", upgrade="never") as store:
                work(World(store))
            os._exit(0)
        finally:  # the test must not go on in the child
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, "the child failed instead of dying"
    return os.WIFSIGNALED(status)


def kill_self_at(number: int, when: When) -> None:
    """No clean-up, no atexit, nothing flushed: what a power cut leaves."""
    commit, done = UnitOfWork.commit, 0

    def counted(self: UnitOfWork) -> None:
        nonlocal done
        done += 1
        if done == number and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self)
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)

    UnitOfWork.commit = counted  # type: ignore[method-assign]
