"""Schema, migrations and the data dictionary agree with one another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from tests.contract.store_rows import put, writing
from unified_model.errors import NeedsOperator
from unified_model.store import migrate, schema
from unified_model.store.connect import engine_for, parse_url
from unified_model.store.dictionary import render
from unified_model.store.engine import Store, open_store
from unified_model.store.migrate import upgrade_store
from unified_model.store.tables.golden import person
from unified_model.store.view_definitions import VIEWS

NEXT_VERSION = '''"""One more column."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade():
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("shoe_size", sa.Integer))
        table.alter_column("display_name", nullable=False, server_default="?")
'''


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each backend, with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/unsilo.db"
    make: Callable[..., str] = request.getfixturevalue("new_postgres")
    return make(bare=True)


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Unsilo one schema version ahead."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "0004_next.py").write_text(NEXT_VERSION)
    monkeypatch.setattr(migrate, "VERSIONS", (*migrate.VERSIONS, folder))
    monkeypatch.setattr(schema, "SCHEMA_VERSION", "0004")


def test_the_version_in_the_code_is_the_newest_migration():
    newest = max(file.name[:4] for file in (migrate.SCRIPTS / "versions").glob("[0-9]*.py"))

    assert newest == schema.SCHEMA_VERSION


def test_migrations_from_nothing_make_the_schema_of_a_new_store(bare_url: str, tmp_path: Path):
    parsed = parse_url(bare_url)
    migrated = Store(parsed, engine_for(parsed))
    upgrade_store(migrated, None)
    by_migration = shape(migrated)
    migrated.close()

    with migrated.engine.begin() as conn:
        for view in VIEWS:
            conn.exec_driver_sql(f"drop view {view.name}")
        schema.all_tables().drop_all(conn)
        conn.exec_driver_sql("drop table alembic_version")
    with open_store(bare_url) as fresh:
        assert shape(fresh) == by_migration


def test_an_older_file_is_upgraded_with_a_copy_kept(tmp_path: Path, request: pytest.FixtureRequest):
    url = f"sqlite:///{tmp_path}/unsilo.db"
    with open_store(url) as store, writing(store) as conn:
        put(conn, person, customer_id="ada", display_name="Ada")
    request.getfixturevalue("next_version")

    with open_store(url) as store, store.read() as conn:
        assert conn.exec_driver_sql("select customer_id, display_name, shoe_size from person").all() == [
            ("ada", "Ada", None)
        ]
        assert conn.exec_driver_sql("select display_name from customer_360").all() == []

    copy = tmp_path / "unsilo.db.schema-0003"
    with engine_for(parse_url(f"sqlite:///{copy}")).connect() as conn:
        assert schema.stored_version(conn) == "0003"


def test_a_store_of_the_first_schema_is_brought_up_to_date(bare_url: str):
    with open_store(bare_url) as store:
        before = shape(store)
        with store.engine.begin() as conn:
            for view in VIEWS:
                conn.exec_driver_sql(f"drop view {view.name}")
            conn.exec_driver_sql("alter table source_record drop column erased_at")
            conn.exec_driver_sql("drop table proof")
            conn.exec_driver_sql("update alembic_version set version_num = '0001'")

    with open_store(bare_url, upgrade="force") as store:
        assert shape(store) == before


def test_models_of_an_older_store_get_names_by_their_age(bare_url: str):
    with open_store(bare_url) as store:
        before = shape(store)
        with store.engine.begin() as conn:
            for view in VIEWS:
                conn.exec_driver_sql(f"drop view {view.name}")
            conn.exec_driver_sql("drop table label_sample")
            conn.exec_driver_sql("drop index ix_match_model_name")
            for column in ("name", "origin", "notes", "activated_at"):
                conn.exec_driver_sql(f"alter table match_model drop column {column}")
            for version, active, day in (("b", False, 1), ("a", True, 2)):
                conn.exec_driver_sql(
                    "insert into match_model (version, kind, document, active, stored_at) values "
                    f"('{version}', 'person', '{{}}', {active}, '2026-03-0{day}T00:00:00.000000Z')"
                )
            conn.exec_driver_sql("update alembic_version set version_num = '0002'")

    with open_store(bare_url, upgrade="force") as store, store.read() as conn:
        assert shape(store) == before
        named = conn.exec_driver_sql("select name, origin, active from match_model order by name").all()
        assert [tuple(row) for row in named] == [("person-shipped", "shipped", 0), ("person-shipped-2", "shipped", 1)]


def test_an_older_server_store_is_upgraded_only_when_told(
    new_postgres: Callable[..., str], request: pytest.FixtureRequest
):
    url = new_postgres()
    request.getfixturevalue("next_version")

    with pytest.raises(NeedsOperator, match="older schema") as caught:
        open_store(url)
    assert "unsilo store upgrade" in caught.value.remedy

    with open_store(url, upgrade="force") as store, store.read() as conn:
        assert conn.exec_driver_sql("select shoe_size from person").all() == []


def test_a_failed_upgrade_changes_nothing(bare_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "0004_next.py").write_text(NEXT_VERSION + "    raise ZeroDivisionError\n")
    with open_store(bare_url) as store:
        before = shape(store)
    monkeypatch.setattr(migrate, "VERSIONS", (*migrate.VERSIONS, folder))

    with monkeypatch.context() as patch:
        patch.setattr(schema, "SCHEMA_VERSION", "0004")
        with pytest.raises(ZeroDivisionError):
            open_store(bare_url, upgrade="force")

    with open_store(bare_url) as store:
        assert shape(store) == before


def test_the_data_dictionary_explains_every_view_and_table():
    page = render()

    for table in schema.all_tables().sorted_tables:
        assert f"### {table.name}\n" in page
    for view in VIEWS:
        assert f"### {view.name}\n" in page
        assert all(f"| `{column}` |" in page for column in view.columns)


def shape(store: Store) -> dict[str, object]:
    """Tables, columns with their types, keys, indexes, views."""
    look = inspect(create_engine(store.url))  # SQLAlchemy's own engine: it reflects PostgreSQL through decoded JSON
    found: dict[str, object] = {"views": sorted(look.get_view_names())}
    for name in look.get_table_names():
        if name == "alembic_version":
            continue
        columns = [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)]
        indexes = sorted((str(i["name"]), tuple(map(str, i["column_names"]))) for i in look.get_indexes(name))
        found[name] = (columns, look.get_pk_constraint(name)["constrained_columns"], indexes)
    return found
