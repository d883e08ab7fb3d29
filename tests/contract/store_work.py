"""Units of work, surrogate keys, leases and schema checks, with real second processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ResourceClosedError

from tests.contract.store_rows import NOON, put, writing
from unified_model.errors import NeedsOperator, Retry, UsageError
from unified_model.store import connect
from unified_model.store.bulk import rows_by_keys
from unified_model.store.engine import Store, open_store
from unified_model.store.leases import LeaseLost, acquire, check, holders, release, renew
from unified_model.store.schema import SCHEMA_VERSION
from unified_model.store.settings import KEYS_MADE_BY
from unified_model.store.tables.identity import link
from unified_model.store.tables.landing import counter, dead_letter
from unified_model.store.tables.trust import setting

OURS = select(setting).where(setting.c.name != KEYS_MADE_BY)
"""Settings that a test wrote, without the one that every new store holds."""

REPOSITORY = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("store_worker.py")


def start(job: str, *arguments: object) -> subprocess.Popen[str]:
    """A process of its own, working on the store."""
    command = [sys.executable, str(WORKER), job, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line it prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


class WorkContract:
    """Several at work on one store."""

    # --- units of work

    def test_a_unit_of_work_without_commit_leaves_nothing(self, store: Store):
        with store.begin() as work:
            put(work.conn, setting, name="a", value=1)

        with store.read() as conn:
            assert conn.execute(OURS).all() == []

    def test_an_exception_in_a_unit_of_work_leaves_nothing(self, store: Store):
        def fail_half_way() -> None:
            with store.begin() as work:
                put(work.conn, setting, name="a", value=1)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_half_way()

        with store.read() as conn:
            assert conn.execute(OURS).all() == []

    def test_a_committed_unit_of_work_stays_and_is_over(self, store: Store):
        with store.begin() as work:
            put(work.conn, setting, name="a", value=1)
            work.commit()
            with pytest.raises(ResourceClosedError):
                work.conn.execute(select(setting))

        with store.read() as conn:
            assert [row.value for row in conn.execute(OURS)] == [1]

    def test_a_reader_sees_one_snapshot_while_others_write(self, store: Store):
        with store.read() as conn:
            before = conn.execute(OURS).all()
            with writing(store) as other:
                put(other, setting, name="a", value=1)
            after = conn.execute(OURS).all()

        assert before == after == []

    def test_a_killed_process_leaves_nothing_of_its_transaction(self, store: Store, url: str):
        process = start("hold_transaction", url)
        assert line_of(process) == "writing"

        process.send_signal(signal.SIGKILL)
        process.wait()

        with writing(store) as conn:
            put(conn, setting, name="next", value=1)
        with store.read() as conn:
            assert [row.name for row in conn.execute(OURS)] == ["next"]

    def test_a_locked_store_is_told_in_one_sentence(self, url: str, store: Store, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(connect, "BUSY_TIMEOUT_S", 1)
        process = start("hold_transaction", url)
        try:
            assert line_of(process) == "writing"

            with open_store(url) as impatient, pytest.raises(Retry) as caught, writing(impatient) as conn:
                put(conn, setting, name="a", value=1)
        finally:
            process.kill()
            process.wait()

        assert "locked by another process" in caught.value.message
        assert "unsilo status" in caught.value.remedy

    def test_two_processes_write_one_row_in_turn(self, store: Store, url: str):
        processes = [start("count_up", url, 40) for _ in range(2)]

        codes = [process.wait() for process in processes]

        assert codes == [0, 0]
        with store.read() as conn:
            assert rows_by_keys(conn, counter, "name", ["tally"], ("next",)) == [(80,)]

    def test_who_writes_without_pause_lets_others_have_their_turn(self, store: Store, url: str):
        process = start("write_on_and_on", url, 6)
        assert line_of(process) == "writing"

        waits = []
        for n in range(4):
            begun = time.monotonic()
            with writing(store) as conn:
                put(conn, setting, name=f"decision {n}", value=1)
            waits.append(time.monotonic() - begun)
            time.sleep(0.1)
        still_writing = process.poll() is None
        process.kill()
        process.wait()

        assert still_writing
        assert max(waits) < 2

    def test_a_second_unit_of_work_inside_the_first_is_refused_at_once(self, store: Store):
        with store.begin(), pytest.raises(RuntimeError, match="already"), store.begin():
            pass

        with store.begin() as work:
            work.commit()

    # --- surrogate keys

    def test_keys_are_never_given_out_twice(self, store: Store):
        taken = [key for n in (1, 5, 999, 1000, 1001, 3) for key in store.allocate("record", n)]

        assert len(set(taken)) == len(taken) == 3009
        assert min(taken) >= 1

    def test_keys_come_in_one_unbroken_range(self, store: Store):
        store.allocate("record", 997)

        keys = store.allocate("record", 500)

        assert list(keys) == list(range(keys[0], keys[0] + 500))

    def test_kinds_of_keys_are_numbered_apart(self, store: Store):
        assert store.allocate("record", 1) == store.allocate("change", 1)

    def test_keys_can_be_taken_while_this_thread_writes(self, store: Store):
        with store.begin() as work:
            put(work.conn, setting, name="a", value=1)
            inside = [*store.allocate("record", 2000), *store.allocate("record", 1)]
            work.commit()
        outside = store.allocate("record", 2000)

        assert set(inside).isdisjoint(outside)

    def test_keys_taken_in_a_unit_of_work_that_failed_harm_nobody(self, store: Store):
        with store.begin():
            store.allocate("record", 10)

        taken = [key for _ in range(3) for key in store.allocate("record", 600)]

        assert len(set(taken)) == 1800

    def test_threads_never_share_keys(self, store: Store):
        taken: list[int] = []

        def take() -> None:
            for _ in range(10):
                taken.extend(store.allocate("record", 300))

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(taken)) == len(taken) == 12_000

    def test_processes_never_share_keys(self, url: str, store: Store):
        processes = [start("allocate", url, 20) for _ in range(2)]

        taken = [key for process in processes for key in process.communicate()[0].split()]

        assert len(set(taken)) == len(taken) > 2 * 20 * 700 - 1

    # --- leases

    def test_a_lease_is_held_by_one_at_a_time(self, store: Store):
        acquire(store, "resolve", NOON)

        with pytest.raises(Retry, match="at work on resolve"):
            acquire(store, "resolve", NOON + timedelta(seconds=119))

    def test_a_lease_given_back_can_be_taken(self, store: Store):
        first = acquire(store, "resolve", NOON)
        release(store, first)

        second = acquire(store, "resolve", NOON)

        assert second.token > first.token

    def test_a_late_holder_is_replaced_and_its_writes_are_refused(self, store: Store):
        late = acquire(store, "resolve", NOON, ttl_s=10)
        taken = acquire(store, "resolve", NOON + timedelta(seconds=11))

        with pytest.raises(LeaseLost), store.begin() as work:
            check(work.conn, "resolve", late.token)
        with pytest.raises(LeaseLost):
            renew(store, late, NOON)
        release(store, late)

        with store.begin() as work:
            check(work.conn, "resolve", taken.token)

    def test_a_renewed_lease_lasts_longer(self, store: Store):
        held = acquire(store, "resolve", NOON, ttl_s=10)
        renew(store, held, NOON + timedelta(seconds=9), ttl_s=10)

        with pytest.raises(Retry):
            acquire(store, "resolve", NOON + timedelta(seconds=18))

        with store.read() as conn:
            assert [lease.name for lease in holders(conn, NOON)] == ["resolve"]

    def test_the_lease_of_a_killed_process_is_free_at_once(self, store: Store, url: str):
        process = start("take_lease", url, "resolve")
        token = int(line_of(process))
        with pytest.raises(Retry, match=f"process {process.pid}"):
            acquire(store, "resolve", datetime.now(UTC))

        process.kill()
        process.wait()

        assert acquire(store, "resolve", datetime.now(UTC)).token == token + 1

    def test_nobody_writes_after_its_lease_was_taken_over(self, store: Store, url: str):
        process = start("write_under_lease", url, "resolve", 100_000)
        token = int(line_of(process))

        thief = acquire(store, "resolve", datetime.now(UTC) + timedelta(hours=1))
        with store.read() as conn:
            written = len(conn.execute(select(setting.c.name)).all())
        code = process.wait()

        with store.read() as conn:
            assert len(conn.execute(select(setting.c.name)).all()) == written
        assert code != 0
        assert thief.token == token + 1

    # --- schema

    def test_a_store_of_a_newer_version_is_refused(self, store: Store, url: str):
        with writing(store) as conn:
            conn.exec_driver_sql("update alembic_version set version_num = '9999'")

        with pytest.raises(NeedsOperator, match=f"newer Unsilo .schema 9999; this one knows {SCHEMA_VERSION}"):
            open_store(url)

    def test_tables_that_are_not_ours_are_left_alone(self, store: Store, url: str):
        with writing(store) as conn:
            conn.exec_driver_sql("drop table alembic_version")

        with pytest.raises(UsageError, match="not Unsilo's"):
            open_store(url)

    def test_an_open_store_can_be_opened_again(self, store: Store, url: str):
        with writing(store) as conn:
            put(conn, dead_letter, id=1, source_id=1, object="o", place="p", reason="r", detail="d", raw="nul \0",
                digest="x", state="open", first_seen_at=NOON, last_seen_at=NOON, run_id=1)  # fmt: skip
            put(conn, link, a=1, b=2, weight=-7, evidence={}, model_version="m")

        with open_store(url, upgrade="never") as again, again.read() as conn:
            assert conn.execute(select(dead_letter.c.raw)).scalar() == "nul \0"
            assert conn.execute(select(link.c.weight)).scalar() == -7
