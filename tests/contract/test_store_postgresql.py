"""The store contract on PostgreSQL, and what only a server can suffer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.contract.store_suite import StoreContract
from unified_model.errors import NeedsOperator, Retry, UsageError
from unified_model.store.backup import backup, restore
from unified_model.store.engine import Store, open_store
from unified_model.store.readonly import answer


class TestPostgresql(StoreContract):
    """Every promise of the store, on a server."""

    @pytest.fixture
    def url(self, new_postgres: Callable[..., str]) -> str:
        self.new_postgres = new_postgres
        return new_postgres()

    def restored(self, file: Path, tmp_path: Path) -> AbstractContextManager[Store]:
        return restore(file, self.new_postgres(bare=True))


def test_a_server_that_is_not_there_is_told():
    with pytest.raises(Retry, match="can't be reached") as caught:
        open_store("postgresql+psycopg://ada:secret@127.0.0.1:1/unsilo")

    assert "secret" not in str(caught.value)


def test_an_unknown_database_is_told(postgres_server: str):
    url = make_url(postgres_server).set(database="nosuch").render_as_string(False)

    with pytest.raises((NeedsOperator, Retry)) as caught:
        open_store(url)

    assert "[store] url" in caught.value.remedy


def test_an_empty_database_is_not_changed_by_who_only_looks(new_postgres: Callable[..., str]):
    url = new_postgres(bare=True)

    with pytest.raises(UsageError, match="no store at"):
        open_store(url, upgrade="never")

    with answer(url, "select count(*) from pg_tables where schemaname = 'public'") as result:
        assert list(result.rows) == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select set_config('role', 'none', true), query_to_xml('select * from audit', true, true, '')",
        "select U&\"set\\005fconfig\"('role', 'none', true)",
        "select pg_read_file('/etc/passwd')",
        "select lo_import('/etc/passwd')",
        "select query_to_xml('select * from audit', true, true, '')",
        "select nextval('x') from (select 1) q",
    ],
)
def test_a_query_cant_leave_the_readers_role(new_postgres: Callable[..., str], sql: str):
    with pytest.raises(UsageError), answer(new_postgres(), sql) as result:
        list(result.rows)


def test_a_restore_wants_an_empty_database(new_postgres: Callable[..., str], tmp_path: Path):
    url = new_postgres()
    with open_store(url) as store:
        store.allocate("record", 1)
        file = backup(store, tmp_path / "backup.zip")

    with pytest.raises(UsageError, match="not empty"):
        restore(file, url)
    with pytest.raises(UsageError, match="backup of a PostgreSQL store"):
        restore(file, f"sqlite:///{tmp_path}/unsilo.db")
