"""The HubSpot connector keeps the connector contract, over a simulated portal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.faults import Fault
from tests.contract.connector_deletes import DeletesBehaviours
from tests.contract.connector_play import NewWorld
from tests.contract.connector_suite import ConnectorSuite
from tests.contract.connector_writing import WritingBehaviours
from tests.contract.hubspot_rehearsal import Stage, staged
from tests.contract.hubspot_world import HubSpotWorld


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


class TestHubSpotConnector(ConnectorSuite):
    """The suite over a portal that is new for every test, where a merge makes a new record."""

    @pytest.fixture
    def new_world(self, stage: Stage) -> NewWorld:
        return lambda: HubSpotWorld(stage)


class TestOtherHabits(DeletesBehaviours, WritingBehaviours):
    """A merge keeps the id of one, what is restored keeps its stamp, and answers are lost behind a gateway's page."""

    @pytest.fixture
    def new_world(self, stage: Stage) -> NewWorld:
        habits = {"merge_keeps_primary_id": True, "restore_touches": False}
        return lambda: HubSpotWorld(stage, habits, Fault.GATEWAY_AFTER)
