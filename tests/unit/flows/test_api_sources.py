"""Wiring of API sources: settings told apart from typos, mappings known beforehand, a pull that tells what it met.

The source system here is a small one of our own: the real ones are rehearsed by the journeys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Finding, Installation, Mode, ObjectCapabilities, ObjectInfo, Outline
from flows import wiring
from flows.hub import Hub, open_hub
from flows.mappings import api_mappings
from flows.pull import pull_source
from flows.settings import SourceSettings, load_settings
from flows.watch import Watch
from flows.wiring import OpenSource
from tests.builders import CONTACTS, TickingClock, contact
from unified_model.errors import CursorExpired, NeedsOperator, Retry, UsageError
from unified_model.records import Page, SourceRecord
from unified_model.store.runs import newest_runs

SALESFORCE = '[sources.emea]\nkind = "salesforce"\nurl = "https://acme.my.salesforce.com"\nclient_id = "hub"\n'


def written(folder: Path, text: str) -> Path:
    (folder / "unsilo.toml").write_text(text, encoding="utf-8")
    return folder / "unsilo.toml"


# Settings


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('auht = "jwt"\n', "Did you mean 'auth'?"),
        ('auth = "password"\n', "one of client_credentials, jwt, refresh_token, session"),
        ('client_secret = "hunter2"\n', "UNSILO_EMEA_CLIENT_SECRET"),
        ('refresh_token = "hunter2"\n', "UNSILO_EMEA_REFRESH_TOKEN"),
        ('objects = "Contact"\n', "must be a list"),
        ('daily_share = "a quarter"\n', "must be a number"),
        ('push = "yes"\n', "Choose one of off, plan, push"),
        ('objects = ["Contact"]\nwhere = { Contakt = "IsActive = true" }\n', "Did you mean 'Contact'?"),
    ],
)
def test_a_mistake_names_its_remedy(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(written(tmp_path, SALESFORCE + line))

    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SALESFORCE.replace("https://acme.my.salesforce.com", "http://acme.my.salesforce.com"), "https"),
        (SALESFORCE.replace('client_id = "hub"\n', ""), "client_id"),
        (SALESFORCE + 'auth = "jwt"\n', "username"),
    ],
)
def test_what_the_connector_refuses_is_wrong_usage(tmp_path: Path, text: str, told: str) -> None:
    with open_hub(written(tmp_path, text)) as hub, pytest.raises(UsageError, match=told):
        pull_source(hub, "emea", Watch())


def source(**options: Any) -> SourceSettings:
    return SourceSettings("emea", "salesforce", options)


def test_an_object_without_a_mapping_is_kept_raw() -> None:
    found = api_mappings(source(), ["Contact", "Case"], {"Contact": CONTACTS}, ("Seen",))

    assert found == {"Contact": CONTACTS}


def test_a_mapping_of_the_settings_is_laid_over_the_standard_one() -> None:
    table = {"Contact": {"Shoe_Size__c": "custom.shoe_size"}, "Member__c": {"Name": "full_name"}}

    found = api_mappings(source(mapping=table), ["Contact", "Member__c"], {"Contact": CONTACTS}, ("Seen",))

    assert found["Contact"].columns_of("custom.shoe_size") == ("Shoe_Size__c",)
    assert found["Contact"].columns_of("given_name") == ("First",)
    assert (found["Member__c"].kind, found["Member__c"].key, found["Member__c"].volatile) == ("person", "Id", ("Seen",))


def test_a_mapping_of_an_object_that_is_not_read_is_a_slip() -> None:
    with pytest.raises(UsageError, match="Did you mean 'Contact'"):
        api_mappings(source(mapping={"Contakt": {"A": "given_name"}}), ["Contact"], {}, ())


def test_a_mapping_without_a_table_for_its_object_is_told_how_to_be_written() -> None:
    with pytest.raises(UsageError, match=r"\[sources.emea.mapping.Contact\]"):
        api_mappings(source(mapping={"Contact": "given_name"}), ["Contact"], {}, ())


# Pulls


@dataclass
class Crm:
    """A source system of contacts and cases, and what is to happen to the next reads."""

    pages: dict[str, list[Page]] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)
    trouble: dict[str, Exception] = field(default_factory=dict)
    org: str = "00D1"
    reads: list[tuple[str, str | None, Mode]] = field(default_factory=list)
    outlined: list[str] = field(default_factory=list)
    columns: tuple[str, ...] = ("Id", "First", "Phone")
    now: dict[str, SourceRecord] = field(default_factory=dict)
    """Records as they are when they are asked for by id."""
    hides_while_listed: str = ""

    def describe(self) -> Sequence[ObjectCapabilities]:
        return [
            ObjectCapabilities("Contact", "person", "window", "feed", outlined=True),
            ObjectCapabilities("Case", "other", "window", "feed", outlined=True),
        ]

    def installation(self) -> Installation:
        if "installation" in self.trouble:
            raise self.trouble["installation"]
        return Installation(self.org, "crm")

    def check(self) -> Sequence[Finding]:
        return []

    def discover(self) -> Sequence[ObjectInfo]:
        return [ObjectInfo("Contact", self.columns)]

    def read(self, object: str, cursor: str | None, mode: Mode = "changes") -> Iterator[Page]:
        self.reads.append((object, cursor, mode))
        if object in self.trouble:
            raise self.trouble.pop(object)
        yield from self.pages.pop(object, [])

    def get(self, object: str, ids: Sequence[str]) -> Sequence[SourceRecord]:
        return [self.now[key] for key in ids if key in self.now]

    def outline(self, object: str) -> Iterator[Sequence[Outline]]:
        self.outlined.append(object)
        self.columns = tuple(name for name in self.columns if name != self.hides_while_listed)
        yield [Outline(key, {"First": "Anna"} if key in self.now else {}) for key in self.listed.get(object, [])]

    def close(self) -> None:
        pass


@dataclass
class Place:
    """A hub with that one source."""

    hub: Hub
    crm: Crm
    clock: TickingClock

    def pull(self, **how: Any) -> Any:
        return pull_source(self.hub, "emea", Watch(), **how)

    def payload(self, record_id: str) -> str:
        with self.hub.store.read() as conn:
            sql = "select payload from raw_record where record_id = ?"
            return str(conn.exec_driver_sql(sql, (record_id,)).scalar_one())


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    crm, clock = Crm(), TickingClock()

    def opened(opening: Any) -> OpenSource:
        return OpenSource(opening.source, crm, {"Contact": CONTACTS}, is_api=True)

    monkeypatch.setattr(wiring, "KINDS", {"salesforce": opened})
    with open_hub(written(tmp_path, SALESFORCE), clock=clock) as hub:
        yield Place(hub, crm, clock)


def page_of(*records: SourceRecord, hidden: Sequence[str] = ()) -> list[Page]:
    return [Page(records, (), "somewhere", read=len(records), hidden=frozenset(hidden))]


def shown(record_id: str, **columns: Any) -> SourceRecord:
    """A contact with its empty columns, as an API shows them."""
    return SourceRecord("Contact", record_id, {"Id": record_id, **columns})


def test_one_objects_trouble_leaves_the_others_their_turn_and_is_never_green(place: Place) -> None:
    place.crm.trouble["Contact"] = NeedsOperator("emea may not read Contact.", "Grant it.")
    place.crm.pages["Case"] = page_of(SourceRecord("Case", "5", {"Id": "5"}))

    report = place.pull()

    assert (report.state, report.error, report.stored) == ("failed", "emea may not read Contact. Grant it.", 1)


def test_a_vanished_column_is_told_once_and_keeps_its_values(place: Place) -> None:
    place.crm.pages["Contact"] = page_of(shown("1", First="Ann", Phone="+12125552368"))
    place.pull()
    place.crm.pages["Contact"] = page_of(shown("1", First="Anna"), hidden=["Phone"])

    told = place.pull()
    again = place.pull()

    assert told.state == "done_with_warnings"
    assert "Contact no longer shows Phone" in told.warnings[0]
    assert again.state == "done"
    assert '"Phone":"+12125552368"' in place.payload("1")
    assert '"First":"Anna"' in place.payload("1")


def test_a_lost_place_forgets_no_hidden_column(place: Place) -> None:
    place.crm.pages["Contact"] = page_of(shown("1", First="Ann", Phone="+12125552368"))
    place.pull()
    place.crm.pages["Contact"] = page_of(hidden=["Phone"])
    place.pull()
    place.crm.pages["Contact"] = page_of(shown("1", First="Anna"))

    place.pull()

    assert '"Phone":"+12125552368"' in place.payload("1")


def test_a_column_that_is_shown_again_counts_with_its_new_value(place: Place) -> None:
    place.crm.pages["Contact"] = page_of(shown("1", First="Ann", Phone="+12125552368"))
    place.pull()
    place.crm.pages["Contact"] = page_of(hidden=["Phone"])
    place.pull()
    place.crm.pages["Contact"] = page_of(shown("1", First="Ann", Phone=None))

    place.pull()

    assert '"Phone":null' in place.payload("1")


def test_a_column_that_vanishes_between_the_read_and_its_proof_keeps_its_values_and_is_told(place: Place) -> None:
    place.crm.pages["Contact"] = page_of(shown("1", First="Ann", Phone="+12125552368"))
    place.crm.listed["Contact"] = ["1"]
    place.crm.now = {"1": shown("1", First="Anna")}
    place.crm.hides_while_listed = "Phone"

    report = place.pull(reconcile=True)

    assert "Contact no longer shows Phone" in report.warnings[0]
    assert '"First":"Anna"' in place.payload("1")
    assert '"Phone":"+12125552368"' in place.payload("1")


def test_a_lost_place_means_a_full_read_and_then_a_proof(place: Place) -> None:
    place.crm.trouble["Contact"] = CursorExpired("Too long ago.", "")
    place.crm.listed["Contact"] = []

    report = place.pull()

    assert place.crm.reads[:2] == [("Contact", None, "changes"), ("Contact", None, "full")]
    assert place.crm.outlined == ["Contact"]
    assert report.proofs[0]["says"].startswith("Contact: source 0, hub 0, proven")


def test_a_proof_is_made_when_the_last_one_is_too_old(place: Place) -> None:
    place.pull()
    young = list(place.crm.outlined)
    place.clock.now += timedelta(days=8)
    place.pull()
    due = list(place.crm.outlined)
    place.pull()

    assert (young, due, place.crm.outlined) == ([], ["Contact", "Case"], ["Contact", "Case"])


def test_a_proof_is_made_when_it_is_asked_for(place: Place) -> None:
    place.crm.pages["Contact"] = page_of(contact("1"), contact("2"))
    place.crm.listed = {"Contact": ["1", "2"]}

    report = place.pull(reconcile=True)

    assert [(proof["object"], proof["source_count"]) for proof in report.proofs] == [("Contact", 2), ("Case", 0)]


def test_a_spent_budget_is_a_pause_until_it_is_renewed_and_not_a_failure(place: Place) -> None:
    spent = Retry("emea: our share is spent; reading pauses until 2026-11-23 04:00 UTC.", "Wait.", after_s=3600)
    place.crm.trouble = {"Contact": spent, "Case": spent}

    report = place.pull()

    assert (report.state, report.retry) == ("paused", True)
    assert report.error is not None
    assert report.error.count("until 2026-11-23 04:00 UTC") == 1


def test_a_missing_secret_stops_this_source_only_and_the_run_is_remembered(place: Place) -> None:
    place.pull()
    place.crm.trouble["installation"] = UsageError("emea: the secret client_secret is missing.", "Set it.")

    report = place.pull()

    assert (report.state, report.error) == ("failed", "emea: the secret client_secret is missing. Set it.")
    with place.hub.store.read() as conn:
        assert newest_runs(conn)[0].error == report.error


def test_another_installation_under_the_same_label_is_refused(place: Place) -> None:
    place.crm.pages["Contact"] = page_of(contact("1"))
    place.pull()
    place.crm.org = "00D2"
    place.crm.pages["Contact"] = page_of(contact("9"))

    report = place.pull()

    assert report.state == "failed"
    assert "00D2" in str(report.error)
    assert report.read == 0


def test_a_full_read_keeps_its_place_in_hand_so_that_hidden_columns_stay_known(place: Place) -> None:
    place.crm.pages["Contact"] = page_of(contact("1"))
    place.pull()

    place.pull(full=True)

    assert place.crm.reads[2] == ("Contact", "somewhere", "full")
