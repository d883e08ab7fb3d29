"""What time, people and bad luck do to the simulated portal, and the naive client that each of them undoes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators.faults import PROFILES as ALL_PROFILES
from simulators.faults import Faults, Profile
from simulators.hubspot.profiles import PROFILES
from tests.contract.simulators.hubspot_portal import Portal, served

COMPANIES = "crm/v3/objects/companies"
CONTACTS = "crm/v3/objects/contacts"


@pytest.fixture
def crm() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


def order(crm: Portal, fault: str, path: str = "", **more: Any) -> None:
    crm.admin("faults", orders=[{"fault": fault, "path": path, **more}])


def refused(crm: Portal, event: str, **sent: Any) -> str:
    answer = crm.session.post(f"{crm.address}/__admin/{event}", json=sent, timeout=10)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["message"])


def test_a_client_that_takes_a_gateway_s_page_for_a_failure_makes_a_record_twice(crm: Portal) -> None:
    order(crm, "gateway_after", COMPANIES)
    sent = {"properties": {"name": "Once Ltd"}}

    answer = crm.call("POST", COMPANIES, sent)
    again = crm.call("POST", COMPANIES, sent)

    assert answer.status_code in (502, 504)
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.text.startswith("<html>")
    assert again.status_code == 201
    assert [row["properties"]["name"] for row in crm.rows("companies").values()].count("Once Ltd") == 2


def test_a_gateway_that_fails_before_leaves_nothing_done(crm: Portal) -> None:
    before = len(crm.rows("companies"))
    order(crm, "gateway", times=20)

    statuses = {crm.call("POST", COMPANIES, {"properties": {"name": "Never Ltd"}}).status_code for _ in range(20)}

    assert statuses <= {502, 503, 504, 521, 522, 523, 524}
    assert len(statuses) > 2
    assert len(crm.rows("companies")) == before


@pytest.mark.parametrize(
    ("fault", "status", "category"),
    [("server_error", 500, "INTERNAL_ERROR"), ("locked", 423, "LOCKED"), ("migrating", 477, "MIGRATION_IN_PROGRESS")],
)
def test_a_refusal_that_passes_names_its_category_once(crm: Portal, fault: str, status: int, category: str) -> None:
    order(crm, fault)

    answer = crm.call("GET", CONTACTS)

    assert (answer.status_code, answer.json()["category"]) == (status, category)
    assert answer.json()["correlationId"]
    assert crm.call("GET", CONTACTS).status_code == 200


def test_a_portal_that_moves_says_how_long_it_is_away(crm: Portal) -> None:
    crm.admin("switch", migration_s=86_400)
    order(crm, "migrating")

    assert crm.call("GET", CONTACTS).headers["Retry-After"] == "86400"


def test_one_row_of_a_batch_fails_alone_if_rows_can_be_told_apart(crm: Portal) -> None:
    rows = [{"properties": {"name": f"Row {n} Ltd"}, "objectWriteTraceId": f"t{n}"} for n in range(5)]
    bare = [{"properties": each["properties"]} for each in rows]

    order(crm, "row_refused", "batch/create")
    whole = crm.call("POST", f"{COMPANIES}/batch/create", {"inputs": bare})
    after_whole = [row["properties"]["name"] for row in crm.rows("companies").values()]
    order(crm, "row_refused", "batch/create")
    partly = crm.call("POST", f"{COMPANIES}/batch/create", {"inputs": rows})

    made = {row["properties"]["name"] for row in crm.rows("companies").values()}
    (error,) = partly.json()["errors"]
    lost = next(each for each in rows if [each["objectWriteTraceId"]] == error["context"]["objectWriteTraceId"])
    assert whole.status_code >= 400
    assert not {each["properties"]["name"] for each in rows} & set(after_whole)
    assert (partly.status_code, partly.json()["numErrors"], len(partly.json()["results"])) == (207, 1, 4)
    assert {each["properties"]["name"] for each in rows} - made == {lost["properties"]["name"]}


def test_all_access_tokens_end_and_static_ones_do_not(crm: Portal) -> None:
    form = {"grant_type": "refresh_token", "client_id": "hub", "client_secret": "hub-secret"}
    given = crm.session.post(f"{crm.address}/oauth/v1/token", data={**form, "refresh_token": "hub-refresh"}, timeout=9)
    order(crm, "session_expired", times=2)

    static = crm.call("GET", CONTACTS)
    crm.token = given.json()["access_token"]
    by_oauth = crm.call("GET", CONTACTS)

    assert (static.status_code, by_oauth.status_code) == (200, 401)
    assert by_oauth.json()["category"] == "EXPIRED_AUTHENTICATION"


@pytest.mark.parametrize("way", ["single", "batch", "upsert"])
def test_a_client_that_compares_before_it_writes_still_overwrites_what_came_between(crm: Portal, way: str) -> None:
    company = crm.create("companies", name="Old Ltd", customer_number="C-1", city="Ulm")
    seen = crm.get(f"{COMPANIES}/{company}", properties="city")["properties"]["city"]
    crm.wait(5)
    order(crm, "edited_meanwhile", COMPANIES)

    ours = {"city": "Bonn"}
    if way == "single":
        crm.write("companies", company, **ours)
    elif way == "batch":
        crm.post(f"{COMPANIES}/batch/update", {"inputs": [{"id": company, "properties": ours}]})
    else:
        by_key = {"id": "C-1", "idProperty": "customer_number", "properties": ours}
        crm.post(f"{COMPANIES}/batch/upsert", {"inputs": [by_key]})

    history = crm.get(f"{COMPANIES}/{company}", propertiesWithHistory="city")["propertiesWithHistory"]["city"]
    assert seen == "Ulm"
    assert crm.held("companies", company, "city") == "Bonn"
    assert [each["sourceType"] for each in history[:2]] == ["INTEGRATION", "CRM_UI"]
    assert history[1]["value"].startswith("Edit ")


def test_a_slow_answer_comes(crm: Portal) -> None:
    order(crm, "slow", CONTACTS)

    answer = crm.call("GET", CONTACTS)

    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= crm.simulator.faults.profile.slow_s


def test_half_a_body_is_none(crm: Portal) -> None:
    order(crm, "torn_body", CONTACTS)

    with pytest.raises(requests.exceptions.RequestException):
        crm.call("GET", CONTACTS)


def test_a_bad_portal_s_index_lags_differently_for_each_write() -> None:
    with served(people=20) as crm:
        crm.simulator.faults.profile = Profile("late", latest_index_s=PROFILES["hostile"].latest_index_s)
        crm.admin("create", object="companies", records=[{"properties": {"name": f"Late {n}"}} for n in range(40)])
        seen = []

        for _ in range(27):
            seen.append(40 - crm.admin("state")["unsearched"]["companies"])
            crm.wait(1)

        assert seen[0] == 0
        assert seen[-1] == 40
        assert len(set(seen)) > 5


def test_other_systems_meet_the_same_luck_as_before() -> None:
    """Faults that one vendor brings along leave the others' chances as they were, to the single request."""

    def luck(name: str) -> str:
        faults = Faults(ALL_PROFILES[name], 7)
        befallen = " ".join(str(faults.befall("/x")) for _ in range(5_000))
        return hashlib.sha256(befallen.encode()).hexdigest()[:16]

    assert {name: luck(name) for name in ALL_PROFILES} == {
        "calm": "0a6968482d6cf157",
        "rate_limited": "c27cc1b37a095913",
        "flaky": "d4df09610de84949",
        "hostile": "39ad99ba5bb2df17",
    }
    assert PROFILES.keys() == ALL_PROFILES.keys()


