"""`unsilo check`: what would go wrong, before anything is read."""

from __future__ import annotations

import click

from console.options import Call, Command, json_option
from console.output import print_json, visible

_MARKS = {"ok": "ok     ", "warning": "look at", "error": "wrong  "}


@click.command(
    cls=Command,
    examples="""
    unsilo check
    unsilo check fair --json
    unsilo check emea --fix
    """,
)
@click.argument("sources", nargs=-1)
@click.option("--fix", is_flag=True, help="Make what is missing at the sources, where that is possible and allowed.")
@json_option
@click.pass_context
def check(ctx: click.Context, sources: tuple[str, ...], fix: bool, as_json: bool) -> None:
    """Look at the settings, the sources and the store, and say what to do about what is not right.

    Shows limits and what the next pull would take of them. Reads no record and, without --fix, writes nothing. Exit
    code 1 when something is wrong.
    """
    from flows.check import check_everything

    settings = ctx.ensure_object(Call).settings()
    findings = list(check_everything(settings, sources, fix=fix))
    if as_json:
        print_json([{"source": label, **finding._asdict()} for label, finding in findings])
    else:
        for label, finding in findings:
            click.echo(f"{_MARKS[finding.level]}  {label}: {visible(finding.sentence)}")
        wrong = sum(finding.level == "error" for _, finding in findings)
        click.echo("Ready: `unsilo sync`." if not wrong else "Not ready yet.")
    ctx.exit(1 if any(finding.level == "error" for _, finding in findings) else 0)
