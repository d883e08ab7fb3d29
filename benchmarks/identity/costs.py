"""What matching costs: CPU of a first match, cleaning, memory, small changes, import; ours and plain Splink's."""

from __future__ import annotations

import os
import pkgutil
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.identity.goals import Answer, Row, at_most, number
from benchmarks.measure import REPOSITORY

MATCHING, WHOLE, CLEANING_US, PEAK_MB = 0.6, 1.0, 15.0, 2048
"""To plain Splink's CPU; microseconds a record; at a million records."""
CHANGED_S, CHANGED_GROWTH, ONE_MS, IMPORT_S = 0.4, 1.5, 50.0, 0.25
MATCH_OF_SPLINK = ("read", "train", "predict", "cluster")
IMPORTS, FEW_IMPORTS = 9, 3
"""Processes started for the middle of what an import costs."""

WHAT_COUNTS = """\
CPU seconds of a whole process, all its threads, each side in a process of its own, one after the other.
- plain Splink, matching: reading one tidy CSV of seven columns into DuckDB, estimating the model, blocking and
  predicting, clustering and fetching each record's cluster. Lower-casing is its cleaning. Whole: besides, importing and
  setting up. Nothing is kept for a next run.
- ours, in memory: keys, blocks, statistics, candidates, weights, clusters of the persons, with the shipped model, from
  folded forms. Cleaning: the folded form of every person and of every company a file names.
- ours, in the store: what a first `unsilo resolve` does of it - the stages index, link and settle, for persons *and*
  companies, reading and writing SQLite, memberships and ids included - without golden values, which no peer makes:
  these are apart. Landing (parsing, versions, hashes) is neither. Whole = cleaning + this.
- changes: a whole `resolve` of what changed, golden values *included*, in a warm process; Splink, warm too and its
  model given, scores the changed records against all and then makes every cluster anew.\
"""


def matching_of_splink(answer: Answer) -> float:
    """CPU seconds of plain Splink without lower-casing and without starting."""
    return float(sum(answer["cpu"][stage] for stage in MATCH_OF_SPLINK))


def whole_of_splink(answer: Answer) -> float:
    """CPU seconds of plain Splink, starting and lower-casing included; later changes apart."""
    return matching_of_splink(answer) + float(answer["cpu"]["start"] + answer["cpu"]["clean"])


def resolve_of(first: Answer) -> float:
    """CPU seconds of a first resolve in the store without golden values."""
    cpu = first["cpu"]
    return float(cpu["index"] + cpu["link"] + cpu["settle"] - cpu["golden"])


def first_rows(name: str, ours: Answer, first: Answer, splink: Answer | None) -> Iterable[Row]:
    """The first match of one population."""
    memory, store, clean = ours["cpu"]["match"], resolve_of(first), ours["cpu"]["clean"]
    golden = first["cpu"]["golden"]
    peer = matching_of_splink(splink) if splink else None
    told = f"{number(peer)} s" if peer else "–"
    yield at_most(f"{name}: matching in memory, CPU", memory, None, " s", splink=told)
    yield _ratio(f"{name}: matching in memory, to Splink's", memory, peer, MATCHING)
    yield at_most(f"{name}: matching in the store, golden values apart", store, None, " s", splink=told)
    yield _ratio(f"{name}: matching in the store, to Splink's", store, peer, MATCHING)
    lower = f"{number(splink['cpu']['clean'])} s" if splink else "–"
    allowed = CLEANING_US * ours["records"] / 1e6
    yield at_most(f"{name}: cleaning, CPU", clean, allowed, " s", splink=lower)
    whole = whole_of_splink(splink) if splink else None
    told = f"{number(whole)} s" if whole else "–"
    yield at_most(f"{name}: whole = cleaning + matching in the store", clean + store, None, " s", splink=told)
    yield _ratio(f"{name}: whole, to Splink's", clean + store, whole, WHOLE)
    yield at_most(f"{name}: golden values, besides", golden, None, " s", splink="none made")
    peaks = (f"{number(splink['peak'])} MB" if splink else "–", f"{name}: peak memory")
    yield at_most(f"{peaks[1]} of a sync in the store", first["peak_mb"], PEAK_MB, " MB", splink=peaks[0])
    yield at_most(f"{peaks[1]} in memory", ours["peak"], None, " MB", splink=peaks[0])


