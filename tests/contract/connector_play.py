"""How behaviours are played: our connector must pass a scenario, and where that is marked a naive client must not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from requests import RequestException

from tests.contract.connector_behaviours import BEHAVIOURS
from tests.contract.connector_clients import Client, Ledger
from tests.contract.connector_world import World, people

NewWorld = Callable[[], World]
Test = TypeVar("Test", bound=Callable[..., None])
Scenario = Callable[[World, Client], None]


def belongs_to(behaviour: str) -> Callable[[Test], Test]:
    """For a further test of a behaviour: who can't have the one can't have the other."""
    assert behaviour in BEHAVIOURS

    def mark(test: Test) -> Test:
        vars(test)["belongs_to"] = behaviour
        return test

    return mark


class Played:
    """Fixtures of every part of the suite."""

    @pytest.fixture
    def new_world(self) -> NewWorld:
        """Makes a fresh source system; each connector's test file gives its own."""
        raise NotImplementedError

    @pytest.fixture
    def world(self, new_world: NewWorld) -> World:
        """A source system of two pages and a half."""
        world = new_world()
        world.put(people(world.page_size * 5 // 2))
        return world

    @pytest.fixture(autouse=True)
    def _skip_by_capability(self, request: pytest.FixtureRequest, new_world: NewWorld) -> None:
        test = request.function
        reason = new_world().cannot.get(getattr(test, "belongs_to", test.__name__.removeprefix("test_")))
        if reason is not None:
            pytest.skip(reason)

    def play(self, new_world: NewWorld, behaviour: str, scenario: Scenario) -> None:
        """Our connector passes the scenario in every way of reading; where it is marked, a naive client does not."""
        for way in new_world().ways():
            world = new_world()
            scenario(world, Ledger(world, scope={**way, **self.scope_of(behaviour)}))
        if BEHAVIOURS[behaviour].bites:
            world = new_world()
            with pytest.raises((AssertionError, RequestException)):
                scenario(world, world.naive(behaviour))

    def scope_of(self, behaviour: str) -> dict[str, object]:
        """Settings under which a behaviour is played; a connector's test file may add some."""
        return {}
