"""The contract every connector keeps, as tests over a rehearsed source system.

A connector's own test file subclasses `ConnectorSuite` and gives a fixture `new_world` that makes fresh `World`s. What
its source can't have is skipped with the reason. A behaviour marked N is played twice: with our connector, which must
pass, and with a naive client, which must not; so the test is known to bite.

To hold another vendor to it: write its `World` (the events that its simulator has, the suite's words in its columns,
what it can't have and why) and its naive clients, by the example of `salesforce_world` and `salesforce_naive`. Begin
with `put`, `truth` and `open`; what raises NotImplementedError is what is still to be rehearsed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from tests.contract.connector_behaviours import BEHAVIOURS
from tests.contract.connector_changes import ChangesBehaviours
from tests.contract.connector_deletes import DeletesBehaviours
from tests.contract.connector_failure import FailureBehaviours
from tests.contract.connector_manners import MannersBehaviours
from tests.contract.connector_play import NewWorld
from tests.contract.connector_reading import ReadingBehaviours
from tests.contract.connector_schema import SchemaBehaviours
from tests.contract.connector_world import World, people
from tests.contract.connector_writing import WritingBehaviours


class ConnectorSuite(
    ReadingBehaviours,
    ChangesBehaviours,
    DeletesBehaviours,
    SchemaBehaviours,
    WritingBehaviours,
    FailureBehaviours,
    MannersBehaviours,
):
    """All behaviours."""

    def test_every_behaviour_has_a_test(self) -> None:
        assert [name for name in BEHAVIOURS if not hasattr(self, f"test_{name}")] == []
        assert len(BEHAVIOURS) == 68

    def test_what_must_bite_is_played_by_a_naive_client_too(self) -> None:
        for behaviour in BEHAVIOURS.values():
            source = inspect.getsource(getattr(self, f"test_{behaviour.name}"))
            assert ("self.play(" in source or "self._play_" in source) or not behaviour.bites, behaviour.name

    def test_naive_clients_are_right_on_a_calm_day(self, new_world: NewWorld) -> None:
        """So it is the behaviour that they get wrong, not everything."""
        excused = new_world().cannot
        for behaviour in BEHAVIOURS.values():
            if behaviour.bites and behaviour.name not in excused:
                world, records = new_world(), people(3)
                world.put(records)
                client = world.naive(behaviour.name)

                client.pull()
                if "one_bad_record_does_not_sink_the_batch" not in excused:
                    client.update({key: {"note": "edited"} for key in records})
                    assert {fields["note"] for fields in world.truth().values()} == {"edited"}, behaviour.name

                assert set(client.state) == set(records), behaviour.name

    def test_no_excuse_is_for_something_unknown(self, new_world: NewWorld) -> None:
        assert set(new_world().cannot) <= set(BEHAVIOURS)


# What can't be tested in one way for every kind of source is played by its world, unless that says why it can't.


def _played_by_the_world(name: str) -> Callable[[ConnectorSuite, World], None]:
    def test(self: ConnectorSuite, world: World) -> None:
        play = getattr(world, name, None)
        assert play is not None, f"The world neither plays {name} nor says why its source can't have it."
        play()

    test.__name__ = f"test_{name}"
    return test


for _name in BEHAVIOURS:
    if not hasattr(ConnectorSuite, f"test_{_name}"):
        setattr(ConnectorSuite, f"test_{_name}", _played_by_the_world(_name))
