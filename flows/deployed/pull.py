"""The flow `pull_source`: one source's changes into the store. Entry point: `flows.deployed.pull.pull_source`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows import pull
from flows.deployed.current import current_watch, hand_over
from flows.deployed.discretion import discreet
from flows.deployed.outcome import final_state, pull_message, show_pulls
from flows.hub import open_hub


@task(name="land", task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False, log_prints=False)
def land(name: str, work: Callable[[], None]) -> None:
    """One object of a source, landed page by page from its stored cursor on.

    Prefect retries nothing here: every page is committed with its cursor, so that the next run goes on by itself.
    """
    with discreet():
        work()


def as_task(name: str, work: Callable[[], None]) -> None:
    """The checkpointed step of a pull, as a task run."""
    land(name, work)


# No flow retries: together with a deployment's concurrency limit they leave slots taken for ever.
@flow(name="pull_source", flow_run_name="pull-{source}", persist_result=False)
def pull_source(
    source: str,
    settings: str = "unsilo.toml",
    full: bool = False,
    accept_deletes: bool = False,
    reconcile: bool = False,
) -> State[Any]:
    """Read what changed in one source system and store it."""
    with discreet(), open_hub(Path(settings)) as hub:
        report = pull.pull_source(
            hub,
            source,
            current_watch(),
            full=full,
            accept_deletes=accept_deletes,
            reconcile=reconcile,
            step=as_task,
            prefect_run=str(flow_run.id),
        )
    hand_over(source, report)
    show_pulls([report])
    return final_state(report.state, pull_message(report))
