"""Clients of HubSpot of a few lines each, as anybody would write them; each gets its behaviour wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from connectors.contract import Mode
from tests.contract.connector_clients import Client
from tests.contract.connector_world import Changes, Fields

CONTACTS = "/crm/v3/objects/contacts"
PROPERTIES = ("lastmodifieddate", "jobtitle", "city", "salutation", "email", "hs_email_domain")
PAGE = 100
FORM = {
    "grant_type": "refresh_token", "client_id": "hub", "client_secret": "hub-secret", "refresh_token": "hub-refresh",
}  # fmt: skip


@dataclass
class Naive(Client):
    """Signs in, searches for what is newer than the newest it has, follows the pages, keeps the rows."""

    properties: tuple[str, ...] = PROPERTIES
    newest: str = ""
    web: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.web.trust_env = False
        answer = self.web.post(f"{self.world.stage.address}/oauth/v1/token", data=FORM, timeout=10)
        self.web.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, **options: Any) -> Any:
        self.world.sleep(0.3)  # it knows of the five searches a second
        answer = self.web.request(method, self.world.stage.address + path, timeout=10, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """What is newer, by pages."""
        yield from self.search()

    def search(self, after: str = "0") -> Iterator[list[dict[str, Any]]]:
        asked = self.asked()
        while True:
            answer = self.call("POST", f"{CONTACTS}/search", json={**asked, "after": after})
            yield answer["results"]
            if "paging" not in answer:
                return
            after = answer["paging"]["next"]["after"]

    def asked(self) -> dict[str, Any]:
        newer = {"propertyName": "lastmodifieddate", "operator": "GT", "value": self.newest}
        return {
            "filterGroups": [{"filters": [newer]}] if self.newest else [],
            "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
            "properties": list(self.properties),
            "limit": PAGE,
        }

    def list(self, **asked: str) -> Iterator[list[dict[str, Any]]]:
        after = ""
        while True:
            answer = self.call("GET", CONTACTS, params=self.listed(after) | asked)
            yield answer["results"]
            if "paging" not in answer:
                return
            after = answer["paging"]["next"]["after"]

    def listed(self, after: str) -> dict[str, str]:
        place = {"after": after} if after else {}
        return {"limit": str(PAGE), "properties": ",".join(self.properties), **place}

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        self.read, self.changed = [], set()
        for number, rows in enumerate(self.pages(), start=1):
            self.keep(rows)
            if number == pages:
                return

    def keep(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            key = self.world.key_of(row["id"])
            self.read.append(key)
            self.changed.add(key)
            self.newest = max(self.newest, row["properties"]["lastmodifieddate"])
            self.state[key] = self.words(row)

    def words(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self.world.words("contacts", row["properties"]))

    def reconcile(self) -> None:
        self.pull()

    def create(self, records: Mapping[str, Fields]) -> None:
        for key, fields in records.items():
            row = {"properties": {**self.world.columns(fields, new=True), "fax": key}}
            self.write("POST", f"{CONTACTS}/batch/create", {"inputs": [row]})

    def update(self, changes: Mapping[str, Changes]) -> None:
        for key, words in changes.items():
            columns = {column: value or "" for column, value in self.world.columns(words).items()}
            self.write("PATCH", f"{CONTACTS}/{self.world.id_of(key)}", {"properties": columns})

    def write(self, method: str, path: str, sent: Mapping[str, Any]) -> None:
        try:
            self.call(method, path, json=sent)
        except requests.ConnectionError:
            self.call(method, path, json=sent)

    def deliver(self) -> None:
        """It takes everything for delivered."""


class TakesAShortPageForTheLast(Naive):
    def pages(self) -> Iterator[list[dict[str, Any]]]:
        for rows in self.list():
            yield rows
            if len(rows) < PAGE:
                return


class GuessesTypes(Naive):
    def words(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {word: _guessed(value) for word, value in super().words(row).items()}


class AsksForAllPropertiesInOneAddress(Naive):
    """Better: it walks the list when it begins, and describes the object at each run."""

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        described = self.call("GET", "/crm/v3/properties/contacts")["results"]
        self.properties = tuple(each["name"] for each in described)
        yield from self.search() if self.newest else self.list()


class ReadsPastTheNewestInPieces(Naive):
    def pages(self) -> Iterator[list[dict[str, Any]]]:
        while rows := next(self.search()):
            yield rows


class TrustsItsOwnClock(Naive):
    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        started = self.world.local_now()
        super().pull(mode, pages)
        self.newest = f"{started:%Y-%m-%dT%H:%M:%SZ}"


class SeesTheRecycleBin(Naive):
    """Better: it walks what is archived too. What left the bin, and what a merge means, it never learns."""

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        super().pull(mode, pages)
        for rows in self.list(archived="true"):
            for row in rows:
                self.state.pop(self.world.key_of(row["id"]), None)


class KeepsWhatItGot(Naive):
    """Reads everything, and deletes what was not in it; an error is where the reading ends."""

    def pull(self, mode: Mode = "changes", pages: int | None = None) -> None:
        self.state = {}
        try:
            for rows in self.list():
                self.keep(rows)
        except requests.RequestException:
            return

    def reconcile(self) -> None:
        self.pull("full")


class ReadsNewPropertiesFromNowOn(AsksForAllPropertiesInOneAddress):
    """Describes the object at each run, reads what is newer."""


class ReadsAHiddenPropertyAsEmpty(AsksForAllPropertiesInOneAddress):
    def words(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": None, "city": None, "note": None, **super().words(row)}


class ReadsLinksOfWhatChanged(Naive):
    def keep(self, rows: list[dict[str, Any]]) -> None:
        super().keep(rows)
        inputs = {"inputs": [{"id": row["id"]} for row in rows]}
        found = self.call("POST", "/crm/v4/associations/contacts/companies/batch/read", json=inputs)["results"]
        for each in found:
            links = [{"id": str(to["toObjectId"])} for to in each["to"]]
            key = self.world.key_of(each["from"]["id"])
            self.state[key] = {**self.state[key], "associations.companies": links}


class StopsAtARefusal(Naive):
    """Sends one record after the other, and takes a refusal for the end."""


class LeavesOutWhatIsEmpty(Naive):
    def update(self, changes: Mapping[str, Changes]) -> None:
        super().update({key: {word: value for word, value in words.items() if value} for key, words in changes.items()})


NAIVE: dict[str, type[Naive]] = {
    "page_shorter_than_asked_is_not_the_end": TakesAShortPageForTheLast,
    "values_arrive_unmangled": GuessesTypes,
    "many_fields_do_not_break_the_request": AsksForAllPropertiesInOneAddress,
    "ties_beyond_a_page_are_all_read": ReadsPastTheNewestInPieces,
    "ties_beyond_every_limit_are_all_read": Naive,
    "late_index_is_not_lost": Naive,
    "local_clock_skew_does_not_matter": TrustsItsOwnClock,
    "soft_delete_is_seen": Naive,
    "hard_delete_is_seen_after_reconcile": SeesTheRecycleBin,
    "merge_names_the_survivor": SeesTheRecycleBin,
    "reconcile_of_a_broken_read_deletes_nothing": KeepsWhatItGot,
    "new_field_appears_and_is_backfilled": ReadsNewPropertiesFromNowOn,
    "vanished_field_is_not_read_as_empty": ReadsAHiddenPropertyAsEmpty,
    "calculated_field_is_refreshed": Naive,
    "association_change_alone_is_seen": ReadsLinksOfWhatChanged,
    "one_bad_record_does_not_sink_the_batch": StopsAtARefusal,
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
