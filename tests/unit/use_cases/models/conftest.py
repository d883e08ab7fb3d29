"""The use cases of models run on both backends, over a population whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders import World, new_store_file
from tests.contract.conftest import new_postgres, postgres_databases, postgres_server
from tests.unit.use_cases.models.population import Population, populate
from unified_model.store.engine import open_store

__all__ = ["new_postgres", "postgres_databases", "postgres_server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """An empty world on each backend."""
    if request.param == "sqlite":
        url = f"sqlite:///{new_store_file(tmp_path)}"
    else:
        make: Callable[..., str] = request.getfixturevalue("new_postgres")
        url = make()
    with open_store(url, upgrade="never") as store:
        yield World(store)


@pytest.fixture
def people(world: World) -> Population:
    """Some dozen people, resolved, on each backend."""
    return populate(world, people=60, seed=5)


@pytest.fixture
def file_people(tmp_path: Path) -> Iterator[Population]:
    """The same people on SQLite alone, for what does not touch a backend's own ways."""
    with open_store(f"sqlite:///{new_store_file(tmp_path)}", upgrade="never") as store:
        yield populate(World(store), people=60, seed=5)
