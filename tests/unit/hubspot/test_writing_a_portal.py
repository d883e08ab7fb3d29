"""Writing to a simulated portal: its rules, types, versions, merges, locks, scopes and days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.contract import Op
from connectors.hubspot.client import open_client
from connectors.hubspot.unique_property import definition, group_definition
from connectors.hubspot.writer import HubSpotWriter
from tests.contract.simulators.hubspot_portal import Portal, served
from tests.unit.hubspot.writing import outcomes
from unified_model.errors import NeedsOperator

GUARDED = ("contacts", "companies", "deals", "notes", "tasks", "machines")


@pytest.fixture
def portal() -> Iterator[Portal]:
    with served(people=60) as portal:
        for kind in GUARDED:
            portal.post(f"crm/v3/properties/{kind}/groups", group_definition(), 201)
            portal.post(f"crm/v3/properties/{kind}", definition(), 201)
        yield portal


def writer(portal: Portal, **settings: Any) -> HubSpotWriter:
    """A writer for whom waiting is the portal's time."""
    options = {"url": portal.address, **settings}
    client = open_client("acme", options, {"token": "hub-token"}.get, sleep=portal.wait)
    return HubSpotWriter(client, sleep=portal.wait)


def some(portal: Portal, count: int = 1, kind: str = "contacts") -> list[str]:
    return list(portal.live(kind))[:count]


def update(record_id: str, **changes: Any) -> Op:
    return Op(f"op-{record_id}", "update", changes, record_id)


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_every_version_is_written_alike(portal: Portal, version: str) -> None:
    one, two = some(portal, 2)
    at = writer(portal, api_version=version)

    results = at.write(
        "contacts",
        [update(one, city="Kiel"), Op("new", "create", {"lastname": "Brandt"}), Op("del", "delete", {}, two)],
    )

    assert outcomes(results) == ["updated", "created", "deleted"]
    assert portal.held("contacts", one, "city") == "Kiel"
    assert portal.held("contacts", str(results[1].record_id), "unsilo_id") == "new"
    assert two not in portal.live("contacts")


def test_rules_of_the_portal_refuse_single_records_and_name_what_they_ask_for(portal: Portal) -> None:
    one, two = some(portal, 2)
    rule = {"property": "hs_lead_status", "value": "OPEN", "required": "jobtitle"}
    portal.admin("edit", object="contacts", ids=[one, two], set={"jobtitle": "", "hs_lead_status": ""})
    portal.admin("validation", object="contacts", required=["phone"], when=[rule])
    ops = [
        update(one, hs_lead_status="OPEN"),
        update(two, city="Kiel"),
        Op("new", "create", {"lastname": "Brandt"}),
        Op("whole", "create", {"lastname": "Brandt", "phone": "+49 431 1"}),
    ]

    results = writer(portal, api_version="2026-09").write("contacts", ops)

    assert outcomes(results) == ["rejected", "updated", "rejected", "created"]
    assert [each.fields for each in results[::2]] == [("jobtitle",), ("phone",)]
    assert all(each.reason and "rules" in each.detail for each in results[::2])
    assert outcomes(writer(portal).write("contacts", ops[:1])) == ["updated"]


@pytest.mark.parametrize("fault", ["lost_answer", "gateway_after", "torn_body", "gateway", "reset"])
@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("contacts", {"lastname": "Brandt"}),
        ("companies", {"name": "Acme", "domain": "acme.example"}),
        ("deals", {"dealname": "Hull", "pipeline": "default", "dealstage": "appointmentscheduled"}),
        ("notes", {"hs_note_body": "called", "hs_timestamp": "2026-11-22T09:00:00Z"}),
        ("tasks", {"hs_task_subject": "call", "hs_timestamp": "2026-11-22T09:00:00Z"}),
    ],
)
def test_what_nothing_guards_at_hubspot_is_made_once(
    portal: Portal, kind: str, columns: dict[str, str], fault: str
) -> None:
    before = portal.live(kind)
    portal.admin("faults", orders=[{"fault": fault, "path": "/batch/create"}])
    ops = [Op(f"{kind}-{number}", "create", columns) for number in range(3)]

    results = writer(portal).write(kind, ops)
    again = writer(portal).write(kind, [op._replace(repeated=True) for op in ops])

    made = portal.live(kind).keys() - before.keys()
    assert outcomes([*results, *again]) == ["created"] * 6
    assert {each.record_id for each in results} == {each.record_id for each in again} == made


