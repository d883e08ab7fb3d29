"""The flow `resolve_identities`: match and consolidate. Entry point: `flows.deployed.resolve.resolve_identities`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows import resolve
from flows.deployed.current import current_watch, hand_over
from flows.deployed.discretion import discreet
from flows.deployed.outcome import final_state, resolve_message, show_resolve
from flows.hub import open_hub


@flow(name="resolve_identities", flow_run_name="resolve", persist_result=False)
def resolve_identities(settings: str = "unsilo.toml") -> State[Any]:
    """Match, group and consolidate everything that was landed and waits."""
    with discreet(), open_hub(Path(settings)) as hub:
        report = resolve.resolve_identities(hub, current_watch(), prefect_run=str(flow_run.id))
    hand_over("resolve", report)
    show_resolve(report)
    return final_state(report.state, resolve_message(report))
