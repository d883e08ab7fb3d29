"""A simulated org, a writer on it, and what its tests ask of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from connectors.contract import Op, OpResult
from connectors.salesforce.client import SalesforceClient, open_client
from connectors.salesforce.sending import WriteOptions
from connectors.salesforce.writer import SalesforceWriter
from tests.contract.simulators.salesforce_org import SEED, Org, served


class Desk:
    """Where the hub writes: the org as others see it, and the writer."""

    def __init__(self, org: Org, options: WriteOptions | None = None, **settings: Any) -> None:
        self.org = org
        self.client: SalesforceClient = open_client(
            "acme",
            {"url": org.address, "client_id": "hub", **settings},
            {"client_secret": "hub-secret"}.get,
            sleep=lambda _: None,
        )
        self.writer = SalesforceWriter(self.client, options=options, sleep=self.pause)
        self.pauses: list[float] = []
        self.requests: list[tuple[str, Any]] = []
        """Path and body of every write that was sent."""
        self._deeds: list[Callable[[], Any]] = []
        self._afterwards: list[Callable[[], Any]] = []
        self._send, self.client.send = self.client.send, self._meddled  # type: ignore[method-assign]

    def pause(self, seconds: float) -> None:
        """The org's clock moves while the writer waits."""
        self.pauses.append(seconds)
        self.org.admin("clock", advance_s=max(1, round(seconds)))

    def write(self, *ops: Op, object: str = "Contact") -> list[OpResult]:
        results = self.writer.write(object, ops)
        assert [each.op for each in results] == [each.id for each in ops]
        return results

    def rows(self, object: str = "Contact") -> dict[str, dict[str, Any]]:
        return self.org.rows(object)

    def ids(self, object: str = "Contact", count: int = 1) -> list[str]:
        return [each for each, row in self.rows(object).items() if not row["IsDeleted"]][:count]

    def edit(self, record_id: str, object: str = "Contact", **columns: Any) -> None:
        """Somebody else edits a record."""
        self.org.admin("edit", object=object, ids=[record_id], set=columns)

    def order(self, fault: str, path: str, **more: Any) -> None:
        """A misfortune for the next request to this path."""
        self.org.admin("faults", orders=[{"fault": fault, "path": path, **more}])

    def before_the_write(self, deed: Callable[[], Any]) -> None:
        """`deed` happens once, after the writer has read and just before it sends."""
        self._deeds.append(deed)

    def lose_the_answer(self, meanwhile: Callable[[], Any] = lambda: None, fault: str = "lost_answer") -> None:
        """The answer to the next write is lost, and something happens before the writer looks what became of it."""
        self.before_the_write(lambda: self.order(fault, "/"))
        self._afterwards.append(meanwhile)

    def _meddled(self, method: str, path: str, *rest: Any, **named: Any) -> Any:
        if named["idempotent"]:
            return self._send(method, path, *rest, **named)
        self.requests.append((path, rest[0] if rest else named.get("params")))
        if self._deeds:
            self._deeds.pop(0)()
        try:
            return self._send(method, path, *rest, **named)
        finally:
            if self._afterwards:
                self._afterwards.pop(0)()

    def sent(self) -> list[int]:
        """Records of each write that was sent."""
        return [len(body.get("records") or body.get("compositeRequest") or [body]) for _, body in self.requests]


@contextmanager
def desk(options: WriteOptions | None = None, *, people: int = 60, seed: int = SEED, **settings: Any) -> Iterator[Desk]:
    """A fresh org and a writer on it."""
    with served(people=people, seed=seed) as org:
        org.admin("clock", advance_s=60)
        at = Desk(org, options, **settings)
        yield at
        at.client.close()


def change(record_id: str, changes: Mapping[str, Any], base: Mapping[str, Any] | None = None, **more: Any) -> Op:
    """An update of one record, believed to hold `base`."""
    return Op(f"op-{record_id}", "update", changes, record_id, base, **more)


def new(number: int | str, guarded: bool = True, **columns: Any) -> Op:
    """A contact to create, with its external id unless it has none."""
    guard = ("HubId__c", f"hub-{number}") if guarded else None
    return Op(f"new-{number}", "create", {"LastName": f"Brandt {number}", **columns}, None, None, guard)


def outcomes(results: Sequence[OpResult]) -> list[str]:
    return [each.outcome for each in results]
