"""Bulk query jobs of the simulated org: states, pages, CSV, and what is left to REST."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import pytest
import requests

from tests.contract.simulators.salesforce_org import Org


def start(org: Org, soql: str, **more: Any) -> dict[str, Any]:
    answer = org.call("POST", "jobs/query", {"operation": "query", "query": soql, "contentType": "CSV", **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def finish(org: Org, job: str) -> dict[str, Any]:
    """Look until the job has ended."""
    for _ in range(5):
        looked: dict[str, Any] = org.call("GET", f"jobs/query/{job}").json()
        if looked["state"] in ("JobComplete", "Aborted", "Failed"):
            break
    return looked


def test_a_job_takes_its_time_and_has_no_results_before_it_ends(org: Org) -> None:
    job = start(org, "SELECT Id FROM Lead")

    early = org.call("GET", f"jobs/query/{job['id']}/results")
    states = [org.call("GET", f"jobs/query/{job['id']}").json()["state"] for _ in range(3)]

    assert (job["state"], early.status_code, states) == (
        "UploadComplete",
        400,
        ["InProgress", "JobComplete", "JobComplete"],
    )


def test_every_page_has_a_header_and_the_last_locator_is_the_word_null(org: Org) -> None:
    job = start(org, "SELECT Id, Company FROM Lead")["id"]
    count = finish(org, job)["numberRecordsProcessed"]
    locator, pages = None, []
    while locator != "null":
        params = {"maxRecords": "20", **({"locator": locator} if locator else {})}
        pages.append(org.call("GET", f"jobs/query/{job}/results", params=params))
        locator = pages[-1].headers["Sforce-Locator"]

    tables = [list(csv.reader(io.StringIO(page.text))) for page in pages]
    assert {tuple(table[0]) for table in tables} == {("Id", "Company")}
    assert [int(page.headers["Sforce-NumberOfRecords"]) for page in pages] == [len(table) - 1 for table in tables]
    assert sorted(row[0] for table in tables for row in table[1:]) == sorted(org.rows("Lead"))
    assert count == len(org.rows("Lead"))


def test_a_page_can_be_fetched_again_and_comes_compressed(org: Org) -> None:
    job = start(org, "SELECT Id, Name FROM Contact ORDER BY Id")["id"]
    finish(org, job)
    path = f"jobs/query/{job}/results"

    answers = [org.call("GET", path, stream=True, headers={"Accept-Encoding": "gzip"}) for _ in range(2)]

    bodies = [gzip.decompress(answer.raw.read(decode_content=False)) for answer in answers]
    assert bodies[0] == bodies[1]
    assert org.call("GET", path).content == bodies[0]


def test_text_survives_quotes_commas_and_line_breaks(org: Org) -> None:
    text = 'Says "no",\nthen NULL, 00123'
    made = org.call("POST", "sobjects/Account", {"Name": "NA", "Description": text, "AnnualRevenue": 1e7}).json()["id"]
    job = start(org, f"SELECT Name, Description, AnnualRevenue, Phone, CreatedDate FROM Account WHERE Id = '{made}'")
    finish(org, job["id"])

    answer = org.call("GET", f"jobs/query/{job['id']}/results")

    header, row = csv.reader(io.StringIO(answer.text, newline=""))
    assert header == ["Name", "Description", "AnnualRevenue", "Phone", "CreatedDate"]
    assert row == ["NA", text, "1.0E7", "", "2026-11-22T09:00:00.000Z"]


def test_deleted_rows_come_with_query_all_alone(org: Org) -> None:
    gone = next(iter(org.rows("Lead")))
    org.call("DELETE", f"sobjects/Lead/{gone}")

    found = []
    for operation in ("query", "queryAll"):
        job = start(org, "SELECT Id FROM Lead", operation=operation)["id"]
        finish(org, job)
        found.append(gone in org.call("GET", f"jobs/query/{job}/results").text)

    assert found == [False, True]


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT COUNT() FROM Contact",
        "SELECT MAX(Email) FROM Contact",
        "SELECT Title FROM Contact GROUP BY Title",
        "SELECT Id FROM Contact LIMIT 5 OFFSET 1",
        "SELECT MailingAddress FROM Contact",
        "SELECT Id, (SELECT Id FROM Contacts) FROM Account",
        "SELECT TYPEOF Who WHEN Contact THEN Email END FROM Task",
    ],
)
def test_what_bulk_does_not_do_is_refused(quiet_org: Org, soql: str) -> None:
    answer = quiet_org.call("POST", "jobs/query", {"operation": "query", "query": soql})

    assert answer.status_code == 400
    assert "Bulk API" in answer.json()[0]["message"]


def test_a_job_can_be_aborted_and_deleted_and_is_forgotten_after_a_week(org: Org) -> None:
    aborted, kept = (start(org, "SELECT Id FROM Lead")["id"] for _ in range(2))

    org.call("PATCH", f"jobs/query/{aborted}", {"state": "Aborted"})
    state = finish(org, aborted)["state"]
    removed = org.call("DELETE", f"jobs/query/{aborted}").status_code
    listed = [each["id"] for each in org.call("GET", "jobs/query").json()["records"]]
    org.admin("clock", advance_s=8 * 86_400)
    org.token = ""

    assert (state, removed, listed) == ("Aborted", 204, [kept])
    assert org.call("GET", f"jobs/query/{kept}").status_code == 404


def test_a_job_is_found_in_each_state_as_often_as_told(org: Org) -> None:
    org.admin("switch", job_looks=3)
    job = start(org, "SELECT Id FROM Lead")["id"]

    states = [org.call("GET", f"jobs/query/{job}").json()["state"] for _ in range(7)]

    org.admin("switch", job_looks=0)
    quick = org.call("GET", f"jobs/query/{start(org, 'SELECT Id FROM Lead')['id']}").json()["state"]

    assert states == ["UploadComplete"] * 2 + ["InProgress"] * 3 + ["JobComplete"] * 2
    assert quick == "JobComplete"


def test_a_job_can_fail_for_lack_of_time(org: Org) -> None:
    org.admin("switch", jobs_to_fail=1)
    failed, good = (start(org, "SELECT Id FROM Lead")["id"] for _ in range(2))

    looked = finish(org, failed)
    refused = org.call("GET", f"jobs/query/{failed}/results")

    assert (looked["state"], looked["numberRecordsProcessed"]) == ("Failed", 0)
    assert "QUERY_TIMEOUT" in looked["errorMessage"]
    assert refused.status_code == 400
    assert finish(org, good)["state"] == "JobComplete"


def test_result_pages_can_be_fetched_side_by_side(org: Org) -> None:
    job = start(org, "SELECT Id FROM Contact ORDER BY Id")["id"]
    finish(org, job)
    path, pages = f"jobs/query/{job}/resultPages?maxRecords=40", []
    while path:
        answer = org.call("GET", path).json()
        assert len(answer["resultPages"]) <= 5
        pages += [each["resultUrl"].removeprefix("/services/data/v62.0/") for each in answer["resultPages"]]
        path = (answer["nextRecordUrl"] or "").removeprefix("/services/data/v62.0/")

    found = [list(csv.reader(io.StringIO(org.call("GET", page).text)))[1:] for page in reversed(pages)]

    assert len(pages) == -(-len(org.rows("Contact")) // 40) > 5
    assert sorted(row[0] for rows in found for row in rows) == sorted(org.rows("Contact"))


def test_older_versions_have_no_result_pages(org: Org) -> None:
    job = start(org, "SELECT Id FROM Lead")["id"]
    finish(org, job)

    assert org.call("GET", f"../v57.0/jobs/query/{job}/resultPages").status_code == 404


def test_an_empty_result_is_a_header_and_no_more(org: Org) -> None:
    job = start(org, "SELECT Id, Name FROM Contact WHERE Name = 'none such'")["id"]
    finish(org, job)

    answer = org.call("GET", f"jobs/query/{job}/results")

    assert answer.text == '"Id","Name"\n'
    assert (answer.headers["Sforce-Locator"], answer.headers["Sforce-NumberOfRecords"]) == ("null", "0")


def test_the_header_and_large_numbers_can_be_switched(org: Org) -> None:
    made = [org.call("POST", "sobjects/Account", {"Name": name, "AnnualRevenue": 25e6}).json()["id"] for name in "ab"]
    org.admin("switch", job_header_once=True, job_exponents=False)
    job = start(org, f"SELECT Name, AnnualRevenue FROM Account WHERE Id IN ('{made[0]}', '{made[1]}') ORDER BY Name")
    finish(org, job["id"])
    path = f"jobs/query/{job['id']}/results?maxRecords=1"

    first = org.call("GET", path)
    second = org.call("GET", f"{path}&locator={first.headers['Sforce-Locator']}")

    assert first.text == '"Name","AnnualRevenue"\n"a","25000000.0"\n'
    assert second.text == '"b","25000000.0"\n'


def test_an_object_can_be_left_to_rest(org: Org) -> None:
    org.admin("switch", objects_without_bulk=["Lead"])

    refused = org.call("POST", "jobs/query", {"operation": "query", "query": "SELECT Id FROM Lead"})

    assert refused.json()[0]["errorCode"] == "INVALIDENTITY"
    assert org.query("SELECT Id FROM Lead").status_code == 200


def test_a_column_hidden_after_the_query_is_still_in_its_result(org: Org) -> None:
    job = start(org, "SELECT Id, Title FROM Contact WHERE Title = 'CEO'")["id"]
    finish(org, job)
    org.admin("field", object="Contact", field="Title", hidden=True)

    rows = list(csv.DictReader(io.StringIO(org.call("GET", f"jobs/query/{job}/results").text)))

    assert {row["Title"] for row in rows} == {"CEO"}


def test_a_torn_page_can_be_fetched_again(org: Org) -> None:
    job = start(org, "SELECT Id, Name FROM Contact ORDER BY Id")["id"]
    finish(org, job)
    path = f"jobs/query/{job}/results"
    org.admin("faults", orders=[{"fault": "torn_body", "path": path}])

    with pytest.raises(requests.RequestException):
        org.call("GET", path)

    rows = list(csv.DictReader(io.StringIO(org.call("GET", path).content.decode())))
    assert {row["Id"] for row in rows} == set(org.rows("Contact"))
