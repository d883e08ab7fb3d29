"""Which part of a job spends the CPU: told by the module at work, asked for every few milliseconds of CPU time.

A timer of CPU time interrupts between two Python instructions; all seconds spent since the last one, those in C
included, go to the part whose module is innermost among the callers. The job itself is not changed for it.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

EVERY_S = 0.005

GOLDEN = (
    "unified_model.survivorship",
    "unified_model.consent",
    "unified_model.resolution.golden",
    "unified_model.resolution.changes",
    "unified_model.store.golden_rows",
)
"""Modules that choose, compare and write golden values. What no peer does; all else of a resolve is matching."""


class Shares:
    """CPU seconds of each part, summed over all blocks measured."""

    def __init__(self, parts: Mapping[str, tuple[str, ...]]) -> None:
        self.cpu: dict[str, float] = dict.fromkeys((*parts, "rest"), 0.0)
        self._part_of = {module: part for part, modules in parts.items() for module in modules}
        self._at = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure a block; only in the main thread."""
        self._at = time.process_time()
        before = signal.signal(signal.SIGPROF, self._interrupted)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
            self._spent("rest")

    def _interrupted(self, _signal: int, frame: FrameType | None) -> None:
        while frame is not None:
            part = self._part_of.get(frame.f_globals.get("__name__", ""))
            if part is not None:
                self._spent(part)
                return
            frame = frame.f_back
        self._spent("rest")

    def _spent(self, part: str) -> None:
        now = time.process_time()
        self.cpu[part] += now - self._at
        self._at = now
