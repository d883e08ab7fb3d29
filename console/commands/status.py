"""`unsilo status`: how things stand, without loading what does the work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from console.options import Call, Command, json_option
from console.output import number, print_json, print_table, screen


@click.command(
    cls=Command,
    examples="""
    unsilo status
    unsilo status --json
    """,
)
@json_option
@click.pass_obj
def status(call: Call, as_json: bool) -> None:
    """Runs, sources, records set aside, pairs waiting for a person."""
    from flows.secrets import store_url
    from unified_model.store.status import read_status

    settings = call.settings()
    found = read_status(store_url(settings))
    configured = list(settings.sources)
    if as_json:
        print_json({"store": settings.store_url, "configured": configured, **(found or {"schema": None})})
    elif found is None:
        click.echo(f"No store at {settings.store_url} yet; {number(len(configured), 'source')} configured.")
        click.echo("`unsilo sync` makes it with the first records.")
    else:
        _show(found, configured)


def _show(found: dict[str, Any], configured: list[str]) -> None:
    _show_sources(found, configured)
    _show_runs(found["runs"])
    for line in _sentences(found):
        click.echo(line)


def _show_sources(found: dict[str, Any], configured: list[str]) -> None:
    last = {run["source"]: run for run in reversed(found["runs"]) if run["stage"] == "pull"}
    rows = []
    for source in found["sources"]:
        run = last.get(source["source"])
        read_until = max((cursor["updated_at"] for cursor in source["cursors"]), default=None)
        rows.append(
            (
                source["source"],
                source["kind"],
                source["records"],
                sum(source["set_aside"].values()),
                _time(read_until),
                _state(source, run, configured),
            )
        )
    known = {source["source"] for source in found["sources"]}
    rows += [(label, "", 0, 0, "", "not read yet") for label in configured if label not in known]
    print_table(("source", "kind", "records", "set aside", "read until", "state"), rows)
    for source in found["sources"]:
        if source["doubtful"]:
            click.echo(f"  {source['source']} is doubtful: {source['doubtful']}")
        for proof in source["proofs"]:
            click.echo(f"  {source['source']}: {_proof(proof)}")
        for column in source["hidden_columns"]:
            click.echo(
                f"  {source['source']}: {column['object']} has not shown {column['name']} since "
                f"{_time(column['since'])}; what was read of it stands."
            )


def _proof(row: dict[str, Any]) -> str:
    from flows.reconcile import as_sentence
    from unified_model.proof import Proof

    times = {name: _parsed(row[name]) for name in ("compared_at", "proven_at")}
    return as_sentence(Proof(**{**row, **times}), datetime.now(UTC))


def _state(source: dict[str, Any], run: dict[str, Any] | None, configured: list[str]) -> str:
    if source["removed_at"]:
        return "removed"
    if source["source"] not in configured:
        return "not in the settings"
    return _words(run["state"]) if run else ""


def _show_runs(runs: list[dict[str, Any]]) -> None:
    rows = [
        (
            run["id"],
            f"{run['stage']} {run['source'] or ''}".strip(),
            _words(run["state"]),
            _time(run["started_at"]),
            _seconds(run),
            run["read"] if run["stage"] == "pull" else None,
            run["stored"] if run["stage"] == "pull" else None,
            run["rejected"] if run["stage"] == "pull" else None,
        )
        for run in runs
    ]
    if rows:
        print_table(("run", "what", "state", "started", "seconds", "read", "stored", "set aside"), rows)
    newest: dict[tuple[str, str | None], dict[str, Any]] = {}
    for run in runs:
        newest.setdefault((run["stage"], run["source"]), run)
    for run in newest.values():  # what a later run has made good is history
        if run["error"]:
            screen().print(f"  Run {run['id']} {_words(run['state'])}: {run['error']}")


def _sentences(found: dict[str, Any]) -> list[str]:
    active = {row["kind"]: row["customers"] for row in found["customers"] if row["state"] == "active"}
    persons = number(active.get("person", 0), "person", "persons")
    companies = number(active.get("organization", 0), "organization")
    lines = [f"{persons} and {companies} in the customer store."]
    if inactive := sum(row["customers"] for row in found["customers"] if row["state"] == "inactive"):
        lines.append(f"{number(inactive, 'further customer')} inactive: every source record of theirs is deleted.")
    if pairs := sum(row["pairs"] for row in found["reviews"]):
        lines.append(f"{number(pairs, 'doubtful pair')} waiting for a person: `unsilo review`.")
    if found["set_aside"]:
        lines.append(f"{number(found['set_aside'], 'record')} set aside: `unsilo dead-letters list`.")
    if found["waiting"]:
        lines.append(f"{number(found['waiting'], 'record')} not resolved yet: `unsilo resolve`.")
    if pause := found["pushes_paused"]:
        lines.append(f"Pushes are paused because {pause['because']}: `unsilo model approve` lets them go on.")
    counts: dict[str, Any] = next(
        (run["counts"] for run in found["runs"] if run["stage"] == "resolve" and run["counts"]), {}
    )
    if common := counts.get("too_common"):
        shared = number(sum(common.values()), "value")
        lines.append(
            f"{shared} shared by too many records to compare them all; other signs were (`--json` tells more)."
        )
    return lines


def _words(state: str) -> str:
    return {"done_with_rejects": "done, some set aside", "done_with_warnings": "done, with warnings"}.get(state, state)


def _parsed(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _time(value: Any) -> str:
    at = _parsed(value)
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def _seconds(run: dict[str, Any]) -> float | None:
    started, ended = _parsed(run["started_at"]), _parsed(run["ended_at"])
    return round((ended - started).total_seconds(), 1) if started and ended else None
