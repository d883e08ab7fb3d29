"""Objects about selling: opportunities with their people and lines, products and their prices, campaigns."""

from simulators.salesforce.fields import Field, choice, flag, link, long_text, number, system, text
from simulators.salesforce.object_type import (
    CURRENCIES,
    CURRENCY,
    ID,
    IS_DELETED,
    MULTI_CURRENCY,
    OWNER,
    STAMPS,
    ObjectType,
)
from simulators.salesforce.people_objects import SOURCES

STAGES = {
    "Prospecting": 10,
    "Qualification": 25,
    "Proposal": 50,
    "Negotiation": 75,
    "Closed Won": 100,
    "Closed Lost": 0,
}
"""Stages of an opportunity and the probability that each sets."""

FORECASTS = {"Closed Won": "Closed", "Closed Lost": "Omitted", "Negotiation": "Commit", "Proposal": "BestCase"}
"""What a stage means for the forecast; the others are pipeline."""

OPPORTUNITY = ObjectType(
    "Opportunity", "Opportunity", "Opportunities", "006",
    (
        ID, IS_DELETED,
        link("AccountId", "Account", "Account", on_delete="cascade", children="Opportunities"),
        text("Name", "Name", 120, required=True),
        long_text("Description", "Description"),
        choice("StageName", "Stage", "|".join(STAGES), required=True),
        number("Amount", "Amount", "currency"),
        Field("Probability", "percent", "Probability (%)", precision=3, scale=0, defaulted=True),
        Field("CloseDate", "date", "Close Date", required=True),
        choice("LeadSource", "Lead Source", SOURCES),
        system("IsClosed", "boolean", "Closed", default=False),
        system("IsWon", "boolean", "Won", default=False),
        system("ForecastCategory", "picklist", "Forecast Category", length=40,
               picklist=("Omitted", "Pipeline", "BestCase", "Commit", "Closed")),
        link("CampaignId", "Primary Campaign Source", "Campaign", children="Opportunities"),
        system("HasOpportunityLineItem", "boolean", "Has Line Item", default=False),
        link("Pricebook2Id", "Price Book", "Pricebook2"),
        *CURRENCY, OWNER, *STAMPS,
    ),
)  # fmt: skip

OPPORTUNITY_CONTACT_ROLE = ObjectType(
    "OpportunityContactRole", "Opportunity Contact Role", "Opportunity Contact Roles", "00K",
    (
        ID, IS_DELETED,
        link("OpportunityId", "Opportunity", "Opportunity", on_delete="cascade", children="OpportunityContactRoles",
             required=True, updateable=False),
        link("ContactId", "Contact", "Contact", on_delete="cascade", children="OpportunityContactRoles",
             required=True, updateable=False),
        choice("Role", "Role", "Business User|Decision Maker|Economic Buyer|Evaluator|Executive Sponsor|Other"),
        flag("IsPrimary", "Primary"),
        *CURRENCY, *STAMPS,
    ),
    name_field=None,
)  # fmt: skip

OPPORTUNITY_LINE_ITEM = ObjectType(
    "OpportunityLineItem", "Opportunity Product", "Opportunity Products", "00k",
    (
        ID, IS_DELETED,
        link("OpportunityId", "Opportunity", "Opportunity", on_delete="cascade", children="OpportunityLineItems",
             required=True, updateable=False),
        number("SortOrder", "Sort Order", "int"),
        link("PricebookEntryId", "Price Book Entry", "PricebookEntry", on_delete="restrict", required=True,
             children="OpportunityLineItems", updateable=False),
        system("Product2Id", "reference", "Product", length=18, refers_to=("Product2",), relationship="Product2"),
        system("ProductCode", "string", "Product Code", length=255),
        system("Name", "string", "Opportunity Product Name", length=376),
        number("Quantity", "Quantity"),
        number("UnitPrice", "Sales Price", "currency"),
        number("TotalPrice", "Total Price", "currency"),
        system("ListPrice", "currency", "List Price", precision=18, scale=2),
        Field("ServiceDate", "date", "Date"),
        text("Description", "Line Description"),
        *CURRENCY, *STAMPS,
    ),
    undeletable=False,
)  # fmt: skip

PRODUCT = ObjectType(
    "Product2", "Product", "Products", "01t",
    (
        ID, IS_DELETED,
        text("Name", "Product Name", 255, required=True),
        text("ProductCode", "Product Code", 255),
        long_text("Description", "Product Description", 4_000),
        flag("IsActive", "Active"),
        choice("Family", "Product Family", "Software|Service|Hardware"),
        text("StockKeepingUnit", "Product SKU", 180),
        *CURRENCY, *STAMPS,
    ),
)  # fmt: skip

