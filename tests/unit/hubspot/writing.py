"""A writer on a portal, and what its tests ask of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from connectors.contract import Op, OpResult
from connectors.hubspot.client import open_client
from connectors.hubspot.sending import WriteOptions
from connectors.hubspot.writer import HubSpotWriter
from tests.unit.hubspot.writing_portal import Misfortune, WritingPortal, serving


class Desk:
    """Where the hub writes: the portal as others see it, and the writer."""

    def __init__(self, portal: WritingPortal, address: str, options: WriteOptions | None) -> None:
        self.portal = portal
        self.pauses: list[float] = []
        self.client = open_client(
            "acme",
            {"url": address, "pace_share": 1.0},
            {"token": "hub-token"}.get,
            sleep=self.pauses.append,
            monotonic=lambda: time.monotonic() + sum(self.pauses),
        )
        self.writer = HubSpotWriter(self.client, options=options, sleep=self.pauses.append, chance=lambda: 0.0)

    def write(self, *ops: Op, object: str = "contacts") -> list[OpResult]:
        results = self.writer.write(object, ops)
        assert [each.op for each in results] == [each.id for each in ops]
        return results

    def before_the_write(self, deed: Callable[[], Any]) -> None:
        """`deed` happens once, after the writer has read and just before what it sends arrives."""
        self.portal.before.append(deed)

    def lose_the_answer(self, meanwhile: Callable[[], Any] = lambda: None, kind: str = "lost") -> None:
        """The next write is done (`reset`: not done) and its answer lost; something happens before anybody can look."""
        self.portal.misfortunes.append(Misfortune(kind))
        self.portal.after.append(meanwhile)

    def sent(self) -> list[list[Mapping[str, str]]]:
        """The properties of each record of each batch that was sent."""
        return [[each.get("properties", {}) for each in body["inputs"]] for body in self.portal.writes()]


@contextmanager
def desk(options: WriteOptions | None = None) -> Iterator[Desk]:
    """A fresh portal and a writer on it."""
    portal = WritingPortal()
    with serving(portal) as address:
        at = Desk(portal, address, options)
        yield at
        at.client.close()


def change(record_id: str, changes: Mapping[str, Any], base: Mapping[str, Any] | None = None, **more: Any) -> Op:
    """An update of one record, believed to hold `base`."""
    return Op(f"op-{record_id}", "update", changes, record_id, base, **more)


def new(number: int | str, **columns: Any) -> Op:
    """A contact to create, guarded by its own unique property."""
    return Op(f"new-{number}", "create", {"lastname": f"Brandt {number}", **columns}, guard=("unsilo_id", f"k{number}"))


def outcomes(results: Sequence[OpResult]) -> list[str]:
    return [each.outcome for each in results]
