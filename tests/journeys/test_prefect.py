"""With a Prefect API configured, commands that run a flow are Prefect runs; nothing personal reaches Prefect."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows.runner import prefect_api as configured_api
from tests.journeys.conftest import Place, ask_prefect


def runs_of(api: str, flow: str) -> list[dict[str, Any]]:
    """Flow runs of a flow, newest first."""
    question = {"flows": {"name": {"any_": [flow]}}, "sort": "START_TIME_DESC"}
    runs: list[dict[str, Any]] = ask_prefect(api, "flow_runs/filter", question)
    return runs


@pytest.mark.timeout(400)
def test_sync_is_a_prefect_run_that_can_be_read_back(place: Place, exports: Path, prefect_api: str) -> None:
    shutil.copytree(exports, place.folder / "exports")
    place.unsilo("init", "exports", "--yes")

    outcome = place.process("sync", env={"PREFECT_API_URL": prefect_api})

    report = outcome.events[-1]
    (sync,) = runs_of(prefect_api, "sync_all")
    pulls = {run["parameters"]["source"]: run for run in runs_of(prefect_api, "pull_source")}
    (resolve,) = runs_of(prefect_api, "resolve_identities")
    assert outcome.code == 3, outcome.err
    assert sync["state_name"] == "CompletedWithRejects"
    assert sync["state_type"] == "COMPLETED"
    assert {label: run["state_name"] for label, run in pulls.items()} == {
        "salesforce_contacts": "Completed",
        "hubspot_contacts": "Completed",
        "trade_fair": "CompletedWithRejects",
    }
    assert resolve["state_name"] == "Completed"
    told = {pull["source"]: pull["stored"] for pull in report["pulls"]}
    artifacts = ask_prefect(prefect_api, "artifacts/filter", {"artifacts": {"type": {"any_": ["table"]}}})
    shown = {
        row["source"]: row["stored"]
        for one in artifacts
        if one["key"] == "unsilo-pull"
        for row in json.loads(one["data"])
    }
    assert shown == told
    stored = place.unsilo("query", "select prefect_run from sync_run where stage = 'resolve'").out
    assert resolve["id"] in stored


@pytest.mark.timeout(400)
def test_nothing_personal_reaches_prefect(place: Place, prefect_api: str) -> None:
    place.write(
        "list.csv", "Id,Name,Mail\n1,Zebedee Quux,zebedee@quux.example\n1,Zebedee Quux,other@quux.example\nbroken\n"
    )
    place.settings(
        '[sources.list]\nkind = "files"\npath = "list.csv"\nkey = "Id"\n'
        '[sources.list.mapping]\n"Name" = "full_name"\n"Mail" = "email"\n'
    )

    outcome = place.process("sync", env={"PREFECT_API_URL": prefect_api})

    kept = json.dumps(
        [ask_prefect(prefect_api, f"{what}/filter") for what in ("flow_runs", "task_runs", "artifacts", "logs")]
    )
    assert outcome.code == 3
    assert "list" in kept
    assert "quux" not in kept.lower()
    assert "zebedee" not in kept.lower()


@pytest.mark.timeout(400)
def test_a_failed_pull_is_red_and_its_siblings_are_not(place: Place, prefect_api: str) -> None:
    place.write("good.csv", "Id,Name\n1,Ann Lee\n")
    sources = (
        '[sources.{0}]\nkind = "files"\npath = "{0}.csv"\nkey = "Id"\n[sources.{0}.mapping]\n"Name" = "full_name"\n'
    )
    place.settings(sources.format("good") + sources.format("gone"))

    outcome = place.process("sync", env={"PREFECT_API_URL": prefect_api})

    newest = {run["parameters"]["source"]: run["state_type"] for run in runs_of(prefect_api, "pull_source")[:2]}
    assert outcome.code == 1
    assert newest == {"good": "COMPLETED", "gone": "FAILED"}
    assert runs_of(prefect_api, "sync_all")[0]["state_type"] == "FAILED"
    assert "gone.csv does not exist" in outcome.err


def test_an_api_that_does_not_answer_is_told_with_its_remedies(place: Place) -> None:
    place.write("list.csv", "Id,Name\n1,Ann Lee\n")
    place.settings(
        '[sources.list]\nkind = "files"\npath = "list.csv"\nkey = "Id"\n[sources.list.mapping]\n"Name" = "full_name"\n'
    )
    silent = {"PREFECT_API_URL": "http://127.0.0.1:9/api"}

    refused = place.process("sync", env=silent)
    in_process = place.process("sync", "--in-process", env=silent)

    assert refused.code == 1
    assert "--in-process" in refused.err
    assert in_process.code == 0


def test_without_an_api_no_prefect_is_imported(place: Place) -> None:
    place.write("list.csv", "Id,Name\n1,Ann Lee\n")
    place.settings(
        '[sources.list]\nkind = "files"\npath = "list.csv"\nkey = "Id"\n[sources.list.mapping]\n"Name" = "full_name"\n'
    )
    program = "import sys, console.main; console.main.run(['sync']); print('prefect' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=place.folder, env=place.environment, capture_output=True, text=True
    )

    assert done.stdout.splitlines()[-1] == "False"


def test_an_api_is_configured_by_the_environment_or_by_the_active_profile(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text(
        'active = "work"\n[profiles.work]\nPREFECT_API_URL = "http://hub:4200/api"\n[profiles.local]\n'
    )
    home = {"PREFECT_HOME": str(tmp_path)}

    assert configured_api(home) == "http://hub:4200/api"
    assert configured_api(home | {"PREFECT_PROFILE": "local"}) is None
    assert configured_api(home | {"PREFECT_API_URL": "http://other/api"}) == "http://other/api"
    assert configured_api({"PREFECT_HOME": str(tmp_path / "none")}) is None