def test_a_custom_object_is_written_by_its_name(portal: Portal) -> None:
    [one] = some(portal, kind="machines")
    [name] = [name for name, value in portal.rows("machines")[one]["properties"].items() if name == "serial_number"]

    at = writer(portal)
    by_name = at.write("machines", [update(one, **{name: "S-1"})])
    by_full_name = at.write("p4242001_machine", [update(one, **{name: "S-2"})])

    assert outcomes([*by_name, *by_full_name]) == ["updated", "updated"]
    assert portal.held("machines", one, name) == "S-2"


def test_what_was_written_is_no_difference_the_next_time(portal: Portal) -> None:
    [one] = some(portal)
    [company] = some(portal, kind="companies")
    at = writer(portal)
    mine = {
        "date_of_birth": "1980-05-16",
        "email": "Ada.New@Example.com",
        "lastname": " Brandt ",
        "city": "",
        "zip": None,
    }
    theirs = {"numberofemployees": 1250.0, "name": "Acme", "domain": "Acme.Example"}

    first = [*at.write("contacts", [update(one, **mine)]), *at.write("companies", [update(company, **theirs)])]
    again = [*at.write("contacts", [update(one, **mine)]), *at.write("companies", [update(company, **theirs)])]

    assert outcomes(first) == ["updated", "updated"]
    assert outcomes(again) == ["unchanged", "unchanged"]


def test_nothing_is_touched_that_an_op_does_not_name(portal: Portal) -> None:
    portal.admin("switch", nulls_refused=True)
    one = next(id for id, row in portal.live("contacts").items() if row["associations"])
    before = portal.rows("contacts")[one]

    [result] = writer(portal).write("contacts", [update(one, city="Kiel", jobtitle=None)])
    [made] = writer(portal).write("contacts", [Op("new", "create", {"email": "new@example.com", "city": None})])

    after = portal.rows("contacts")[one]
    moved = {name for name in after["properties"] if after["properties"][name] != before["properties"].get(name)}
    assert (result.outcome, made.outcome) == ("updated", "created")
    assert moved <= {"city", "jobtitle", "lastmodifieddate", "hs_updated_by_user_id"}
    assert after["associations"] == before["associations"]
    new = portal.rows("contacts")[str(made.record_id)]
    assert new["associations"] == {} or not any(new["associations"].values())
    assert new["properties"]["hs_marketable_status"] in (None, "", "false")


@pytest.mark.parametrize("keeps", [False, True])
def test_a_chain_of_merges_is_followed(portal: Portal, keeps: bool) -> None:
    portal.admin("switch", merge_keeps_primary_id=keeps)
    one, two, three = some(portal, 3)
    middle = portal.admin("merge", object="contacts", primary=two, other=one)["id"]
    end = portal.admin("merge", object="contacts", primary=three, other=middle)["id"]
    city = portal.held("contacts", end, "city")

    [result] = writer(portal).write("contacts", [Op("op", "update", {"city": "Kiel"}, one, {"city": city})])
    [kept] = writer(portal).write("contacts", [Op("del", "delete", {}, two)])

    assert (result.outcome, result.record_id, result.reason) == ("updated", end, "merged_into")
    assert portal.held("contacts", end, "city") == "Kiel"
    assert (kept.outcome, kept.reason) == ("unchanged", "merged_into")
    assert end in portal.live("contacts")


