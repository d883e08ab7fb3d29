"""The house: who may import whom. import-linter holds the arrows; a table here holds the libraries of each folder."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.repository import PACKAGES, ROOT, modules, name_of, settings

LINTER = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]

LIBRARIES = {
    "unified_model": set(),
    "unified_model/identity": {
        "anyascii",
        "duckdb",
        "nicknames",
        "numpy",
        "phonenumbers",
        "publicsuffixlist",
        "pyarrow",
        "pyspark",
        "rapidfuzz",
    },
    "unified_model/resolution": {"numpy"},
    "unified_model/use_cases/models": {"numpy", "pyarrow"},
    "unified_model/store": {
        "adbc_driver_manager",
        "adbc_driver_postgresql",
        "adbc_driver_sqlite",
        "alembic",
        "duckdb",
        "numpy",
        "orjson",
        "psycopg",
        "pyarrow",
        "sqlalchemy",
    },
    "connectors": {"orjson", "tenacity"},
    "connectors/files": {"charset_normalizer", "orjson", "python_calamine"},
    "connectors/http": {"requests", "tenacity", "urllib3"},
    "connectors/hubspot": {"certifi", "hubspot", "orjson", "urllib3"},
    "connectors/salesforce": {"jwt", "orjson", "requests", "simple_salesforce", "tenacity", "urllib3"},
    "flows": {"orjson"},
    "flows/deployed": {"prefect"},
    "console": {"click", "orjson", "rich"},
    "simulators": {"numpy", "uvicorn"},
    "simulators/salesforce": {"jwt", "numpy"},
}
"""Libraries beyond the standard one that each folder may import; the deepest folder named here decides."""

BROKEN_ON_PURPOSE = {
    "unified_model/upward.py": "import flows",
    "simulators/curious.py": "import unified_model.records",
    "flows/rehearsing.py": "import simulators",
    "connectors/hasty.py": "import unified_model.store",
    "connectors/matching.py": "import unified_model.identity",
    "connectors/files/neighbour.py": "import connectors.othervendor",
    "console/vendor.py": "import hubspot",
    "flows/sql.py": "import sqlalchemy.orm",
    "unified_model/identity/reading.py": "import unified_model.store",
    "console/prefect_here.py": "import prefect",
    "connectors/hubspot/asking.py": "import hubspot",
}
"""One forbidden import for each contract, in the order of the contracts."""


def imports_of(path: Path) -> Iterator[str]:
    """Every module a file imports, also inside functions and for types only."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def libraries_allowed(path: Path) -> set[str]:
    """What the deepest folder of the table that holds this file allows."""
    folder = max((folder for folder in LIBRARIES if path.is_relative_to(ROOT / folder)), key=len)
    return LIBRARIES[folder]


def test_every_arrow_of_the_house_is_kept() -> None:
    result = subprocess.run(LINTER, cwd=ROOT, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout


def test_every_contract_can_break(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    configuration = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    configuration = configuration.replace('"connectors.files"', '"connectors.files", "connectors.othervendor"')
    (tmp_path / "pyproject.toml").write_text(configuration, encoding="utf-8")
    (tmp_path / "connectors/othervendor").mkdir()
    (tmp_path / "connectors/othervendor/__init__.py").touch()
    for place, statement in BROKEN_ON_PURPOSE.items():
        (tmp_path / place).write_text(f"{statement}\n", encoding="utf-8")

    output = subprocess.run(LINTER, cwd=tmp_path, capture_output=True, text=True).stdout

    contracts = [contract["name"] for contract in settings()["tool"]["importlinter"]["contracts"]]
    unbroken = [name for name in contracts if f"{name} BROKEN" not in output]
    assert contracts
    assert unbroken == [], output


SHARED_BY_VENDORS = {"connectors.http"}


def test_every_vendor_folder_stands_in_the_contract_of_independence() -> None:
    vendors = {
        f"connectors.{folder.name}" for folder in (ROOT / "connectors").iterdir() if (folder / "__init__.py").exists()
    }

    contracts = settings()["tool"]["importlinter"]["contracts"]

    assert vendors - SHARED_BY_VENDORS == set(
        next(contract["modules"] for contract in contracts if contract["type"] == "independence")
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_a_folder_uses_only_the_libraries_it_is_given(package: str) -> None:
    ours = {*PACKAGES, *sys.stdlib_module_names}

    strangers = [
        f"{name_of(path)} imports {name}"
        for path in modules(package)
        for name in imports_of(path)
        if name.partition(".")[0] not in ours | libraries_allowed(path)
    ]

    assert strangers == []


def test_package_files_import_nothing() -> None:
    busy = [
        f"{name_of(path)} imports {name}"
        for path in modules(*PACKAGES)
        if path.name == "__init__.py"
        for name in imports_of(path)
        if name != "__future__"
    ]

    assert busy == []
