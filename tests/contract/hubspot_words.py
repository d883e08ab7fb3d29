"""What the words of the connector suite are in a HubSpot portal: keys and ids, words and properties, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.hubspot.connector import HubSpotConnector, open_hubspot
from simulators.faults import Fault
from tests.contract.connector_world import Changes, Fields, World
from tests.contract.hubspot_rehearsal import Door, Stage

PAUSE_S = 660
"""Between two events: longer than the overlap of two runs, and their lag."""
WORDS = {"name": "jobtitle", "city": "city", "note": "salutation", "mail": "email", "grade": "hs_email_domain"}
SECRETS = {"token": "hub-token", "client_secret": "hub-secret", "refresh_token": "hub-refresh"}
NOBODY = "99999999999"
PET = {"name": "serial_number", "owner": "associations.contacts"}
GRADE = "hs_email_domain"
KEY = "unsilo_id"


@dataclass
class HubSpotWords(World):
    """A portal of its own behind the stage's address, and how the suite's words are told there."""

    stage: Stage
    habits: Mapping[str, bool] = field(default_factory=dict)
    """Switches of the portal."""
    loses: Fault = Fault.LOST_ANSWER
    """How an answer is lost."""
    object = "contacts"
    page_size = 100
    empty = frozenset((None, ""))
    calculated = "grade"
    locks_whole = True
    restores_touch = True
    conditional = False
    links_touch = False
    hides_links = True
    tells_removals = False
    undoes_merges = False
    beyond_every_limit = 10_300
    beyond_a_page_of_links = 1_250
    volatile = frozenset({"lastmodifieddate", "hs_lastmodifieddate", "hs_updated_by_user_id"})
    most_records = 100
    most_bytes = 1_000_000
    words_of_fields: dict[str, str] = field(default_factory=lambda: dict(WORDS))
    auth: str = "oauth"
    more: dict[str, Any] = field(default_factory=dict)
    """Settings that an event asks for."""
    skewed_s: float = 0.0
    slept_s: float = 0.0
    _ids: dict[str, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    _hidden: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.door: Door = self.stage.new_door()
        self.address = self.stage.address
        self._define(KEY, hasUniqueValue=True)
        self.stage.admin("switch", **self.habits)
        self.restores_touch = self.habits.get("restore_touches", True)

    def happens(self, event: str, pause_s: float = PAUSE_S, **sent: Any) -> Any:
        """Something happens in the portal, and some time later it is known."""
        answer = self.stage.admin(event, **sent)
        if pause_s:
            self.pass_time(pause_s)
        return answer

    # What it is

    def open(
        self, *, secret: Mapping[str, str] = SECRETS, installation: str | None = None, **scope: Any
    ) -> HubSpotConnector:
        objects = ["contacts", "companies", "machines"]
        options = {"url": self.address, "auth": self.auth, "client_id": "hub", "objects": objects, **self.more, **scope}
        return open_hubspot(
            "rehearsal",
            options,
            {},
            secret=secret.get,
            installation=installation,
            clock=self.local_now,
            sleep=self.sleep,
            monotonic=self.stage.monotonic,
        )

    def local_now(self) -> datetime:
        return self.stage.clock.now() + timedelta(seconds=self.skewed_s)

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self.pass_time(seconds)

    def truth(self) -> Mapping[str, Fields]:
        words = {word: column for word, column in self.words_of_fields.items() if column not in self._hidden}
        return {
            self._known(row): {word: row["properties"].get(column) or "" for word, column in words.items()}
            for row in self.stage.admin("rows", object="contacts")
            if not row["archived"]
        }

    def key_of(self, record_id: str) -> str:
        return self._keys.get(record_id, record_id)

    def id_of(self, key: str) -> str:
        return self._ids.get(key, NOBODY)

    def words(self, object: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        if object != "contacts":
            links = payload.get(PET["owner"])
            owner = {"owner": links[0]["id"]} if links else {}
            return {**payload, **owner, "name": payload.get(PET["name"])}
        words = self.words_of_fields
        return {**payload, **{word: payload[column] or "" for word, column in words.items() if column in payload}}

    def columns(self, words: Changes, *, new: bool = False) -> dict[str, Any]:
        columns: dict[str, Any] = {"lastname": "Person"} if new else {}
        return {**columns, **{self.column(word): value for word, value in words.items()}}

    def column(self, word: str) -> str:
        return PET[word] if word == "owner" else self.words_of_fields[word]

    def guard(self, key: str) -> tuple[str, str]:
        return KEY, key

    def ways(self) -> Sequence[Mapping[str, Any]]:
        return [{}, {"api_version": "2026-09"}]

    def pass_time(self, seconds: float) -> None:
        self.stage.admin("clock", advance_s=seconds)
        self.stage.seconds += seconds

    def _create(self, records: Mapping[str, Fields], index_s: float | None = None) -> None:
        rows = [{"properties": self.columns(fields, new=True)} for fields in records.values()]
        late = {} if index_s is None else {"index_s": index_s}
        made = self.stage.admin("create", object="contacts", records=rows, **late)["ids"] if rows else []
        for key, record_id in zip(records, made, strict=True):
            self._learn(key, record_id)

    def _learn(self, key: str, record_id: str) -> None:
        self._ids[key], self._keys[record_id] = record_id, key

    def _known(self, row: Mapping[str, Any]) -> str:
        """The key of a row; one that a client created has it as its external id."""
        record_id, held = row["id"], row["properties"]
        key = held.get(KEY) or held.get("fax")
        if record_id not in self._keys and key and key not in self._ids:
            self._learn(key, record_id)
        return self.key_of(record_id)

    def _add(self, word: str, name: str, value: str) -> None:
        self._define(name, value=value)
        self.words_of_fields[word] = name

    def _define(self, name: str, value: str | None = None, **more: Any) -> None:
        definition = {"name": name, "label": name, "type": "string", "fieldType": "text", **more}
        self.stage.admin("add_property", object="contacts", definition=definition, value=value)
