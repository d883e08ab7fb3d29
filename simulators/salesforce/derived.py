"""Fields that follow from others, within a record and across records: names, sums, the contact of a person account."""

from datetime import datetime, timedelta

from simulators.salesforce.fields import Record, Row, Value
from simulators.salesforce.objects import (
    ACCOUNT,
    CAMPAIGN,
    CAMPAIGN_MEMBER,
    CONTACT,
    FORECASTS,
    OPPORTUNITY,
    OPPORTUNITY_LINE_ITEM,
    PERSON_OF_ACCOUNT,
    STAGES,
    ObjectType,
)
from simulators.salesforce.org import Org

Changed = tuple[ObjectType, Row]


def derive(org: Org, row: Row, kind: ObjectType, values: dict[str, Value]) -> None:
    """Fill in what follows from the rest of a record, of which `values` were just written."""
    if kind.field("FirstName") is not None and (kind.name != ACCOUNT.name or row.get("LastName")):
        parts = (row.get("FirstName"), row.get("LastName"))
        row["Name"] = " ".join(str(part) for part in parts if part) or None
    deriver = _DERIVERS.get(kind.name)
    if deriver is not None:
        deriver(org, row, values)


def followers(org: Org, kind: ObjectType, row: Row, *, gone: bool = False) -> list[Changed]:
    """Records of other objects that change with this one, as they will be but for their stamps.

    A person account's contact is kept alike. An opportunity is worth its lines, and a campaign counts its members.
    """
    if kind.name == ACCOUNT.name and row.get("IsPersonAccount") and not gone:
        return [(org.object(CONTACT.name), _contact_of(org, row))]
    if kind.name == OPPORTUNITY_LINE_ITEM.name:
        return _summed(org, row, gone=gone)
    if kind.name == CAMPAIGN_MEMBER.name:
        return _counted(org, row, gone=gone)
    return []


def _contact_of(org: Org, account: Row) -> Row:
    contact_id = str(account["PersonContactId"])
    kind = org.object(CONTACT.name)
    contact: Row = {field.name: field.default for field in kind.fields}
    contact |= org.tables[CONTACT.name].get(contact_id, {"Id": contact_id})
    contact |= {there: account.get(here) for here, there in PERSON_OF_ACCOUNT.items() if kind.field(there) is not None}
    return contact | {"AccountId": account["Id"], "IsPersonAccount": True, "Name": account["Name"]}


def _others(org: Org, kind: ObjectType, link: str, row: Row) -> list[Row]:
    """Records of the same parent that are there, this one left out."""
    rows = org.tables[kind.name].holding(kind.by_name[link.lower()], row[link])
    return [each for each in rows if each["Id"] != row["Id"] and not each.get("IsDeleted")]


def _summed(org: Org, row: Row, *, gone: bool) -> list[Changed]:
    deal = org.tables[OPPORTUNITY.name].get(str(row["OpportunityId"]))
    if deal is None or deal.get("IsDeleted"):
        return []
    lines = _others(org, OPPORTUNITY_LINE_ITEM, "OpportunityId", row) + ([] if gone else [row])
    book = deal.get("Pricebook2Id")
    if not gone and book is None:
        book = org.tables["PricebookEntry"][str(row["PricebookEntryId"])]["Pricebook2Id"]
    amount = round(sum(_number(each.get("TotalPrice")) for each in lines), 2) if lines else deal.get("Amount")
    more: Row = {"Amount": amount, "HasOpportunityLineItem": bool(lines), "Pricebook2Id": book}
    return [(org.object(OPPORTUNITY.name), {**deal, **more})]


def _counted(org: Org, row: Row, *, gone: bool) -> list[Changed]:
    campaign = org.tables[CAMPAIGN.name].get(str(row["CampaignId"]))
    if campaign is None or campaign.get("IsDeleted"):
        return []
    members = _others(org, CAMPAIGN_MEMBER, "CampaignId", row) + ([] if gone else [row])
    more: Row = {
        "NumberOfLeads": sum(1 for each in members if each.get("LeadId")),
        "NumberOfContacts": sum(1 for each in members if each.get("ContactId")),
        "NumberOfResponses": sum(1 for each in members if each.get("HasResponded")),
    }
    return [(org.object(CAMPAIGN.name), {**campaign, **more})]


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _derive_account(org: Org, row: Row, values: dict[str, Value]) -> None:
    if "person_accounts" in org.features:
        row["IsPersonAccount"] = row.get("LastName") is not None


