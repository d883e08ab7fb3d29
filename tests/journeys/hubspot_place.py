"""A folder with settings that name a simulated portal, and the commands run there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.contract.simulators.hubspot_portal import TOKEN, Portal
from tests.journeys.conftest import Outcome, Place

OBJECTS = ("contacts", "companies", "owners", "deals", "notes", "machines")


@dataclass(frozen=True)
class Connected:
    """A portal, and a hub that may read it."""

    portal: Portal
    place: Place

    def settings(self, *lines: str, objects: tuple[str, ...] = OBJECTS, more: str = "") -> None:
        """Write `unsilo.toml`; further lines of the source, and further sections."""
        names = ", ".join(f'"{name}"' for name in objects)
        text = [
            "[sources.marketing]", 'kind = "hubspot"', f'url = "{self.portal.address}"', f"objects = [{names}]",
            *lines, more,
        ]  # fmt: skip
        self.place.settings("\n".join(text) + "\n")

    def unsilo(self, *words: str) -> Outcome:
        """Run a command here; never a stack trace, never a secret."""
        outcome = self.place.unsilo(*words)
        assert "Traceback" not in outcome.err, outcome.err
        assert "didn't expect" not in outcome.err, outcome.err
        assert TOKEN not in outcome.out + outcome.err
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
        sql = f"select record_id from raw_record where object = '{name}' and deleted_at is null"
        return sorted(row[0] for row in self.query(sql))

    def live(self, name: str) -> list[str]:
        """Ids of the live records that the portal has."""
        return sorted(self.portal.live(name))


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries again does so at once."""
    from connectors.hubspot import connector

    monkeypatch.setattr(connector, "open_hubspot", partial(connector.open_hubspot, sleep=lambda _s: None))


def let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret that the simulated portal knows."""
    monkeypatch.setenv("UNSILO_MARKETING_TOKEN", TOKEN)
