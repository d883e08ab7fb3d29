"""One step of a hub, run through the product's own code in a process of its own; prints its cost as JSON.

python -m benchmarks.hub init FOLDER EXPORT ...
python -m benchmarks.hub sync FOLDER
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from benchmarks.measure import Laps, tell
from flows.hub import open_hub
from flows.pull import pull_source
from flows.resolve import resolve_identities
from flows.sync import chosen_sources
from flows.watch import Watch
from unified_model.store.engine import Store, UnitOfWork


def init(folder: Path, paths: list[str]) -> None:
    """`unsilo init --yes` in a folder."""
    from console.main import run

    code = run(["--settings", str(folder / "unsilo.toml"), "init", "--yes", "--force", *paths])
    if code:
        raise SystemExit(code)
    tell({})


def sync(folder: Path) -> None:
    """What `unsilo sync` does, source by source, then resolve; each stage measured."""
    laps = Laps()
    with write_locks() as held, open_hub(folder / "unsilo.toml") as hub:
        read = stored = rejected = 0
        for label in chosen_sources(hub.settings):
            with laps.lap("pull"):
                pulled = pull_source(hub, label, Watch())
            if pulled.state == "failed":
                raise SystemExit(f"{label}: {pulled.error}")
            read, stored, rejected = read + pulled.read, stored + pulled.stored, rejected + pulled.rejected
        with laps.lap("resolve"):
            resolved = resolve_identities(hub, Watch())
        if resolved.state != "done":
            raise SystemExit(f"resolve: {resolved.error}")
    counts = dict(resolved.counts)
    for stage, seconds in counts.pop("seconds", {}).items():
        laps.wall[stage] = seconds
    for stage, seconds in counts.pop("cpu_seconds", {}).items():
        laps.cpu[stage] = seconds
    told = {"read": read, "stored": stored, "rejected": rejected, "resolve": counts}
    tell({**laps.as_dict(), **told, "locks_ms": [round(seconds * 1000, 1) for seconds in sorted(held, reverse=True)]})


@contextmanager
def write_locks() -> Iterator[list[float]]:
    """How long each write transaction of this process lasts, from when it has the lock: wall seconds."""
    held: list[float] = []
    begin = Store.begin

    @contextmanager
    def timed(store: Store) -> Iterator[UnitOfWork]:
        with begin(store) as work:
            start = time.perf_counter()
            try:
                yield work
            finally:
                held.append(time.perf_counter() - start)

    with patch.object(Store, "begin", timed):
        yield held


if __name__ == "__main__":
    if sys.argv[1] == "init":
        init(Path(sys.argv[2]), sys.argv[3:])
    else:
        sync(Path(sys.argv[2]))
