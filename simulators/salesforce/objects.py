"""The objects of the org, one row a field: standard ones, one custom object, custom fields."""

from dataclasses import dataclass
from functools import cached_property

from simulators.salesforce.fields import (
    Field,
    address,
    choice,
    flag,
    formula,
    link,
    long_text,
    number,
    person_name,
    system,
    text,
)


@dataclass(frozen=True)
class ObjectType:
    """One object and what can be done with its records."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: tuple[Field, ...]
    writable: bool = True
    deletable: bool = True
    mergeable: bool = False

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by name in lower case: names in requests mind no case."""
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def by_relationship(self) -> dict[str, Field]:
        return {field.relationship.lower(): field for field in self.fields if field.relationship}

    def field(self, name: str) -> Field | None:
        return self.by_name.get(name.lower())


ID = system("Id", "id", "Record ID", length=18, id_lookup=True)
STAMPS = (
    system("CreatedDate", "datetime", "Created Date"),
    system("CreatedById", "reference", "Created By", length=18, refers_to=("User",), relationship="CreatedBy"),
    system("LastModifiedDate", "datetime", "Last Modified Date"),
    system(
        "LastModifiedById", "reference", "Modified By", length=18, refers_to=("User",), relationship="LastModifiedBy"
    ),
    system("SystemModstamp", "datetime", "System Modstamp"),
)
IS_DELETED = system("IsDeleted", "boolean", "Deleted", default=False)
OWNER = link("OwnerId", "Owner", "User", defaulted=True)
SOURCES = "Web|Phone Inquiry|Partner Referral|Purchased List|Trade Fair|Other"
LEAD_STATES = "Open - Not Contacted|Working - Contacted|Closed - Converted|Closed - Not Converted"
INTERESTS = "Analytics|Storage|Support|Training"
INDUSTRIES = "Banking|Biotechnology|Chemicals|Construction|Consulting|Energy|Engineering|Manufacturing|Retail|Other"


def shown_link(name: str, label: str, target: str) -> Field:
    """A lookup that the org alone fills, for some records."""
    relationship = name.removesuffix("Id")
    return system(name, "reference", label, length=18, refers_to=(target,), relationship=relationship, defaulted=False)


def master(name: str) -> Field:
    return shown_link("MasterRecordId", "Master Record", name)


def hub_id() -> Field:
    return text("HubId__c", "Hub Id", 64, external_id=True, unique=True, case_sensitive=True, id_lookup=True)


ACCOUNT = ObjectType(
    "Account", "Account", "Accounts", "001",
    (
        ID, IS_DELETED, master("Account"),
        text("Name", "Account Name", required=True),
        choice("Type", "Account Type", "Prospect|Customer|Partner|Other"),
        link("RecordTypeId", "Record Type", "RecordType"),
        link("ParentId", "Parent Account", "Account"),
        *address("Billing", "Billing"),
        text("Phone", "Account Phone", 40, type="phone"),
        text("Website", "Website", 255, type="url"),
        choice("Industry", "Industry", INDUSTRIES),
        number("AnnualRevenue", "Annual Revenue", "currency", scale=0),
        number("NumberOfEmployees", "Employees", "int"),
        long_text("Description", "Account Description"),
        OWNER, *STAMPS, hub_id(),
    ),
    mergeable=True,
)  # fmt: skip

CONTACT = ObjectType(
    "Contact", "Contact", "Contacts", "003",
    (
        ID, IS_DELETED, master("Contact"),
        link("AccountId", "Account", "Account", on_delete="cascade"),
        *person_name(),
        *address("Mailing", "Mailing"),
        text("Phone", "Business Phone", 40, type="phone"),
        text("MobilePhone", "Mobile Phone", 40, type="phone"),
        link("ReportsToId", "Reports To", "Contact"),
        text("Email", "Email", 80, type="email", id_lookup=True),
        text("Title", "Title", 128),
        text("Department", "Department", 80),
        choice("LeadSource", "Lead Source", SOURCES),
        long_text("Description", "Contact Description"),
        OWNER,
        flag("HasOptedOutOfEmail", "Email Opt Out"),
        flag("DoNotCall", "Do Not Call"),
        *STAMPS,
        system("EmailBouncedReason", "string", "Email Bounced Reason", length=255, defaulted=False),
        system("EmailBouncedDate", "datetime", "Email Bounced Date", defaulted=False),
        hub_id(),
        text("Customer_Number__c", "Customer Number", 20, external_id=True, id_lookup=True),
        choice("Interests__c", "Interests", INTERESTS, type="multipicklist", restricted=True),
        formula("Account_Industry__c", "Account Industry", "Account.Industry"),
    ),
    mergeable=True,
)  # fmt: skip

