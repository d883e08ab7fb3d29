"""Bulk ingest jobs of the simulated org: each row by itself, three lists of outcomes, and jobs that fail half-way."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.contract.simulators.salesforce_org import Org

Rows = list[dict[str, str]]


def upload(org: Org, operation: str, rows: Rows, object: str = "Contact", **more: Any) -> str:
    """A job with its table, begun; its id."""
    made = org.call("POST", "jobs/ingest", {"object": object, "operation": operation, "contentType": "CSV", **more})
    assert made.status_code == 200, made.text
    job = made.json()
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    headers = {"Authorization": f"Bearer {org.token}", "Content-Type": "text/csv"}
    put = org.session.put(
        f"{org.address}/{job['contentUrl']}", data=text.getvalue().encode(), headers=headers, timeout=9
    )
    assert (job["state"], put.status_code) == ("Open", 201)
    org.call("PATCH", f"jobs/ingest/{job['id']}", {"state": "UploadComplete"})
    return str(job["id"])


def finish(org: Org, job: str) -> dict[str, Any]:
    for _ in range(10):
        looked: dict[str, Any] = org.call("GET", f"jobs/ingest/{job}").json()
        if looked["state"] in ("JobComplete", "Failed", "Aborted"):
            break
    return looked


def results(org: Org, job: str, which: str) -> Rows:
    return list(csv.DictReader(io.StringIO(org.call("GET", f"jobs/ingest/{job}/{which}").text)))


def load(org: Org, operation: str, rows: Rows, **more: Any) -> tuple[Rows, Rows]:
    """What was written and what was refused."""
    job = upload(org, operation, rows, **more)
    looked = finish(org, job)
    assert looked["state"] == "JobComplete", looked
    done, refused = results(org, job, "successfulResults"), results(org, job, "failedResults")
    assert (looked["numberRecordsProcessed"], looked["numberRecordsFailed"]) == (len(rows), len(refused))
    assert results(org, job, "unprocessedrecords") == []
    return done, refused


def test_a_complete_job_tells_of_each_row_whether_it_was_written(org: Org) -> None:
    sent = [{"LastName": f"Row {number}", "Email": f"row{number}@load.example"} for number in range(20)]
    sent[3] = {"LastName": "", "Email": "nameless@load.example"}
    sent[7]["Email"] = "no mail"

    done, refused = load(org, "insert", sent)

    assert {each["sf__Error"] for each in refused} == {
        "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --",
        "INVALID_EMAIL_ADDRESS:Email: invalid email address: no mail:Email --",
    }
    rows = org.rows("Contact")
    assert {rows[each["sf__Id"]]["Email"]: each["LastName"] for each in done} == {
        each["Email"]: each["LastName"] for number, each in enumerate(sent) if number not in (3, 7)
    }
    assert {each["sf__Created"] for each in done} == {"true"}
    assert [each["Email"] for each in done] != sorted(each["Email"] for each in done), "rows come in any order"


def test_an_empty_cell_leaves_a_field_and_na_clears_it(org: Org) -> None:
    left, cleared = list(org.rows("Contact"))[:2]
    org.admin("edit", object="Contact", ids=[left, cleared], set={"Title": "Before", "DoNotCall": False}, commit_s=0)

    done, refused = load(
        org,
        "update",
        [
            {"Id": left, "Title": "", "Phone": "+49 30 1", "DoNotCall": "true"},
            {"Id": cleared, "Title": "#N/A", "Phone": "", "DoNotCall": ""},
        ],
    )

    rows = org.rows("Contact")
    assert (len(done), refused) == (2, [])
    assert (rows[left]["Title"], rows[left]["Phone"], rows[left]["DoNotCall"]) == ("Before", "+49 30 1", True)
    assert (rows[cleared]["Title"], rows[cleared]["DoNotCall"]) == (None, False)


def test_an_upsert_creates_updates_and_refuses_a_key_sent_twice(org: Org) -> None:
    org.call("POST", "sobjects/Contact", {"LastName": "Old", "HubId__c": "h1"})
    rows = [{"HubId__c": key, "LastName": f"New {key}"} for key in ("h1", "h2", "h2")]

    done, refused = load(org, "upsert", rows, externalIdFieldName="HubId__c")

    assert {each["HubId__c"]: each["sf__Created"] for each in done} == {"h1": "false", "h2": "true"}
    assert [each["sf__Error"].partition(":")[0] for each in refused] == ["DUPLICATE_VALUE"]


def test_a_parent_can_be_named_by_its_external_id(org: Org) -> None:
    account = next(iter(org.rows("Account")))
    org.call("PATCH", f"sobjects/Account/{account}", {"HubId__c": "a 1"})

    (made,), refused = load(org, "insert", [{"LastName": "Child", "Account.HubId__c": "a 1"}])

    assert refused == []
    assert org.rows("Contact")[made["sf__Id"]]["AccountId"] == account


@pytest.mark.parametrize(("operation", "in_bin"), [("delete", True), ("hardDelete", False)])
def test_rows_are_deleted_into_the_bin_or_past_it(org: Org, operation: str, in_bin: bool) -> None:
    gone = list(org.rows("Lead"))[:2]

    done, _ = load(org, operation, [{"Id": each} for each in gone], object="Lead")

    assert {each["sf__Id"] for each in done} == set(gone)
    assert [each in org.rows("Lead") for each in gone] == [in_bin, in_bin]
    assert org.ids(f"SELECT Id FROM Lead WHERE Id IN ('{gone[0]}', '{gone[1]}')") == []


def test_a_failed_job_has_committed_some_rows_and_lists_the_others(org: Org) -> None:
    org.admin("switch", ingests_to_fail=1)
    sent = [{"LastName": f"Half {number}"} for number in range(10)]

    job = upload(org, "insert", sent)
    looked = finish(org, job)
    done, left = results(org, job, "successfulResults"), results(org, job, "unprocessedRecords")

    assert (looked["state"], bool(looked["errorMessage"])) == ("Failed", True)
    assert (len(done), len(left)) == (5, 5)
    made = {row["LastName"] for row in org.rows("Contact").values()} & {each["LastName"] for each in sent}
    assert made == {each["LastName"] for each in done}
    assert made | {each["LastName"] for each in left} == {each["LastName"] for each in sent}


@pytest.mark.parametrize(
    ("operation", "rows", "message"),
    [
        ("insert", [{"LastName": "A", "Nothing": "B"}], "Field name not found : Nothing"),
        ("delete", [{"Id": "003", "LastName": "B"}], "holds the column Id alone"),
    ],
)
def test_a_table_of_wrong_columns_fails_whole(org: Org, operation: str, rows: Rows, message: str) -> None:
    before = org.rows("Contact")

    job = upload(org, operation, rows)
    looked = finish(org, job)

    assert looked["state"] == "Failed"
    assert message in looked["errorMessage"]
    assert len(results(org, job, "unprocessedrecords")) == len(rows)
    assert org.rows("Contact") == before


@pytest.mark.parametrize(
    "sent",
    [
        {"object": "Contact", "operation": "merge"},
        {"object": "Nothing", "operation": "insert"},
        {"object": "Contact", "operation": "upsert", "externalIdFieldName": "Title"},
        {"object": "Contact", "operation": "insert", "contentType": "JSON"},
    ],
)
def test_a_job_that_makes_no_sense_is_refused(quiet_org: Org, sent: dict[str, Any]) -> None:
    answer = quiet_org.call("POST", "jobs/ingest", sent)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALIDJOB")


def test_hard_deletion_needs_a_permission(org: Org) -> None:
    org.admin("switch", hard_delete=False)

    refused = org.call("POST", "jobs/ingest", {"object": "Contact", "operation": "hardDelete"})

    assert refused.json()[0]["errorCode"] == "FEATURENOTENABLED"


def test_jobs_are_listed_aborted_deleted_and_forgotten(org: Org) -> None:
    jobs = [
        org.call("POST", "jobs/ingest", {"object": "Contact", "operation": "insert"}).json()["id"] for _ in range(2)
    ]

    early = org.call("GET", f"jobs/ingest/{jobs[0]}/successfulResults").status_code
    aborted = org.call("PATCH", f"jobs/ingest/{jobs[0]}", {"state": "Aborted"}).json()["state"]
    removed = org.call("DELETE", f"jobs/ingest/{jobs[0]}").status_code
    listed = [each["id"] for each in org.call("GET", "jobs/ingest?jobType=V2Ingest").json()["records"]]
    others = org.call("GET", "jobs/ingest?jobType=Classic").json()["records"]
    org.admin("clock", advance_s=8 * 86_400)
    org.token = ""

    assert (early, aborted, removed, listed, others) == (400, "Aborted", 204, [jobs[1]], [])
    assert org.call("GET", f"jobs/ingest/{jobs[1]}").status_code == 404


def test_simple_salesforce_loads_through_bulk(org: Org) -> None:
    client = org.client()
    rows = [{"LastName": f"Bulk {number}", "HubId__c": f"b{number}"} for number in range(30)]

    (made,) = client.bulk2.Contact.insert(records=rows, wait=0.01)  # type: ignore[arg-type]
    (changed,) = client.bulk2.Contact.upsert(records=rows, external_id_field="HubId__c", wait=0.01)  # type: ignore[arg-type]

    assert (made["numberRecordsProcessed"], made["numberRecordsFailed"]) == (30, 0)
    written = csv.DictReader(io.StringIO(client.bulk2.Contact.get_successful_records(changed["job_id"])))
    assert {each["sf__Created"] for each in written} == {"false"}
