"""A simulated portal, served over HTTP from this process, whose time passes when somebody sleeps."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.hubspot.client import HubSpotClient, open_client
from connectors.hubspot.connector import HubSpotConnector, open_hubspot
from simulators.clock import HandClock
from simulators.hubspot.population import populate
from simulators.hubspot.profiles import PROFILES
from simulators.hubspot.simulator import HubSpot
from simulators.server import address_of, bind, serving
from simulators.web import Call

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRETS: Mapping[str, str] = {"token": "hub-token", "client_secret": "hub-secret", "refresh_token": "hub-refresh"}


@dataclass
class Portal:
    """A simulated portal whose time, unless it is the true one, passes when somebody sleeps."""

    simulator: HubSpot
    address: str
    seconds: float = 0.0

    def admin(self, event: str, **sent: Any) -> Any:
        answer = self.simulator.answer(Call("POST", f"/__admin/{event}", body=json.dumps(sent).encode()))
        assert answer.status == 200, answer.content
        return answer.content

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.admin("clock", advance_s=seconds)

    def client(self, *, true_time: bool = False, **options: Any) -> HubSpotClient:
        settings = {"url": self.address, **options}
        if true_time:
            return open_client("hub", settings, SECRETS.get)
        return open_client("hub", settings, SECRETS.get, clock=self.now, sleep=self.sleep, monotonic=self.monotonic)

    def open(self, **options: Any) -> HubSpotConnector:
        """A source on this portal, in its time."""
        return open_hubspot(
            "hub",
            {"url": self.address, **options},
            secret=SECRETS.get,
            clock=self.now,
            sleep=self.sleep,
            monotonic=self.monotonic,
        )

    def refused(self) -> int:
        return int(self.admin("calls")["refused_429"])


@contextmanager
def rehearsed(people: int = 0, *, true_time: bool = False) -> Iterator[Portal]:
    """A portal, empty or filled with so many people."""
    listener = bind(0)
    address = address_of(listener)
    held: list[Portal] = []
    tell: Callable[[], float] = time.monotonic if true_time else lambda: held[0].seconds
    simulator = HubSpot(HandClock(NOW), 7, PROFILES["calm"], address, monotonic=tell)
    held.append(Portal(simulator, address))
    if people:
        populate(simulator.portal, people)
    with serving(simulator, listener):
        yield held[0]