PRICEBOOK = ObjectType(
    "Pricebook2", "Price Book", "Price Books", "01s",
    (
        ID, IS_DELETED,
        text("Name", "Price Book Name", 255, required=True),
        flag("IsActive", "Active"),
        system("IsStandard", "boolean", "Is Standard Price Book", default=False),
        text("Description", "Description"),
        *STAMPS,
    ),
)  # fmt: skip

PRICEBOOK_ENTRY = ObjectType(
    "PricebookEntry", "Price Book Entry", "Price Book Entries", "01u",
    (
        ID, IS_DELETED,
        system("Name", "string", "Product Name", length=255),
        link("Pricebook2Id", "Price Book", "Pricebook2", on_delete="cascade", children="PricebookEntries",
             required=True, updateable=False),
        link("Product2Id", "Product", "Product2", on_delete="cascade", children="PricebookEntries",
             required=True, updateable=False),
        number("UnitPrice", "List Price", "currency"),
        flag("IsActive", "Active"),
        flag("UseStandardPrice", "Use Standard Price"),
        system("ProductCode", "string", "Product Code", length=255),
        *CURRENCY, *STAMPS,
    ),
)  # fmt: skip

CAMPAIGN = ObjectType(
    "Campaign", "Campaign", "Campaigns", "701",
    (
        ID, IS_DELETED,
        text("Name", "Name", 80, required=True),
        link("ParentId", "Parent Campaign", "Campaign", children="ChildCampaigns"),
        choice("Type", "Type", "Webinar|Trade Show|Email|Advertisement|Other"),
        choice("Status", "Status", "Planned|In Progress|Completed|Aborted"),
        Field("StartDate", "date", "Start Date"),
        Field("EndDate", "date", "End Date"),
        number("BudgetedCost", "Budgeted Cost in Campaign", "currency", scale=0),
        flag("IsActive", "Active"),
        long_text("Description", "Description"),
        system("NumberOfLeads", "int", "Leads in Campaign", precision=8, default=0),
        system("NumberOfContacts", "int", "Contacts in Campaign", precision=8, default=0),
        system("NumberOfResponses", "int", "Responses in Campaign", precision=8, default=0),
        *CURRENCY, OWNER, *STAMPS,
    ),
)  # fmt: skip

CAMPAIGN_MEMBER = ObjectType(
    "CampaignMember", "Campaign Member", "Campaign Members", "00v",
    (
        ID, IS_DELETED,
        link("CampaignId", "Campaign", "Campaign", on_delete="cascade", children="CampaignMembers",
             required=True, updateable=False),
        link("LeadId", "Lead", "Lead", on_delete="cascade", children="CampaignMembers", updateable=False),
        link("ContactId", "Contact", "Contact", on_delete="cascade", children="CampaignMembers", updateable=False),
        choice("Status", "Status", "Sent|Responded", default="Sent", defaulted=True),
        system("HasResponded", "boolean", "Responded", default=False),
        system("FirstRespondedDate", "date", "First Responded Date", defaulted=False),
        *CURRENCY, *STAMPS,
    ),
    undeletable=False,
    name_field=None,
)  # fmt: skip

SUBSCRIPTION = ObjectType(
    "Subscription__c", "Subscription", "Subscriptions", "a00",
    (
        ID, IS_DELETED,
        text("Name", "Subscription Name", 80, required=True),
        *CURRENCY, OWNER, *STAMPS,
        link("Contact__c", "Contact", "Contact", children="Subscriptions__r"),
        choice("Plan__c", "Plan", "Basic|Team|Enterprise", restricted=True),
        number("Seats__c", "Seats", scale=0),
        Field("Renewal__c", "date", "Renewal"),
        text("Key__c", "Key", 32, external_id=True, unique=True, id_lookup=True),
    ),
)  # fmt: skip

CURRENCY_TYPE = ObjectType(
    "CurrencyType", "Currency Type", "Currency Types", "01L",
    (
        ID,
        choice("IsoCode", "Currency ISO Code", "|".join(CURRENCIES), required=True),
        Field("ConversionRate", "double", "Conversion Rate", precision=18, scale=6, required=True),
        number("DecimalPlaces", "Decimal Places", "int"),
        flag("IsActive", "Active"),
        system("IsCorporate", "boolean", "Corporate Currency", default=False),
        *STAMPS,
    ),
    writable=False,
    deletable=False,
    name_field=None,
    feature=MULTI_CURRENCY,
)  # fmt: skip
