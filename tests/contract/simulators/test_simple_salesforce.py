"""simple-salesforce works against the simulated org as it does against a real one."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce as Client
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

from tests.contract.simulators.salesforce_org import NOW, VERSION, LocalAdapter, Org, served

CONTACT_FIELDS = "Id, FirstName, LastName, Email, Account.Name, SystemModstamp"


def test_a_wrong_secret_is_refused(quiet_org: Org) -> None:
    session = requests.Session()
    session.mount("https://", LocalAdapter(quiet_org.address))

    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client"):
        Client(consumer_key="hub", consumer_secret="wrong", domain="acme.my", session=session, version=VERSION)


def test_a_signed_assertion_signs_in_and_another_key_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    own, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    public = (
        own.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    claims = {"iss": "hub", "sub": "hub@example.com", "aud": "https://login.salesforce.com"}
    expires = int((NOW + timedelta(minutes=3)).timestamp())

    def answer(org: Org, key: Any, **changed: Any) -> dict[str, Any]:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": jwt.encode({**claims, "exp": expires, **changed}, key, algorithm="RS256"),
        }
        sent = requests.post(f"{org.address}/services/oauth2/token", data=form, timeout=10)
        return dict(sent.json())

    with served(people=20) as org:
        org.simulator.tokens.public_key = public

        assert answer(org, own)["access_token"]
        assert answer(org, other)["error"] == "invalid_grant"
        assert answer(org, own, aud="https://elsewhere.example")["error"] == "invalid_grant"
        assert answer(org, own, exp=expires - 3_600)["error"] == "invalid_grant"
        assert answer(org, own, sub="nobody@example.com")["error_description"] == "user hasn't approved this consumer"
        assert answer(org, own, iss="stranger")["error"] == "invalid_client_id"


@pytest.mark.parametrize("name", ["Account", "Contact", "Lead", "Opportunity", "User", "RecordType", "Subscription__c"])
def test_every_row_of_every_object_is_read(quiet_org: Org, name: str) -> None:
    held = quiet_org.rows(name)

    read = {row["Id"]: row for row in quiet_org.client().query_all_iter(f"SELECT Id, Name FROM {name}")}

    assert held
    assert {each: row["Name"] for each, row in read.items()} == {each: row["Name"] for each, row in held.items()}


def test_pages_follow_one_another_until_done(quiet_org: Org) -> None:
    client, held = quiet_org.client(), quiet_org.rows("Contact")

    first = client.query(f"SELECT {CONTACT_FIELDS} FROM Contact", headers={"Sforce-Query-Options": "batchSize=200"})
    second = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)

    assert not first["done"]
    assert second["done"]
    assert len(first["records"]) == 200
    assert {row["Id"] for row in (*first["records"], *second["records"])} == set(held)
    assert first["totalSize"] == second["totalSize"] == len(held)


def test_a_record_is_created_read_changed_and_deleted(org: Org) -> None:
    client = org.client()

    made = client.Contact.create({"LastName": "Okafor", "FirstName": "Amy", "Email": "amy@okafor.example"})
    client.Contact.update(made["id"], {"Title": "Buyer", "FirstName": None})
    read = client.Contact.get(made["id"][:15])
    client.Contact.delete(made["id"])

    assert (read["Name"], read["Title"], read["FirstName"]) == ("Okafor", "Buyer", None)
    assert read["SystemModstamp"] == "2026-11-22T09:00:00.000+0000"
    assert org.ids(f"SELECT Id FROM Contact WHERE Id = '{made['id']}'") == []
    assert org.ids(f"SELECT Id FROM Contact WHERE Id = '{made['id']}' AND IsDeleted = true", deleted=True) == [
        made["id"]
    ]
    with pytest.raises(SalesforceResourceNotFound):
        client.Contact.get(made["id"])


def test_an_upsert_creates_then_updates_then_meets_two(org: Org) -> None:
    client = org.client()

    statuses = [client.Contact.upsert("HubId__c/a%2F1", {"LastName": name}) for name in ("First", "Second")]
    for name in ("One", "Two"):
        client.Contact.create({"LastName": name, "Customer_Number__c": "same"})

    assert statuses == [201, 200]
    assert client.Contact.get_by_custom_id("HubId__c", "a/1")["LastName"] == "Second"
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Contact.upsert("Customer_Number__c/SAME", {"LastName": "Three"})


def test_a_refusal_carries_the_code_that_salesforce_gives(quiet_org: Org) -> None:
    client = quiet_org.client()

    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.Contact.create({"FirstName": "Nameless"})

    assert refused.value.content == [
        {
            "message": "Required fields are missing: [LastName]",
            "errorCode": "REQUIRED_FIELD_MISSING",
            "fields": ["LastName"],
        }
    ]


def test_describe_names_every_field_that_can_be_queried(quiet_org: Org) -> None:
    client = quiet_org.client()
    listed = client.describe()

    for entry in listed["sobjects"]:
        described = getattr(client, entry["name"]).describe()
        names = ", ".join(each["name"] for each in described["fields"])
        page = client.query(f"SELECT {names} FROM {entry['name']} LIMIT 1")

        assert set(page["records"][0]) - {"attributes"} == {each["name"] for each in described["fields"]}


def test_changed_and_deleted_ids_come_from_the_log(org: Org) -> None:
    client = org.client()
    kept, gone = list(org.rows("Lead"))[:2]
    org.admin("clock", advance_s=600)
    org.admin("edit", object="Lead", ids=[kept], set={"Title": "Buyer"})
    client.Lead.delete(gone)
    start, end = NOW + timedelta(minutes=5), NOW + timedelta(minutes=15)

    changed, deleted = client.Lead.updated(start, end), client.Lead.deleted(start, end)

    assert changed["ids"] == [kept]
    assert [each["id"] for each in deleted["deletedRecords"]] == [gone]


def test_bulk_reads_every_row_in_pages(quiet_org: Org) -> None:
    held = quiet_org.rows("Contact")

    pages = list(
        quiet_org.client().bulk2.Contact.query(f"SELECT {CONTACT_FIELDS} FROM Contact", max_records=100, wait=0.01)
    )

    rows = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    assert len(pages) == -(-len(held) // 100)
    assert {row["Id"]: row["Email"] for row in rows} == {each: row["Email"] or "" for each, row in held.items()}
