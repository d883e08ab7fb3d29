"""What the project tests look at: our files, our packages, our modules."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("unified_model", "connectors", "flows", "console", "simulators")


def settings() -> dict[str, Any]:
    """`pyproject.toml`, parsed."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def our_files() -> list[Path]:
    """Every file of the project that is, or would be, under version control."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def modules(*folders: str) -> Iterator[Path]:
    """Python files below the named folders; all of ours when none is named."""
    wanted = folders or (*PACKAGES, "tests", "benchmarks")
    for path in our_files():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted:
            yield path


def name_of(path: Path) -> str:
    """A path as people write it, for messages."""
    return path.relative_to(ROOT).as_posix()
