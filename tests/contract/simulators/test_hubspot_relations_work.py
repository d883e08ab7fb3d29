"""Activities, and things that are sold: what the simulated portal asks of them, and what a naive client mangles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.hubspot.scopes import ALL_SCOPES
from tests.contract.simulators.hubspot_portal import Portal, served

WHEN = "2026-11-20T08:00:00Z"
BODIES = ("hs_email_text", "hs_email_html", "hs_email_headers")


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=20) as each:
        yield each


def associate(portal: Portal, a: str, one: str, b: str, other: str) -> int:
    return portal.call("PUT", f"crm/v4/objects/{a}/{one}/associations/default/{b}/{other}").status_code


def refused(portal: Portal, kind: str, **properties: str) -> str:
    answer = portal.call("POST", f"crm/v3/objects/{kind}", {"properties": properties, "associations": []})
    assert answer.status_code == 400, answer.text
    return answer.text


def held(portal: Portal, kind: str, record: str, *names: str) -> list[str | None]:
    shown = portal.get(f"crm/v3/objects/{kind}/{record}", properties=",".join(names))["properties"]
    return [shown[name] for name in names]


@pytest.mark.parametrize("kind", ["calls", "emails", "meetings", "notes", "tasks"])
def test_an_activity_needs_its_time(portal: Portal, kind: str) -> None:
    before = len(portal.rows(kind))

    assert "hs_timestamp" in refused(portal, kind)
    made = portal.create(kind, hs_timestamp=WHEN)

    assert held(portal, kind, made, "hs_timestamp") == [WHEN]
    assert len(portal.rows(kind)) == before + 1


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("tasks", "hs_task_status", "DONE"),
        ("tasks", "hs_task_priority", "high"),
        ("emails", "hs_email_direction", "OUTGOING"),
        ("emails", "hs_email_status", "sent"),
        ("calls", "hs_call_duration", "3 min"),
        ("notes", "hs_note_body", "x" * 65_537),
    ],
)
def test_an_activity_takes_the_words_that_it_knows_alone(portal: Portal, kind: str, name: str, value: str) -> None:
    assert name in refused(portal, kind, hs_timestamp=WHEN, **{name: value})


def test_who_writes_back_what_its_token_may_not_read_empties_the_mail() -> None:
    with served(people=5) as portal:
        mail = portal.create("emails", hs_timestamp=WHEN, hs_email_text="Dear Ann", hs_email_subject="Offer")
        portal.admin("tokens", scopes=sorted(ALL_SCOPES - {"sales-email-read"}))

        path = f"crm/v3/objects/emails/{mail}"
        shown = portal.get(path, properties="hs_email_subject,hs_email_text", propertiesWithHistory="hs_email_text")
        (read,) = portal.post(
            "crm/v3/objects/emails/batch/read", {"inputs": [{"id": mail}], "properties": list(BODIES)}
        )["results"]
        portal.write("emails", mail, hs_email_text=shown["properties"]["hs_email_text"] or "")

        assert shown["properties"]["hs_email_subject"] == "Offer"
        assert shown["properties"]["hs_email_text"] is None
        assert "hs_email_text" not in shown.get("propertiesWithHistory", {})
        assert [read["properties"][name] for name in BODIES] == [None] * 3
        assert not portal.held("emails", mail, "hs_email_text")


@pytest.mark.parametrize("touches", [False, True])
def test_an_activity_tells_when_a_contact_was_last_contacted_and_may_move_the_cursor(
    portal: Portal, touches: bool
) -> None:
    portal.admin("switch", activities_touch=touches)
    contact, call = portal.create("contacts", firstname="Ann"), portal.create("calls", hs_timestamp=WHEN)
    older = portal.create("calls", hs_timestamp="2025-01-01T08:00:00Z")
    before = portal.held("contacts", contact, "lastmodifieddate")
    portal.wait(60)

    for each in (call, older):
        assert associate(portal, "calls", each, "contacts", contact) == 200
    portal.admin("switch", activities_touch=False)

    assert held(portal, "contacts", contact, "notes_last_contacted") == [WHEN]
    assert (portal.held("contacts", contact, "lastmodifieddate") != before) is touches


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("calls", (194, 193)),
        ("emails", (198, 197)),
        ("meetings", (200, 199)),
        ("notes", (202, 201)),
        ("tasks", (204, 203)),
    ],
)
def test_an_activity_is_linked_under_one_number_each_way(portal: Portal, kind: str, numbers: tuple[int, int]) -> None:
    contact = portal.create("contacts", firstname="Ann")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": numbers[0]}]
    sent = {"properties": {"hs_timestamp": WHEN}, "associations": [{"to": {"id": contact}, "types": types}]}

    activity = portal.post(f"crm/v3/objects/{kind}", sent, 201)["id"]

    (back,) = portal.get(f"crm/v4/objects/contacts/{contact}/associations/{kind}")["results"]
    assert back["toObjectId"] == activity
    assert [each["typeId"] for each in back["associationTypes"]] == [numbers[1]]


@pytest.mark.parametrize(
    ("kind", "properties", "missing"),
    [
        ("deals", {"dealname": "D"}, "dealstage"),
        ("deals", {"dealname": "D", "dealstage": "contractsent"}, "pipeline"),
        ("deals", {"pipeline": "default", "dealstage": "contractsent"}, "dealname"),
        ("tickets", {"subject": "T"}, "hs_pipeline_stage"),
        ("tickets", {"hs_pipeline_stage": "1"}, "subject"),
        ("products", {"price": "10"}, "name"),
        ("line_items", {"price": "10"}, "name"),
        ("quotes", {"hs_title": "Q"}, "hs_expiration_date"),
    ],
)
def test_what_is_sold_needs_its_properties(portal: Portal, kind: str, properties: dict[str, str], missing: str) -> None:
    assert missing in refused(portal, kind, **properties)


def test_a_stage_belongs_to_its_pipeline(portal: Portal) -> None:
    pipelines = portal.get("crm/v3/pipelines/deals")["results"]
    first, second = (each["id"] for each in pipelines[:2])
    foreign = pipelines[1]["stages"][0]["id"]
    deal = portal.create("deals", dealname="D", pipeline=first, dealstage=pipelines[0]["stages"][0]["id"])

    wrong = portal.call("PATCH", f"crm/v3/objects/deals/{deal}", {"properties": {"dealstage": foreign}}).status_code
    portal.write("deals", deal, pipeline=second, dealstage=foreign)

    assert "dealstage" in refused(portal, "deals", dealname="D", pipeline=first, dealstage=foreign)
    assert wrong == 400
    assert held(portal, "deals", deal, "pipeline", "dealstage") == [second, foreign]


def test_who_takes_a_line_s_price_for_its_product_s_bills_tomorrow_s(portal: Portal) -> None:
    product = portal.create("products", name="Chair", price="10.5")
    line = portal.create("line_items", hs_product_id=product, quantity="2", discount="1")

    portal.write("products", product, price="99", name="Stool")

    assert held(portal, "line_items", line, "name", "price", "amount") == ["Chair", "10.5", "19"]
    assert held(portal, "products", product, "price") == ["99"]


def test_a_line_keeps_the_price_that_it_names(portal: Portal) -> None:
    product = portal.create("products", name="Chair", price="10")

    line = portal.create("line_items", hs_product_id=product, price="7", quantity="3")

    assert held(portal, "line_items", line, "name", "price", "amount") == ["Chair", "7", "21"]


def test_a_quote_comes_to_what_its_lines_come_to(portal: Portal) -> None:
    quote = portal.create("quotes", hs_title="Offer", hs_expiration_date="2026-12-31")
    lines = [portal.create("line_items", name="Chair", price="10", quantity=str(count)) for count in (1, 2)]
    for line in lines:
        assert associate(portal, "quotes", quote, "line_items", line) == 200
    linked = held(portal, "quotes", quote, "hs_quote_amount")

    portal.write("line_items", lines[0], price="12.5")
    dearer = held(portal, "quotes", quote, "hs_quote_amount")
    portal.call("DELETE", f"crm/v4/objects/quotes/{quote}/associations/line_items/{lines[1]}")

    assert (linked, dearer) == (["30"], ["32.5"])
    assert held(portal, "quotes", quote, "hs_quote_amount") == ["12.5"]


def test_a_line_of_a_quote_is_no_line_of_a_deal_as_well(portal: Portal) -> None:
    quote = portal.create("quotes", hs_title="Offer", hs_expiration_date="2026-12-31")
    deal = portal.create("deals", dealname="D", pipeline="default", dealstage="contractsent")
    line = portal.create("line_items", name="Chair", price="10")

    assert associate(portal, "quotes", quote, "line_items", line) == 200
    assert associate(portal, "line_items", line, "deals", deal) == 400
    assert associate(portal, "quotes", quote, "line_items", line) == 200


def test_a_closed_deal_is_marked_so_by_its_stage(portal: Portal) -> None:
    deal = portal.create("deals", dealname="D", pipeline="default", dealstage="contractsent", amount="1000")

    portal.write("deals", deal, dealstage="closedwon")

    assert held(portal, "deals", deal, "hs_is_closed", "hs_is_closed_won") == ["true", "true"]
    assert (
        "hs_is_closed_won"
        in portal.call("PATCH", f"crm/v3/objects/deals/{deal}", {"properties": {"hs_is_closed_won": "false"}}).text
    )
