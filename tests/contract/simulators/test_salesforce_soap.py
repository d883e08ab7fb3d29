"""What the simulated org does in SOAP alone: merging, converting, taking back deletions, signing in by password."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from simple_salesforce import Salesforce as Client
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from tests.contract.simulators.salesforce_org import LocalAdapter, Org

ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:partner.soap.sforce.com"
  xmlns:o="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <env:Header><p:SessionHeader><p:sessionId>{session}</p:sessionId></p:SessionHeader></env:Header>
  <env:Body>{body}</env:Body></env:Envelope>"""


def soap(org: Org, body: str, *, version: str = "62.0", session: str | None = None) -> requests.Response:
    org.token = org.token or org.sign_in()
    text = ENVELOPE.format(session=org.token if session is None else session, body=body)
    headers = {"Content-Type": "text/xml", "SOAPAction": "any"}
    address = f"{org.address}/services/Soap/u/{version}"
    return org.session.post(address, data=text.encode(), headers=headers, timeout=9)


def told(answer: requests.Response, name: str) -> list[str]:
    return re.findall(f"<(?:\\w+:)?{name}>([^<]*)</", answer.text)


def merge_request(master: str, losers: list[str], fields: str = "", kind: str = "Contact") -> str:
    ids = "".join(f"<p:recordToMergeIds>{each}</p:recordToMergeIds>" for each in losers)
    record = f"<p:masterRecord><o:type>{kind}</o:type><o:Id>{master}</o:Id>{fields}</p:masterRecord>"
    return f"<p:request>{record}{ids}</p:request>"


def test_a_merge_keeps_the_chosen_values_and_moves_the_children(org: Org) -> None:
    subscription = next(row for row in org.rows("Subscription__c").values())
    loser = subscription["Contact__c"]
    master, other = [each for each in org.rows("Contact") if each != loser][:2]
    org.admin("clock", advance_s=60)
    kept = "<o:Title>Kept</o:Title><o:fieldsToNull>Phone</o:fieldsToNull>"

    answer = soap(org, f"<p:merge>{merge_request(master, [loser, other], kept)}</p:merge>")

    rows = org.rows("Contact")
    assert (answer.status_code, told(answer, "success"), told(answer, "id")) == (200, ["true"], [master])
    assert told(answer, "mergedRecordIds") == [loser, other]
    assert subscription["Id"] in told(answer, "updatedRelatedIds")
    assert (rows[master]["Title"], rows[master]["Phone"]) == ("Kept", None)
    assert rows[master]["LastModifiedById"] == org.simulator.org.user_id
    assert {(rows[each]["IsDeleted"], rows[each]["MasterRecordId"]) for each in (loser, other)} == {(True, master)}
    assert org.rows("Subscription__c")[subscription["Id"]]["Contact__c"] == master


def test_each_merge_of_a_call_stands_alone(org: Org) -> None:
    one, two, three, four = list(org.rows("Contact"))[:4]
    org.admin("lock", ids=[two])
    lead = next(iter(org.rows("Lead")))

    answer = soap(
        org,
        "<p:merge>"
        + merge_request(one, [two])
        + merge_request(three, [four])
        + merge_request(three, [lead])
        + merge_request(three, [one, two, four])
        + "</p:merge>",
    )

    assert told(answer, "success") == ["false", "true", "false", "false"]
    assert told(answer, "statusCode") == ["UNABLE_TO_LOCK_ROW", "MALFORMED_ID", "UNABLE_TO_LOCK_ROW"]
    assert not org.rows("Contact")[two]["IsDeleted"]
    assert org.rows("Contact")[four]["MasterRecordId"] == three


def test_a_merge_whose_values_are_refused_merges_nothing(org: Org) -> None:
    one, two = list(org.rows("Contact"))[:2]

    answer = soap(org, f"<p:merge>{merge_request(one, [two], '<o:Email>none</o:Email>')}</p:merge>")

    assert told(answer, "statusCode") == ["INVALID_EMAIL_ADDRESS"]
    assert not org.rows("Contact")[two]["IsDeleted"]


