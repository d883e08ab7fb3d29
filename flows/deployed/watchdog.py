"""The automation that notices runs whose worker and process died together: `python -m flows.deployed.watchdog`.

Prefect itself notices a dead flow process while its worker lives. When both die the run would stay Running for ever,
and the deployment's concurrency limit would refuse every later run. Our own lease needs no such help; this is for
Prefect's book and its limits.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.automations import Automation
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

NAME = "unsilo: runs without a heartbeat have crashed"
HEARTBEAT_S = 30
"""Set PREFECT_FLOWS_HEARTBEAT_FREQUENCY to this where the worker runs."""
SILENCE = timedelta(seconds=3 * HEARTBEAT_S)
_ALIVE = "prefect.flow-run.heartbeat"
_ENDS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}


def install() -> str:
    """Create the automation, or leave it as it is; answers with what was done."""
    try:
        Automation.read(name=NAME)  # type: ignore[unused-coroutine]
    except ValueError:
        automation().create()
        return f"Installed: {NAME}"
    return f"There already: {NAME}"


def automation() -> Automation:
    """After a heartbeat another one, or an end, is expected within the silence; for runs tagged `unsilo` only."""
    return Automation(
        name=NAME,
        description="Marks a run as crashed when its heartbeat stopped before it ended.",
        trigger=EventTrigger(
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification(
                {"prefect.resource.id": "prefect.tag.unsilo", "prefect.resource.role": "tag"}
            ),
            for_each={"prefect.resource.id"},
            after={_ALIVE},
            expect={_ALIVE, *_ENDS},
            posture=Posture.Proactive,
            threshold=1,
            within=SILENCE,
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed", state=StateType.CRASHED, message="No heartbeat: its process is gone.", force=True
            )
        ],
    )


if __name__ == "__main__":
    print(install())
