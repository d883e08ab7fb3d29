"""`unsilo`: finds the command, runs it, and turns whatever goes wrong into a sentence and an exit code.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with records set aside or warnings. Commands are loaded when they
are called, so that `unsilo --help` costs next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple, cast

import click

from console.faults import explain_failure
from console.options import Call, debug_option, settings_option


class Entry(NamedTuple):
    """Where a command lives and what it does, for the list of commands."""

    module: str
    attribute: str
    does: str


FAMILIES: dict[str, dict[str, Entry]] = {
    "Set up": {
        "init": Entry("init", "init", "Look at exports and write unsilo.toml."),
        "check": Entry("check", "check", "Say what would go wrong, before anything is read."),
        "source": Entry("source", "source", "List, rename or remove source systems."),
    },
    "Run": {
        "sync": Entry("run", "sync", "Read all sources, match, consolidate."),
        "pull": Entry("run", "pull", "Read sources only."),
        "reconcile": Entry("run", "reconcile", "Prove the copy against its sources, mend what differs."),
        "resolve": Entry("run", "resolve", "Match and consolidate what was read."),
        "status": Entry("status", "status", "Runs, sources, records set aside, pairs waiting."),
        "dead-letters": Entry("dead_letters", "dead_letters", "Records set aside: list, show, retry, dismiss."),
    },
    "Understand": {
        "explain": Entry("explain", "explain", "Why this value; why (not) the same customer."),
        "changes": Entry("changes", "changes", "What happened to customers, in order."),
        "query": Entry("query", "query", "Read-only SQL on the store."),
        "export": Entry("query", "export", "Write customers as Parquet or CSV."),
    },
    "Decide": {
        "review": Entry("decide", "review", "Doubtful pairs that wait for a person."),
        "decide": Entry("decide", "decide", "Say that two are the same, or different."),
        "undo": Entry("decide", "undo", "Take a decision back."),
        "unmerge": Entry("decide", "unmerge", "Take a record out of its customer."),
        "split": Entry("decide", "split", "Tear a customer into several, by one decision."),
    },
    "Match": {
        "model": Entry("model", "model", "Match models: train, evaluate, compare, use."),
    },
    "Keep": {
        "store": Entry("store", "store", "Upgrade, verify, rebuild, remap, back up, restore."),
    },
}
COMMANDS = {name: entry for family in FAMILIES.values() for name, entry in family.items()}


class Commands(click.Group):
    """The commands by family, each imported on its first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"console.commands.{entry.module}")
        return cast(click.Command, getattr(module, entry.attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"Did you mean '{close[0]}'?" if close else "`unsilo --help` lists the commands."
            raise click.UsageError(f"There is no command '{args[0]}'. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for family, entries in FAMILIES.items():
            with formatter.section(family):
                formatter.write_dl([(name, entry.does) for name, entry in entries.items()], col_spacing=3)


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"unsilo {version('unsilo')}")
        ctx.exit()


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with records set aside or warnings.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version."
)
@settings_option
@debug_option
def cli() -> None:
    """Syncs the CRMs a company already has into one consolidated customer store.

    \b
    unsilo init exports/      looks at the files and writes unsilo.toml
    unsilo check              says what would go wrong
    unsilo sync               reads, matches, consolidates
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line in this process; answers with its exit code and never raises for a person's mistake."""
    call = Call()
    try:
        result = cli.main(args=list(arguments), prog_name="unsilo", standalone_mode=False, obj=call)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place where everything ends in a sentence
        return explain_failure(error, call)
    return result if isinstance(result, int) else 0


def main() -> None:
    """The `unsilo` command."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
