"""One step of a hub, run through the product's own code in a process of its own; prints its cost as JSON.

python -m benchmarks.hub init FOLDER EXPORT ...
python -m benchmarks.hub sync FOLDER
python -m benchmarks.hub wait FOLDER
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from select import select

from benchmarks.measure import Laps, tell
from flows.hub import open_hub
from flows.pull import pull_source
from flows.resolve import resolve_identities
from flows.sync import chosen_sources
from flows.watch import Watch
from unified_model.store.engine import open_store

PROBE_S = 0.1
"""Between two tries to write, in seconds."""


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
    with open_hub(folder / "unsilo.toml") as hub:
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
    tell({**laps.as_dict(), "read": read, "stored": stored, "rejected": rejected, "resolve": counts})


def wait(folder: Path) -> None:
    """Ask for the store's write lock again and again, as a decision in a console would, until the input ends."""
    waited: list[float] = []
    file = folder / "unsilo.db"
    while not file.exists() and not _told_to_stop():
        pass
    with open_store(f"sqlite:///{file}", upgrade="auto") as store:
        while not _told_to_stop():
            start = time.perf_counter()
            with store.begin():
                waited.append(time.perf_counter() - start)
    tell({"waited_ms": sorted((round(seconds * 1000, 1) for seconds in waited), reverse=True)})


def _told_to_stop() -> bool:
    return bool(select([sys.stdin], [], [], PROBE_S)[0])


if __name__ == "__main__":
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step == "init":
        init(folder, sys.argv[3:])
    elif step == "wait":
        wait(folder)
    else:
        sync(folder)