def test_a_lead_is_converted_into_new_records_or_given_ones(org: Org) -> None:
    first, second = list(org.rows("Lead"))[:2]
    contact = next(row for row in org.rows("Contact").values() if row["AccountId"])

    def convert(lead: str, more: str) -> requests.Response:
        status = "<p:convertedStatus>Closed - Converted</p:convertedStatus>"
        inside = f"<p:leadId>{lead}</p:leadId>{status}{more}"
        return soap(org, f"<p:convertLead><p:leadConverts>{inside}</p:leadConverts></p:convertLead>")

    new = convert(first, "<p:doNotCreateOpportunity>false</p:doNotCreateOpportunity>")
    convert(
        second,
        f"<p:accountId>{contact['AccountId']}</p:accountId><p:contactId>{contact['Id']}</p:contactId>"
        "<p:doNotCreateOpportunity>true</p:doNotCreateOpportunity>",
    )
    again = convert(first, "")

    leads = org.rows("Lead")
    assert told(new, "contactId") == [leads[first]["ConvertedContactId"]]
    assert told(new, "opportunityId") == [leads[first]["ConvertedOpportunityId"]]
    assert leads[second]["ConvertedContactId"] == contact["Id"]
    assert leads[second]["ConvertedOpportunityId"] is None
    assert told(again, "statusCode") == ["CANNOT_UPDATE_CONVERTED_LEAD"]


def test_a_deletion_is_taken_back(org: Org) -> None:
    gone, kept = list(org.rows("Lead"))[:2]
    org.call("DELETE", f"sobjects/Lead/{gone}")

    answer = soap(org, f"<p:undelete><p:ids>{gone}</p:ids><p:ids>{kept}</p:ids></p:undelete>")

    assert (told(answer, "success"), told(answer, "statusCode")) == (["true", "false"], ["UNDELETE_FAILED"])
    assert gone in org.ids("SELECT Id FROM Lead")


@pytest.mark.parametrize(
    ("body", "more", "code"),
    [
        ("<p:merge/>", {"session": "none"}, "sf:INVALID_SESSION_ID"),
        ("<p:merge/>", {"version": "30.0"}, "sf:UNSUPPORTED_API_VERSION"),
        ("<p:getUserInfo/>", {}, "soapenv:Client"),
        ("<p:login/>", {"version": "65.0"}, "soapenv:Client"),
        ("<p:login/>", {"version": "64.0"}, "sf:INVALID_LOGIN"),
        ("", {}, "soapenv:Client"),
    ],
)
def test_what_can_not_be_done_is_a_fault(quiet_org: Org, body: str, more: dict[str, str], code: str) -> None:
    answer = soap(quiet_org, body, **more)  # type: ignore[arg-type]

    assert (answer.status_code, told(answer, "faultcode")) == (500, [code])


def test_switches_hold_in_soap_too(org: Org) -> None:
    org.admin("switch", api_disabled=True, soap_login=False)

    merged, signed_in = soap(org, "<p:merge/>"), soap(org, "<p:login/>")

    assert told(merged, "exceptionCode") == ["API_DISABLED_FOR_ORG"]
    assert told(signed_in, "exceptionCode") == ["INVALID_OPERATION"]


def connect(org: Org, **more: Any) -> Client:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", LocalAdapter(org.address))
    given = {"password": "hub-password", "security_token": "HUBTOKEN", "domain": "acme.my", "version": "62.0"} | more
    return Client(username="hub@example.com", session=session, **given)


def test_simple_salesforce_signs_in_by_password_until_version_64(quiet_org: Org) -> None:
    client = connect(quiet_org)

    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == len(quiet_org.rows("Contact"))
    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        connect(quiet_org, password="wrong")
    with pytest.raises(SalesforceAuthenticationFailed, match="No operation"):
        connect(quiet_org, version="65.0")


def test_the_password_grant_is_off_until_switched_on(org: Org) -> None:
    app = {"consumer_key": "hub", "consumer_secret": "hub-secret", "security_token": None}

    with pytest.raises(SalesforceAuthenticationFailed, match="unsupported_grant_type"):
        connect(org, password="hub-passwordHUBTOKEN", **app)
    org.admin("switch", password_grant=True)
    client = connect(org, password="hub-passwordHUBTOKEN", **app)

    assert client.query("SELECT COUNT() FROM User")["totalSize"] == len(org.rows("User"))
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_grant"):
        connect(org, password="hub-password", **app)
