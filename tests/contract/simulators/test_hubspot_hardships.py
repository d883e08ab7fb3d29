"""What goes wrong in the simulated portal, and the naive client that each hardship undoes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.contract.simulators.hubspot_portal import Portal, served

CONTACTS = "crm/v3/objects/contacts"
CHANGED = "lastmodifieddate"
DEEPEST = 10_000
UP = "ASCENDING"


@pytest.fixture
def crm() -> Iterator[Portal]:
    with served(people=30) as each:
        yield each


def where(name: str, operator: str, value: str) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": value}


def changed_since(portal: Portal, moment: str) -> set[str]:
    """What a reader of changes finds, whose whole memory is the newest stamp it saw."""
    sorts = [{"propertyName": CHANGED, "direction": UP}]
    return set(portal.found("contacts", where(CHANGED, "GTE", moment), sorts=sorts, limit=200))


def newest(portal: Portal, ids: set[str]) -> str:
    return max(row["properties"][CHANGED] for each, row in portal.rows("contacts").items() if each in ids)


def test_a_change_is_found_late_and_is_stamped_before_the_reader_s_last_look(crm: Portal) -> None:
    late, prompt = list(crm.live("contacts"))[:2]
    crm.wait(60)
    crm.admin("edit", object="contacts", ids=[late], set={"jobtitle": "Late"}, index_s=120)
    crm.wait(10)
    crm.admin("edit", object="contacts", ids=[prompt], set={"jobtitle": "Prompt"}, index_s=0)

    first = changed_since(crm, "2026-11-22T09:00:30Z")
    crm.wait(200)
    naive = changed_since(crm, newest(crm, first))
    with_overlap = changed_since(crm, "2026-11-22T09:00:30Z")

    assert first == {prompt}
    assert late not in naive, "a reader that goes on from the newest stamp it saw never meets the late record"
    assert with_overlap == {late, prompt}


def test_an_old_version_is_shown_until_the_index_has_the_new_one(crm: Portal) -> None:
    contact = next(iter(crm.live("contacts")))
    crm.wait(60)
    crm.admin("edit", object="contacts", ids=[contact], set={"city": "Bonn"}, index_s=60)

    by_id = crm.get(f"{CONTACTS}/{contact}", properties="city")["properties"]["city"]
    found = crm.found("contacts", where("city", "EQ", "Bonn"))
    crm.wait(61)

    assert (by_id, found) == ("Bonn", [])
    assert contact in crm.found("contacts", where("city", "EQ", "Bonn"))


def test_a_look_up_by_search_misses_what_was_just_made_and_doubles_it(crm: Portal) -> None:
    crm.create("companies", name="Once Ltd", customer_number="ONCE")

    by_search = crm.found("companies", where("customer_number", "EQ", "ONCE"))
    asked = {"idProperty": "customer_number", "inputs": [{"id": "ONCE"}], "properties": []}
    by_key = crm.post("crm/v3/objects/companies/batch/read", asked)["results"]

    assert by_search == []
    assert len(by_key) == 1


def test_ten_thousand_records_with_one_stamp_are_passed_by_id_alone() -> None:
    with served(people=20) as crm:
        count = DEEPEST + 450
        records = [{"properties": {"firstname": f"P{number}"}} for number in range(count)]
        ids = crm.admin("create", object="contacts", records=records)["ids"]
        crm.wait(600)
        crm.admin("touch", object="contacts", ids=ids)
        crm.wait(60)
        rows = crm.rows("contacts")
        (stamp,) = {rows[each]["properties"][CHANGED] for each in ids}
        window = [where(CHANGED, "GTE", stamp), where(CHANGED, "LTE", stamp)]

        naive = {"filterGroups": [{"filters": window}], "sorts": [{"propertyName": CHANGED, "direction": UP}]}
        last_page = crm.search("contacts", **naive, limit=200, after=str(DEEPEST - 200))
        beyond = crm.call("POST", f"{CONTACTS}/search", {**naive, "limit": 200, "after": str(DEEPEST)})
        by_id: list[str] = []
        while page := crm.found(
            "contacts",
            *window,
            where("hs_object_id", "GT", by_id[-1] if by_id else "0"),
            sorts=[{"propertyName": "hs_object_id", "direction": UP}],
            limit=200,
        ):
            by_id += page

        assert (last_page["total"], len(last_page["results"]), beyond.status_code) == (count, 200, 400)
        assert (len(by_id), set(by_id)) == (count, set(ids))


def test_whoever_compares_ids_as_text_leaves_records_out(crm: Portal) -> None:
    made = crm.create("contacts", firstname="New")
    crm.wait(10)
    ids = list(crm.live("contacts"))

    last_as_text, last = max(ids), max(ids, key=int)

    assert (last, len(last_as_text) < len(last)) == (made, True)
    assert crm.found("contacts", where("hs_object_id", "GT", last_as_text)) == [made]
    assert crm.found("contacts", where("hs_object_id", "GT", last)) == []


def test_a_record_that_changes_while_pages_are_turned_takes_another_one_out_of_sight(crm: Portal) -> None:
    sorts = [
        {"propertyName": CHANGED, "direction": UP},
    ]
    crm.wait(60)
    ids = crm.admin("create", object="contacts", records=[{"properties": {"firstname": f"P{n}"}} for n in range(8)])[
        "ids"
    ]
    for each in ids:
        crm.wait(1)
        crm.admin("edit", object="contacts", ids=[each], set={"city": "Ulm"})
    crm.wait(60)
    asked = {"sorts": sorts, "limit": 4}

    first = crm.found("contacts", where("city", "EQ", "Ulm"), where(CHANGED, "GTE", "2026-11-22T09:00:30Z"), **asked)
    crm.admin("edit", object="contacts", ids=[first[0]], set={"jobtitle": "Moved up"}, index_s=0)
    second = crm.found(
        "contacts", where("city", "EQ", "Ulm"), where(CHANGED, "GTE", "2026-11-22T09:00:30Z"), **asked, after="4"
    )

    assert set(ids) - set(first) - set(second), "offsets slide under whoever counts on them"


def test_nothing_that_is_gone_shows_among_changes(crm: Portal) -> None:
    archived, erased, primary, other = list(crm.live("contacts"))[:4]
    crm.wait(60)

    crm.admin("archive", object="contacts", ids=[archived])
    crm.admin("erase", ids=[erased])
    survivor = crm.admin("merge", object="contacts", primary=primary, other=other)["id"]
    crm.wait(60)

    binned = {each["id"] for each in crm.pages(CONTACTS, archived="true", limit=100)}
    live = {each["id"] for each in crm.pages(CONTACTS, limit=100)}
    assert changed_since(crm, "2026-11-22T09:00:30Z") == {survivor}
    assert archived in binned
    assert not {erased, primary, other} & binned
    assert not {archived, erased, primary, other} & live
    assert crm.get(f"{CONTACTS}/{other}")["id"] == survivor


@pytest.mark.parametrize("touches", [True, False])
def test_a_restored_record_may_come_back_unseen(crm: Portal, touches: bool) -> None:
    contact = next(iter(crm.live("contacts")))
    crm.admin("switch", restore_touches=touches)
    crm.admin("archive", object="contacts", ids=[contact])
    crm.wait(60)

    crm.admin("restore", object="contacts", ids=[contact])
    crm.wait(60)

    assert (contact in changed_since(crm, "2026-11-22T09:00:30Z")) is touches
    assert contact in crm.live("contacts")


@pytest.mark.parametrize("change", ["link", "calculated value", "hidden property"])
def test_some_changes_move_no_stamp(crm: Portal, change: str) -> None:
    contact, company = next(iter(crm.live("contacts"))), crm.create("companies", name="A")
    crm.wait(60)

    if change == "link":
        crm.admin("associate", from_object="contacts", to_object="companies", **{"from": contact, "to": [company]})
    elif change == "calculated value":
        crm.admin("calculate", object="contacts", property="hubspotscore", values={contact: "42"})
    else:
        crm.admin("property", object="contacts", name="jobtitle", hidden=True)
    crm.wait(60)

    assert changed_since(crm, "2026-11-22T09:00:30Z") == set()
    shown = crm.get(f"{CONTACTS}/{contact}", properties="hubspotscore,jobtitle", associations="companies")
    if change == "link":
        assert company in [each["id"] for each in shown["associations"]["companies"]["results"]]
    elif change == "calculated value":
        assert shown["properties"]["hubspotscore"] == "42"
    else:
        assert "jobtitle" not in shown["properties"], "a hidden property is absent, not empty"
        assert "jobtitle" not in [each["name"] for each in crm.get("crm/v3/properties/contacts")["results"]]
        crm.admin("property", object="contacts", name="jobtitle", hidden=False)
        assert "jobtitle" in crm.get(f"{CONTACTS}/{contact}", properties="jobtitle")["properties"]


def test_contacts_are_not_found_by_the_stamp_that_every_other_type_has(crm: Portal) -> None:
    since = where("hs_lastmodifieddate", "GTE", "2000-01-01T00:00:00Z")

    assert crm.found("contacts", since) == []
    assert crm.found("companies", since) != []


@pytest.mark.parametrize("fault", ["lost_answer", "gateway_after"])
def test_a_create_whose_answer_is_lost_is_doubled_by_whoever_repeats_it(crm: Portal, fault: str) -> None:
    crm.admin("faults", orders=[{"fault": fault, "path": "objects/companies"}])
    sent = {"properties": {"name": "Twice Ltd"}, "associations": []}

    try:
        answer = crm.call("POST", "crm/v3/objects/companies", sent)
        assert answer.status_code in (502, 504)
    except requests.ConnectionError:
        pass
    crm.post("crm/v3/objects/companies", sent, 201)

    assert [row["properties"]["name"] for row in crm.live("companies").values()].count("Twice Ltd") == 2


def test_whoever_takes_207_for_success_loses_a_record(crm: Portal) -> None:
    first, second = list(crm.live("contacts"))[:2]
    crm.admin("faults", orders=[{"fault": "row_refused", "path": "batch/update"}])
    inputs = [{"id": each, "properties": {"city": "Ulm"}, "objectWriteTraceId": each} for each in (first, second)]

    answer = crm.call("POST", f"{CONTACTS}/batch/update", {"inputs": inputs})

    assert answer.status_code == 207
    assert (len(answer.json()["results"]), answer.json()["numErrors"]) == (1, 1)
    assert [crm.held("contacts", each, "city") for each in (first, second)].count("Ulm") == 1


def test_nothing_guards_their_edit_against_ours_and_history_tells_of_it(crm: Portal) -> None:
    contact = crm.create("contacts", firstname="A", city="Ulm")
    crm.wait(60)
    seen = crm.get(f"{CONTACTS}/{contact}", properties="city")["properties"]["city"]
    crm.admin("edit", object="contacts", ids=[contact], set={"city": "Theirs"})
    crm.wait(1)

    answer = crm.call("PATCH", f"{CONTACTS}/{contact}", {"properties": {"city": "Ours"}})

    history = crm.get(f"{CONTACTS}/{contact}", propertiesWithHistory="city")["propertiesWithHistory"]["city"]
    assert (seen, answer.status_code) == ("Ulm", 200)
    assert [each["value"] for each in history] == ["Ours", "Theirs", "Ulm"]


def test_a_locked_record_takes_no_write(crm: Portal) -> None:
    contact = next(iter(crm.live("contacts")))
    crm.admin("lock", object="contacts", ids=[contact], locked=True)

    refused = crm.call("PATCH", f"{CONTACTS}/{contact}", {"properties": {"city": "Ulm"}})
    crm.admin("lock", object="contacts", ids=[contact], locked=False)

    assert refused.status_code == 423
    assert crm.write("contacts", contact, city="Ulm")["properties"]["city"] == "Ulm"


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ("server_error", {500}),
        ("gateway", {502, 503, 504, 521, 522, 523, 524}),
        ("locked", {423}),
        ("migrating", {477}),
        ("too_many_at_once", {429}),
        ("session_expired", {401}),
    ],
)
def test_a_fault_shows_as_the_status_that_it_has_at_hubspot(crm: Portal, fault: str, statuses: set[int]) -> None:
    form = {
        "grant_type": "refresh_token",
        "client_id": "hub",
        "client_secret": "hub-secret",
        "refresh_token": "hub-refresh",
    }
    crm.token = requests.post(f"{crm.address}/oauth/v1/token", data=form, timeout=10).json()["access_token"]
    crm.admin("faults", orders=[{"fault": fault, "path": "objects/contacts"}])

    answer = crm.call("GET", CONTACTS)

    assert answer.status_code in statuses
    if fault == "migrating":
        assert int(answer.headers["Retry-After"]) > 0
    if fault == "gateway":
        with pytest.raises(json.JSONDecodeError):
            answer.json()


@pytest.mark.parametrize("fault", ["reset", "torn_body"])
def test_a_connection_that_dies_is_no_answer(crm: Portal, fault: str) -> None:
    crm.admin("faults", orders=[{"fault": fault, "path": "objects/contacts"}])

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        crm.call("GET", CONTACTS, params={"limit": "100"})

    assert crm.call("GET", CONTACTS).status_code == 200


def test_the_three_forms_of_429_are_all_met(crm: Portal) -> None:
    crm.admin("limits", calls_in_10_s=1)
    crm.call("GET", CONTACTS)

    bodies = [crm.call("GET", CONTACTS).json() for _ in range(40)]

    assert {frozenset(each) & {"errorType", "category", "policyName"} for each in bodies} >= {
        frozenset({"errorType", "policyName"}),
        frozenset({"category", "policyName"}),
    }


@pytest.mark.parametrize("profile", ["calm", "hostile"])
def test_the_same_seed_gives_the_same_portal(profile: str) -> None:
    def tables(seed: int) -> list[Any]:
        with served(people=25, profile=profile, seed=seed) as crm:
            return [crm.admin("rows", object=kind) for kind in ("contacts", "companies", "deals", "machines")]

    assert tables(3) == tables(3)
    assert tables(3) != tables(4)


def test_hostile_portals_let_nobody_pass_unhurt() -> None:
    with served(people=25, profile="hostile") as crm:
        crm.admin("limits", calls_in_10_s=1_000_000)
        met = set()
        for _ in range(400):
            try:
                met.add(crm.call("GET", CONTACTS).status_code)
            except requests.RequestException:
                met.add(0)

    assert met >= {0, 200, 429, 500}
