"""Laws 3 and 10 on the command line: `unsilo sync` killed at random moments ends as if nothing had happened.

Each sync runs in a forked process and is killed from outside, anywhere: between transactions, within one, in reading.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import time
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.laws.picture import Picture, assert_same_picture, picture
from unified_model.store.engine import open_store
from unified_model.store.tables.base import metadata
from unified_model.store.tables.identity import id_ledger
from unified_model.use_cases.verify import verify


def unsilo(folder: Path, *words: str, killed_after_s: float | None = None) -> int | None:
    """Run the command in a process of its own; None when it was killed before it ended."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            with chdir(folder):
                from console.main import run

                code = run(words)
        finally:  # the test must not go on in the child
            os._exit(code)
    if killed_after_s is not None:
        time.sleep(killed_after_s)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def prepared(folder: Path, exports: Path) -> Path:
    """A folder with the exports in it and settings for them."""
    shutil.copytree(exports, folder / "exports", ignore=shutil.ignore_patterns("*truth*"))
    assert unsilo(folder, "init", "exports", "--yes") == 0
    return folder


def seen(folder: Path) -> Picture:
    """The picture of the folder's store."""
    with open_store(f"sqlite:///{folder / 'unsilo.db'}") as store:
        return picture(store)


def issued_in(folder: Path) -> set[tuple[str, int, int]]:
    """Every id issued; a store that died half-made is finished by opening it."""
    with open_store(f"sqlite:///{folder / 'unsilo.db'}") as store, store.read() as conn:
        rows = conn.execute(select(id_ledger.c.customer_id, id_ledger.c.anchor, id_ledger.c.sequence))
        return {tuple(row) for row in rows}


def rows_in(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with open_store(f"sqlite:///{folder / 'unsilo.db'}") as store, store.read() as conn:
        return {t.name: sorted(map(tuple, conn.execute(select(t))), key=repr) for t in metadata.sorted_tables}


def hashes(folder: Path) -> dict[str, str]:
    """Hash of every source file."""
    files = sorted(path for path in (folder / "exports").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("wanted", [4, pytest.param(20, marks=pytest.mark.drill)])
def test_kills_of_a_sync_change_nothing_in_the_end(tmp_path: Path, exports: Path, wanted: int) -> None:
    calm = prepared(tmp_path / "calm", exports)
    sources, start = hashes(calm), time.monotonic()
    assert unsilo(calm, "sync") in (0, 3)
    whole_s, expected = time.monotonic() - start, seen(calm)
    seed = random.SystemRandom().randrange(2**32)
    print(f"moments of death: random.Random({seed}), a whole sync takes {whole_s:.2f} s")
    chance, kills, folders = random.Random(seed), 0, 0

    while kills < wanted:
        folders += 1
        folder, issued = prepared(tmp_path / f"killed-{folders}", exports), set()
        for _ in range(7):
            died = unsilo(folder, "sync", killed_after_s=chance.uniform(0.02, whole_s)) is None
            kills += died
            if died and (folder / "unsilo.db").exists():
                now = issued_in(folder)
                assert issued <= now, "an id was taken back"
                issued = now
        assert unsilo(folder, "sync") in (0, 3)

        assert_same_picture(seen(folder), expected)
        assert issued <= issued_in(folder)
        with open_store(f"sqlite:///{folder / 'unsilo.db'}") as store:
            assert [check for check in verify(store) if not check.held] == []
        assert hashes(folder) == sources, "a source file was written"


def test_an_unchanged_second_sync_writes_no_row_and_no_source(tmp_path: Path, exports: Path) -> None:
    folder = prepared(tmp_path, exports)
    assert unsilo(folder, "sync") in (0, 3)
    before, sources = rows_in(folder), hashes(folder)

    assert unsilo(folder, "sync") in (0, 3)

    after = rows_in(folder)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"sync_run", "lease", "counter"}, "only the run itself leaves a trace"
    assert hashes(folder) == sources
