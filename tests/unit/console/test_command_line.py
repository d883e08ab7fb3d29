"""The command line as a whole: every command is documented, every example can be typed, every reader speaks JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest

from console.main import COMMANDS, cli
from console.options import Command

HELP = cli.context_settings["help_option_names"]


def commands(group: click.Group = cli, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it."""
    with click.Context(group, help_option_names=HELP) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if isinstance(command, click.Group):
                yield from commands(command, (*above, name))
            else:
                yield (*above, name), command


ALL = dict(commands())
READS = {
    ("check",), ("status",), ("explain",), ("review",), ("changes",), ("query",), ("export",), ("dead-letters", "list"),
    ("dead-letters", "show"), ("source", "list"), ("store", "verify"), ("init",), ("sync",), ("pull",), ("reconcile",),
    ("resolve",), ("model", "list"), ("model", "show"), ("model", "evaluate"), ("model", "compare"),
    ("model", "sample"),
}  # fmt: skip
named = pytest.mark.parametrize("words", ALL, ids=" ".join)


def test_the_commands_are_those_of_the_design() -> None:
    assert set(COMMANDS) == {
        "init", "check", "sync", "pull", "reconcile", "resolve", "status", "explain", "review", "decide", "undo",
        "unmerge", "split", "changes", "query", "export", "model", "dead-letters", "source", "store",
    }  # fmt: skip


@named
def test_every_command_says_what_it_does_with_an_example(words: tuple[str, ...]) -> None:
    command = ALL[words]

    assert isinstance(command, Command)
    assert command.help
    assert command.examples.strip()


@named
def test_every_option_says_what_it_is_for(words: tuple[str, ...]) -> None:
    silent = [p.name for p in ALL[words].params if isinstance(p, click.Option) and not p.help]

    assert [name for name in silent if name != "format_"] == []


@named
def test_every_example_can_be_typed(words: tuple[str, ...]) -> None:
    command = ALL[words]
    assert isinstance(command, Command)

    for example in command.examples.strip().splitlines():
        typed = shlex.split(example.partition(" > ")[0])
        typed = typed[typed.index("unsilo") + 1 :]
        assert tuple(typed[: len(words)]) == words
        command.make_context(words[-1], typed[len(words) :], help_option_names=HELP)


@pytest.mark.parametrize("words", sorted(READS), ids=" ".join)
def test_every_reading_command_answers_in_json(words: tuple[str, ...]) -> None:
    assert any("--json" in parameter.opts for parameter in ALL[words].params)


@named
def test_settings_can_be_named_after_every_command(words: tuple[str, ...]) -> None:
    options = {option for parameter in ALL[words].params for option in parameter.opts}

    assert {"--settings", "--debug"} <= options
