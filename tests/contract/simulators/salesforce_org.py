"""A Salesforce org on loopback, and simple-salesforce unmodified but for the address it reaches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests
from simple_salesforce import Salesforce as Client

from simulators.clock import HandClock
from simulators.faults import PROFILES
from simulators.salesforce.population import Truth, populate
from simulators.salesforce.simulator import Salesforce
from simulators.server import address_of, bind, serving

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEED = 7
VERSION = "62.0"


class LocalAdapter(requests.adapters.HTTPAdapter):
    """Sends to a simulator what is meant for the vendor's host."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        request.url = self.address + request.path_url
        return super().send(request, **options)


@dataclass
class Org:
    """A served org as its tests see it: where it is, what is in it, and its back door."""

    address: str
    simulator: Salesforce
    truth: Truth
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    def admin(self, event: str, **sent: Any) -> Any:
        answer = self.session.post(f"{self.address}/__admin/{event}", json=sent, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, name: str) -> dict[str, dict[str, Any]]:
        """The org's own table by id, deleted records included."""
        return {row["Id"]: row for row in self.admin("rows", object=name)}

    def call(self, method: str, path: str, sent: Any = None, **options: Any) -> requests.Response:
        """A plain request, signed in."""
        self.token = self.token or self.sign_in()
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        address = f"{self.address}/services/data/v{VERSION}/{path}"
        body = None if sent is None else json.dumps(sent)
        return self.session.request(method, address, data=body, headers=headers, timeout=10, **options)

    def query(self, soql: str, *, deleted: bool = False, **headers: str) -> requests.Response:
        return self.call("GET", "queryAll" if deleted else "query", params={"q": soql}, headers=headers)

    def ids(self, soql: str, *, deleted: bool = False) -> list[str]:
        """Ids of a query's first page."""
        answer = self.query(soql, deleted=deleted)
        assert answer.status_code == 200, answer.text
        return [record["Id"] for record in answer.json()["records"]]

    def sign_in(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": "hub", "client_secret": "hub-secret"}
        answer = self.session.post(f"{self.address}/services/oauth2/token", data=form, timeout=10)
        return str(answer.json()["access_token"])

    def client(self) -> Client:
        """simple-salesforce, signed in with client credentials."""
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", LocalAdapter(self.address))
        return Client(
            consumer_key="hub", consumer_secret="hub-secret", domain="acme.my", session=session, version=VERSION
        )


@contextmanager
def served(people: int = 300, profile: str = "calm", seed: int = SEED, features: tuple[str, ...] = ()) -> Iterator[Org]:
    """An org on a free port."""
    print(f"org of seed {seed}, profile {profile}")
    listener = bind(0)
    simulator = Salesforce(HandClock(NOW), seed, PROFILES[profile], address_of(listener))
    for feature in features:
        simulator.org.switch_on(feature)
    truth = populate(simulator.org, people)
    with serving(simulator, listener) as address:
        session = requests.Session()
        session.trust_env = False
        yield Org(address, simulator, truth, session)
        session.close()
