"""A whole first sync of three files at two sizes: seconds, each stage's share, and whether any stage grows faster than
the records; then what an unchanged sync, a re-exported snapshot and a small delta cost in stores of both sizes.

A machine that others use too is fast at one time and slow at another: the smaller size is measured several times,
before and after the larger one, and its middle counts. Even a bare look-up of stored rows costs more in a larger file,
because less of it lies in the processor's and the database's caches: how much more is measured in the same run.

python -m benchmarks.growth look-up DATABASE
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Laps, beside, generate, in_child, tell
from benchmarks.workspace import CHANGED, SEED, exports, fresh

STAGES = ("pull", "index", "link", "settle")
CHANGING = "salesforce_contacts.csv"
NOT_COUNTED = frozenset({"sync_run", "lease", "counter", "audit"})
"""Tables in which a run notes that it ran."""
Answer = dict[str, Any]
LOOKED_UP, AT_ONCE = 60_000, 1_500
"""Records of the bare look-up, and how many it asks for at a time, as settling does."""


def run(work: Path, sizes: tuple[int, ...]) -> None:
    """Print everything at both sizes, with ratios between them."""
    small, large = min(sizes), max(sizes)
    smalls = [_hub(work, small) for _ in range(2)]
    told = {large: _hub(work, large)}
    smalls += [_hub(work, small) for _ in range(2)]
    told[small] = _middle(smalls)
    _whole(told, small, large, smalls)
    _small_changes(told, small, large)
    _waits(told, small, large)


def _hub(work: Path, size: int) -> dict[str, Answer]:
    """A hub of one size through its life: first sync, again, snapshot, delta."""
    made = exports(work, size)
    hub = fresh(work / f"hub_{size}")
    inbox = fresh(hub / "in")
    files = [inbox / path.name for path in sorted(made.glob("*.csv")) if path.name not in ("truth.csv", "rejects.csv")]
    for file in files:
        shutil.copyfile(made / file.name, file)
    in_child("benchmarks.hub", "init", hub, *files)
    with beside("benchmarks.hub", "wait", hub) as waits:
        answers = {"first": in_child("benchmarks.hub", "sync", hub)}
    answers["waits"] = waits
    answers["look_up"] = in_child("benchmarks.growth", "look-up", hub / "unsilo.db")
    seconds = ", ".join(f"{stage} {answers['first']['cpu'][stage]:.0f}" for stage in STAGES)
    print(f"    first sync of {size:,} records done; CPU s: {seconds}", flush=True)
    before = _rows(hub)
    answers["unchanged"] = in_child("benchmarks.hub", "sync", hub)
    answers["unchanged"]["new_rows"] = sum(after != before[name] for name, after in _rows(hub).items())
    shutil.copyfile(made / "snapshot" / CHANGING, inbox / CHANGING)
    answers["snapshot"] = in_child("benchmarks.hub", "sync", hub)
    answers["parsing"] = _parse_only(inbox / CHANGING)
    shutil.copyfile(_other_delta(work, size), inbox / CHANGING)
    answers["delta"] = in_child("benchmarks.hub", "sync", hub)
    shutil.rmtree(hub)
    return answers


def _other_delta(work: Path, size: int) -> Path:
    """Another 1,000 changed records of the same people."""
    kept = work / f"delta_{size}.csv"
    if not kept.exists():
        other = work / f"other_{size}"
        options = ("--seed", SEED, "--delta", CHANGED, "--delta-seed", 2)
        generate("people", "--records", size, *options, "--out", other)
        shutil.copyfile(other / "delta" / CHANGING, kept)
        shutil.rmtree(other)
    return kept


def _rows(hub: Path) -> dict[str, tuple[int, ...]]:
    """How many rows each table has, but for the run's own notes."""
    conn = sqlite3.connect(f"file:{hub / 'unsilo.db'}?mode=ro", uri=True)
    tables = [row[0] for row in conn.execute("select name from sqlite_master where type = 'table'")]
    counted = [name for name in tables if name not in NOT_COUNTED and not name.startswith("sqlite_")]
    rows = {name: conn.execute(f"select count(*) from {name}").fetchone() for name in counted}
    conn.close()
    return rows


def _parse_only(file: Path) -> Answer:
    """What reading the file and hashing its rows costs without a store: the part of a snapshot that must be O(n)."""
    return in_child("benchmarks.parsing", file)


def _middle(lives: Sequence[dict[str, Answer]]) -> dict[str, Answer]:
    """One life of a size that was lived several times: the middle of what each stage cost, all else of the last."""
    whole = lives[-1]
    for step in ("first", "unchanged", "snapshot", "delta", "look_up"):
        costs: Mapping[str, float] = whole[step]["cpu"]
        whole[step]["cpu"] = {stage: statistics.median(life[step]["cpu"][stage] for life in lives) for stage in costs}
    return whole


