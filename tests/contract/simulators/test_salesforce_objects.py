"""The objects of the simulated org beyond people: references, sums, cascades, the recycle bin, the archive."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.contract.simulators.salesforce_org import Org, served

DESCRIBED = """
    name label type length precision scale byteLength nillable createable updateable defaultedOnCreate calculated
    calculatedFormula autoNumber externalId idLookup unique caseSensitive custom compoundFieldName referenceTo
    relationshipName polymorphicForeignKey namePointing picklistValues restrictedPicklist dependentPicklist
    controllerName encrypted filterable sortable groupable aggregatable queryByDistance permissionable
    deprecatedAndHidden soapType
"""
DAY_S = 86_400


def names(org: Org) -> list[str]:
    listed = org.call("GET", "sobjects").json()["sobjects"]
    return [each["name"] for each in listed]


def described(org: Org, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = org.call("GET", f"sobjects/{name}/describe").json()
    return answer


def create(org: Org, name: str, **values: Any) -> str:
    answer = org.call("POST", f"sobjects/{name}", values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def refused(org: Org, name: str, **values: Any) -> str:
    answer = org.call("POST", f"sobjects/{name}", values)
    assert answer.status_code == 400, answer.text
    return str(answer.json()[0]["errorCode"])


def some(org: Org, name: str, **wanted: Any) -> dict[str, Any]:
    """A record with these values; True asks for any value."""
    return next(
        row
        for row in org.rows(name).values()
        if all(row[field] is not None if value is True else row[field] == value for field, value in wanted.items())
    )


def test_every_reference_points_at_a_record_of_a_type_that_its_field_allows(quiet_org: Org) -> None:
    owners = {name: set(quiet_org.rows(name)) for name in names(quiet_org)}
    broken: list[tuple[str, str, str]] = []

    for name in owners:
        links = [field for field in described(quiet_org, name)["fields"] if field["type"] == "reference"]
        for row in quiet_org.rows(name).values():
            for field in links:
                value = row[field["name"]]
                if value is not None and not any(value in owners[target] for target in field["referenceTo"]):
                    broken.append((name, field["name"], value))

    assert broken == []


def test_every_object_is_filled_and_described_with_every_key(quiet_org: Org) -> None:
    listed = names(quiet_org)

    assert {"OpportunityContactRole", "OpportunityLineItem", "Product2", "Pricebook2", "PricebookEntry"} < set(listed)
    assert {"Case", "Task", "Event", "Campaign", "CampaignMember", "Group"} < set(listed)
    for name in listed:
        fields = described(quiet_org, name)["fields"]
        assert all(set(DESCRIBED.split()) <= set(field) for field in fields)
        assert set(quiet_org.rows(name).popitem()[1]) == {field["name"] for field in fields}


def test_every_field_of_every_object_can_be_queried(quiet_org: Org) -> None:
    for name in names(quiet_org):
        fields = [field["name"] for field in described(quiet_org, name)["fields"]]

        answer = quiet_org.query(f"SELECT {', '.join(fields)} FROM {name} LIMIT 1")

        assert answer.status_code == 200, (name, answer.text)


def test_an_opportunity_is_worth_its_lines(org: Org) -> None:
    deal = some(org, "Opportunity", HasOpportunityLineItem=False)["Id"]
    entry = some(org, "PricebookEntry", IsActive=True)

    line = create(org, "OpportunityLineItem", OpportunityId=deal, PricebookEntryId=entry["Id"], Quantity=3)
    worth = org.rows("Opportunity")[deal]
    org.call("PATCH", f"sobjects/Opportunity/{deal}", {"Amount": 1, "Description": "kept"})
    told = org.rows("Opportunity")[deal]
    org.call("PATCH", f"sobjects/OpportunityLineItem/{line}", {"Quantity": 5})
    more = org.rows("Opportunity")[deal]
    org.call("DELETE", f"sobjects/OpportunityLineItem/{line}")

    assert (worth["Amount"], worth["HasOpportunityLineItem"]) == (3 * entry["UnitPrice"], True)
    assert worth["Pricebook2Id"] == entry["Pricebook2Id"]
    assert (told["Amount"], told["Description"]) == (worth["Amount"], "kept")
    assert more["Amount"] == 5 * entry["UnitPrice"]
    assert org.rows("Opportunity")[deal]["HasOpportunityLineItem"] is False


def test_sums_and_counts_of_the_first_records_are_right(quiet_org: Org) -> None:
    sums: Counter[str] = Counter()
    for line in quiet_org.rows("OpportunityLineItem").values():
        sums[line["OpportunityId"]] += round(line["TotalPrice"] * 100)
    members = quiet_org.rows("CampaignMember").values()

    deals = quiet_org.rows("Opportunity")
    assert {each: round(deals[each]["Amount"] * 100) for each in sums} == dict(sums)
    for campaign in quiet_org.rows("Campaign").values():
        own = [each for each in members if each["CampaignId"] == campaign["Id"]]
        assert campaign["NumberOfLeads"] + campaign["NumberOfContacts"] == len(own)
        assert campaign["NumberOfResponses"] == sum(each["HasResponded"] for each in own)


@pytest.mark.parametrize("name", ["OpportunityLineItem", "CampaignMember"])
def test_what_skips_the_bin_is_gone_at_once_but_logged(org: Org, name: str) -> None:
    gone = next(iter(org.rows(name)))

    answer = org.call("DELETE", f"sobjects/{name}/{gone}")
    span = {"start": "2026-11-22T08:00:00Z", "end": "2026-11-22T10:00:00Z"}
    log = org.call("GET", f"sobjects/{name}/deleted", params=span).json()["deletedRecords"]

    assert answer.status_code == 204
    assert not described(org, name)["undeletable"]
    assert gone not in org.rows(name)
    assert org.ids(f"SELECT Id FROM {name} WHERE Id = '{gone}'", deleted=True) == []
    assert [each["id"] for each in log] == [gone]


def test_lines_go_with_their_opportunity_and_come_back_with_it(org: Org) -> None:
    deal = some(org, "Opportunity", HasOpportunityLineItem=True)["Id"]
    lines = {each for each, row in org.rows("OpportunityLineItem").items() if row["OpportunityId"] == deal}

    org.call("DELETE", f"sobjects/Opportunity/{deal}")
    away = {each for each, row in org.rows("OpportunityLineItem").items() if row["IsDeleted"]}
    org.admin("undelete", object="Opportunity", ids=[deal])

    assert away == lines != set()
    assert not any(row["IsDeleted"] for row in org.rows("OpportunityLineItem").values())


def test_an_account_takes_all_that_is_its_own_along(org: Org) -> None:
    account = some(org, "Case", AccountId=True)["AccountId"]
    create(org, "Task", WhatId=account, Subject="Call")

    org.call("DELETE", f"sobjects/Account/{account}")

    for name, field in (("Contact", "AccountId"), ("Case", "AccountId"), ("Task", "WhatId")):
        own = [row for row in org.rows(name).values() if row[field] == account]
        assert own
        assert all(row["IsDeleted"] for row in own)


def test_a_price_that_lines_use_can_not_be_deleted(org: Org) -> None:
    used = some(org, "OpportunityLineItem", PricebookEntryId=True)["PricebookEntryId"]

    answer = org.call("DELETE", f"sobjects/PricebookEntry/{used}")

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "DELETE_FAILED")


def test_a_campaign_member_is_one_person_once(org: Org) -> None:
    campaign, member = next(iter(org.rows("Campaign"))), some(org, "CampaignMember", ContactId=True)
    lead = next(iter(org.rows("Lead")))

    assert refused(org, "CampaignMember", CampaignId=campaign) == "FIELD_INTEGRITY_EXCEPTION"
    both = {"CampaignId": campaign, "LeadId": lead, "ContactId": member["ContactId"]}
    assert refused(org, "CampaignMember", **both) == "FIELD_INTEGRITY_EXCEPTION"
    again = {"CampaignId": member["CampaignId"], "ContactId": member["ContactId"]}
    assert refused(org, "CampaignMember", **again) == "DUPLICATE_VALUE"


def test_who_and_what_tell_their_type_and_name(org: Org) -> None:
    contact, case = some(org, "Contact", AccountId=True), next(iter(org.rows("Case").values()))
    lead = next(iter(org.rows("Lead").values()))

    first = create(org, "Task", WhoId=contact["Id"], WhatId=case["Id"], Subject="Call")
    second = create(org, "Task", WhoId=lead["Id"], Subject="Call")
    soql = (
        f"SELECT Id, Who.Type, Who.Name, What.Type, What.Name, AccountId FROM Task WHERE Id IN ('{first}', '{second}')"
    )
    read = {row["Id"]: row for row in org.query(soql).json()["records"]}

    assert (read[first]["Who"]["Type"], read[first]["Who"]["Name"]) == ("Contact", contact["Name"])
    assert (read[first]["What"]["Type"], read[first]["What"]["Name"]) == ("Case", case["CaseNumber"])
    assert read[first]["AccountId"] == case["AccountId"]
    assert (read[second]["Who"]["Type"], read[second]["What"], read[second]["AccountId"]) == ("Lead", None, None)
    assert refused(org, "Task", WhoId=case["Id"]) == "MALFORMED_ID"


def test_leads_and_cases_wait_in_queues(quiet_org: Org) -> None:
    soql = "SELECT Owner.Type, Owner.Name FROM Lead"

    owners = {(row["Owner"]["Type"], row["Owner"]["Name"]) for row in quiet_org.query(soql).json()["records"]}

    assert ("Queue", "Inbound Leads") in owners
    assert {kind for kind, _ in owners} == {"Queue", "User"}


def test_old_activities_are_archived_and_come_with_query_all_alone(quiet_org: Org) -> None:
    archived = {each for each, row in quiet_org.rows("Task").items() if row["IsArchived"]}

    shown = set(quiet_org.ids("SELECT Id FROM Task"))
    whole = set(quiet_org.ids("SELECT Id FROM Task", deleted=True))

    assert archived
    assert shown == whole - archived
    assert whole == set(quiet_org.rows("Task"))


def test_time_archives_closed_tasks_and_moves_their_stamp(org: Org) -> None:
    done = create(org, "Task", Subject="Call", Status="Completed", ActivityDate="2026-11-20")
    still_open = create(org, "Task", Subject="Call", ActivityDate="2026-11-20")

    org.admin("clock", advance_s=367 * DAY_S)

    rows = org.rows("Task")
    assert (rows[done]["IsArchived"], rows[still_open]["IsArchived"]) == (True, False)
    assert rows[done]["SystemModstamp"] > rows[done]["LastModifiedDate"]


def test_an_event_lasts_from_start_to_end(org: Org) -> None:
    by_length = create(org, "Event", StartDateTime="2026-12-01T09:00:00Z", DurationInMinutes=45)
    by_end = create(org, "Event", StartDateTime="2026-12-01T09:00:00Z", EndDateTime="2026-12-01T10:30:00Z")

    rows = org.rows("Event")

    assert rows[by_length]["EndDateTime"] == "2026-12-01T09:45:00.000+0000"
    assert (rows[by_end]["DurationInMinutes"], rows[by_end]["ActivityDate"]) == (90, "2026-12-01")


def test_a_new_case_has_the_next_number_and_closing_it_leaves_the_time(org: Org) -> None:
    last = max(row["CaseNumber"] for row in org.rows("Case").values())

    made = create(org, "Case", Subject="Can't sign in")
    org.call("PATCH", f"sobjects/Case/{made}", {"Status": "Closed"})

    case = org.rows("Case")[made]
    assert int(case["CaseNumber"]) == int(last) + 1
    assert (case["IsClosed"], case["ClosedDate"]) == (True, "2026-11-22T09:00:00.000+0000")


def test_a_merge_moves_activities_cases_roles_and_one_membership(org: Org) -> None:
    winner, loser = list(org.rows("Contact"))[:2]
    campaign = create(org, "Campaign", Name="Both")
    for each in (winner, loser):
        create(org, "CampaignMember", CampaignId=campaign, ContactId=each)
    task, case = create(org, "Task", WhoId=loser), create(org, "Case", ContactId=loser)

    org.admin("merge", object="Contact", master=winner, losers=[loser])

    own = [row for row in org.rows("CampaignMember").values() if row["CampaignId"] == campaign]
    assert [row["ContactId"] for row in own] == [winner]
    assert org.rows("Campaign")[campaign]["NumberOfContacts"] == 1
    assert (org.rows("Task")[task]["WhoId"], org.rows("Case")[case]["ContactId"]) == (winner, winner)


def test_a_converted_lead_takes_its_activities_and_memberships_along(org: Org) -> None:
    queue = some(org, "Group", DeveloperName="Inbound_Leads")["Id"]
    lead = some(org, "Lead", OwnerId=queue)["Id"]
    task, campaign = create(org, "Task", WhoId=lead), create(org, "Campaign", Name="New")
    member = create(org, "CampaignMember", CampaignId=campaign, LeadId=lead)

    ids = org.admin("convert", lead=lead, opportunity=True)

    contact = ids["ConvertedContactId"]
    assert org.rows("Task")[task]["WhoId"] == contact
    assert org.rows("CampaignMember")[member]["ContactId"] == contact
    assert org.rows("CampaignMember")[member]["LeadId"] == lead
    assert org.rows("Contact")[contact]["OwnerId"] in org.rows("User")


def test_an_edit_that_commits_late_carries_what_follows_from_it(org: Org) -> None:
    line = next(iter(org.rows("OpportunityLineItem").values()))
    before = org.rows("Opportunity")[line["OpportunityId"]]["Amount"]

    org.admin("edit", object="OpportunityLineItem", ids=[line["Id"]], set={"Quantity": 900}, commit_s=60)
    meanwhile = org.rows("Opportunity")[line["OpportunityId"]]["Amount"]
    org.admin("clock", advance_s=61)

    assert meanwhile == before
    assert org.rows("Opportunity")[line["OpportunityId"]]["Amount"] == pytest.approx(
        before + (900 - line["Quantity"]) * line["UnitPrice"]
    )


def test_amounts_of_an_org_with_several_currencies_stand_in_their_own() -> None:
    with served(features=("multi_currency",)) as org:
        accounts, entries = org.rows("Account"), org.rows("PricebookEntry")
        lines, deals = org.rows("OpportunityLineItem").values(), org.rows("Opportunity")

        assert {row["IsoCode"] for row in org.rows("CurrencyType").values()} == {"EUR", "USD", "GBP"}
        assert len({row["CurrencyIsoCode"] for row in accounts.values()}) == 3
        for line in lines:
            deal = deals[line["OpportunityId"]]
            assert deal["CurrencyIsoCode"] == accounts[deal["AccountId"]]["CurrencyIsoCode"]
            assert line["CurrencyIsoCode"] == deal["CurrencyIsoCode"]
            assert entries[line["PricebookEntryId"]]["CurrencyIsoCode"] == deal["CurrencyIsoCode"]
        deal = next(row for row in deals.values() if row["CurrencyIsoCode"] == "USD" and row["Pricebook2Id"] is None)
        entry = next(row for row in entries.values() if row["CurrencyIsoCode"] == "EUR")
        wrong = {"OpportunityId": deal["Id"], "PricebookEntryId": entry["Id"], "Quantity": 1}
        assert refused(org, "OpportunityLineItem", **wrong) == "FIELD_INTEGRITY_EXCEPTION"


def test_an_org_of_one_currency_knows_no_other(quiet_org: Org) -> None:
    assert "CurrencyType" not in names(quiet_org)
    assert quiet_org.query("SELECT CurrencyIsoCode FROM Opportunity").json()[0]["errorCode"] == "INVALID_FIELD"
