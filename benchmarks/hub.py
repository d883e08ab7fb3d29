"""One step of a hub, run through the product's own code in a process of its own; prints its cost as JSON.

python -m benchmarks.hub init FOLDER EXPORT ...
python -m benchmarks.hub sync FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import Laps, tell
from flows.hub import open_hub
from flows.pull import pull_source
from flows.resolve import resolve_identities
from flows.sync import chosen_sources
from flows.watch import Watch


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


if __name__ == "__main__":
    if sys.argv[1] == "init":
        init(Path(sys.argv[2]), sys.argv[3:])
    else:
        sync(Path(sys.argv[2]))
