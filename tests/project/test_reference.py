"""Generated pages say what the code says, and every command has its place in them."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.project.repository import ROOT


def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["commands.md", "settings.md", "data-dictionary.md"])
def test_a_generated_page_is_what_its_sources_say(page: str) -> None:
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")

    assert written == generator().PAGES[page](), f"docs/{page} is out of date: run `make docs`"


def test_every_table_and_column_is_explained() -> None:
    import sqlalchemy

    from unified_model.store.tables import golden, identity, landing, trust, unified

    modules = (golden, identity, landing, trust, unified)
    tables = {table for module in modules for table in module.__dict__.values() if isinstance(table, sqlalchemy.Table)}

    silent = [table.name for table in tables if not table.comment]
    silent += [f"{table.name}.{column.name}" for table in tables for column in table.columns if not column.comment]

    assert tables
    assert silent == []
