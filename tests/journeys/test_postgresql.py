"""The same journey on PostgreSQL: the command line does not care where the store is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import Place


@pytest.fixture
def database(postgres_server: str) -> Iterator[str]:
    """Address of an empty database, without a password, as settings have it."""
    import psycopg
    from sqlalchemy import make_url

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("drop database if exists unsilo_journey with (force)")
        connection.execute("create database unsilo_journey")
    url = make_url(postgres_server).set(drivername="postgresql+psycopg", database="unsilo_journey")
    yield url.set(password=None).render_as_string(hide_password=False)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("drop database if exists unsilo_journey with (force)")


@pytest.mark.timeout(300)
def test_the_journey_on_postgresql_ends_as_on_sqlite(place: Place, exports: Path, database: str) -> None:
    shutil.copytree(exports, place.folder / "exports")
    on_sqlite = Place(place.folder / "sqlite", place.environment)
    shutil.copytree(exports, on_sqlite.folder / "exports")
    on_sqlite.unsilo("init", "exports", "--yes")
    on_sqlite.unsilo("sync")
    crosswalk = "select count(*) as records, count(distinct customer_id) as customers from crosswalk"

    made = place.unsilo("init", "exports", "--yes", "--store", database)
    synced = place.unsilo("sync")
    again = place.unsilo("sync")

    assert (made.code, synced.code, again.code) == (0, 3, 0), made.err + synced.err
    assert place.unsilo("query", crosswalk, "--json").out == on_sqlite.unsilo("query", crosswalk, "--json").out
    status = place.unsilo("status", "--json").json
    assert {one["source"]: one["records"] for one in status["sources"]} == {
        one["source"]: one["records"] for one in on_sqlite.unsilo("status", "--json").json["sources"]
    }
    pair = place.unsilo("review", "--json").json[0]
    assert place.unsilo("decide", pair["a"]["record"], pair["b"]["record"], "same").code == 0
    assert place.unsilo("undo", "1").code == 0
    assert place.unsilo("explain", pair["a"]["record"], "--json").json["fields"]
    assert place.unsilo("export", "--to", "out", "--format", "csv").code == 0
    assert place.unsilo("store", "verify").code == 0
    assert json.loads(place.unsilo("query", "select 1 as one", "--json").out) == {"one": 1}
    assert place.unsilo("query", "select * from audit").code == 2
