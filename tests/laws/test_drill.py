"""The laws again with twenty times as many examples, a module at a time; and ten thousand whole lives a backend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import hypothesis.core
import pytest

from tests.conftest import REPOSITORY

MODULES = sorted(path.name for path in Path(__file__).parent.glob("test_law_*.py"))
PIECES = 10
"""Whole lives come by the thousand: ten thousand on each backend."""


def _pieces(module: str) -> range:
    return range(PIECES if module.startswith("test_law_2_6_7_") else 1)


@pytest.mark.drill
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("module", "piece"), [(module, piece) for module in MODULES for piece in _pieces(module)])
def test_a_law_holds_for_many_more_examples(module: str, piece: int) -> None:
    environment = os.environ | {"UNSILO_HYPOTHESIS_PROFILE": "drill"}
    seed = hypothesis.core.global_force_seed or 0
    command = [
        sys.executable, "-m", "pytest", f"tests/laws/{module}", "-q", "--timeout", "3000", "-p", "no:cacheprovider",
        f"--hypothesis-seed={seed + piece}",
    ]  # fmt: skip

    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-8000:]
