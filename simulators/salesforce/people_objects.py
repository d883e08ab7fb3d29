"""Objects about people and companies: accounts (persons among them, if switched on), contacts, leads, users."""

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
    text,
)
from simulators.salesforce.fields import system as org_written
from simulators.salesforce.object_type import (
    CURRENCY,
    ID,
    IS_DELETED,
    OWNER,
    OWNER_OR_QUEUE,
    PERSON_ACCOUNTS,
    STAMPS,
    ObjectType,
    behind,
    hub_id,
    master,
    shown_link,
)

SOURCES = "Web|Phone Inquiry|Partner Referral|Purchased List|Trade Fair|Other"
LEAD_STATES = "Open - Not Contacted|Working - Contacted|Closed - Converted|Closed - Not Converted"
INTERESTS = "Analytics|Storage|Support|Training"
INDUSTRIES = "Banking|Biotechnology|Chemicals|Construction|Consulting|Energy|Engineering|Manufacturing|Retail|Other"


def _bounced(prefix: str = "") -> tuple[Field, Field]:
    return (
        org_written(f"{prefix}EmailBouncedReason", "string", "Email Bounced Reason", length=255, defaulted=False),
        org_written(f"{prefix}EmailBouncedDate", "datetime", "Email Bounced Date", defaulted=False),
    )


IS_PERSON = org_written("IsPersonAccount", "boolean", "Is Person Account", default=False)
PERSON_OF_ACCOUNT = {
    "Salutation": "Salutation",
    "FirstName": "FirstName",
    "LastName": "LastName",
    "PersonMailingStreet": "MailingStreet",
    "PersonMailingCity": "MailingCity",
    "PersonMailingState": "MailingState",
    "PersonMailingPostalCode": "MailingPostalCode",
    "PersonMailingCountry": "MailingCountry",
    "Phone": "Phone",
    "PersonMobilePhone": "MobilePhone",
    "PersonEmail": "Email",
    "PersonTitle": "Title",
    "PersonDepartment": "Department",
    "PersonLeadSource": "LeadSource",
    "PersonHasOptedOutOfEmail": "HasOptedOutOfEmail",
    "PersonDoNotCall": "DoNotCall",
    "PersonEmailBouncedReason": "EmailBouncedReason",
    "PersonEmailBouncedDate": "EmailBouncedDate",
    "Customer_Number__pc": "Customer_Number__c",
    "Interests__pc": "Interests__c",
    "OwnerId": "OwnerId",
    "CurrencyIsoCode": "CurrencyIsoCode",
}
"""Fields of a person account and those of its contact that hold the same."""

PERSON_FIELDS = behind(
    PERSON_ACCOUNTS,
    text("LastName", "Last Name", 80, compound="Name"),
    text("FirstName", "First Name", 40, compound="Name"),
    choice("Salutation", "Salutation", "Mr.|Ms.|Mrs.|Dr.|Prof.", compound="Name"),
    IS_PERSON,
    shown_link("PersonContactId", "Person Contact", "Contact"),
    *address("PersonMailing", "Mailing"),
    text("PersonMobilePhone", "Mobile", 40, type="phone"),
    text("PersonEmail", "Email", 80, type="email", id_lookup=True),
    text("PersonTitle", "Title", 80),
    text("PersonDepartment", "Department", 80),
    choice("PersonLeadSource", "Lead Source", SOURCES),
    flag("PersonHasOptedOutOfEmail", "Email Opt Out"),
    flag("PersonDoNotCall", "Do Not Call"),
    *_bounced("Person"),
    text("Customer_Number__pc", "Customer Number", 20, external_id=True, id_lookup=True),
    choice("Interests__pc", "Interests", INTERESTS, type="multipicklist", restricted=True),
)

ACCOUNT = ObjectType(
    "Account", "Account", "Accounts", "001",
    (
        ID, IS_DELETED, master("Account"),
        text("Name", "Account Name", required=True),
        choice("Type", "Account Type", "Prospect|Customer|Partner|Other"),
        link("RecordTypeId", "Record Type", "RecordType"),
        link("ParentId", "Parent Account", "Account", children="ChildAccounts"),
        *address("Billing", "Billing"),
        text("Phone", "Account Phone", 40, type="phone"),
        text("Website", "Website", 255, type="url"),
        choice("Industry", "Industry", INDUSTRIES),
        number("AnnualRevenue", "Annual Revenue", "currency", scale=0),
        number("NumberOfEmployees", "Employees", "int"),
        long_text("Description", "Account Description"),
        *CURRENCY, OWNER, *STAMPS, *PERSON_FIELDS, hub_id(),
    ),
    mergeable=True,
)  # fmt: skip

CONTACT = ObjectType(
    "Contact", "Contact", "Contacts", "003",
    (
        ID, IS_DELETED, master("Contact"),
        link("AccountId", "Account", "Account", on_delete="cascade", children="Contacts"),
        *behind(PERSON_ACCOUNTS, IS_PERSON),
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
        *CURRENCY, OWNER,
        flag("HasOptedOutOfEmail", "Email Opt Out"),
        flag("DoNotCall", "Do Not Call"),
        *STAMPS,
        *_bounced(),
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
        *CURRENCY, OWNER_OR_QUEUE,
        flag("HasOptedOutOfEmail", "Email Opt Out"),
        flag("DoNotCall", "Do Not Call"),
        org_written("IsConverted", "boolean", "Converted", default=False),
        org_written("ConvertedDate", "date", "Converted Date", defaulted=False),
        shown_link("ConvertedAccountId", "Converted Account", "Account"),
        shown_link("ConvertedContactId", "Converted Contact", "Contact"),
        shown_link("ConvertedOpportunityId", "Converted Opportunity", "Opportunity"),
        *STAMPS, hub_id(),
    ),
    mergeable=True,
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
        *CURRENCY, *STAMPS,
    ),
    writable=False,
    deletable=False,
)  # fmt: skip

GROUP = ObjectType(
    "Group", "Group", "Groups", "00G",
    (
        ID,
        text("Name", "Name", 40, required=True),
        text("DeveloperName", "Developer Name", 80),
        choice("Type", "Type", "Regular|Queue|Role|Organization", required=True),
        text("Email", "Email", 255, type="email"),
        flag("DoesIncludeBosses", "Include Bosses"),
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
        *behind(PERSON_ACCOUNTS, flag("IsPersonType", "Person Type")),
        *STAMPS,
    ),
    writable=False,
    deletable=False,
)  # fmt: skip
