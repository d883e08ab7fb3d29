"""The page about simulated systems names everything that can be switched, done and ordered at the back door."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from simulators.faults import PROFILES, Fault
from simulators.salesforce.admin import EVENTS
from simulators.salesforce.switches import Switches

PAGE = (Path(__file__).parents[3] / "docs" / "simulators.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*EVENTS, *(each.name for each in fields(Switches)), *Fault, *PROFILES])
def test_the_page_names_it(name: str) -> None:
    assert f"`{name}`" in PAGE