def _derive_opportunity(org: Org, row: Row, values: dict[str, Value]) -> None:
    if "StageName" in values:
        stage = str(row["StageName"])
        row["Probability"] = values.get("Probability", STAGES.get(stage, 0))
        row["IsWon"], row["IsClosed"] = stage == "Closed Won", stage.startswith("Closed")
        row["ForecastCategory"] = FORECASTS.get(stage, "Pipeline")
    if row.get("HasOpportunityLineItem"):
        lines = _others(org, OPPORTUNITY_LINE_ITEM, "OpportunityId", {"OpportunityId": row["Id"], "Id": None})
        row["Amount"] = round(sum(_number(each.get("TotalPrice")) for each in lines), 2)


def _derive_entry(org: Org, row: Row, values: dict[str, Value]) -> None:
    product = org.tables["Product2"].get(str(row.get("Product2Id")), Record({}))
    row |= {"Name": product["Name"], "ProductCode": product["ProductCode"]}


def _derive_line(org: Org, row: Row, values: dict[str, Value]) -> None:
    entry = org.tables["PricebookEntry"].get(str(row.get("PricebookEntryId")), Record({}))
    deal = org.tables[OPPORTUNITY.name].get(str(row.get("OpportunityId")), Record({}))
    row |= {"Product2Id": entry["Product2Id"], "ProductCode": entry["ProductCode"], "ListPrice": entry["UnitPrice"]}
    row["Name"] = f"{deal['Name']} {entry['Name']}"[:376]
    if row.get("UnitPrice") is None:
        row["UnitPrice"] = entry["UnitPrice"]
    row["TotalPrice"] = round(_number(row.get("Quantity")) * _number(row.get("UnitPrice")), 2)


def _derive_member(org: Org, row: Row, values: dict[str, Value]) -> None:
    row["HasResponded"] = row.get("Status") == "Responded"
    if row["HasResponded"] and row.get("FirstRespondedDate") is None:
        row["FirstRespondedDate"] = org.clock.now().date()


def _derive_case(org: Org, row: Row, values: dict[str, Value]) -> None:
    row["IsClosed"] = row.get("Status") == "Closed"
    if not row["IsClosed"]:
        row["ClosedDate"] = None
    elif row.get("ClosedDate") is None:
        row["ClosedDate"] = org.stamp()


def _derive_task(org: Org, row: Row, values: dict[str, Value]) -> None:
    _derive_activity(org, row)
    row["IsClosed"] = row.get("Status") == "Completed"
    row["IsHighPriority"] = row.get("Priority") == "High"
    if not row["IsClosed"]:
        row["CompletedDateTime"] = None
    elif row.get("CompletedDateTime") is None:
        row["CompletedDateTime"] = org.stamp()


def _derive_event(org: Org, row: Row, values: dict[str, Value]) -> None:
    _derive_activity(org, row)
    start, end = row.get("StartDateTime"), row.get("EndDateTime")
    if not isinstance(start, datetime):
        return
    row["ActivityDate"] = start.date()
    if isinstance(end, datetime) and "EndDateTime" in values:
        row["DurationInMinutes"] = int((end - start).total_seconds() // 60)
    else:
        row["EndDateTime"] = start + timedelta(minutes=_number(row.get("DurationInMinutes")))


def _derive_activity(org: Org, row: Row) -> None:
    """The account that an activity is about: the one it names, or that of what or whom it names."""
    account: Value = None
    for name in ("WhoId", "WhatId"):
        record_id = row.get(name)
        kind = None if record_id is None else org.object_of(str(record_id))
        if kind is not None:
            above = org.tables[kind.name].get(str(record_id), Record({}))
            account = record_id if kind.name == ACCOUNT.name else above.get("AccountId", account)
    row["AccountId"] = account


_DERIVERS = {
    "Account": _derive_account,
    "Opportunity": _derive_opportunity,
    "PricebookEntry": _derive_entry,
    "OpportunityLineItem": _derive_line,
    "CampaignMember": _derive_member,
    "Case": _derive_case,
    "Task": _derive_task,
    "Event": _derive_event,
}
