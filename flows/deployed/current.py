"""What a flow run can't be given as a parameter: the eyes that watch it, and the hands that take its report.

A parameter of a flow travels to Prefect's database. A watch can't, and a report need not: both stay in this process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from flows.watch import Event, Watch

LOG_EVERY_S = 10.0


@dataclass(slots=True)
class Caller:
    """Who called the flow in this process: watches it and waits for its reports."""

    watch: Watch
    reports: dict[str, Any] = field(default_factory=dict)


_caller: ContextVar[Caller | None] = ContextVar("unsilo_caller", default=None)


@contextmanager
def called_by(watch: Watch) -> Iterator[Caller]:
    """Flows called inside report to this watch."""
    caller = Caller(watch)
    token = _caller.set(caller)
    try:
        yield caller
    finally:
        _caller.reset(token)


def current_watch() -> Watch:
    """The caller's watch; in a worker, where nobody looks, one that writes to the run's log now and then."""
    caller = _caller.get()
    return caller.watch if caller is not None else _logging_watch()


def hand_over(name: str, report: Any) -> None:
    """Give a report to the caller, if there is one."""
    caller = _caller.get()
    if caller is not None:
        caller.reports[name] = report


def _logging_watch() -> Watch:
    import time

    from prefect.logging import get_run_logger

    logger = get_run_logger()
    last: dict[tuple[str, str | None, str], float] = {}

    def tell(event: Event) -> None:
        key, now = event[:3], time.monotonic()
        if now - last.setdefault(key, now) >= LOG_EVERY_S:
            last[key] = now
            logger.info("%s %s: %s %s", event.step, event.source or "", event.stage, f"{event.done:,}")

    return Watch(tell)
