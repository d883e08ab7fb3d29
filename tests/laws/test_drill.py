"""The laws again with twenty times as many examples, a module at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import hypothesis.core
import pytest

from tests.conftest import REPOSITORY

MODULES = sorted(path.name for path in Path(__file__).parent.glob("test_law_*.py"))


@pytest.mark.drill
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("module", MODULES)
def test_a_law_holds_for_many_more_examples(module: str) -> None:
    environment = os.environ | {"UNSILO_HYPOTHESIS_PROFILE": "drill"}
    command = [
        sys.executable, "-m", "pytest", f"tests/laws/{module}", "-q", "--timeout", "3000", "-p", "no:cacheprovider",
        f"--hypothesis-seed={hypothesis.core.global_force_seed}",
    ]  # fmt: skip

    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-8000:]
