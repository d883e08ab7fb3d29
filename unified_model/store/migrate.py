"""Bring an older store up to date with Alembic; a SQLite file is copied first. Loaded only when it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unified_model.store.schema import lock_schema, stored_version
from unified_model.store.view_definitions import create_views, drop_views

if TYPE_CHECKING:
    from alembic.config import Config

    from unified_model.store.engine import Store

SCRIPTS = Path(__file__).parent / "migrations"
VERSIONS = (SCRIPTS / "versions",)


def upgrade_store(store: Store, version: str | None) -> Path | None:
    """Run every migration after `version` in one transaction; returns the copy that was kept of a SQLite file."""
    from alembic import command

    copy = None
    if store.backend == "sqlite" and version is not None:
        copy = _keep_copy(store, version)
    with store.begin() as work:
        lock_schema(work.conn)
        if stored_version(work.conn) == version:  # else another process was faster
            drop_views(work.conn)
            command.upgrade(_config(work.conn), "head")
            create_views(work.conn)
            work.commit()
    return copy


def _config(connection: object) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in VERSIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _keep_copy(store: Store, version: str) -> Path:
    from unified_model.store.backup import copy_sqlite
    from unified_model.store.connect import file_of

    file = file_of(store.url)
    copy = file.with_name(f"{file.name}.schema-{version}")
    copy_sqlite(file, copy)
    return copy
