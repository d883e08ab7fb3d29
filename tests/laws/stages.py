"""Stores for thousands of short lives: one is emptied and used again, which is many times faster than a new one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.builders import World, new_store_file
from unified_model.store import sources
from unified_model.store.engine import Store, open_store
from unified_model.store.tables.base import metadata

MEMORY = Path("/dev/shm")
"""A folder in memory, where there is one: what is written there costs no disk."""
LIVES_A_VACUUM = 40
"""A server keeps deleted rows until they are swept up; walking over them takes longer and longer."""


class StageWorld(World):
    """A world that asks for each of its sources once."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._known: dict[str, sources.Source] = {}

    def source(self, label: str) -> sources.Source:
        if label not in self._known:
            self._known[label] = super().source(label)
        return self._known[label]


class Stage:
    """One store, on which a life is lived after the other."""

    def __init__(self, url: str) -> None:
        self._first = open_store(url, upgrade="never")
        names = [f'delete from "{table.name}"' for table in reversed(metadata.sorted_tables)]
        self._emptying = names if self._first.backend == "sqlite" else ["; ".join(names)]
        self._lives = 0

    def world(self) -> World:
        """An empty world. The one before it is gone."""
        self._lives += 1
        engine = self._first.engine
        with engine.connect() as conn, conn.begin():
            for statement in self._emptying:
                conn.exec_driver_sql(statement)
        if self._first.backend == "postgresql" and self._lives % LIVES_A_VACUUM == 0:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                conn.exec_driver_sql("vacuum")
        return StageWorld(Store(self._first.url, engine))  # a store of its own: it has taken no surrogate keys yet

    def close(self) -> None:
        """Close its connections."""
        self._first.close()


@contextmanager
def stages_on_files(number: int) -> Iterator[list[Stage]]:
    """Stages over SQLite files, in memory where that can be had."""
    folder = Path(tempfile.mkdtemp(prefix="unsilo-stages-", dir=MEMORY if MEMORY.is_dir() else None))
    urls = (f"sqlite:///{new_store_file(folder, f'{n}.db')}" for n in range(number))
    with _opened(Stage(url) for url in urls) as stages:
        try:
            yield stages
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stages_on_a_server(number: int, new_postgres: Callable[[], str]) -> Iterator[list[Stage]]:
    """Stages over databases of a PostgreSQL server."""
    with _opened(Stage(new_postgres()) for _ in range(number)) as stages:
        yield stages


@contextmanager
def _opened(made: Iterator[Stage]) -> Iterator[list[Stage]]:
    stages = list(made)
    try:
        yield stages
    finally:
        for stage in stages:
            stage.close()
