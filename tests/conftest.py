"""What every test shares: a printed Hypothesis seed, labelled data where there is some, and no outside host."""

from __future__ import annotations

import os
import random
from pathlib import Path

import hypothesis
import hypothesis.core
import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = "120"

hypothesis.settings.register_profile("unsilo", deadline=None, print_blob=True, max_examples=50)
hypothesis.settings.register_profile("drill", parent=hypothesis.settings.get_profile("unsilo"), max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("UNSILO_HYPOTHESIS_PROFILE", "unsilo"))


def pytest_configure(config: pytest.Config) -> None:
    """Give Hypothesis a seed we know, so that any failure can be run again."""
    if config.getoption("hypothesis_seed", default=None) is None:
        hypothesis.core.global_force_seed = random.SystemRandom().randrange(2**32)


def pytest_report_header() -> str:
    """The first lines of a run name the seed."""
    return f"hypothesis: run this again with --hypothesis-seed={hypothesis.core.global_force_seed}"


@pytest.fixture(scope="session")
def labelled_data() -> Path:
    """Folder of labelled data: `UNSILO_DATA`, or `../shared/data` beside the repository."""
    folder = Path(os.environ.get("UNSILO_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no labelled data in {folder}; name its folder with UNSILO_DATA")
    return folder
