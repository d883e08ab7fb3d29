"""A HubSpot portal on loopback, and what its tests ask of it: plain calls, HubSpot's own client, the back door.

Every answer is checked against HubSpot's published contract as it comes in, so that no test can pass on an answer
of the wrong shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests
import urllib3
from hubspot import HubSpot as Client

from simulators.clock import HandClock
from simulators.hubspot.population import Truth, populate
from simulators.hubspot.profiles import PROFILES
from simulators.hubspot.simulator import HubSpot
from simulators.server import address_of, bind, serving
from tests.contract.simulators.hubspot_contract import Watched

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEED = 7
TOKEN = "hub-token"
PORTAL_ID = 4242001


@dataclass
class Portal:
    """A served portal as its tests see it: where it is, what is in it, and its back door."""

    address: str
    simulator: HubSpot
    watched: Watched
    truth: Truth
    session: requests.Session = field(default_factory=requests.Session)
    token: str = TOKEN

    def admin(self, event: str, **sent: Any) -> Any:
        """Cause something, or look behind the portal."""
        answer = self.session.post(f"{self.address}/__admin/{event}", json=sent, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, kind: str) -> dict[str, dict[str, Any]]:
        """The portal's own table by id, archived records included."""
        return {row["id"]: row for row in self.admin("rows", object=kind)}

    def live(self, kind: str) -> dict[str, dict[str, Any]]:
        """The portal's own table by id, without the recycle bin."""
        return {each: row for each, row in self.rows(kind).items() if not row["archived"]}

    def call(self, method: str, path: str, sent: Any = None, **options: Any) -> requests.Response:
        """A plain request, signed in; `path` without its leading slash."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        if sent is not None:
            options["data"] = json.dumps(sent)
            headers.setdefault("Content-Type", "application/json")
        answer = self.session.request(
            method, f"{self.address}/{path}", headers=headers, timeout=30, allow_redirects=False, **options
        )
        wrong, self.watched.wrong = self.watched.wrong, []
        assert not wrong, wrong[:10]
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """What a request that must succeed gives."""
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, sent: Any, status: int = 200, **query: Any) -> Any:
        """What a request that must end in this status gives; None where it gives nothing."""
        answer = self.call("POST", path, sent, params=query)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """The records of a list, page by page."""
        after = None
        while True:
            page = self.get(path, **query, **({} if after is None else {"after": after}))
            yield from page["results"]
            if "paging" not in page:
                return
            after = page["paging"]["next"]["after"]

    def search(self, kind: str, *filters: Mapping[str, Any], **asked: Any) -> Any:
        """The answer to a search in which all filters must hold."""
        asked.setdefault("filterGroups", [{"filters": list(filters)}] if filters else [])
        return self.post(f"crm/v3/objects/{kind}/search", asked)

    def found(self, kind: str, *filters: Mapping[str, Any], **asked: Any) -> list[str]:
        """Ids of a search's first page."""
        return [each["id"] for each in self.search(kind, *filters, **asked)["results"]]

    def create(self, kind: str, **properties: str) -> str:
        """The id of a new record."""
        return str(self.post(f"crm/v3/objects/{kind}", {"properties": properties, "associations": []}, 201)["id"])

    def write(self, kind: str, record_id: str, **properties: str) -> dict[str, Any]:
        """Change a record through the API."""
        answer = self.call("PATCH", f"crm/v3/objects/{kind}/{record_id}", {"properties": properties})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def held(self, kind: str, record_id: str, name: str) -> str | None:
        """One value as the portal's own table has it."""
        value = self.rows(kind)[record_id]["properties"].get(name)
        return None if value is None else str(value)

    def wait(self, seconds: float) -> None:
        """Let the portal's clock go on."""
        self.admin("clock", advance_s=seconds)

    def client(self, **options: Any) -> Client:
        """HubSpot's own client, pointed here."""
        return Client(access_token=self.token, host=self.address, retry=urllib3.Retry(0), **options)


def names_of(definitions: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names in a list of properties, stages or labels."""
    return [str(each["name"]) for each in definitions]


@contextmanager
def served(people: int = 200, profile: str = "calm", seed: int = SEED) -> Iterator[Portal]:
    """A portal on a free port, whose pace and clock tests set themselves."""
    print(f"portal of seed {seed}, profile {profile}")
    listener = bind(0)
    simulator = HubSpot(HandClock(NOW), seed, PROFILES[profile], address_of(listener))
    truth = populate(simulator.portal, people)
    watched = Watched(simulator)
    with serving(watched, listener) as address:
        session = requests.Session()
        session.trust_env = False
        portal = Portal(address, simulator, watched, truth, session)
        portal.admin("limits", calls_in_10_s=1_000_000, search_a_second=1_000_000, calls_a_day=100_000_000)
        yield portal
        session.close()
    assert not watched.wrong, watched.wrong[:10]
