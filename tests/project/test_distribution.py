"""The distribution: its names are ours alone, it carries what it needs, and the command starts at once."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.project.repository import PACKAGES, ROOT, our_files, settings

HEAVY = ("adbc_driver_manager", "alembic", "duckdb", "fastapi", "numpy", "prefect", "pyarrow", "sqlalchemy")


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_no_other_distribution_claims_our_names() -> None:
    claims = importlib.metadata.packages_distributions()

    assert {name: claims[name] for name in PACKAGES if set(claims.get(name, ())) - {"unsilo"}} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_of_ours_means_this_code(package: str) -> None:
    specification = importlib.util.find_spec(package)

    assert specification is not None
    assert specification.origin is not None
    assert Path(specification.origin).is_relative_to(ROOT)


def test_the_installed_distribution_has_the_version_of_the_sources() -> None:
    assert importlib.metadata.version("unsilo") == settings()["project"]["version"]


def test_the_wheel_carries_every_file_of_our_packages(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    expected = {
        path.relative_to(ROOT).as_posix() for path in our_files() if path.relative_to(ROOT).parts[0] in PACKAGES
    }

    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)

    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert expected - names == set()
    assert {
        name for name in names if not name.startswith((*(f"{package}/" for package in PACKAGES), "unsilo-"))
    } == set()


def test_help_answers_in_under_a_second_of_cpu() -> None:
    command = [sys.executable, "-m", "console.main", "--help"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    before = cpu_of_children()

    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    assert cpu_of_children() - before < 1.0


def test_the_command_line_loads_nothing_heavy_before_it_is_needed() -> None:
    program = f"import sys, console.main; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"

    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout

    assert loaded.split() == []