def test_a_calculation_moves_no_stamp_so_that_no_search_for_changes_finds_it(crm: Portal) -> None:
    contact = next(iter(crm.live("contacts")))
    before = crm.rows("contacts")[contact]
    crm.wait(600)

    crm.admin("calculate", object="contacts", property="hubspotscore", values={contact: "77"})
    crm.wait(600)
    window = {"propertyName": "lastmodifieddate", "operator": "GT", "value": "2026-11-22T09:00:01Z"}

    after = crm.rows("contacts")[contact]
    assert after["properties"]["hubspotscore"] == "77"
    assert after["updatedAt"] == before["updatedAt"]
    assert contact not in crm.found("contacts", window)
    assert "no calculated property" in refused(
        crm, "calculate", object="contacts", property="city", values={contact: "Ulm"}
    )


def test_a_job_gives_records_one_stamp_that_may_lie_in_the_past(crm: Portal) -> None:
    ids = list(crm.live("contacts"))[:5]

    crm.admin("touch", object="contacts", ids=ids, at="2026-11-22T08:59:59.123Z")

    rows = crm.rows("contacts")
    assert {rows[each]["properties"]["lastmodifieddate"] for each in ids} == {"2026-11-22T08:59:59.123Z"}
    assert {rows[each]["updatedAt"] for each in ids} == {"2026-11-22T08:59:59.123Z"}


def test_a_property_may_come_with_a_value_for_all_and_without_a_stamp(crm: Portal) -> None:
    before = crm.rows("contacts")
    crm.wait(60)
    new = {"name": "region", "label": "Region", "type": "string", "fieldType": "text"}

    crm.admin("add_property", object="contacts", definition=new, value="South")
    crm.admin("add_property", object="contacts", definition={**new, "name": "empty"})

    after = crm.rows("contacts")
    assert {row["properties"]["region"] for row in after.values()} == {"South"}
    assert {row["properties"]["empty"] for row in after.values()} == {None}
    assert [row["updatedAt"] for row in after.values()] == [row["updatedAt"] for row in before.values()]


def test_people_write_as_people_and_apps_as_apps(crm: Portal) -> None:
    contact = crm.create("contacts", firstname="A")
    crm.wait(1)
    crm.admin("edit", object="contacts", ids=[contact], set={"firstname": "B"})

    history = crm.get(f"{CONTACTS}/{contact}", propertiesWithHistory="firstname")["propertiesWithHistory"]["firstname"]

    assert [(each["value"], each["sourceType"]) for each in history] == [("B", "CRM_UI"), ("A", "INTEGRATION")]
    assert crm.held("contacts", contact, "hs_object_source") == "INTEGRATION"


