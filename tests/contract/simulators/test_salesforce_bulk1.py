"""Bulk API 1.0 of the simulated org, as simple-salesforce and older readers speak it."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.contract.simulators.salesforce_org import Org


def send(org: Org, method: str, path: str, sent: Any = None, *, kind: str = "application/json") -> requests.Response:
    org.token = org.token or org.sign_in()
    body = sent if isinstance(sent, str) or sent is None else json.dumps(sent)
    headers = {"X-SFDC-Session": org.token, "Content-Type": kind}
    return org.session.request(
        method, f"{org.address}/services/async/61.0/{path}", data=body, headers=headers, timeout=9
    )


def begin(org: Org, soql: str, content_type: str = "CSV", **headers: str) -> tuple[str, str]:
    """A job and its batch, as a reader of whole objects begins them."""
    org.session.headers.update(headers)
    job = send(org, "POST", "job", {"operation": "queryAll", "object": "Contact", "contentType": content_type}).json()
    batch = send(org, "POST", f"job/{job['id']}/batch", soql, kind="text/csv").text
    closed = send(org, "POST", f"job/{job['id']}", {"state": "Closed"}).json()
    assert (job["state"], closed["state"]) == ("Open", "Closed")
    (batch_id,) = re.findall("751\\w{15}", batch)
    return job["id"], batch_id


def states(org: Org, job: str, batch: str) -> list[str]:
    found = []
    for _ in range(3):
        found += re.findall("<state>(\\w+)</state>", send(org, "GET", f"job/{job}/batch/{batch}").text)
    return found


def test_a_csv_job_tells_its_batches_in_xml_and_gives_rows(org: Org) -> None:
    job, batch = begin(org, "SELECT Id, Name, SystemModstamp FROM Contact")

    passed = states(org, job, batch)
    (result,) = re.findall("<result>(\\w+)</result>", send(org, "GET", f"job/{job}/batch/{batch}/result").text)
    table = send(org, "GET", f"job/{job}/batch/{batch}/result/{result}")

    rows = {row["Id"]: row for row in csv.DictReader(io.StringIO(table.content.decode()))}
    held = org.rows("Contact")
    assert passed == ["InProgress", "Completed", "Completed"]
    assert {each: row["Name"] for each, row in rows.items()} == {each: row["Name"] or "" for each, row in held.items()}
    assert all(row["SystemModstamp"].endswith(".000Z") for row in rows.values())


def test_a_large_result_can_be_cut_by_ids(org: Org) -> None:
    chunked = {"Sforce-Enable-PKChunking": "true; chunkSize=100"}
    job, first = begin(org, "SELECT Id FROM Contact", **chunked)

    for _ in range(3):
        told = send(org, "GET", f"job/{job}/batch").text
    batches = re.findall("<id>(\\w+)</id><jobId>\\w+</jobId><state>(\\w+)</state>", told)
    ids: list[str] = []
    for batch, state in batches:
        if state == "Completed":
            (result,) = re.findall("<result>(\\w+)<", send(org, "GET", f"job/{job}/batch/{batch}/result").text)
            ids += send(org, "GET", f"job/{job}/batch/{batch}/result/{result}").text.replace('"', "").split()[1:]

    assert dict(batches)[first] == "NotProcessed"
    assert len(batches) == 1 + -(-len(org.rows("Contact")) // 100)
    assert sorted(ids) == sorted(org.rows("Contact"))


def test_a_batch_that_runs_too_long_fails_and_says_so(org: Org) -> None:
    org.admin("switch", jobs_to_fail=1)
    job, batch = begin(org, "SELECT Id FROM Contact")

    passed = states(org, job, batch)
    told = send(org, "GET", f"job/{job}/batch/{batch}").text
    refused = send(org, "GET", f"job/{job}/batch/{batch}/result")

    assert passed[-1] == "Failed"
    assert "QUERY_TIMEOUT" in told
    assert (refused.status_code, refused.json()["exceptionCode"]) == (400, "InvalidBatch")


def test_simple_salesforce_reads_through_the_older_bulk(org: Org) -> None:
    org.admin("switch", job_looks=0)
    held = org.rows("Contact")

    found = org.client().bulk.Contact.query("SELECT Id, Email, Account.Name, SystemModstamp FROM Contact")

    rows = {row["Id"]: row for row in found}
    companies = org.rows("Account")
    assert {each: row["Email"] for each, row in rows.items()} == {each: row["Email"] for each, row in held.items()}
    for each, row in rows.items():
        account = held[each]["AccountId"]
        assert (row["Account"] or {}).get("Name") == (companies[account]["Name"] if account else None)
        stamp = datetime.fromtimestamp(row["SystemModstamp"] / 1_000, UTC)
        assert stamp.strftime("%Y-%m-%dT%H:%M:%S.000+0000") == held[each]["SystemModstamp"]


def test_simple_salesforce_writes_through_the_older_bulk(org: Org) -> None:
    org.admin("switch", job_looks=0)
    client = org.client()

    made = client.bulk.Contact.insert([{"LastName": "One"}, {"FirstName": "Nameless"}])
    changed = client.bulk.Contact.update([{"Id": made[0]["id"], "Title": "Changed"}])
    gone = client.bulk.Contact.delete([{"Id": made[0]["id"]}])

    assert [each["success"] for each in made] == [True, False]
    assert made[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert (changed[0]["success"], gone[0]["success"]) == (True, True)
    row = org.rows("Contact")[made[0]["id"]]
    assert (row["Title"], row["IsDeleted"]) == ("Changed", True)


@pytest.mark.parametrize(
    ("method", "path", "sent", "code"),
    [
        ("GET", "job/7505g00000zzzzzAAA", None, "InvalidJob"),
        ("POST", "job", {"operation": "queryAll", "object": "Nothing", "contentType": "CSV"}, "InvalidJob"),
        ("POST", "job", {"operation": "merge", "object": "Contact", "contentType": "CSV"}, "InvalidJob"),
        ("POST", "job", {"operation": "insert", "object": "Contact", "contentType": "CSV"}, "InvalidJob"),
        ("POST", "job", "no json", "InvalidJob"),
        ("GET", "nowhere", None, "InvalidUrl"),
    ],
)
def test_what_can_not_be_done_has_an_exception_code(
    quiet_org: Org, method: str, path: str, sent: Any, code: str
) -> None:
    answer = send(quiet_org, method, path, sent)

    assert answer.json()["exceptionCode"] == code
    assert answer.headers["content-type"] == "application/json"


def test_a_session_a_version_and_the_api_are_checked(org: Org) -> None:
    org.token = "none"
    codes = [send(org, "GET", "job/1").json()["exceptionCode"]]
    org.token = ""
    codes.append(send(org, "GET", "../30.0/job/1").json()["exceptionCode"])
    org.admin("switch", api_disabled=True)
    codes.append(send(org, "GET", "job/1").json()["exceptionCode"])

    assert codes == ["InvalidSessionId", "InvalidVersion", "API_DISABLED_FOR_ORG"]