def test_a_record_that_is_merged_while_it_is_written_is_followed_and_what_it_lost_is_told(portal: Portal) -> None:
    one, two = some(portal, 2)
    portal.admin("edit", object="contacts", ids=[one], set={"city": "Kiel"})
    portal.admin("edit", object="contacts", ids=[two], set={"city": "Bonn"})
    at = writer(portal)
    send, client = at._client.send, at._client

    def meddled(*args: Any, **named: Any) -> Any:
        if not named.get("repeatable", True) and len(portal.admin("merged", object="contacts")) == merged:
            portal.admin("merge", object="contacts", primary=two, other=one)
        return send(*args, **named)

    merged = len(portal.admin("merged", object="contacts"))
    client.send = meddled  # type: ignore[method-assign]
    [result] = at.write("contacts", [Op("op", "update", {"city": "Ulm"}, one, {"city": "Kiel"})])

    end = portal.admin("merged", object="contacts")[one]
    held = portal.held("contacts", end, "city")
    assert (result.outcome, result.record_id, result.found) == ("conflict", end, {"city": "Bonn"})
    assert held in ("Bonn", "Ulm")
    assert result.reason == ("edited" if held == "Bonn" else "overwritten")


def test_locked_records_do_not_keep_back_the_others(portal: Portal) -> None:
    ids = some(portal, 30)
    portal.admin("lock", object="contacts", ids=ids[7:9], locked=True)
    at = writer(portal)

    results = at.write("contacts", [update(each, city="Kiel") for each in ids])
    portal.admin("lock", object="contacts", ids=ids[7:9], locked=False)
    again = at.write("contacts", [update(each, city="Kiel") for each in ids])

    assert [place for place, each in enumerate(results) if each.outcome != "updated"] == [7, 8]
    assert {results[7].outcome, results[8].outcome} == {"retry"}
    assert outcomes(again[7:9]) == ["updated", "updated"]


def test_an_object_that_is_locked_as_a_whole_is_left_alone_soon(portal: Portal) -> None:
    ids = some(portal, 60)
    portal.admin("lock", object="contacts", ids=ids, locked=True)

    results = writer(portal).write("contacts", [update(each, city="Kiel") for each in ids])

    assert set(outcomes(results)) == {"retry"}
    assert portal.admin("calls")["total"] < 150


def test_a_token_that_may_not_write_stops_before_anything_is_written(portal: Portal) -> None:
    portal.admin("tokens", scopes=["crm.objects.contacts.read", "crm.schemas.contacts.read"])

    with pytest.raises(NeedsOperator) as refusal:
        writer(portal).write("contacts", [update(each, city="Kiel") for each in some(portal, 3)])

    assert "crm.objects.contacts.write" in str(refusal.value)


def test_a_day_that_is_used_up_half_way_leaves_the_rest_for_the_next(portal: Portal) -> None:
    ids = some(portal, 30)
    at = writer(portal, daily_share=1.0)
    at._options = at._options.__class__(records=5)
    at.write("contacts", [update(ids[0], city="Bonn")])
    portal.admin("limits", calls_a_day=portal.admin("calls")["total"] + 8)

    results = at.write("contacts", [update(each, city="Kiel") for each in ids])
    portal.admin("limits", calls_a_day=10**6)
    portal.wait(24 * 3600)
    ops = [
        update(each, city="Kiel")._replace(repeated=result.outcome == "unknown")
        for each, result in zip(ids, results, strict=True)
    ]
    again = writer(portal).write("contacts", ops)

    assert {"updated", "retry"} <= set(outcomes(results)) <= {"updated", "retry", "unknown"}
    assert set(outcomes(again)) <= {"updated", "unchanged"}
    assert {portal.held("contacts", each, "city") for each in ids} == {"Kiel"}


def test_a_step_back_in_the_life_cycle_is_not_sent(portal: Portal) -> None:
    one, two = some(portal, 2)
    portal.admin("edit", object="contacts", ids=[one, two], set={"lifecyclestage": "opportunity"})

    results = writer(portal).write(
        "contacts", [update(one, lifecyclestage="lead", city="Kiel"), update(two, lifecyclestage="customer")]
    )

    assert outcomes(results) == ["updated", "updated"]
    assert (results[0].reason, results[0].fields) == ("LIFECYCLE_BACKWARD", ("lifecyclestage",))
    assert [portal.held("contacts", each, "lifecyclestage") for each in (one, two)] == ["opportunity", "customer"]


def test_a_column_that_is_kept_from_the_hub_is_not_written(portal: Portal) -> None:
    [one] = some(portal)

    [result] = writer(portal, exclude_fields=["contacts.city"]).write("contacts", [update(one, city="Kiel")])

    assert (result.outcome, result.fields) == ("rejected", ("city",))