def _ratio(what: str, mine: float, peer: float | None, bar: float) -> Row:
    if peer is None:
        return Row(what, "–", "–", "–", f"<= {bar:g}", None)
    return at_most(what, mine / peer, bar, splink="1")


def change_rows(names: tuple[str, str], small: Answer, large: Answer, splink: Answer | None) -> Iterable[Row]:
    """A thousand changed records, and one, against two sizes of store; clusters and golden values updated."""
    costs = [answer["cpu"]["resolve"] for answer in (small, large)]
    peer = one = "–"
    if splink:
        predicted = [seconds for stage, seconds in splink["cpu"].items() if stage.startswith("predict ")]
        peer = f"{number(predicted[-1])} + {number(splink['cpu']['cluster'])} s (scoring, all clusters anew)"
        one = f"{predicted[0] * 1000:,.0f} ms (scoring alone)"
    count, less = f"{large['stored']:,} changed", f"to {names[0]}"
    told = f"{count}, clusters and golden updated, CPU"
    yield at_most(f"{names[0]}: {told}", costs[0], None, " s")
    yield at_most(f"{names[1]}: {told}", costs[1], CHANGED_S, " s", splink=peer)
    yield at_most(f"{names[1]}: {count}, {less}", costs[1] / costs[0], CHANGED_GROWTH)
    yield at_most(f"{names[1]}: of it golden values", large["cpu"]["golden"], None, " s", splink="none made")
    yield at_most(f"{names[1]}: landing them, besides", large["cpu"]["pull"], None, " s")
    for name, answer, bar in ((names[0], small, None), (names[1], large, ONE_MS)):
        single = answer["one"]
        clock, most = f"{single['wall'] * 1000:,.0f} ms by the clock", f"{single['most'] * 1000:,.0f} ms at most"
        what = f"{name}: one record changed, CPU ({most}, {clock})"
        yield at_most(what, single["cpu"] * 1000, bar, " ms", splink=one if bar else "–")
    yield at_most(f"{names[1]}: the first one of a process", large["one"]["start"] * 1000, None, " ms")


def import_rows(splink: bool, times: int) -> Iterable[Row]:
    """What importing costs beyond a bare interpreter: the middle of so many processes."""
    folder = REPOSITORY / "unified_model" / "identity"
    modules = [f"unified_model.identity.{module.name}" for module in pkgutil.iter_modules([str(folder)])]
    bare = _importing("pass", times)
    peer = f"{number(_importing('import splink', times) - bare)} s" if splink else "–"
    ours = _importing(f"import {', '.join(modules)}", times) - bare
    yield at_most(f"import of the matching package ({len(modules)} modules), CPU", ours, IMPORT_S, " s", splink=peer)
    used = "from benchmarks.identity.ours import measure; from benchmarks.identity.labelled import LabelledSet; "
    used += "from unified_model.entities import PersonRecord; "
    used += "measure(LabelledSet('person', [PersonRecord(full_name='Ada King')] * 2, ['a', 'b'], ['a', 'a']))"
    full = _importing(used, times) - bare
    yield at_most("the same and all it uses, with one pair matched, CPU", full, None, " s", splink=peer)


def _importing(code: str, times: int) -> float:
    return statistics.median(_cpu(code) for _ in range(times))


def _cpu(code: str) -> float:
    """CPU seconds of an interpreter that runs some code, from its start to its end."""
    command = [sys.executable, "-c", code]
    child = subprocess.Popen(command, cwd=REPOSITORY, env=_environment())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command!r} ended with {child.returncode}; see above.")
    return usage.ru_utime + usage.ru_stime


def _environment() -> Mapping[str, Any]:
    return {**os.environ, "PYTHONPATH": str(Path(REPOSITORY))}
