"""Simulated orgs for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.simulators.salesforce_org import Org, served


@pytest.fixture
def org() -> Iterator[Org]:
    with served() as each:
        yield each


@pytest.fixture(scope="module")
def quiet_org() -> Iterator[Org]:
    """An org that its tests only read."""
    with served() as each:
        yield each
