"""Where benchmarks keep generated files and stores: a folder of their own that goes away at the end, unless kept."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import generate

SEED = 7
CHANGED = 1_000


@contextmanager
def workspace(kept: Path | None) -> Iterator[Path]:
    """A folder to work in. One that is named stays, and the files generated in it are used again."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="unsilo-bench-") as folder:
        yield Path(folder)


def contacts(folder: Path, rows: int) -> Path:
    """One clean contact file of so many rows."""
    file = folder / f"contacts_{rows}.csv"
    if not file.exists():
        generate("contacts", "--rows", rows, "--seed", SEED, "--out", file)
    return file


def exports(folder: Path, records: int, seed: int = SEED) -> Path:
    """Three exports of so many records together, and 1,000 of them changed, as a delta and as a snapshot."""
    made = folder / (f"exports_{records}" if seed == SEED else f"exports_{records}_{seed}")
    if not (made / "truth.csv").exists():
        generate("people", "--records", records, "--seed", seed, "--delta", CHANGED, "--out", made)
    return made


def fresh(folder: Path) -> Path:
    """An empty folder of that name."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
