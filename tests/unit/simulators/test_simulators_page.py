"""The page about simulated systems names everything that can be switched, done and ordered at the back door."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from simulators.faults import PROFILES, Fault
from simulators.hubspot.admin import EVENTS as HUBSPOT_EVENTS
from simulators.hubspot.switches import Switches as HubSpotSwitches
from simulators.salesforce.admin import EVENTS
from simulators.salesforce.switches import Switches

PAGE = (Path(__file__).parents[3] / "docs" / "simulators.md").read_text(encoding="utf-8")
SALESFORCE, _, HUBSPOT = PAGE.partition("## A HubSpot portal")


@pytest.mark.parametrize("name", [*EVENTS, *(each.name for each in fields(Switches)), *PROFILES])
def test_the_page_names_it_of_salesforce(name: str) -> None:
    assert f"`{name}`" in SALESFORCE


@pytest.mark.parametrize("name", [*HUBSPOT_EVENTS, *(each.name for each in fields(HubSpotSwitches))])
def test_the_page_names_it_of_hubspot(name: str) -> None:
    assert f"`{name}`" in HUBSPOT


@pytest.mark.parametrize("name", list(Fault))
def test_the_page_names_every_fault(name: str) -> None:
    assert f"`{name}`" in PAGE
