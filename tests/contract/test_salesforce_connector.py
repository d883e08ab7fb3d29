"""The Salesforce connector keeps the connector contract, over a simulated org."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.connector_play import NewWorld
from tests.contract.connector_suite import ConnectorSuite
from tests.contract.salesforce_rehearsal import Stage, staged
from tests.contract.salesforce_world import SalesforceWorld


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


class TestSalesforceConnector(ConnectorSuite):
    """The suite over an org that is new for every test."""

    @pytest.fixture
    def new_world(self, stage: Stage) -> NewWorld:
        return lambda: SalesforceWorld(stage)
