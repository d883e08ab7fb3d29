"""Options that many commands share, and what a call of `unsilo` carries with it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flows.settings import Settings

DEFAULT_SETTINGS = Path("unsilo.toml")


@dataclass(slots=True)
class Call:
    """One call of the command line: which settings, and whether to show where things break."""

    settings_file: Path = DEFAULT_SETTINGS
    debug: bool = False

    def settings(self) -> Settings:
        """The settings, read and checked."""
        from flows.settings import load_settings

        return load_settings(self.settings_file)


def _keep_settings(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Call).settings_file = value


def _keep_debug(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Call).debug = True


settings_option = click.option(
    "--settings", metavar="FILE", type=click.Path(path_type=Path), expose_value=False, callback=_keep_settings,
    help="Settings file (default: ./unsilo.toml).",
)  # fmt: skip
debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_keep_debug, help="Show where an unexpected error came from."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
yes_option = click.option("--yes", is_flag=True, help="Don't ask.")


class Command(click.Command):
    """A command that takes `--settings` and `--debug` after its name too, and shows its examples as written."""

    def __init__(self, *args: Any, examples: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        for add in (settings_option, debug_option):
            holder = add(lambda: None)
            self.params.append(holder.__click_params__[0])  # type: ignore[attr-defined]

    def invoke(self, ctx: click.Context) -> Any:
        """Run it. When the reader of our output has gone (`unsilo query ... | head`), nothing is wrong."""
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        return answer

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                formatter.write("".join(f"  {line.strip()}\n" for line in self.examples.strip().splitlines()))
        super().format_epilog(ctx, formatter)


class Group(click.Group):
    """A command with commands of its own."""

    command_class = Command


def default_actor() -> str:
    """Who decides, when nobody else is named: the user of this machine."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


actor_option = click.option("--actor", default=default_actor, help="Who decides (default: you).", show_default=False)
