"""Progress for whoever looks: bars at a terminal, one JSON line an event otherwise."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from console.faults import say
from flows.watch import Event, Watch, stop_on_signals

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

QUIET_S = 1.0
"""JSON lines of one stage come at most this often; its last one always comes."""

STOPPING = "Stopping at the next chunk; what is stored stays, and the next run goes on from there."

_WORDS = {"read": "reading", "index": "indexing", "settle": "consolidating"}


def at_terminal() -> bool:
    """Somebody looks: standard output is a terminal."""
    return sys.stdout.isatty()


@contextmanager
def watching(*, as_json: bool = False, quiet: bool = False) -> Iterator[Watch]:
    """A watch that shows progress and listens to Ctrl-C. `as_json`: lines even at a terminal; `quiet`: never lines."""
    bars = at_terminal() and sys.stderr.isatty() and not as_json
    show = _bars if bars else _silence if quiet else _lines
    with show() as tell, stop_on_signals(lambda: say(STOPPING)) as should_stop:
        yield Watch(tell, should_stop)


def emit(event: str, **facts: Any) -> None:
    """One JSON line on standard output."""
    import orjson

    click.echo(orjson.dumps({"event": event, **facts}, default=str).decode())


@contextmanager
def _silence() -> Iterator[Callable[[Event], None]]:
    yield lambda _event: None


@contextmanager
def _lines() -> Iterator[Callable[[Event], None]]:
    lines = _Lines()
    try:
        yield lines.tell
    finally:
        lines.flush()


class _Lines:
    """JSON lines, a second apart within a stage; the last one of a stage always comes, before the next stage."""

    def __init__(self) -> None:
        self._stage: tuple[str, str | None, str] | None = None
        self._held: Event | None = None
        self._shown_at = 0.0

    def tell(self, event: Event) -> None:
        stage, now = event[:3], time.monotonic()
        if stage != self._stage:
            self.flush()
        if stage != self._stage or now - self._shown_at >= QUIET_S:
            self._stage, self._shown_at, self._held = stage, now, None
            _line(event)
        else:
            self._held = event

    def flush(self) -> None:
        if self._held is not None:
            _line(self._held)
            self._held = None


def _line(event: Event) -> None:
    facts = {name: value for name, value in event._asdict().items() if value is not None}
    emit("progress", **facts)


@contextmanager
def _bars() -> Iterator[Callable[[Event], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from console.output import screen

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen(stderr=True), transient=True) as progress:
        yield _bar_teller(progress)


def _bar_teller(progress: Progress) -> Callable[[Event], None]:
    """A bar a stage; when the next one begins, the one before is full."""
    bars: dict[tuple[str, str | None, str], TaskID] = {}
    seen: dict[TaskID, int] = {}

    def tell(event: Event) -> None:
        key = event[:3]
        if key not in bars:
            for bar, done in seen.items():
                progress.update(bar, completed=max(done, 1), total=max(done, 1))
            words = _WORDS.get(event.stage, event.stage)
            bars[key] = progress.add_task(f"{event.source}: {words}" if event.source else words, total=event.total)
        seen[bars[key]] = event.done
        progress.update(bars[key], completed=event.done, total=event.total)

    return tell
