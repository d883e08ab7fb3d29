"""What reaches a terminal or a program: values that cannot do harm, lines that come in order."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime

import pytest

from console.commands.decide import show_reviews
from console.output import cell, number, visible
from console.progress import watching
from flows.reports import PullReport, ResolveReport, SyncReport
from flows.watch import Event


def test_what_a_terminal_would_obey_is_shown_instead() -> None:
    assert visible("a\x1b[31mb\x07\u202ec") == "a\\x1b[31mb\\x07\\x202ec"
    assert visible("Müller, 王小明\n") == "Müller, 王小明\n"


def test_values_are_shown_as_people_read_them() -> None:
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)

    assert [cell(value) for value in (None, True, 1234567, 1.5, at, ["a"])] == [
        "", "yes", "1,234,567", "1.50", "2026-03-02 09:05", '["a"]',
    ]  # fmt: skip
    assert (number(1, "record"), number(2000, "record")) == ("1 record", "2,000 records")


def test_commands_to_copy_survive_a_shell(capsys: pytest.CaptureFixture[str]) -> None:
    sides = [{"record": "fair/fair/company/Rador Co.|"}, {"record": "crm/Account/7; reboot"}]

    show_reviews([{"weight_bits": 5.0, "kind": "organization", "words": "doubtful", "a": sides[0], "b": sides[1]}])

    explain = next(line for line in capsys.readouterr().out.splitlines() if "unsilo explain" in line)
    assert shlex.split(explain) == ["unsilo", "explain", *(side["record"] for side in sides)]


def test_progress_is_json_lines_in_order_and_the_last_of_a_stage_always_comes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with watching() as watch:
        for done in (1, 2, 3):
            watch.tell(Event("pull", "fair", "read", done))
        for done in (5, 10):
            watch.tell(Event("resolve", None, "settle", done, 10))

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["stage"], line["done"]) for line in lines] == [
        ("read", 1),
        ("read", 3),
        ("settle", 5),
        ("settle", 10),
    ]


@pytest.mark.parametrize(
    ("pulls", "resolve", "state", "code"),
    [
        ([], "done", "done", 0),
        (["done", "done_with_rejects"], "done", "done_with_rejects", 3),
        (["done_with_rejects", "failed"], "done", "failed", 1),
        (["done"], "failed", "failed", 1),
        (["done", "stopped"], None, "stopped", 1),
    ],
)
def test_the_worst_of_a_syncs_parts_is_its_state(pulls: list[str], resolve: str | None, state: str, code: int) -> None:
    parts = tuple(PullReport("fair", one) for one in pulls)  # type: ignore[arg-type]
    report = SyncReport(parts, ResolveReport(resolve) if resolve else None)  # type: ignore[arg-type]

    assert (report.state, report.exit_code) == (state, code)
