"""What an administrator, other programs and sharing do to whoever reads and writes the simulated org."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.simulators.salesforce_org import Org


def code(answer: Any) -> str:
    return str(answer.json()[0]["errorCode"])


@pytest.mark.parametrize(
    ("switch", "expected"),
    [("api_disabled", "API_DISABLED_FOR_ORG"), ("password_expired", "INVALID_OPERATION_WITH_EXPIRED_PASSWORD")],
)
def test_a_user_can_sign_in_and_be_refused_all_data(org: Org, switch: str, expected: str) -> None:
    org.admin("switch", **{switch: True})

    refused = [org.query("SELECT Id FROM Contact"), org.call("GET", "sobjects"), org.call("GET", "limits")]
    org.admin("switch", **{switch: False})

    assert {(answer.status_code, code(answer)) for answer in refused} == {(403, expected)}
    assert org.query("SELECT Id FROM Contact").status_code == 200


def test_in_maintenance_every_request_meets_a_page(org: Org) -> None:
    org.sign_in()
    org.admin("switch", maintenance=True)

    token = org.session.post(f"{org.address}/services/oauth2/token", data={"grant_type": "x"}, timeout=9)
    versions = org.session.get(f"{org.address}/services/data/", timeout=9)

    for answer in (token, versions):
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html")
        assert answer.text.startswith("<html>")


def test_a_version_can_be_retired(org: Org) -> None:
    org.admin("switch", oldest_version=63)

    answer = org.query("SELECT Id FROM Contact")
    listed = org.session.get(f"{org.address}/services/data/", timeout=9).json()

    assert (answer.status_code, code(answer)) == (410, "UNSUPPORTED_API_VERSION")
    assert listed[0]["version"] == "63.0"


def test_a_full_org_takes_no_new_records_but_edits(org: Org) -> None:
    lead = next(iter(org.rows("Lead")))
    org.admin("switch", storage_full=True)

    single = org.call("POST", "sobjects/Contact", {"LastName": "One"})
    record = {"attributes": {"type": "Contact"}, "LastName": "Many"}
    (many,) = org.call("POST", "composite/sobjects", {"records": [record]}).json()
    edit = org.call("PATCH", f"sobjects/Lead/{lead}", {"Title": "Kept"})

    assert code(single) == many["errors"][0]["statusCode"] == "STORAGE_LIMIT_EXCEEDED"
    assert edit.status_code == 204
    assert org.call("GET", "limits").json()["DataStorageMB"]["Remaining"] == 0


def test_an_object_without_permission_is_not_there(org: Org) -> None:
    lead = next(iter(org.rows("Lead")))
    org.admin("switch", unseen_objects=["Lead"])

    listed = [each["name"] for each in org.call("GET", "sobjects").json()["sobjects"]]
    refused = [
        code(org.query("SELECT Id FROM Lead")),
        code(org.query("SELECT Id FROM Contact WHERE Id IN (SELECT ConvertedContactId FROM Lead)")),
        code(org.call("GET", "sobjects/Lead/describe")),
        code(org.call("GET", f"sobjects/Lead/{lead}")),
        code(org.call("POST", "jobs/query", {"operation": "query", "query": "SELECT Id FROM Lead"})),
    ]

    org.admin("switch", unseen_objects=["Lead", "Account"])
    behind = code(org.query("SELECT Account.Name FROM Contact"))

    assert "Lead" not in listed
    assert "Contact" in listed
    assert behind == "INVALID_FIELD"
    assert refused == ["INVALID_TYPE", "INVALID_TYPE", "NOT_FOUND", "NOT_FOUND", "INVALID_TYPE"]


def test_a_read_only_object_refuses_every_write(org: Org) -> None:
    lead = next(iter(org.rows("Lead")))
    org.admin("switch", read_only_objects=["Lead"])

    answers = [
        org.call("POST", "sobjects/Lead", {"LastName": "A", "Company": "B"}),
        org.call("PATCH", f"sobjects/Lead/{lead}", {"Title": "A"}),
        org.call("DELETE", f"sobjects/Lead/{lead}"),
    ]
    described = org.call("GET", "sobjects/Lead/describe").json()

    assert {(each.status_code, code(each)) for each in answers} == {(403, "INSUFFICIENT_ACCESS_OR_READONLY")}
    assert (described["createable"], described["updateable"], described["deletable"]) == (False, False, False)
    assert lead in org.ids("SELECT Id FROM Lead")


def test_sharing_narrows_and_widens_what_is_seen_without_a_stamp(org: Org) -> None:
    before = org.rows("Contact")
    unseen = next(iter(before))
    email = before[unseen]["Email"]

    org.admin("share", ids=[unseen], shared=False)
    narrowed = org.ids("SELECT Id FROM Contact", deleted=True)
    count = org.query("SELECT COUNT() FROM Contact").json()["totalSize"]
    read = org.call("GET", f"sobjects/Contact/{unseen}")
    many = org.call("POST", "composite/sobjects/Contact", {"ids": [unseen], "fields": ["Id"]}).json()
    write = org.call("PATCH", f"sobjects/Contact/{unseen}", {"Title": "A"})
    org.admin("share", ids=[unseen], shared=True)

    assert unseen not in narrowed
    assert (count, read.status_code, many) == (len(before) - 1, 404, [None])
    assert code(write) == "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
    assert unseen in org.ids("SELECT Id FROM Contact")
    assert org.rows("Contact") == before
    assert org.rows("Contact")[unseen]["Email"] == email


def test_other_programs_use_up_the_day(org: Org) -> None:
    org.admin("faults", requests_a_day=1_000)
    org.admin("traffic", an_hour=100)
    org.query("SELECT Id FROM User")

    used = []
    for _ in range(3):
        org.admin("clock", advance_s=1_800)
        used.append(int(org.query("SELECT Id FROM User").headers["Sforce-Limit-Info"].split("=")[1].split("/")[0]))
    org.admin("clock", advance_s=10 * 3_600)
    org.token = ""
    refused = org.query("SELECT Id FROM User")
    org.admin("traffic", an_hour=0)
    org.admin("clock", advance_s=24 * 3_600)
    org.token = ""

    assert used == [52, 103, 154]
    assert code(refused) == "REQUEST_LIMIT_EXCEEDED"
    assert org.query("SELECT Id FROM User").status_code == 200


def test_an_app_can_have_a_share_of_its_own(org: Org) -> None:
    org.admin("switch", app_calls_a_day=3)

    infos = [org.query("SELECT Id FROM User").headers["Sforce-Limit-Info"] for _ in range(3)]
    refused = org.query("SELECT Id FROM User")

    assert infos[1] == "api-usage=2/100000; per-app-api-usage=2/3(appName=hub)"
    assert code(refused) == "REQUEST_LIMIT_EXCEEDED"


def test_a_query_over_too_many_days_times_out_until_its_window_is_small(org: Org) -> None:
    org.admin("switch", query_days=30, query_rows=100)

    def status(where: str) -> str:
        answer = org.query(f"SELECT Id FROM Contact WHERE {where}", deleted=True)
        return "" if answer.status_code == 200 else code(answer)

    first = "SystemModstamp = 2026-01-01T00:00:00Z AND Id > '000000000000000AAA'"
    keyset = f"({first}) OR SystemModstamp > 2026-01-01T00:00:00Z"
    assert status("Title = 'CEO'") == "QUERY_TIMEOUT"
    assert status("SystemModstamp >= 2026-01-01T00:00:00Z AND SystemModstamp < 2026-02-15T00:00:00Z") == "QUERY_TIMEOUT"
    assert status(f"({keyset}) AND SystemModstamp < 2026-02-15T00:00:00Z") == "QUERY_TIMEOUT"
    assert status(f"({keyset}) AND SystemModstamp < 2026-01-30T00:00:00Z") == ""
    assert status("SystemModstamp >= 2026-11-01T00:00:00Z") == ""
    assert status("SystemModstamp = LAST_N_DAYS:7") == ""
    assert status("Id = '0035g0000000001AAA'") == ""
    assert org.query("SELECT Id FROM User").status_code == 200, "a small object is read whole in time"


def test_a_switch_that_is_none_is_refused(org: Org) -> None:
    answers = [
        org.session.post(f"{org.address}/__admin/switch", json=sent, timeout=9)
        for sent in ({"maintainance": True}, {"maintenance": "yes"}, {"unseen_objects": "Lead"})
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert "maintenance" in answers[0].text
