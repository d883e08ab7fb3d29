"""A folder with settings that name a simulated org, and the commands run there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.contract.simulators.salesforce_org import Org
from tests.journeys.conftest import Outcome, Place

OBJECTS = ("Account", "Contact", "Lead", "User", "Opportunity", "Case", "Subscription__c")


@dataclass(frozen=True)
class Connected:
    """An org, and a hub that may read it."""

    org: Org
    place: Place

    def settings(self, *lines: str, objects: tuple[str, ...] = OBJECTS, more: str = "") -> None:
        """Write `unsilo.toml`; further lines of the source, and further sections."""
        names = ", ".join(f'"{name}"' for name in objects)
        text = [
            "[sources.emea]", 'kind = "salesforce"', f'url = "{self.org.address}"', 'client_id = "hub"',
            f"objects = [{names}]", *lines, more,
        ]  # fmt: skip
        self.place.settings("\n".join(text) + "\n")

    def unsilo(self, *words: str) -> Outcome:
        """Run a command here; never a stack trace, never a secret."""
        outcome = self.place.unsilo(*words)
        assert "Traceback" not in outcome.err, outcome.err
        assert "didn't expect" not in outcome.err, outcome.err
        assert "hub-secret" not in outcome.out + outcome.err
        return outcome

    def sync(self, *words: str) -> dict[str, Any]:
        """A sync's answer, with its exit code."""
        outcome = self.unsilo("sync", "--json", *words)
        assert outcome.events, outcome.err
        return {**outcome.events[-1], "code": outcome.code, "told": outcome.err}

    def query(self, sql: str) -> list[tuple[str, ...]]:
        """Rows of a query, as text."""
        outcome = self.unsilo("query", sql, "--format", "json")
        assert outcome.code == 0, outcome.err
        return [tuple(str(value) for value in row.values()) for row in outcome.events]

    def ids(self, name: str) -> list[str]:
        """Ids of the live records that the hub holds of an object."""
        sql = f"select record_id from raw_record where object = '{name}' and deleted_at is null order by 1"
        return [row[0] for row in self.query(sql)]


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries again does so at once."""
    from connectors.salesforce import connector

    monkeypatch.setattr(connector, "open_salesforce", partial(connector.open_salesforce, sleep=lambda _s: None))


def let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret that the simulated org knows."""
    monkeypatch.setenv("UNSILO_EMEA_CLIENT_SECRET", "hub-secret")
