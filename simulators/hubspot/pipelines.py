"""Pipelines: the stages through which deals, tickets, leads and custom objects go."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stage:
    """One stage; metadata is text (`isClosed`, `probability`, `ticketState`). Times are epoch milliseconds."""

    id: str
    label: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    order: int | None = None
    """None: where it stands among the stages."""
    created: int = 0
    updated: int = 0


@dataclass(frozen=True)
class Pipeline:
    """One pipeline of one type of object."""

    id: str
    label: str
    stages: tuple[Stage, ...]
    order: int = 0
    created: int = 0
    updated: int = 0

    def stage(self, stage_id: str) -> Stage | None:
        """The stage of this id."""
        return next((each for each in self.stages if each.id == stage_id), None)


def _deal(stage_id: str, label: str, probability: str, *, closed: bool = False) -> Stage:
    return Stage(stage_id, label, {"isClosed": str(closed).lower(), "probability": probability})


def _ticket(stage_id: str, label: str, state: str = "OPEN") -> Stage:
    return Stage(stage_id, label, {"ticketState": state, "isClosed": str(state == "CLOSED").lower()})


PIPELINES: dict[str, tuple[Pipeline, ...]] = {
    "deals": (
        Pipeline(
            "default",
            "Sales Pipeline",
            (
                _deal("appointmentscheduled", "Appointment Scheduled", "0.2"),
                _deal("qualifiedtobuy", "Qualified To Buy", "0.4"),
                _deal("presentationscheduled", "Presentation Scheduled", "0.6"),
                _deal("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
                _deal("contractsent", "Contract Sent", "0.9"),
                _deal("closedwon", "Closed Won", "1.0", closed=True),
                _deal("closedlost", "Closed Lost", "0.0", closed=True),
            ),
        ),
        Pipeline(
            "74310021",
            "Renewals",
            (
                _deal("148310031", "Due", "0.5"),
                _deal("148310032", "Renewed", "1.0", closed=True),
                _deal("148310033", "Lapsed", "0.0", closed=True),
            ),
            1,
        ),
    ),
    "tickets": (
        Pipeline(
            "0",
            "Support Pipeline",
            (
                _ticket("1", "New"),
                _ticket("2", "Waiting on contact"),
                _ticket("3", "Waiting on us"),
                _ticket("4", "Closed", "CLOSED"),
            ),
        ),
    ),
    "leads": (
        Pipeline(
            "lead-pipeline-id",
            "Lead pipeline",
            (
                Stage("new-stage-id", "New", {"leadState": "NEW"}),
                Stage("attempting-stage-id", "Attempting", {"leadState": "IN_PROGRESS"}),
                Stage("connected-stage-id", "Connected", {"leadState": "IN_PROGRESS"}),
                Stage("qualified-stage-id", "Qualified", {"leadState": "QUALIFIED"}),
                Stage("unqualified-stage-id", "Disqualified", {"leadState": "UNQUALIFIED"}),
            ),
        ),
    ),
    "machines": (Pipeline("61001", "Machine life", (Stage("61011", "Installed"), Stage("61012", "Retired"))),),
}
"""The first pipelines of a portal, by type of object; the first of each is its default."""
