"""The drill: `deployments/prefect.yaml` is deployed to a real server and runs through a real process worker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.journeys.conftest import Place, ask_prefect

pytestmark = [pytest.mark.drill, pytest.mark.timeout(900)]


def prefect(environment: dict[str, str], *words: str) -> str:
    """Run a `prefect` command; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *words],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def worker(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process worker on our pool, stopped at the end."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "unsilo", "--type", "process"]
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def deployed(place: Place, exports: Path, prefect_api: str) -> dict[str, str]:
    """The environment of a machine on which everything is deployed."""
    shutil.copytree(exports, place.folder / "exports")
    assert place.unsilo("init", "exports", "--yes").code == 0
    environment = place.environment | {
        "PREFECT_API_URL": prefect_api,
        "UNSILO_FOLDER": str(place.folder),
        "UNSILO_SETTINGS": str(place.folder / "unsilo.toml"),
    }
    prefect(environment, "work-pool", "create", "unsilo", "--type", "process", "--overwrite")
    prefect(environment, "deploy", "--prefect-file", "deployments/prefect.yaml", "--all")
    return environment


def deployment(api: str, flow: str) -> dict[str, Any]:
    """The deployment of a flow, as the server keeps it."""
    question = {"flows": {"name": {"any_": [flow]}}}
    (found,) = ask_prefect(api, "deployments/filter", question)
    kept: dict[str, Any] = found
    return kept


def run_to_its_end(api: str, deployment_id: str, deadline_s: float = 240.0) -> dict[str, Any]:
    """Ask for a run of a deployment and wait until it ends."""
    asked = ask_prefect(api, f"deployments/{deployment_id}/create_flow_run")
    deadline = time.monotonic() + deadline_s
    while time.monotonic() < deadline:
        (run,) = ask_prefect(api, "flow_runs/filter", {"flow_runs": {"id": {"any_": [asked["id"]]}}})
        if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            ended: dict[str, Any] = run
            return ended
        time.sleep(1)
    pytest.fail("the run did not end")


def test_a_deployed_sync_runs_through_a_worker(place: Place, deployed: dict[str, str], prefect_api: str) -> None:
    kept = deployment(prefect_api, "sync_all")
    watchdog = [sys.executable, "-m", "flows.deployed.watchdog"]
    installed = [
        subprocess.run(watchdog, cwd=REPOSITORY, env=deployed, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]

    with worker(deployed, place.folder):
        run = run_to_its_end(prefect_api, kept["id"])

    assert kept["schedules"][0]["schedule"]["cron"] == "7 * * * *"
    assert kept["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert (kept.get("global_concurrency_limit") or {}).get("limit") == 1
    assert installed[0].startswith("Installed")
    assert installed[1].startswith("There already")
    log = (place.folder / "worker.log").read_text(errors="replace")[-3000:]
    assert run["state_name"] == "CompletedWithRejects", log
    assert int(place.unsilo("query", "select count(*) from customer_360", "--format", "csv").out.split()[1]) > 100
    assert place.unsilo("status", "--json").json["waiting"] == 0


def test_parameters_that_make_no_sense_are_refused_when_the_run_is_asked_for(
    deployed: dict[str, str], prefect_api: str
) -> None:
    kept = deployment(prefect_api, "pull_source")

    with pytest.raises(OSError, match=r"HTTP Error 4\d\d"):
        ask_prefect(prefect_api, f"deployments/{kept['id']}/create_flow_run", {"parameters": {"source": [1]}})
