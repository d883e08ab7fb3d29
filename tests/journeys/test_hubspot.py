"""A HubSpot portal as a source, by the real commands: the first sync, the days after, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.contract.simulators.hubspot_portal import served
from tests.journeys.conftest import Place
from tests.journeys.hubspot_place import OBJECTS, Connected, impatient, let_in

HOUR_S, DAY_S = 3_600, 86_400
FAIR = """
[sources.fair]
kind = "files"
path = "fair.csv"
key = "Nr"
[sources.fair.mapping]
"Name" = "full_name"
"""


@pytest.fixture
def marketing(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """A calm portal of some people, and settings that name it."""
    let_in(monkeypatch)
    place.write("fair.csv", "Nr,Name\n1,Ann Gray\n")
    with served(people=80) as portal:
        connected = Connected(portal, place)
        connected.settings()
        yield connected


def refused(marketing: Connected, *words: str) -> None:
    """A sync that fails for the portal alone: these words are told, the file is read, status remembers."""
    answer = marketing.sync()

    portal, fair = answer["pulls"]
    assert answer["code"] == 1
    assert portal["state"] == "failed"
    for word in words:
        assert word in portal["error"]
    assert fair["state"] == "done"


def test_a_first_sync_holds_every_record_of_every_object(marketing: Connected) -> None:
    answer = marketing.sync()

    assert (answer["code"], answer["state"]) == (0, "done")
    for name in OBJECTS:
        if name != "owners":
            assert marketing.ids(name) == marketing.live(name), name
    assert marketing.ids("owners") != []
    assert marketing.query("select distinct kind from crosswalk order by 1") == [("organization",), ("person",)]
    assert marketing.query("select count(*) from crosswalk where object not in ('contacts', 'companies')") == [("0",)]


def test_a_second_sync_stores_nothing(marketing: Connected) -> None:
    marketing.sync()
    marketing.portal.wait(HOUR_S)

    answer = marketing.sync()

    assert (answer["code"], answer["pulls"][0]["stored"]) == (0, 0)


def test_check_tells_what_can_be_read_the_limits_and_the_calls_ahead(marketing: Connected) -> None:
    outcome = marketing.unsilo("check")

    assert outcome.code == 0
    assert "Signed in to the portal 4242001" in outcome.out
    assert "contacts: " in outcome.out
    assert "calls a day are used" in outcome.out
    assert "kept raw with every field: owners, deals, notes, machines" in outcome.out, outcome.out
    assert "Ready" in outcome.out


def test_check_can_make_the_property_that_a_push_will_need(marketing: Connected) -> None:
    marketing.settings('push = "plan"', objects=("contacts",))

    wanting = marketing.unsilo("check", "marketing")
    made = marketing.unsilo("check", "marketing", "--fix")

    assert wanting.code == 1
    assert "unsilo_id is missing" in wanting.out
    assert made.code == 0, made.out
    assert "unsilo_id was made" in made.out


def test_a_change_a_merge_an_archived_and_a_restored_contact_arrive(marketing: Connected) -> None:
    master, loser, gone, back, edited = marketing.live("contacts")[:5]
    marketing.sync()
    survivor = marketing.portal.admin("merge", object="contacts", primary=master, other=loser)["id"]
    marketing.portal.admin("archive", object="contacts", ids=[gone, back])
    marketing.portal.admin("edit", object="contacts", ids=[edited], set={"jobtitle": "Astronaut"})
    marketing.portal.wait(HOUR_S)
    marketing.sync()
    after_archive = marketing.ids("contacts")
    marketing.portal.admin("restore", object="contacts", ids=[back])
    marketing.portal.wait(HOUR_S)

    marketing.sync()

    assert not {loser, gone, back} & set(after_archive)
    assert marketing.ids("contacts") == marketing.live("contacts")
    assert back in marketing.ids("contacts")
    assert marketing.query(f"select merged_into from raw_record where record_id = '{loser}'") == [(survivor,)]
    titles = "select c.job_title from customer_360 c join crosswalk x using (customer_id) where x.record_id = '{}'"
    assert marketing.query(titles.format(edited)) == [("Astronaut",)]


def test_an_erased_contact_is_told_from_an_archived_one(marketing: Connected) -> None:
    erased, archived = marketing.live("contacts")[:2]
    marketing.sync("--reconcile")
    marketing.portal.admin("erase", ids=[erased])
    marketing.portal.admin("archive", object="contacts", ids=[archived])
    marketing.portal.wait(HOUR_S)

    outcome = marketing.unsilo("reconcile")

    assert outcome.code == 0, outcome.err
    gone = (
        "select record_id, erased_at is not null from raw_record where object = 'contacts' and deleted_at is not null"
    )
    told = {record_id: bool(int(flag)) for record_id, flag in marketing.query(gone)}
    assert (told[erased], told[archived]) == (True, False)
    assert "1 erased by the vendor" in marketing.unsilo("status").out


def test_an_association_alone_is_found_by_the_proof(marketing: Connected) -> None:
    contact = marketing.live("contacts")[0]
    marketing.sync()
    held = {each["id"] for each in associated(marketing, contact)}
    other = next(key for key in marketing.live("companies") if key not in held)
    link = {"from_object": "contacts", "from": contact, "to_object": "companies", "to": [other]}
    marketing.portal.admin("associate", **link)

    marketing.unsilo("reconcile")

    assert {each["id"] for each in associated(marketing, contact)} == {*held, other}


def associated(marketing: Connected, contact: str) -> list[dict[str, str]]:
    ((payload,),) = marketing.query(f"select payload from raw_record where record_id = '{contact}'")
    links: list[dict[str, str]] = json.loads(payload)["associations.companies"]
    return links


def test_owners_are_told_by_name(marketing: Connected) -> None:
    marketing.sync()

    owners = {row[0] for row in marketing.query("select distinct owner from customer_360 where owner is not null")}
    assert owners
    assert not [owner for owner in owners if owner.isdigit()]


def test_the_dated_paths_read_the_same(marketing: Connected) -> None:
    marketing.sync()
    marketing.settings('api_version = "2026-09"')

    answer = marketing.sync("--full")

    assert (answer["code"], answer["pulls"][0]["stored"]) == (0, 0)
    assert answer["pulls"][0]["unchanged"] == answer["pulls"][0]["read"] > 50


def test_a_wrong_token_names_the_remedy(marketing: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    marketing.settings(more=FAIR)
    monkeypatch.setenv("UNSILO_MARKETING_TOKEN", "wrong")
    refused(marketing, "token is not valid", "Make a new one")
    monkeypatch.delenv("UNSILO_MARKETING_TOKEN")
    refused(marketing, "UNSILO_MARKETING_TOKEN")


def test_an_object_without_permission_stops_alone(marketing: Connected) -> None:
    marketing.portal.admin(
        "tokens", scopes=["crm.objects.contacts.read", "crm.objects.companies.read", "crm.objects.owners.read"]
    )
    marketing.settings(objects=("contacts", "deals"))

    answer = marketing.sync()

    assert answer["code"] in (1, 3)
    assert "deals" in answer["told"]
    assert "crm.objects.deals.read" in answer["told"]
    assert marketing.ids("contacts") == marketing.live("contacts")


def test_spent_calls_pause_the_source_and_say_until_when(marketing: Connected) -> None:
    marketing.settings("daily_share = 0.25")
    marketing.portal.admin("limits", calls_a_day=40)

    answer = marketing.sync()

    assert answer["code"] == 1
    assert answer["pulls"][0]["state"] == "paused"
    assert "until" in answer["pulls"][0]["error"]
    marketing.portal.admin("limits", calls_a_day=1_000_000)
    marketing.portal.wait(DAY_S)


def test_answers_that_are_none_conclude_nothing(marketing: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    marketing.sync()
    held = marketing.ids("contacts")
    impatient(monkeypatch)
    marketing.portal.admin("faults", orders=[{"fault": "unavailable_page", "times": 500}])

    answer = marketing.sync()
    proven = marketing.unsilo("reconcile", "marketing")

    assert answer["code"] == 1
    assert answer["pulls"][0]["retry"]
    assert "<html" not in answer["told"].lower()
    assert proven.code == 1
    assert marketing.ids("contacts") == held
    marketing.portal.admin("faults", clear=True)
    assert marketing.sync()["code"] == 0
