"""One org and one portal for all drives of a run; programs only read them, or write records of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drives import hubspot_portals
from tests.drives.orgs import Served, served


@pytest.fixture(scope="session")
def crm() -> Iterator[Served]:
    with served("--person-accounts", "--multi-currency") as each:
        yield each


@pytest.fixture(scope="session")
def portal() -> Iterator[hubspot_portals.Served]:
    with hubspot_portals.served() as each:
        yield each
