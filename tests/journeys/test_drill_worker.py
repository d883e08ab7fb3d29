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


def run_to_its_end(api: str, deployment_id: str) -> dict[str, Any]:
    """Ask for a run of a deployment and wait until it ends."""
    asked = ask_prefect(api, f"deployments/{deployment_id}/create_flow_run")
    return wait_for_state(api, asked["id"], {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}, 240)


def wait_for_state(api: str, run_id: str, wanted: set[str], deadline_s: float) -> dict[str, Any]:
    """The run, once it is in one of these states."""
    deadline = time.monotonic() + deadline_s
    state = "nothing"
    while time.monotonic() < deadline:
        (run,) = ask_prefect(api, "flow_runs/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
        state = run["state_type"]
        if state in wanted:
            found: dict[str, Any] = run
            return found
        time.sleep(1)
    pytest.fail(f"the run is {state}, not {' or '.join(sorted(wanted))}")


def wait_for_landing(place: Place) -> None:
    """Wait until the first records are in the store."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if (place.folder / "unsilo.db").exists():
            answer = place.unsilo("query", "select count(*) from source_record", "--format", "csv")
            if answer.code == 0 and int(answer.out.split()[1]) > 0:
                return
        time.sleep(0.5)
    pytest.fail("nothing was landed")


def kill_with_children(pid: int) -> None:
    """`kill -9` a process and everything below it, the flow's process first."""
    below = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout.split()
    for child in below:
        kill_with_children(int(child))
    os.kill(pid, signal.SIGKILL)


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


def test_a_run_whose_worker_died_with_it_is_noticed_and_the_next_sync_goes_on(
    place: Place, deployed: dict[str, str], prefect_api: str
) -> None:
    command = [
        sys.executable,
        "-m",
        "simulators",
        "people",
        "--people",
        "12000",
        "--out",
        str(place.folder / "exports"),
    ]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "flows.deployed.watchdog"], cwd=REPOSITORY, env=deployed, check=True)
    kept = deployment(prefect_api, "sync_all")
    environment = deployed | {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}

    with worker(environment, place.folder) as process:
        asked = ask_prefect(prefect_api, f"deployments/{kept['id']}/create_flow_run")
        wait_for_state(prefect_api, asked["id"], {"RUNNING"}, 120)
        wait_for_landing(place)
        kill_with_children(process.pid)
    crashed = wait_for_state(prefect_api, asked["id"], {"CRASHED"}, 400)
    again = place.process("sync", "--in-process")

    assert crashed["state_type"] == "CRASHED"
    assert again.code in (0, 3), again.err
    assert place.unsilo("store", "verify").code == 0
    assert "abandoned" in place.unsilo("query", "select state from sync_run").out


def test_parameters_that_make_no_sense_are_refused_when_the_run_is_asked_for(
    deployed: dict[str, str], prefect_api: str
) -> None:
    kept = deployment(prefect_api, "pull_source")

    with pytest.raises(OSError, match=r"HTTP Error 4\d\d"):
        ask_prefect(prefect_api, f"deployments/{kept['id']}/create_flow_run", {"parameters": {"source": [1]}})
