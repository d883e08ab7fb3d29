"""The repository speaks of the product alone, and what its pages tell people to type exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.repository import ROOT, name_of, our_files, settings

MACHINE_TRACES = {
    # The brackets keep this file from finding itself.
    "a path of one machine": re.compile(rb"(?<![\w.])/(?:work|root|home/[a-z]+|Users/\w+)/"),
    "a package registry's address": re.compile(rb"pypi[.]org|pythonhosted[.]com|pythonhosted[.]org|registry[.]npmjs"),
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE[ ]KEY"),
    "a page outside the repository": re.compile(rb"shared/(?:DESIGN|STYLE|facts)|[.]brief/"),
}
COMMAND = re.compile(r"^(?:\$ )?unsilo ([a-z][a-z-]*)", re.MULTILINE)
INLINE_COMMAND = re.compile(r"`unsilo ([a-z][a-z-]*)")
TARGET = re.compile(r"(?:`|^\$? ?)make ([a-z]+)", re.MULTILINE)


def pages() -> list[Path]:
    """Every page written for people."""
    return [path for path in our_files() if path.suffix == ".md"]


def commands_named() -> set[str]:
    """Every `unsilo` command that a page tells people to type."""
    return {
        name for page in pages() for form in (COMMAND, INLINE_COMMAND) for name in form.findall(page.read_text("utf-8"))
    }


@pytest.mark.parametrize("trace", MACHINE_TRACES)
def test_no_file_holds(trace: str) -> None:
    found = [name_of(path) for path in our_files() if MACHINE_TRACES[trace].search(path.read_bytes())]

    assert found == []


def test_constraints_are_pins_without_addresses() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert len(lines) > 100
    assert [line for line in lines if not re.match(r"^[a-z0-9.-]+==[\w.]+(?: ; .+)?$", line)] == []


def test_every_command_the_pages_name_exists() -> None:
    missing = []

    for name in sorted(commands_named()):
        answer = subprocess.run([sys.executable, "-m", "console.main", name, "--help"], cwd=ROOT, capture_output=True)
        if answer.returncode != 0:
            missing.append(name)

    assert missing == []


def test_every_make_target_the_pages_name_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    named = {name for page in pages() for name in TARGET.findall(page.read_text(encoding="utf-8"))}

    assert {name for name in named if f"\n{name}:" not in makefile} == set()
    assert {"setup", "demo", "test", "lint", "drill", "bench"} <= named


def test_every_link_between_pages_leads_somewhere() -> None:
    dead = [
        f"{name_of(page)} -> {target}"
        for page in pages()
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert dead == []


def test_the_changelog_opens_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.findall(r"^## \[?([\d.]+)", changelog, re.MULTILINE)[:1] == [settings()["project"]["version"]]