def test_people_associate_merge_archive_restore_purge_and_erase(crm: Portal) -> None:
    contacts = [crm.create("contacts", email=f"p{n}@example.com") for n in range(4)]
    company = crm.create("companies", name="A")

    crm.admin("associate", from_object="contacts", to_object="companies", **{"from": contacts[0]}, to=[company])
    linked = crm.rows("contacts")[contacts[0]]["associations"]
    crm.admin("dissociate", from_object="contacts", to_object="companies", **{"from": contacts[0]}, to=[company])
    parted = crm.rows("contacts")[contacts[0]]["associations"]
    survivor = crm.admin("merge", object="contacts", primary=contacts[0], other=contacts[1])["id"]
    crm.admin("archive", object="contacts", ids=[contacts[2]])
    binned = crm.rows("contacts")[contacts[2]]
    crm.admin("restore", object="contacts", ids=[contacts[2]])
    crm.admin("erase", ids=[contacts[3]])
    crm.admin("archive", object="companies", ids=[company])
    emptied = crm.admin("empty_bin")["purged"]

    assert [each["id"] for each in linked["companies"]] == [company]
    assert linked["companies"][0]["types"][0]["typeId"] == 279
    assert parted == {}
    assert crm.admin("merged", object="contacts") == {contacts[0]: survivor, contacts[1]: survivor}
    assert binned["archived"]
    assert not crm.rows("contacts")[contacts[2]]["archived"]
    assert crm.admin("erased", object="contacts") == [contacts[3]]
    assert emptied >= 1
    assert company not in crm.rows("companies")


def test_a_locked_record_takes_our_writes_no_more_and_theirs_it_does(crm: Portal) -> None:
    contact = crm.create("contacts", firstname="A")
    crm.admin("lock", object="contacts", ids=[contact])

    ours = crm.call("PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "B"}})
    crm.admin("edit", object="contacts", ids=[contact], set={"firstname": "C"})
    crm.admin("lock", object="contacts", ids=[contact], locked=False)
    free = crm.call("PATCH", f"{CONTACTS}/{contact}", {"properties": {"city": "Ulm"}})

    assert (ours.status_code, free.status_code) == (423, 200)
    assert crm.held("contacts", contact, "firstname") == "C"


def test_who_may_not_associate_learns_it_from_the_newest_version_alone(crm: Portal) -> None:
    contact, company = crm.create("contacts", firstname="A"), crm.create("companies", name="A")
    crm.admin("validation", object="contacts", no_links=["companies"])
    sent = {"inputs": [{"from": {"id": contact}, "to": {"id": company}}]}
    path = "associations/{}contacts/companies/batch/associate/default"

    newest = crm.call("POST", "crm/" + path.format("2026-09/"), sent)
    unlinked = crm.rows("contacts")[contact]["associations"]
    crm.post("crm/v4/" + path.format(""), sent)

    assert "may not associate" in newest.text
    assert unlinked == {}
    assert "companies" in crm.rows("contacts")[contact]["associations"]


def test_an_event_that_can_t_be_changes_nothing_and_says_why(crm: Portal) -> None:
    contact = next(iter(crm.live("contacts")))
    before = crm.rows("contacts")

    assert "there is no event" in refused(crm, "explode")
    assert "there is no contact 5" in refused(crm, "edit", object="contacts", ids=[contact, 5], set={"city": "Ulm"})
    assert "does not exist" in refused(crm, "edit", object="contacts", ids=[contact], set={"nothing_such": "1"})
    assert "a number that is not there yet" in refused(crm, "stage", object="contacts", value="trial", label="Trial")
    assert "a number that is not there yet" in refused(crm, "stage", object="deals", value="7", label="Trial")
    assert "have no stage" in refused(crm, "stage", object="contacts", value="7", label="Trial", before="trial")
    assert "there is no switch" in refused(crm, "switch", nothing_such=True)
    assert "must be of type bool" in refused(crm, "switch", merge_keeps_primary_id="yes")
    assert "less often than never" in refused(crm, "traffic", search_a_second=-1)
    assert "go back" in refused(crm, "clock", advance_s=-1)
    assert "object" in refused(crm, "rows")
    assert "Cannot deserialize" in refused(
        crm,
        "add_property",
        object="contacts",
        definition={"name": "odd", "type": "string", "fieldType": "text"},
        value=[],
    )
    assert "odd" not in next(iter(crm.rows("contacts").values()))["properties"]
    assert crm.rows("contacts") == before


def test_the_state_tells_what_there_is(crm: Portal) -> None:
    crm.admin("property", object="contacts", name="jobtitle", hidden=True)

    state = crm.admin("state")

    assert state["now"] == "2026-11-22T09:00:00Z"
    assert state["records"]["contacts"] == len(crm.live("contacts"))
    assert state["hidden"] == ["contacts.jobtitle"]
