"""The objects that an org can have, and what stands for a record whose type is open."""

from simulators.salesforce.activity_objects import CASE, EVENT, TASK
from simulators.salesforce.fields import flag, person_name, system, text
from simulators.salesforce.object_type import ID, MULTI_CURRENCY, PERSON_ACCOUNTS, ObjectType
from simulators.salesforce.people_objects import (
    ACCOUNT,
    CONTACT,
    GROUP,
    LEAD,
    PERSON_OF_ACCOUNT,
    RECORD_TYPE,
    USER,
)
from simulators.salesforce.sales_objects import (
    CAMPAIGN,
    CAMPAIGN_MEMBER,
    CURRENCY_TYPE,
    FORECASTS,
    OPPORTUNITY,
    OPPORTUNITY_CONTACT_ROLE,
    OPPORTUNITY_LINE_ITEM,
    PRICEBOOK,
    PRICEBOOK_ENTRY,
    PRODUCT,
    STAGES,
    SUBSCRIPTION,
)

__all__ = [
    "ACCOUNT", "CAMPAIGN", "CAMPAIGN_MEMBER", "CASE", "CONTACT", "CURRENCY_TYPE", "EVENT", "FEATURES", "FORECASTS",
    "GROUP", "LEAD", "NAME", "OBJECTS", "OPPORTUNITY", "OPPORTUNITY_CONTACT_ROLE", "OPPORTUNITY_LINE_ITEM",
    "PERSON_OF_ACCOUNT", "PRICEBOOK", "PRICEBOOK_ENTRY", "PRODUCT", "RECORD_TYPE", "STAGES", "SUBSCRIPTION", "TASK",
    "USER", "ObjectType",
]  # fmt: skip

FEATURES = (PERSON_ACCOUNTS, MULTI_CURRENCY)

OBJECTS = {
    each.name.lower(): each
    for each in (
        ACCOUNT, CONTACT, LEAD, OPPORTUNITY, OPPORTUNITY_CONTACT_ROLE, OPPORTUNITY_LINE_ITEM, PRODUCT, PRICEBOOK,
        PRICEBOOK_ENTRY, CASE, TASK, EVENT, CAMPAIGN, CAMPAIGN_MEMBER, USER, GROUP, RECORD_TYPE, CURRENCY_TYPE,
        SUBSCRIPTION,
    )
}  # fmt: skip
"""Every object with every field, by its name in lower case. An org has those that its switches let it have."""

NAME = ObjectType(
    "Name", "Name", "Names", "",
    (
        ID, *person_name(),
        system("Type", "picklist", "Type"),
        text("Title", "Title", 128),
        text("Email", "Email", 80, type="email"),
        text("Phone", "Phone", 40, type="phone"),
        text("Username", "Username", 80),
        flag("IsActive", "Active"),
    ),
    writable=False,
    deletable=False,
)  # fmt: skip
"""What can be asked through a lookup that points at several types: `Owner.Name`, `Who.Type`."""
