"""One org for all drives of a run; programs only read it, or write records of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drives.orgs import Served, served


@pytest.fixture(scope="session")
def crm() -> Iterator[Served]:
    with served("--person-accounts", "--multi-currency") as each:
        yield each
