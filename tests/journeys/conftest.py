"""What journeys share: the real command in a process of its own, small exports to run it on, a real Prefect server."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.contract.conftest import postgres_server

__all__ = ["postgres_server"]

QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
SERVER_START_S = 180.0


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its whole standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Its standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


@dataclass(frozen=True)
class Place:
    """A folder to work in, and the command as a person would type it there."""

    folder: Path
    environment: dict[str, str]

    def unsilo(self, *words: str) -> Outcome:
        """Run `unsilo` here, in this process: the same command line without the second it takes to start."""
        from console.main import run

        out, err = io.StringIO(), io.StringIO()
        with chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
            code = run(words)
        return Outcome(code, out.getvalue(), err.getvalue())

    def process(self, *words: str, env: dict[str, str] | None = None, stdin: str = "") -> Outcome:
        """Run `unsilo` here, in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "console.main", *words],
            cwd=self.folder,
            env=self.environment | (env or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=110,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def write(self, name: str, content: str | bytes) -> Path:
        """Put a file here."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def settings(self, content: str) -> Path:
        """Write `unsilo.toml`."""
        return self.write("unsilo.toml", content)


def clean_environment(folder: Path) -> dict[str, str]:
    """The environment of a person on a fresh machine: no Prefect, an empty home."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "UNSILO"))}
    return kept | QUIET | {"HOME": str(home), "PYTHONPATH": str(REPOSITORY), "PREFECT_HOME": str(home / "prefect")}


@pytest.fixture(autouse=True)
def no_prefect_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own Prefect reaches a test."""
    for name in os.environ:
        if name.startswith("PREFECT") and name not in QUIET:
            monkeypatch.delenv(name)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "no-prefect"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder to work in."""
    return Place(tmp_path, clean_environment(tmp_path))


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three exports of 150 people with their truth."""
    folder = tmp_path_factory.mktemp("people") / "exports"
    command = [sys.executable, "-m", "simulators", "people", "--people", "150", "--seed", "11", "--out", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real Prefect server with an empty database; started once."""
    folder = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    environment = clean_environment(folder)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_it_answers(api, server, folder / "server.log")
            yield api
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_it_answers(api: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SERVER_START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{api}/health", timeout=2).close()  # noqa: S310
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail(f"the Prefect server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def ask_prefect(api: str, what: str, question: dict[str, Any] | None = None) -> Any:
    """A POST to the server's API."""
    request = urllib.request.Request(  # noqa: S310
        f"{api}/{what}", json.dumps(question or {}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.loads(answer.read())
