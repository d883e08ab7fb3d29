"""`unsilo sync`, `pull`, `resolve`: the main job, with progress for whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from console.faults import say
from console.options import Call, Command
from console.output import number, print_table, screen
from console.progress import at_terminal, emit, watching
from flows.reports import PullReport, ResolveReport, SyncReport

_full = click.option("--full", is_flag=True, help="Read everything again, not only what changed.")
_accept = click.option(
    "--accept-deletes", is_flag=True, help="Believe that columns, or suspiciously many records, are gone."
)
_prove = click.option(
    "--reconcile", is_flag=True, help="Prove the copy of what API sources hold, also where the last proof is young."
)
_here = click.option("--in-process", is_flag=True, help="Run here, even if a Prefect API is configured.")
_json = click.option("--json", "as_json", is_flag=True, help="JSON lines also at a terminal.")


@click.command(
    cls=Command,
    examples="""
    unsilo sync
    unsilo sync emea marketing
    PREFECT_API_URL=http://127.0.0.1:4200/api unsilo sync
    """,
)
@click.argument("sources", nargs=-1)
@_full
@_accept
@_prove
@_here
@_json
@click.pass_context
def sync(
    ctx: click.Context,
    sources: tuple[str, ...],
    full: bool,
    accept_deletes: bool,
    reconcile: bool,
    in_process: bool,
    as_json: bool,
) -> None:
    """Read all sources (or those named), match, consolidate.

    Reads only what changed since last time. Ctrl-C ends at the next chunk; the next run goes on from there. With a
    Prefect API configured this is a Prefect run; with none it runs here and starts no server.
    """
    from flows.runner import run_sync

    settings = _call(ctx).settings()
    with watching(as_json=as_json) as watch:
        report = run_sync(
            settings,
            watch,
            sources,
            full=full,
            accept_deletes=accept_deletes,
            reconcile=reconcile,
            in_process=in_process,
        )
    tell(report, as_json)
    ctx.exit(report.exit_code)


@click.command(
    cls=Command,
    examples="""
    unsilo pull
    unsilo pull marketing --full
    """,
)
@click.argument("sources", nargs=-1)
@_full
@_accept
@_prove
@_here
@_json
@click.pass_context
def pull(
    ctx: click.Context,
    sources: tuple[str, ...],
    full: bool,
    accept_deletes: bool,
    reconcile: bool,
    in_process: bool,
    as_json: bool,
) -> None:
    """Read all sources (or those named) and store what changed; matching waits for `unsilo resolve`."""
    from flows.runner import run_pull

    settings = _call(ctx).settings()
    with watching(as_json=as_json) as watch:
        report = run_pull(
            settings,
            watch,
            sources,
            full=full,
            accept_deletes=accept_deletes,
            reconcile=reconcile,
            in_process=in_process,
        )
    tell(report, as_json)
    ctx.exit(report.exit_code)


@click.command(
    cls=Command,
    examples="""
    unsilo reconcile
    unsilo reconcile emea --accept-deletes
    """,
)
@click.argument("sources", nargs=-1)
@_accept
@_here
@_json
@click.pass_context
def reconcile(
    ctx: click.Context, sources: tuple[str, ...], accept_deletes: bool, in_process: bool, as_json: bool
) -> None:
    """Prove that the store holds what the sources hold, and mend what differs.

    Pulls what changed, then compares the list of what each source has with the store: finds what was deleted without a
    trace, what was missed, and formulas that moved. Concerns sources that can be listed; files are read whole anyway.
    A sync does it by itself every `reconcile_days`.
    """
    from flows.runner import run_pull

    settings = _call(ctx).settings()
    with watching(as_json=as_json) as watch:
        report = run_pull(
            settings, watch, sources, accept_deletes=accept_deletes, reconcile=True, in_process=in_process
        )
    tell(report, as_json)
    ctx.exit(report.exit_code)


@click.command(cls=Command, examples="unsilo resolve")
@_here
@_json
@click.pass_context
def resolve(ctx: click.Context, in_process: bool, as_json: bool) -> None:
    """Match and consolidate what was read and not resolved yet."""
    from flows.runner import run_resolve

    settings = _call(ctx).settings()
    with watching(as_json=as_json) as watch:
        resolved = run_resolve(settings, watch, in_process=in_process)
    report = SyncReport((), resolved, resolved.seconds)
    tell(report, as_json)
    ctx.exit(report.exit_code)


def _call(ctx: click.Context) -> Call:
    return ctx.ensure_object(Call)


def tell(report: SyncReport, as_json: bool = False) -> None:
    """The result: a table for people, a JSON line for programs."""
    if as_json or not at_terminal():
        emit("done", **report.as_dict())
        for sentence in dict.fromkeys([*report.errors, *report.warnings]):
            say(sentence)
    else:
        show_report(report)


def show_report(report: SyncReport) -> None:
    """A run's result for people: what was read of each source, what resolving changed, what needs attention."""
    if report.pulls:
        _show_pulls(report)
    for pull_report in report.pulls:
        if pull_report.error:
            screen().print(f"  {pull_report.source}: {pull_report.error}")
        for warning in pull_report.warnings:
            screen().print(f"  {warning}")
        for proof in pull_report.proofs:
            screen().print(f"  {pull_report.source}: {proof['says']}")
    if report.resolve is not None:
        for line in resolve_sentences(report.resolve):
            click.echo(line)
    for line in _what_next(report):
        click.echo(line)


def _show_pulls(report: SyncReport) -> None:
    counts: dict[str, Callable[[PullReport], int]] = {
        "read": lambda p: p.read,
        "stored": lambda p: p.stored,
        "unchanged": lambda p: p.unchanged,
        "repeated": lambda p: p.repeated,
        "set aside": lambda p: p.rejected,
        "erased before": lambda p: p.suppressed,
        "deleted": lambda p: p.deleted,
    }
    always = ("read", "stored", "set aside")
    shown = {name: of for name, of in counts.items() if name in always or any(of(pull) for pull in report.pulls)}
    print_table(
        ("source", *shown, "seconds", ""),
        [
            (pull.source, *(of(pull) for of in shown.values()), round(pull.seconds, 1), _ended(pull.state))
            for pull in report.pulls
        ],
    )


def _ended(state: str) -> str:
    return "done" if state.startswith("done") else state


def resolve_sentences(resolved: ResolveReport) -> list[str]:
    """What resolving did, in words."""
    if resolved.state == "failed":
        return [f"Resolving failed: {resolved.error}"]
    counts: Mapping[str, Any] = resolved.counts
    done = [
        f"{number(int(counts[name]), one, many)}"
        for name, one, many in (
            ("created", "new customer", "new customers"),
            ("updated", "customer updated", "customers updated"),
            ("merged", "customer merged into another", "customers merged into others"),
            ("split", "customer split", "customers split"),
            ("revived", "customer revived", "customers revived"),
        )
        if counts.get(name)
    ]
    looked_at = number(int(counts.get("records", 0)), "record")
    return [f"Resolved {looked_at} in {resolved.seconds:,.1f} s: {', '.join(done) or 'nothing changed'}."]


def _what_next(report: SyncReport) -> list[str]:
    lines: list[str] = []
    aside = sum(one.rejected for one in report.pulls)
    if aside:
        lines.append(f"{number(aside, 'record')} set aside with the reason: `unsilo dead-letters list`.")
    if report.state == "stopped":
        lines.append("Stopped as asked. Run the same command again: it goes on from here.")
    return lines