LEAD = ObjectType(
    "Lead", "Lead", "Leads", "00Q",
    (
        ID, IS_DELETED, master("Lead"),
        *person_name(),
        text("Title", "Title", 128),
        text("Company", "Company", required=True),
        *address("", "Address"),
        text("Phone", "Phone", 40, type="phone"),
        text("MobilePhone", "Mobile Phone", 40, type="phone"),
        text("Email", "Email", 80, type="email", id_lookup=True),
        text("Website", "Website", 255, type="url"),
        long_text("Description", "Description"),
        choice("LeadSource", "Lead Source", SOURCES),
        choice("Status", "Lead Status", LEAD_STATES, default="Open - Not Contacted", defaulted=True),
        OWNER,
        flag("HasOptedOutOfEmail", "Email Opt Out"),
        flag("DoNotCall", "Do Not Call"),
        system("IsConverted", "boolean", "Converted", default=False),
        system("ConvertedDate", "date", "Converted Date", defaulted=False),
        shown_link("ConvertedAccountId", "Converted Account", "Account"),
        shown_link("ConvertedContactId", "Converted Contact", "Contact"),
        shown_link("ConvertedOpportunityId", "Converted Opportunity", "Opportunity"),
        *STAMPS, hub_id(),
    ),
    mergeable=True,
)  # fmt: skip

STAGES = {
    "Prospecting": 10,
    "Qualification": 25,
    "Proposal": 50,
    "Negotiation": 75,
    "Closed Won": 100,
    "Closed Lost": 0,
}
"""Stages of an opportunity and the probability that each sets."""

OPPORTUNITY = ObjectType(
    "Opportunity", "Opportunity", "Opportunities", "006",
    (
        ID, IS_DELETED,
        link("AccountId", "Account", "Account", on_delete="cascade"),
        text("Name", "Name", 120, required=True),
        long_text("Description", "Description"),
        choice("StageName", "Stage", "|".join(STAGES), required=True),
        number("Amount", "Amount", "currency"),
        Field("Probability", "percent", "Probability (%)", precision=3, scale=0, defaulted=True),
        Field("CloseDate", "date", "Close Date", required=True),
        choice("LeadSource", "Lead Source", SOURCES),
        system("IsClosed", "boolean", "Closed", default=False),
        system("IsWon", "boolean", "Won", default=False),
        OWNER, *STAMPS,
    ),
)  # fmt: skip

USER = ObjectType(
    "User", "User", "Users", "005",
    (
        ID,
        text("Username", "Username", 80, required=True, unique=True, id_lookup=True),
        *person_name(),
        text("Email", "Email", 128, type="email", required=True),
        flag("IsActive", "Active"),
        text("FederationIdentifier", "SAML Federation ID", 512),
        *STAMPS,
    ),
    writable=False,
    deletable=False,
)  # fmt: skip

RECORD_TYPE = ObjectType(
    "RecordType", "Record Type", "Record Types", "012",
    (
        ID,
        text("Name", "Name", 80, required=True),
        text("DeveloperName", "Record Type Name", 80, required=True),
        choice("SobjectType", "SObject Type Name", "Account", required=True),
        flag("IsActive", "Active"),
        *STAMPS,
    ),
    writable=False,
    deletable=False,
)  # fmt: skip

SUBSCRIPTION = ObjectType(
    "Subscription__c", "Subscription", "Subscriptions", "a00",
    (
        ID, IS_DELETED,
        text("Name", "Subscription Name", 80, required=True),
        OWNER, *STAMPS,
        link("Contact__c", "Contact", "Contact"),
        choice("Plan__c", "Plan", "Basic|Team|Enterprise", restricted=True),
        number("Seats__c", "Seats", scale=0),
        Field("Renewal__c", "date", "Renewal"),
        text("Key__c", "Key", 32, external_id=True, unique=True, id_lookup=True),
    ),
)  # fmt: skip

OBJECTS = {each.name.lower(): each for each in (ACCOUNT, CONTACT, LEAD, OPPORTUNITY, USER, RECORD_TYPE, SUBSCRIPTION)}
"""Every object, by its name in lower case."""
