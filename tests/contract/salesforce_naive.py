"""Clients of Salesforce of a few lines each, as anybody would write them; each gets its behaviour wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import requests

from connectors.contract import Mode
from tests.contract.connector_clients import Client
from tests.contract.connector_world import Changes, Fields

VERSION = "v62.0"
COLUMNS = "Id,SystemModstamp,IsDeleted,Description,MailingCity,Department,Email,AccountId,Account_Industry__c"
FORM = {"grant_type": "client_credentials", "client_id": "hub", "client_secret": "hub-secret"}


@dataclass
class Naive(Client):
    """Signs in, asks for what is newer than the newest it has, follows the pages, keeps the rows."""

    columns: str = COLUMNS
    newest: str = ""
    web: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.web.trust_env = False
        answer = self.web.post(f"{self.world.stage.address}/services/oauth2/token", data=FORM, timeout=10)
        self.web.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, **options: Any) -> Any:
        address = self.world.stage.address + (path if path.startswith("/") else f"/services/data/{VERSION}/{path}")
        answer = self.web.request(method, address, timeout=10, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def pages(self, soql: str, path: str = "query") -> Iterator[list[dict[str, Any]]]:
        answer = self.call("GET", path, params={"q": soql})
        yield answer["records"]
        while not answer["done"]:
            answer = self.call("GET", answer["nextRecordsUrl"])
            yield answer["records"]

    def where(self) -> str:
        return f" WHERE SystemModstamp > {self.newest}" if self.newest else ""

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        self.read, self.changed = [], set()
        for number, rows in enumerate(self.pages(f"SELECT {self.columns} FROM Contact{self.where()}"), start=1):
            self.keep(rows)
            if number == pages:
                return

    def keep(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            key = self.world.key_of(row["Id"])
            self.read.append(key)
            self.changed.add(key)
            self.newest = max(self.newest, row["SystemModstamp"].replace("+0000", "Z"))
            self.state[key] = self.words(row)

    def words(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self.world.words("Contact", row))

    def reconcile(self) -> None:
        self.pull()

    def create(self, records: Mapping[str, Fields]) -> None:
        for key, fields in records.items():
            columns = {**self.world.columns(fields, new=True), "Customer_Number__c": key}
            self.write("POST", "sobjects/Contact", columns)

    def update(self, changes: Mapping[str, Changes]) -> None:
        for key, words in changes.items():
            self.write("PATCH", f"sobjects/Contact/{self.world.id_of(key)}", self.world.columns(words))

    def write(self, method: str, path: str, columns: Mapping[str, Any]) -> None:
        try:
            self.call(method, path, json=columns)
        except requests.ConnectionError:
            self.call(method, path, json=columns)

    def deliver(self) -> None:
        """It takes everything for delivered."""


class TakesAShortPageForTheLast(Naive):
    def pages(self, soql: str, path: str = "query") -> Iterator[list[dict[str, Any]]]:
        answer = self.call("GET", path, params={"q": soql})
        while len(answer["records"]) == 2_000:
            yield answer["records"]
            answer = self.call("GET", answer["nextRecordsUrl"])
        yield answer["records"]


class GuessesTypes(Naive):
    def words(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {word: _guessed(value) for word, value in self.world.words("Contact", row).items()}


class AsksForAllFieldsInOneAddress(Naive):
    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        self.columns = self.described()
        super().pull(mode, pages)

    def described(self) -> str:
        fields = self.call("GET", "sobjects/Contact/describe")["fields"]
        return ",".join(each["name"] for each in fields if each["type"] != "address")


class ReadsPastTheNewestInPieces(Naive):
    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        self.read = []
        for rows in iter(lambda: self.piece("ORDER BY SystemModstamp LIMIT 200"), []):
            self.keep(rows)

    def piece(self, rest: str) -> list[dict[str, Any]]:
        return next(self.pages(f"SELECT {self.columns} FROM Contact{self.where()} {rest}"))


class SkipsByOffset(ReadsPastTheNewestInPieces):
    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        self.read, found = [], list[dict[str, Any]]()
        while rows := self.piece(f"ORDER BY SystemModstamp, Id LIMIT 200 OFFSET {len(found)}"):
            found += rows
        self.keep(found)


class TrustsItsOwnClock(Naive):
    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        started = self.world.local_now()
        super().pull(mode, pages)
        self.newest = f"{started:%Y-%m-%dT%H:%M:%SZ}"


class KeepsThePageToken(Naive):
    token: str | None = None

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        self.read = []
        query = f"query?q=SELECT {self.columns} FROM Contact"
        for number in count(1):
            answer = self.call("GET", self.token or query)
            self.keep(answer["records"])
            self.token = answer.get("nextRecordsUrl")
            if answer["done"] or number == pages:
                return


class SeesTheRecycleBin(Naive):
    """Better: it asks for deleted records too. What left the bin, and what a merge means, it never learns."""

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        for rows in self.pages(f"SELECT {self.columns} FROM Contact{self.where()}", "queryAll"):
            self.keep(rows)
            for row in rows:
                if row["IsDeleted"]:
                    del self.state[self.world.key_of(row["Id"])]


class KeepsWhatItGot(Naive):
    """Reads everything, and deletes what was not in it; an error is where the reading ends."""

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        self.state = {}
        try:
            for rows in self.pages(f"SELECT {self.columns} FROM Contact"):
                self.keep(rows)
        except requests.RequestException:
            return

    def reconcile(self) -> None:
        self.pull("full")


class ReadsNewFieldsFromNowOn(AsksForAllFieldsInOneAddress):
    """Describes the object at each run, reads what is newer."""


class ReadsAHiddenFieldAsEmpty(AsksForAllFieldsInOneAddress):
    def words(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": None, "city": None, "note": None, **super().words(row)}


class AllOrNone(Naive):
    def update(self, changes: Mapping[str, Changes]) -> None:
        records = [
            {"attributes": {"type": "Contact"}, "id": self.world.id_of(key), **self.world.columns(words)}
            for key, words in changes.items()
        ]
        self.call("PATCH", "composite/sobjects", json={"allOrNone": True, "records": records})


class LeavesOutWhatIsEmpty(Naive):
    def update(self, changes: Mapping[str, Changes]) -> None:
        super().update({key: {word: value for word, value in words.items() if value} for key, words in changes.items()})


NAIVE: dict[str, type[Naive]] = {
    "page_shorter_than_asked_is_not_the_end": TakesAShortPageForTheLast,
    "values_arrive_unmangled": GuessesTypes,
    "many_fields_do_not_break_the_request": AsksForAllFieldsInOneAddress,
    "ties_beyond_a_page_are_all_read": ReadsPastTheNewestInPieces,
    "ties_beyond_every_limit_are_all_read": SkipsByOffset,
    "late_commit_is_not_lost": Naive,
    "local_clock_skew_does_not_matter": TrustsItsOwnClock,
    "dead_page_token_resumes_without_loss_or_repeat": KeepsThePageToken,
    "soft_delete_is_seen": Naive,
    "hard_delete_is_seen_after_reconcile": SeesTheRecycleBin,
    "merge_names_the_survivor": SeesTheRecycleBin,
    "reconcile_of_a_broken_read_deletes_nothing": KeepsWhatItGot,
    "new_field_appears_and_is_backfilled": ReadsNewFieldsFromNowOn,
    "vanished_field_is_not_read_as_empty": ReadsAHiddenFieldAsEmpty,
    "calculated_field_is_refreshed": Naive,
    "association_change_alone_is_seen": Naive,
    "one_bad_record_does_not_sink_the_batch": AllOrNone,
    "leave_and_clear_are_different": LeavesOutWhatIsEmpty,
    "create_twice_makes_one": Naive,
    "lost_answer_is_resolved_by_reading": Naive,
    "retry_never_repeats_an_applied_write": Naive,
    "newer_edit_by_them_is_a_conflict_not_a_victim": Naive,
    "own_write_read_back_is_an_echo": Naive,
    "rate_budget_is_never_exceeded": Naive,
    "expired_session_in_mid_page_is_renewed_once": Naive,
    "html_error_and_cut_body_are_transient": Naive,
    "killed_anywhere_resumes_without_loss_or_double": Naive,
}
"""The client for each behaviour that must bite."""


def _guessed(value: Any) -> Any:
    """As a data library guesses a column's type."""
    if value in ("NA", "null", "#N/A", "None"):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return value
