"""How a running flow tells where it is, and how it is asked to stop: counts and labels, never customers' data."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NamedTuple


class Event(NamedTuple):
    """One sign of progress: `pull emea` has read 2,000 of about 9,000."""

    step: str
    """pull or resolve."""
    source: str | None
    stage: str
    """What is being done within the step: read, score, cluster ..."""
    done: int
    total: int | None = None


def _ignore(_event: Event) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """Ears and a brake for a flow: `tell` hears progress, `should_stop` is asked between chunks."""

    tell: Callable[[Event], None] = _ignore
    should_stop: Callable[[], bool] = _never

    def progress(self, step: str, source: str | None = None) -> Callable[[str, int, int | None], None]:
        """The callback the use cases want, bound to a step."""

        def report(stage: str, done: int, total: int | None = None) -> None:
            self.tell(Event(step, source, stage, done, total))

        return report


@contextmanager
def stop_on_signals(announce: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM ask for a stop at the next chunk; a second Ctrl-C ends at once (and loses nothing)."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def ask(number: int, _frame: FrameType | None) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()
        announce()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
