"""Remap: what it refuses to make of records that were read before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from tests.builders import ACCOUNTS, MAPPINGS, World, contact, new_world
from unified_model.errors import NeedsOperator
from unified_model.use_cases.remap import preview, remap
from unified_model.use_cases.verify import verify

COMPANIES = replace(ACCOUNTS, object="Contact")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One person, resolved."""
    with new_world(tmp_path) as made:
        made.land("emea", contact("1", First="Ann", Last="Smith"))
        made.resolve()
        yield made


def test_persons_are_not_made_organizations_by_a_remap(world: World) -> None:
    source = world.source("emea")

    with pytest.raises(NeedsOperator, match=r"Contact was read as persons.*makes organizations.*kind = \"person\""):
        remap(world.store, source.id, "Contact", COMPANIES, run=9, clock=world.clock)
    with pytest.raises(NeedsOperator):
        preview(world.store, source.id, "Contact", COMPANIES)


def test_persons_are_not_made_organizations_by_landing(world: World) -> None:
    with mock.patch.dict(MAPPINGS, {"Contact": COMPANIES}), pytest.raises(NeedsOperator, match="read as persons"):
        world.land("emea", contact("1", Name="Acme"))

    assert all(check.held for check in verify(world.store))
