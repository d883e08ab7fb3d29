"""The store contract on SQLite, and what only a file can suffer."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from tests.contract.store_rows import put, writing
from tests.contract.store_suite import StoreContract
from tests.contract.store_work import REPOSITORY, start
from unified_model.errors import NeedsOperator, UnsiloError, UsageError
from unified_model.store.backup import backup, restore
from unified_model.store.bulk import write_rows
from unified_model.store.engine import Store, open_store
from unified_model.store.faults import StoreDamaged
from unified_model.store.tables.golden import person
from unified_model.store.tables.trust import setting


class TestSqlite(StoreContract):
    """Every promise of the store, on a file."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path}/unsilo.db"

    def restored(self, file: Path, tmp_path: Path) -> AbstractContextManager[Store]:
        return restore(file, f"sqlite:///{tmp_path}/restored.db")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store's file, closed."""
    path = tmp_path / "unsilo.db"
    open_store(f"sqlite:///{path}").close()
    return path


def test_a_full_disk_is_told_and_leaves_nothing_half_written(file: Path):
    with open_store(f"sqlite:///{file}") as store:
        rows = [(f"c{i}", "x" * 4000) for i in range(500)]

        def write_on_a_full_disk() -> None:
            with store.begin() as work:
                pages = work.conn.exec_driver_sql("pragma page_count").scalar_one()
                work.conn.exec_driver_sql(f"pragma max_page_count = {pages + 20}")
                write_rows(work.conn, person, ("customer_id", "display_name"), rows)
                work.commit()

        with pytest.raises(NeedsOperator, match="disk that holds the store is full") as caught:
            write_on_a_full_disk()

        assert "resumes" in caught.value.remedy
        with store.read() as conn:
            assert conn.exec_driver_sql("select count(*) from person").scalar() == 0


def test_a_missing_folder_is_named(tmp_path: Path):
    with pytest.raises(UsageError, match=r"folder .*nowhere does not exist"):
        open_store(f"sqlite:///{tmp_path}/nowhere/unsilo.db")


def test_a_missing_store_is_not_made_by_who_only_looks(tmp_path: Path):
    with pytest.raises(UsageError, match="no store at"):
        open_store(f"sqlite:///{tmp_path}/unsilo.db", upgrade="never")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"Name;Email\nAda;a@x.org\n" * 50, b"\0" * 4096, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_file_that_is_no_store_is_told_and_left_as_it_is(tmp_path: Path, content: bytes):
    file = tmp_path / "customers.csv"
    file.write_bytes(content)

    with pytest.raises(StoreDamaged, match="damaged, or is no SQLite"):
        open_store(f"sqlite:///{file}")

    assert file.read_bytes() == content


def test_somebody_elses_database_is_left_alone(tmp_path: Path):
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table person (name text)")

    with pytest.raises(UsageError, match="not Unsilo's"):
        open_store(f"sqlite:///{file}")


def test_a_read_only_folder_is_told(file: Path):
    """As a user who may not write there (root may write anywhere, so this takes another process)."""
    folder = file.parent
    opening = (
        "import os, sys\n"
        "from unified_model.store.engine import open_store\n"
        "from unified_model.store import schema, status, view_definitions\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    with open_store(sys.argv[1]) as store, store.begin() as work: pass\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    parents = [folder, *(one for one in folder.parents if one.is_relative_to("/tmp") and one != Path("/tmp"))]
    modes = {one: one.stat().st_mode for one in parents}
    for one in parents:
        one.chmod(0o555)
    file.chmod(0o444)
    try:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-c", opening, f"sqlite:///{file}"]
        said = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
    finally:
        for one, mode in modes.items():
            one.chmod(mode)

    assert said.startswith("NeedsOperator The store")
    assert "permission" in said or "may read and write" in said


def test_two_first_openers_make_one_store(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/unsilo.db"

    processes = [start("count_up", url, 5) for _ in range(3)]

    assert [process.wait() for process in processes] == [0, 0, 0]


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense", "sqlite+aiosqlite:///x"])
def test_an_address_that_can_hold_no_store_is_refused(url: str):
    with pytest.raises(UsageError) as caught:
        open_store(url)

    assert "sqlite:///unsilo.db" in caught.value.remedy


def test_a_backup_can_be_taken_while_somebody_writes(file: Path, tmp_path: Path):
    process = start("count_up", f"sqlite:///{file}", 2000)
    try:
        with open_store(f"sqlite:///{file}") as store, writing(store) as conn:
            put(conn, setting, name="a", value=1)
        with open_store(f"sqlite:///{file}") as store:
            copies = [backup(store, tmp_path / f"copy{i}") for i in range(3)]
    finally:
        process.kill()
        process.wait()

    for copy in copies:
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
            assert connection.execute("select count(*) from setting where name = 'a'").fetchone() == (1,)


def test_a_restore_never_overwrites_a_store_and_takes_nothing_but_a_backup(file: Path, tmp_path: Path):
    copy = shutil.copy(file, tmp_path / "copy")
    text = tmp_path / "text"
    text.write_text("no backup" * 1000)

    with pytest.raises(UsageError, match="a store at"):
        restore(Path(copy), f"sqlite:///{file}")
    with pytest.raises(StoreDamaged):
        restore(text, f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(UsageError, match="no backup at"):
        restore(tmp_path / "nothing", f"sqlite:///{tmp_path}/new.db")

    assert not (tmp_path / "new.db").exists()


def test_a_restore_minds_the_last_writes_of_a_store_that_was_moved_away(file: Path, tmp_path: Path):
    with open_store(f"sqlite:///{file}") as store:
        copy = backup(store, tmp_path / "copy")
    file.unlink()
    file.with_name(file.name + "-wal").write_bytes(b"last writes")

    with pytest.raises(UsageError, match=r"unsilo\.db-wal of a former store"):
        restore(copy, f"sqlite:///{file}")


def test_a_backup_into_a_place_that_cant_be_written_is_told(file: Path):
    with open_store(f"sqlite:///{file}") as store, pytest.raises(UnsiloError) as caught:
        backup(store, Path("/proc/backup"))

    assert caught.value.remedy
