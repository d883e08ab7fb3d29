"""Ours through the product's own code: files to a store, resolve, then small changes. Each step in its own process.

python -m benchmarks.identity.stored first HUB
python -m benchmarks.identity.stored changes HUB DELTA ONES

`first` syncs what `unsilo init` proposed. `changes` changes ONES records of a delta file one by one, each with a
resolve of its own, and then reads the whole delta.
"""

from __future__ import annotations

import csv
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.identity.shares import GOLDEN, Shares
from benchmarks.measure import Laps, tell
from flows.hub import Hub, open_hub
from flows.pull import pull_source
from flows.resolve import resolve_identities
from flows.sync import chosen_sources
from flows.watch import Watch

CHANGING = "salesforce_contacts.csv"


def first(folder: Path) -> None:
    """Pull every source, then resolve: CPU of each stage, and of it what golden values take."""
    laps = Laps()
    with open_hub(folder / "unsilo.toml") as hub:
        with laps.lap("pull"):
            rows = sum(_pull(hub, label) for label in chosen_sources(hub.settings))
        counts, golden = _resolve(hub)
    tell({"cpu": {**laps.cpu, **counts["cpu_seconds"], "golden": golden}, "rows": rows, "counts": counts})


def _pull(hub: Hub, label: str) -> int:
    pulled = pull_source(hub, label, Watch())
    if pulled.state == "failed":
        raise SystemExit(f"{label}: {pulled.error}")
    return pulled.stored


def _resolve(hub: Hub) -> tuple[dict[str, Any], float]:
    """A resolve's counts, and the CPU seconds of golden values in it."""
    shares = Shares({"golden": GOLDEN})
    with shares.measured():
        resolved = resolve_identities(hub, Watch())
    if resolved.state != "done":
        raise SystemExit(f"resolve: {resolved.error}")
    return dict(resolved.counts), shares.cpu["golden"]


def changes(folder: Path, delta: Path, ones: int) -> None:
    """Single records one by one, then a delta of many: CPU and wall seconds of each resolve, that of landing apart.

    The first record warms the process up: what it costs is told as the start.
    """
    inbox, laps = folder / "in" / CHANGING, Laps()
    label = CHANGING.partition(".")[0]
    with delta.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    singles = []
    with open_hub(folder / "unsilo.toml") as hub:
        for row in rows[: ones + 1]:
            _write(inbox, header, _other_phone(header, row))
            if _pull(hub, label):
                wall, cpu = time.perf_counter(), time.process_time()
                resolve_identities(hub, Watch())
                singles.append((time.process_time() - cpu, time.perf_counter() - wall))
        shutil.copyfile(delta, inbox)
        with laps.lap("pull"):
            stored = _pull(hub, label)
        with laps.lap("resolve"):
            counts, golden = _resolve(hub)
    (start, _), *warm = singles
    answer: dict[str, Any] = {"stored": stored, "cpu": {**laps.cpu, **counts["cpu_seconds"], "golden": golden}}
    answer["one"] = {
        "cpu": statistics.median(cpu for cpu, _ in warm),
        "wall": statistics.median(wall for _, wall in warm),
        "most": max(cpu for cpu, _ in warm),
        "start": start,
    }
    tell({**answer, "wall": laps.wall, "ones": len(warm), "counts": counts})


def _other_phone(header: list[str], row: list[str]) -> list[str]:
    """The row with another mobile number, later stamped: its keys change."""
    changed = dict(zip(header, row, strict=True))
    changed["MobilePhone"] = f"+44 7700 {900000 + sum(map(ord, changed['Id'])) % 1000}"
    changed["LastModifiedDate"] = "2031-01-01T00:00:00.000Z"
    return list(changed.values())


def _write(file: Path, *rows: list[str]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)


def make_hub(folder: Path, made: Path) -> None:
    """A hub of the exports in `made`, set up as `unsilo init --yes` proposes and not yet synced."""
    from benchmarks.measure import in_child
    from benchmarks.workspace import fresh

    inbox = fresh(fresh(folder) / "in")
    files = [path for path in sorted(made.glob("*.csv")) if path.name not in ("truth.csv", "rejects.csv")]
    for file in files:
        shutil.copyfile(file, inbox / file.name)
    in_child("benchmarks.hub", "init", folder, *(inbox / file.name for file in files))


if __name__ == "__main__":
    if sys.argv[1] == "first":
        first(Path(sys.argv[2]))
    else:
        changes(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
