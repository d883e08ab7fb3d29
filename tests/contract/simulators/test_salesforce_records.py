"""Records of the simulated org: what is refused, what is stamped, what collections promise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.simulators.salesforce_org import Org


def codes(results: list[dict[str, Any]]) -> list[str]:
    """What became of each record of a collection."""
    return ["ok" if each["success"] else each["errors"][0]["statusCode"] for each in results]


def contact(**fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": "Contact"}, "LastName": "Brandt", **fields}


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"FirstName": "A"}, 400, "REQUIRED_FIELD_MISSING"),
        ({"LastName": "  "}, 400, "REQUIRED_FIELD_MISSING"),
        ({"LastName": "x" * 81}, 400, "STRING_TOO_LONG"),
        ({"LastName": "A", "Email": "nobody"}, 400, "INVALID_EMAIL_ADDRESS"),
        ({"LastName": "A", "Interests__c": "Storage;Sailing"}, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"LastName": "A", "Nothing__c": 1}, 400, "INVALID_FIELD"),
        ({"LastName": "A", "CreatedDate": "2026-01-01T00:00:00Z"}, 400, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"LastName": "A", "Account_Industry__c": "Banking"}, 400, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"LastName": "A", "AccountId": "0015g00000zzzzz"}, 400, "INVALID_CROSS_REFERENCE_KEY"),
        ({"LastName": "A", "AccountId": "0035g0000000009AAA"}, 400, "MALFORMED_ID"),
        ({"LastName": "A", "OwnerId": "0055g0000000009AAA"}, 400, "OPERATION_WITH_INACTIVE_USER_EXCEPTION"),
        ({"LastName": "A", "HasOptedOutOfEmail": "perhaps"}, 400, "JSON_PARSER_ERROR"),
        (["LastName"], 400, "JSON_PARSER_ERROR"),
    ],
)
def test_a_bad_record_is_refused_and_nothing_is_written(quiet_org: Org, sent: Any, status: int, code: str) -> None:
    before = quiet_org.rows("Contact")

    answer = quiet_org.call("POST", "sobjects/Contact", sent)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)
    assert quiet_org.rows("Contact") == before


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "sobjects/Nothing/describe", 404, "NOT_FOUND"),
        ("GET", "sobjects/Contact/0035g00000zzzzzAAA", 404, "NOT_FOUND"),
        ("GET", "sobjects/Contact/0035g00000!zzzz", 400, "MALFORMED_ID"),
        ("GET", "sobjects/Contact/Title/CEO", 404, "NOT_FOUND"),
        ("PUT", "sobjects/Contact", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "nowhere", 404, "NOT_FOUND"),
        ("GET", "query", 400, "MALFORMED_QUERY"),
        ("GET", "query/01g5g0000000000AAA-2000", 400, "INVALID_QUERY_LOCATOR"),
        ("GET", "../v30.0/sobjects", 410, "UNSUPPORTED_API_VERSION"),
        ("GET", "../v99.0/sobjects", 404, "NOT_FOUND"),
        ("GET", "jobs/nothing", 404, "NOT_FOUND"),
        ("POST", "../../apexrest/x", 404, "NOT_FOUND"),
    ],
)
def test_a_request_that_the_org_does_not_know_is_refused(
    quiet_org: Org, method: str, path: str, status: int, code: str
) -> None:
    answer = quiet_org.call(method, path)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


def test_a_collection_answers_200_with_a_result_a_record(org: Org) -> None:
    sent = {"allOrNone": False, "records": [contact(HubId__c="1"), contact(LastName=None), contact(HubId__c="1")]}

    answer = org.call("POST", "composite/sobjects", sent)

    assert answer.status_code == 200
    assert codes(answer.json()) == ["ok", "REQUIRED_FIELD_MISSING", "DUPLICATE_VALUE"]
    assert len(org.ids("SELECT Id FROM Contact WHERE HubId__c = '1'")) == 1


def test_all_or_none_takes_everything_back(org: Org) -> None:
    before = org.rows("Contact")
    first = next(iter(before))
    sent = {
        "allOrNone": True,
        "records": [contact(id=first, LastName="Changed"), contact(id=list(before)[1], LastName="")],
    }

    answer = org.call("PATCH", "composite/sobjects", sent)

    assert codes(answer.json()) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert org.rows("Contact") == before


def test_all_or_none_brings_a_deleted_record_back(org: Org) -> None:
    before = org.rows("Account")
    ids = f"{next(iter(before))},0015g00000zzzzzAAA"

    answer = org.call("DELETE", "composite/sobjects", params={"ids": ids, "allOrNone": "true"})

    assert codes(answer.json()) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "MALFORMED_ID"] or codes(answer.json()) == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "NOT_FOUND",
    ]
    assert org.rows("Account") == before
    assert org.simulator.org.deletions.get("Account", {}) == {}


def test_upserts_by_external_id_tell_created_from_changed(org: Org) -> None:
    org.call("POST", "sobjects/Contact", {"LastName": "Old", "HubId__c": "a"})
    records = [contact(HubId__c="a"), contact(HubId__c="b"), contact(HubId__c="b"), contact(LastName="Keyless")]

    answer = org.call("PATCH", "composite/sobjects/Contact/HubId__c", {"records": records}).json()

    assert codes(answer) == ["ok", "ok", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]
    assert [each.get("created") for each in answer[:2]] == [False, True]


def test_records_are_read_in_the_order_of_the_ids_with_null_for_none(quiet_org: Org) -> None:
    ids = list(quiet_org.rows("Lead"))[:3]
    sent = {"ids": [ids[2], "00Q5g00000zzzzzAAA", ids[0][:15]], "fields": ["Id", "Company"]}

    answer = quiet_org.call("POST", "composite/sobjects/Lead", sent).json()

    assert [each and each["Id"] for each in answer] == [ids[2], None, ids[0]]


def test_more_records_than_a_collection_takes_are_refused(quiet_org: Org) -> None:
    answer = quiet_org.call("POST", "composite/sobjects", {"records": [contact()] * 201})

    assert answer.status_code == 400
    assert "200" in answer.json()[0]["message"]


def test_a_parent_can_be_named_by_its_external_id(org: Org) -> None:
    account = next(iter(org.rows("Account")))
    org.call("PATCH", f"sobjects/Account/{account}", {"HubId__c": "acme"})

    made = org.call("POST", "sobjects/Contact", {"LastName": "A", "Account": {"HubId__c": "acme"}}).json()

    assert org.rows("Contact")[made["id"]]["AccountId"] == account


def test_an_edit_moves_every_stamp_and_a_process_only_the_system_s(org: Org) -> None:
    edited, touched = list(org.rows("Contact"))[:2]
    before = org.rows("Contact")
    org.admin("clock", advance_s=90)

    org.call("PATCH", f"sobjects/Contact/{edited}", {"Title": "Buyer"})
    org.admin("touch", object="Contact", ids=[touched])

    after = org.rows("Contact")
    now = "2026-11-22T09:01:30.000+0000"
    assert (after[edited]["SystemModstamp"], after[edited]["LastModifiedDate"]) == (now, now)
    assert after[edited]["CreatedDate"] == before[edited]["CreatedDate"]
    assert after[touched] == {**before[touched], "SystemModstamp": now}


def test_a_formula_changes_without_a_stamp(org: Org) -> None:
    contact_id, row = next((each, row) for each, row in org.rows("Contact").items() if row["AccountId"])
    soql = f"SELECT Account_Industry__c FROM Contact WHERE Id = '{contact_id}'"
    org.admin("clock", advance_s=90)

    org.call("PATCH", f"sobjects/Account/{row['AccountId']}", {"Industry": "Shipbuilding"})

    assert org.query(soql).json()["records"][0]["Account_Industry__c"] == "Shipbuilding"
    assert org.rows("Contact")[contact_id]["SystemModstamp"] == row["SystemModstamp"]


def test_a_write_is_refused_when_somebody_was_faster(org: Org) -> None:
    contact_id = next(iter(org.rows("Contact")))
    seen = org.query("SELECT Id FROM Contact LIMIT 1").headers["Date"]
    org.admin("clock", advance_s=5)
    org.admin("edit", object="Contact", ids=[contact_id], set={"Title": "Theirs"})

    answer = org.call(
        "PATCH", f"sobjects/Contact/{contact_id}", {"Title": "Ours"}, headers={"If-Unmodified-Since": seen}
    )

    assert answer.status_code == 412
    assert org.rows("Contact")[contact_id]["Title"] == "Theirs"


def test_describe_is_sent_again_only_after_a_change(org: Org) -> None:
    first = org.call("GET", "sobjects/Contact/describe")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}

    same = org.call("GET", "sobjects/Contact/describe", headers=since)
    org.admin("clock", advance_s=60)
    org.admin("field", object="Contact", field="Title", hidden=True)
    changed = org.call("GET", "sobjects/Contact/describe", headers=since)

    assert (same.status_code, same.content) == (304, b"")
    assert {each["name"] for each in first.json()["fields"]} - {each["name"] for each in changed.json()["fields"]} == {
        "Title"
    }


def test_a_hidden_field_is_nowhere_to_be_seen(org: Org) -> None:
    contact_id = next(iter(org.rows("Contact")))
    org.admin("field", object="Contact", field="Title", hidden=True)

    answers = [
        org.query("SELECT Title FROM Contact"),
        org.query("SELECT Id FROM Contact WHERE Title = 'CEO'"),
        org.query("SELECT Id FROM Contact ORDER BY Title"),
        org.query("SELECT ReportsTo.Title FROM Contact"),
        org.call("GET", f"sobjects/Contact/{contact_id}?fields=Title"),
        org.call("PATCH", f"sobjects/Contact/{contact_id}", {"Title": "x"}),
    ]

    assert [each.json()[0]["errorCode"] for each in answers] == [
        *["INVALID_FIELD"] * 5,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
    ]
    assert "Title" not in org.call("GET", f"sobjects/Contact/{contact_id}").json()


def test_the_day_s_requests_are_counted_and_run_out(org: Org) -> None:
    org.admin("faults", requests_a_day=3)

    answers = [org.query("SELECT Id FROM User LIMIT 1") for _ in range(4)]

    assert [each.headers["Sforce-Limit-Info"] for each in answers[:3]] == [f"api-usage={used}/3" for used in (1, 2, 3)]
    assert [each.status_code for each in answers] == [200, 200, 200, 403]
    assert answers[3].json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    org.admin("clock", advance_s=86_400)
    org.token = ""
    assert org.query("SELECT Id FROM User LIMIT 1").status_code == 200


def test_a_refresh_token_works_once_and_its_family_dies_with_its_reuse(org: Org) -> None:
    def refresh(token: str) -> dict[str, Any]:
        form = {"grant_type": "refresh_token", "client_id": "hub", "refresh_token": token}
        return dict(org.session.post(f"{org.address}/services/oauth2/token", data=form, timeout=10).json())

    first = org.admin("grant")["refresh_token"]
    second = refresh(first)["refresh_token"]
    again = refresh(first)

    assert again["error"] == "invalid_grant"
    assert refresh(second)["error"] == "invalid_grant"


def composite(org: Org, *requests: dict[str, Any], all_or_none: bool = False) -> list[dict[str, Any]]:
    answer = org.call("POST", "composite", {"allOrNone": all_or_none, "compositeRequest": list(requests)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["compositeResponse"])


def step(name: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    return {"method": method, "url": f"/services/data/v62.0/{path}", "referenceId": name, "body": body}


def test_a_composite_uses_what_its_earlier_requests_made(org: Org) -> None:
    made, below, read = composite(
        org,
        step("account", "POST", "sobjects/Account", {"Name": "Acme"}),
        step("contact", "POST", "sobjects/Contact", {"LastName": "A", "AccountId": "@{account.id}"}),
        step("read", "GET", "query?q=SELECT+Account.Name+FROM+Contact+WHERE+Id='@{contact.id}'"),
    )

    assert [each["httpStatusCode"] for each in (made, below, read)] == [201, 201, 200]
    assert read["body"]["records"][0]["Account"]["Name"] == "Acme"


def test_a_composite_goes_on_after_a_failure_unless_it_is_all_or_none(org: Org) -> None:
    before = org.rows("Account")
    requests = (
        step("bad", "POST", "sobjects/Account", {}),
        step("good", "POST", "sobjects/Account", {"Name": "Good"}),
        step("below", "POST", "sobjects/Contact", {"LastName": "A", "AccountId": "@{bad.id}"}),
    )

    strict = composite(org, *requests, all_or_none=True)
    unchanged = org.rows("Account") == before
    loose = composite(org, *requests)

    assert unchanged
    assert [each["httpStatusCode"] for each in strict] == [400, 400, 400]
    assert strict[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert [each["httpStatusCode"] for each in loose] == [400, 201, 400]
    assert loose[2]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert len(org.rows("Account")) == len(before) + 1


def test_a_composite_costs_one_request(org: Org) -> None:
    users = [step(f"u{number}", "GET", "sobjects/User") for number in range(3)]

    answer = org.call("POST", "composite", {"compositeRequest": users})

    assert answer.headers["Sforce-Limit-Info"].startswith("api-usage=1/")
    assert {each["httpStatusCode"] for each in answer.json()["compositeResponse"]} == {405}


@pytest.mark.parametrize(("mode", "insisted"), [("block", 400), ("alert", 201), ("off", 201)])
def test_a_duplicate_rule_refuses_and_an_alert_lets_those_pass_who_insist(org: Org, mode: str, insisted: int) -> None:
    sent = {"LastName": "A", "Email": "same@acme.example"}
    first = org.call("POST", "sobjects/Contact", sent).json()["id"]
    org.admin("duplicate_rule", object="Contact", mode=mode)
    again = {"LastName": "B", "Email": "Same@acme.example"}

    plain = org.call("POST", "sobjects/Contact", again)
    insisting = org.call(
        "POST",
        "sobjects/Contact",
        again,
        headers={"Sforce-Duplicate-Rule-Header": "allowSave=true; runAsCurrentUser=true"},
    )
    many = org.call("POST", "composite/sobjects", {"records": [contact(**again)]}).json()

    assert insisting.status_code == insisted
    if mode == "off":
        assert plain.status_code == 201
        assert codes(many) == ["ok"]
    else:
        (error,) = plain.json()
        assert error["errorCode"] == "DUPLICATES_DETECTED"
        assert error["duplicateResult"]["allowSave"] == (mode == "alert")
        (match,) = error["duplicateResult"]["matchResults"][0]["matchRecords"]
        assert match["record"]["Id"] == first
        assert codes(many) == ["DUPLICATES_DETECTED"]


def test_a_duplicate_rule_leaves_edits_of_other_fields_alone(org: Org) -> None:
    one, two = (
        org.call("POST", "sobjects/Contact", {"LastName": name, "Email": f"{name}@acme.example"}).json()["id"]
        for name in ("one", "two")
    )
    org.admin("duplicate_rule", object="Contact", mode="block")

    statuses = [
        org.call("PATCH", f"sobjects/Contact/{two}", fields).status_code
        for fields in ({"Title": "Buyer"}, {"Email": "one@acme.example"}, {"Email": "TWO@acme.example"})
    ]

    assert statuses == [204, 400, 204]
    assert org.rows("Contact")[one]["Email"] == "one@acme.example"