def look_up(database: str) -> None:
    """The least that reading records takes: their rows by key, some records of the whole file at a time, by sqlite3."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    conn.execute("pragma cache_size = -65536")
    persons = [row[0] for row in conn.execute("select record from person_record")]
    chosen = random.Random(1).sample(persons, min(LOOKED_UP, len(persons)))
    laps, rows = Laps(), 0
    with laps.lap("read"):
        for start in range(0, len(chosen), AT_ONCE):
            keys = json.dumps(chosen[start : start + AT_ONCE])
            for table, key in (("source_record", "id"), ("person_record", "record"), ("contact_point", "record")):
                found = conn.execute(f"select t.* from json_each(?) j join {table} t on t.{key} = j.value", (keys,))
                rows += len(found.fetchall())
    tell({**laps.as_dict(), "rows": rows, "records": len(chosen)})


def _whole(told: dict[int, dict[str, Answer]], small: int, large: int, smalls: Sequence[dict[str, Answer]]) -> None:
    print(f"\n## Whole sync of three files to golden, SQLite, {small:,} and {large:,} records\n")
    print(f"The smaller size is the middle of {len(smalls)} runs around the larger one.\n")
    print("| stage | CPU s | share | per record µs | at the smaller size | its runs | growth per record (bar 1.25) |")
    print("|---|---|---|---|---|---|---|")
    ours, base = told[large]["first"], told[small]["first"]
    total = sum(ours["cpu"][stage] for stage in STAGES)
    for stage in STAGES:
        runs = [f"{life['first']['cpu'][stage] / small * 1e6:.0f}" for life in smalls]
        now, then = ours["cpu"][stage] / large * 1e6, base["cpu"][stage] / small * 1e6
        print(
            f"| {stage} | {ours['cpu'][stage]:.1f} | {ours['cpu'][stage] / total:.0%} | {now:.0f} | {then:.0f} "
            f"| {', '.join(runs)} | {now / then:.2f} |"
        )
    bare = {size: told[size]["look_up"]["cpu"]["read"] / told[size]["look_up"]["records"] * 1e6 for size in told}
    print(
        f"\n- a bare look-up of a record's rows grows by **{bare[large] / bare[small]:.2f}** "
        f"({bare[small]:.1f} and {bare[large]:.1f} µs a record)"
    )
    wall = ours["wall"]["pull"] + ours["wall"]["resolve"]
    print(f"\n- {large:,} records in {total:.0f} CPU s ({large / total:,.0f} rows/s), {wall:.0f} s by the clock")
    resolved = ours["resolve"]
    print(f"- {resolved['created']:,} customers, {resolved['links']:,} links, {ours['rejected']:,} set aside")
    print(f"- peak memory: {base['peak_mb']:.0f} MB at {small:,}, {ours['peak_mb']:.0f} MB at {large:,}")


def _waits(told: dict[int, dict[str, Answer]], small: int, large: int) -> None:
    print("\n## How long another process waits to write during the first sync (bar about 200 ms, by the clock)\n")
    for size in (small, large):
        waited = told[size]["waits"]["waited_ms"]
        median, late = waited[len(waited) // 2], waited[len(waited) // 100]
        print(
            f"- {size:,} records, {len(waited):,} tries: median {median:.0f} ms, 99 of 100 within {late:.0f} ms, "
            f"longest {waited[0]:.0f} ms; {sum(each > 200 for each in waited):,} above 200 ms"
        )


def _small_changes(told: dict[int, dict[str, Answer]], small: int, large: int) -> None:
    print(f"\n## {CHANGED:,} changed records in a store of {small:,} and of {large:,}\n")
    first, second = (_cost(told[size]["delta"]) for size in (small, large))
    full = _cost(told[large]["first"])
    print(f"- as a delta file: {first:.2f} and {second:.2f} CPU s: **{second / first:.2f} times** (bar 1.5)")
    print(f"  - **1/{full / second:.0f} of the full run** (bar 1/20)")
    for size in (small, large):
        snapshot, parsing = told[size]["snapshot"], told[size]["parsing"]["cpu"]["parse"]
        print(
            f"- as a re-exported snapshot in {size:,}: {_cost(snapshot):.2f} CPU s, of it pull "
            f"{snapshot['cpu']['pull']:.2f} (parsing and hashing alone {parsing:.2f}), "
            f"resolve {snapshot['cpu']['resolve']:.2f}; {snapshot['stored']:,} records stored"
        )
    snapshots = [told[size]["snapshot"]["cpu"]["resolve"] for size in (small, large)]
    print(f"  - resolve at the larger size / at the smaller: **{snapshots[1] / snapshots[0]:.2f}**")
    print("\n## An unchanged sync\n")
    for size in (small, large):
        again = told[size]["unchanged"]
        share = _cost(told[size]["first"]) / max(_cost(again), 1e-3)
        read, stored, tables = again["read"], again["stored"], again["new_rows"]
        print(f"- in {size:,}: {read:,} rows read, {stored:,} stored, {tables} tables with other rows")
        print(f"  - {_cost(again):.2f} CPU s, 1/{share:,.0f} of the first")


def _cost(answer: Answer) -> float:
    """CPU seconds of pull and resolve."""
    return float(answer["cpu"]["pull"] + answer["cpu"]["resolve"])


if __name__ == "__main__":
    look_up(sys.argv[2])
