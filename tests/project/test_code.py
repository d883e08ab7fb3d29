"""The code reads well by measure: formatted, typed, documented, in modules of a size a person can hold."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.project.repository import ROOT, modules, name_of

LONGEST_MODULE = 400


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


def test_ruff_has_nothing_to_say() -> None:
    result = run("ruff", "check", "--quiet", ".")

    assert result.returncode == 0, result.stdout


def test_the_code_is_formatted() -> None:
    result = run("ruff", "format", "--check", "--quiet", ".")

    assert result.returncode == 0, result.stdout


@pytest.mark.timeout(600)
def test_types_hold_under_strict_mypy() -> None:
    result = run("mypy")

    assert result.returncode == 0, result.stdout


def test_every_module_says_what_it_is_for() -> None:
    silent = [name_of(path) for path in modules() if not ast.get_docstring(ast.parse(path.read_bytes()))]

    assert silent == []


def test_no_module_is_longer_than_a_person_can_hold() -> None:
    lengths = {name_of(path): len(path.read_bytes().splitlines()) for path in modules()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}
