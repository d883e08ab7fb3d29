"""A report as Prefect shows it: the run's final state, and a table of counts. Counts only, never personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.reports import PullReport, ResolveReport, SyncReport
from flows.reports import State as Outcome

PULL_COLUMNS = (
    "source",
    "state",
    "read",
    "stored",
    "unchanged",
    "repeated",
    "rejected",
    "suppressed",
    "deleted",
    "seconds",
)


def final_state(outcome: Outcome, message: str) -> State[Any]:
    """Red for a failure, green for the rest; what was set aside or stopped is in the state's name."""
    if outcome == "failed":
        return Failed(message=message)
    names = {
        "done": "Completed", "done_with_warnings": "CompletedWithWarnings",
        "done_with_rejects": "CompletedWithRejects", "paused": "Paused", "stopped": "StoppedOnRequest",
    }  # fmt: skip
    return Completed(name=names[outcome], message=message)


def pull_message(report: PullReport) -> str:
    """One line on a pull."""
    counts = f"read {report.read:,}, stored {report.stored:,}, set aside {report.rejected:,}"
    told = [report.error or counts, *report.warnings, *(str(proof["says"]) for proof in report.proofs)]
    return f"{report.source}: {'; '.join(told)}"


def resolve_message(report: ResolveReport) -> str:
    """One line on a resolve."""
    return report.error or ", ".join(f"{name} {value:,}" for name, value in _figures(report.counts).items())


def sync_message(report: SyncReport) -> str:
    """A line a source and one for the resolve."""
    lines = [pull_message(pull) for pull in report.pulls]
    if report.resolve is not None:
        lines.append(f"resolve: {resolve_message(report.resolve)}")
    return "; ".join(lines)


def show_pulls(reports: Sequence[PullReport]) -> None:
    """A table artifact with the balance of each source."""
    rows = [{name: getattr(report, name) for name in PULL_COLUMNS} for report in reports]
    if rows:
        create_table_artifact(
            table=rows, key="unsilo-pull", description="read = stored + unchanged + repeated + rejected + suppressed"
        )


def show_resolve(report: ResolveReport) -> None:
    """A table artifact with what matching changed."""
    rows = [{"what": name, "count": value} for name, value in _figures(report.counts).items()]
    if rows:
        create_table_artifact(table=rows, key="unsilo-resolve", description="What matching and consolidating changed")


def _figures(counts: Mapping[str, Any]) -> dict[str, int]:
    return {name: value for name, value in counts.items() if isinstance(value, int)}
