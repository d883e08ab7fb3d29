"""Rules that hold for one object: what a record of it must have, must not have, or must have only once."""

from simulators.salesforce.errors import Refusal
from simulators.salesforce.fields import Row, Value
from simulators.salesforce.objects import PERSON_OF_ACCOUNT, ObjectType
from simulators.salesforce.org import Org


def absent_fields(kind: ObjectType, values: dict[str, Value]) -> list[str]:
    """Required fields that a new record lacks; a person's account needs no name of its own."""
    needed = [each.name for each in kind.fields if each.required and each.createable and values.get(each.name) is None]
    person = kind.name == "Account" and values.get("LastName") is not None
    return [name for name in needed if not (person and name == "Name")]


def check_rules(org: Org, kind: ObjectType, before: Row | None, row: Row, values: dict[str, Value]) -> None:
    """Refuse a record that breaks a rule of its object; `values` were just written, `before` is None for a new one."""
    check = _RULES.get(kind.name)
    if check is not None:
        check(org, before, row, values)


def check_deletion(org: Org, kind: ObjectType, row: Row) -> None:
    """Refuse to delete what is part of something else, or what others need."""
    if kind.name == "Contact" and row.get("IsPersonAccount"):
        message = "a person account's contact can't be deleted by itself; delete the account"
        raise Refusal(400, "DELETE_FAILED", message, ())
    for child in org.objects.values():
        for field in child.fields:
            if field.on_delete != "restrict" or kind.name not in field.refers_to:
                continue
            rows = org.tables[child.name].values()
            holding = next((each for each in rows if each.get(field.name) == row["Id"] and not each["IsDeleted"]), None)
            if holding is not None:
                needs = f"it is associated with the following {child.plural.lower()}: {holding['Id']}"
                message = f"Your attempt to delete {row['Id']} could not be completed because {needs}"
                raise Refusal(400, "DELETE_FAILED", message, ())


def _check_account(org: Org, before: Row | None, row: Row, values: dict[str, Value]) -> None:
    person = row.get("LastName") is not None
    if person and values.get("Name") is not None:
        message = "Account: bad field names on insert/update call: Name"
        raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, ("Name",))
    if before is not None and person != bool(before.get("IsPersonAccount")):
        message = "Account: bad field names on insert/update call: LastName"
        raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, ("LastName",))


def _check_contact(org: Org, before: Row | None, row: Row, values: dict[str, Value]) -> None:
    if before is None or not before.get("IsPersonAccount"):
        return
    bad = sorted({*values} & {*PERSON_OF_ACCOUNT.values(), "AccountId"})
    if bad:
        message = f"Unable to create/update fields: {', '.join(bad)}. They are those of a person account"
        raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, tuple(bad))


def _check_member(org: Org, before: Row | None, row: Row, values: dict[str, Value]) -> None:
    if before is not None:
        return
    if (row.get("LeadId") is None) == (row.get("ContactId") is None):
        message = "Provide either a contact ID or a lead ID"
        raise Refusal(400, "FIELD_INTEGRITY_EXCEPTION", message, ("ContactId", "LeadId"))
    who = "ContactId" if row.get("LeadId") is None else "LeadId"
    field = org.object("CampaignMember").by_name[who.lower()]
    for other in org.tables["CampaignMember"].holding(field, row[who]):
        if not other["IsDeleted"] and other["CampaignId"] == row["CampaignId"]:
            raise Refusal(400, "DUPLICATE_VALUE", f"Already a campaign member. record with id: {other['Id']}", ())


def _check_line(org: Org, before: Row | None, row: Row, values: dict[str, Value]) -> None:
    if before is not None:
        return
    entry = org.tables["PricebookEntry"][str(row["PricebookEntryId"])]
    deal = org.tables["Opportunity"][str(row["OpportunityId"])]
    if deal.get("Pricebook2Id") not in (None, entry["Pricebook2Id"]):
        why = "pricebook entry is in a different pricebook than the one assigned to the opportunity"
    elif entry.get("CurrencyIsoCode") != deal.get("CurrencyIsoCode"):
        why = "pricebook entry currency code does not match opportunity currency code"
    else:
        return
    message = f"field integrity exception: PricebookEntryId ({why})"
    raise Refusal(400, "FIELD_INTEGRITY_EXCEPTION", message, ("PricebookEntryId",))


_RULES = {
    "Account": _check_account,
    "Contact": _check_contact,
    "CampaignMember": _check_member,
    "OpportunityLineItem": _check_line,
}
