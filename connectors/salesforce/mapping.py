"""Salesforce objects as unified records: Contact, Lead and Account, by API names and by the labels of reports."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.exports import StandardExport, columns
from unified_model.mapping.rows import NEVER, FieldRow, ObjectMapping

VOLATILE = ("LastViewedDate", "LastReferencedDate", "LastActivityDate", "SystemModstamp")
"""Looking at a record moves these; nobody changed anything."""

_STAMPS = (
    FieldRow("CreatedDate", "created_at", write=NEVER, label="Created Date"),
    FieldRow("LastModifiedDate", "modified_at", write=NEVER, label="Last Modified Date"),
    FieldRow("SystemModstamp", "modified_at", write=NEVER, label="System Modstamp"),
)
_PERSON = (
    FieldRow("Salutation", "prefix", label="Salutation"),
    FieldRow("FirstName", "given_name", label="First Name"),
    FieldRow("MiddleName", "middle_name", label="Middle Name"),
    FieldRow("LastName", "family_name", label="Last Name"),
    FieldRow("Suffix", "suffix", label="Suffix"),
    FieldRow("Name", "full_name", write=NEVER, label="Full Name"),  # compound of the five above
    FieldRow("Title", "job_title", label="Title"),
    FieldRow("Email", "email:work", label="Email"),
    FieldRow("Phone", "phone:work", label="Phone"),
    FieldRow("MobilePhone", "phone:mobile", label="Mobile"),
    FieldRow("Fax", "phone:fax", label="Fax"),
    FieldRow("LeadSource", "custom.lead_source", label="Lead Source"),
    FieldRow("HasOptedOutOfEmail", "consent:email.marketing", "opt_out_flag", label="Email Opt Out"),
    FieldRow("DoNotCall", "consent:phone.marketing", "opt_out_flag", label="Do Not Call"),
    FieldRow("HasOptedOutOfFax", "consent:fax.marketing", "opt_out_flag", label="Fax Opt Out"),
)


def _address(prefix: str, label: str, shown: str) -> tuple[FieldRow, ...]:
    """The parts of a compound address; the compound itself is read-only and left out."""
    field = f"address:{label}"
    return (
        FieldRow(f"{prefix}Street", f"{field}.street", label=f"{shown}Street"),
        FieldRow(f"{prefix}City", f"{field}.locality", label=f"{shown}City"),
        FieldRow(f"{prefix}State", f"{field}.region", label=f"{shown}State/Province"),
        FieldRow(f"{prefix}PostalCode", f"{field}.postal_code", label=f"{shown}Zip/Postal Code"),
        FieldRow(f"{prefix}Country", f"{field}.country", label=f"{shown}Country"),
    )


OWN_ID = FieldRow("Id", "external_id:salesforce", "id18", NEVER)
"""Other systems keep the ids of our records under this name."""

CONTACT = ObjectMapping(
    object="Contact",
    kind="person",
    key="Id",
    own_id=OWN_ID,
    deleted="IsDeleted",
    merged_into="MasterRecordId",
    volatile=VOLATILE,
    rows=(
        *_PERSON,
        FieldRow("Department", "department", label="Department"),
        FieldRow("Birthdate", "birth_date", label="Birthdate"),
        FieldRow("HomePhone", "phone:home", label="Home Phone"),
        FieldRow("OtherPhone", "phone:other", label="Other Phone"),
        FieldRow("AccountId", "company.reference", "id18", label="Account ID"),
        FieldRow("Account.Name", "company.name", write=NEVER, label="Account Name"),
        FieldRow("Account.Website", "company.website", write=NEVER, label="Website"),
        FieldRow("Owner.Name", "owner", write=NEVER, label="Contact Owner"),
        FieldRow("OwnerId", "owner", write=NEVER, label="Owner ID"),
        *_address("Mailing", "mailing", "Mailing "),
        *_address("Other", "other", "Other "),
        *_STAMPS,
    ),
)

LEAD = ObjectMapping(
    object="Lead",
    kind="person",
    key="Id",
    own_id=OWN_ID,
    deleted="IsDeleted",
    merged_into="MasterRecordId",
    volatile=VOLATILE,
    rows=(
        *_PERSON,
        FieldRow("Company", "company.name", label="Company / Account"),
        FieldRow("Website", "company.website", label="Website"),
        FieldRow("Status", "lifecycle", label="Lead Status"),
        FieldRow("Owner.Name", "owner", write=NEVER, label="Lead Owner"),
        FieldRow("OwnerId", "owner", write=NEVER, label="Owner ID"),
        FieldRow("ConvertedContactId", "external_id:converted_contact", "id18", NEVER, "Converted Contact ID"),
        *_address("", "work", ""),
        *_STAMPS,
    ),
)

ACCOUNT = ObjectMapping(
    object="Account",
    kind="organization",
    key="Id",
    own_id=OWN_ID,
    deleted="IsDeleted",
    merged_into="MasterRecordId",
    volatile=VOLATILE,
    rows=(
        FieldRow("Name", "name", label="Account Name"),
        FieldRow("Website", "website", label="Website"),
        FieldRow("Phone", "phone:work", label="Phone"),
        FieldRow("Fax", "phone:fax", label="Fax"),
        FieldRow("Industry", "industry", label="Industry"),
        FieldRow("NumberOfEmployees", "employees", label="Employees"),
        FieldRow("Type", "lifecycle", label="Type"),
        FieldRow("AccountNumber", "external_id:account_number", label="Account Number"),
        FieldRow("DunsNumber", "registration_id", label="D-U-N-S Number"),
        FieldRow("ParentId", "parent_reference", "id18", label="Parent Account ID"),
        FieldRow("Owner.Name", "owner", write=NEVER, label="Account Owner"),
        FieldRow("OwnerId", "owner", write=NEVER, label="Owner ID"),
        *_address("Billing", "billing", "Billing "),
        *_address("Shipping", "shipping", "Shipping "),
        *_STAMPS,
    ),
)

PERSON_ACCOUNT = ObjectMapping(
    object="PersonAccount",
    kind="person",
    key="Id",
    own_id=OWN_ID,
    deleted="IsDeleted",
    merged_into="MasterRecordId",
    volatile=VOLATILE,
    rows=(
        FieldRow("Salutation", "prefix", label="Salutation"),
        FieldRow("FirstName", "given_name", label="First Name"),
        FieldRow("MiddleName", "middle_name", label="Middle Name"),
        FieldRow("LastName", "family_name", label="Last Name"),
        FieldRow("Suffix", "suffix", label="Suffix"),
        FieldRow("Name", "full_name", write=NEVER, label="Account Name"),  # compound of the five above
        FieldRow("PersonTitle", "job_title", label="Title"),
        FieldRow("PersonDepartment", "department", label="Department"),
        FieldRow("PersonBirthdate", "birth_date", label="Birthdate"),
        FieldRow("PersonEmail", "email", label="Email"),
        FieldRow("Phone", "phone", label="Phone"),
        FieldRow("PersonMobilePhone", "phone:mobile", label="Mobile"),
        FieldRow("PersonHomePhone", "phone:home", label="Home Phone"),
        FieldRow("PersonOtherPhone", "phone:other", label="Other Phone"),
        FieldRow("Fax", "phone:fax", label="Fax"),
        FieldRow("Website", "website", label="Website"),
        FieldRow("PersonLeadSource", "custom.lead_source", label="Lead Source"),
        FieldRow("PersonHasOptedOutOfEmail", "consent:email.marketing", "opt_out_flag", label="Email Opt Out"),
        FieldRow("PersonDoNotCall", "consent:phone.marketing", "opt_out_flag", label="Do Not Call"),
        FieldRow("PersonHasOptedOutOfFax", "consent:fax.marketing", "opt_out_flag", label="Fax Opt Out"),
        FieldRow("PersonContactId", "external_id:person_contact", "id18", NEVER, "Contact ID"),
        FieldRow("Owner.Name", "owner", write=NEVER, label="Account Owner"),
        FieldRow("OwnerId", "owner", write=NEVER, label="Owner ID"),
        *_address("PersonMailing", "mailing", "Mailing "),
        *_address("PersonOther", "other", "Other "),
        *_address("Billing", "billing", "Billing "),
        *_address("Shipping", "shipping", "Shipping "),
        *_STAMPS,
    ),
)

STANDARD: Mapping[str, ObjectMapping] = {
    mapping.object: mapping for mapping in (ACCOUNT, CONTACT, LEAD, PERSON_ACCOUNT)
}
"""How each object is read unless the settings say otherwise."""

_GERMAN = {
    "Anrede": "Salutation",
    "Vorname": "FirstName",
    "Nachname": "LastName",
    "E-Mail": "Email",
    "Telefon": "Phone",
    "Mobil": "MobilePhone",
    "Mobiltelefon": "MobilePhone",
    "Letztes Änderungsdatum": "LastModifiedDate",
    "Erstelldatum": "CreatedDate",
}
_COMMON = {
    "Business Phone": "Phone",
    "Mobile Phone": "MobilePhone",
    "Business Fax": "Fax",
    "Last Modified": "LastModifiedDate",
}

EXPORTS = (
    StandardExport(
        "salesforce",
        CONTACT,
        telling=columns(
            "AccountId Account.Name Account.Website MailingStreet MailingCity MailingState MailingPostalCode",
            "MailingCountry HasOptedOutOfEmail LastModifiedDate SystemModstamp OwnerId Owner.Name LeadSource",
            "ReportsToId",
        ),
        aliases={
            **_COMMON,
            **_GERMAN,
            "Account: Website": "Account.Website",
            "Account: Account Name": "Account.Name",
            "Account Website": "Account.Website",
            "Accountname": "Account.Name",
            "Account-ID": "AccountId",
            "Kontaktinhaber": "Owner.Name",
            "Mailing Address Line 1": "MailingStreet",
            "Mailing State": "MailingState",
            "Mailing Postal Code": "MailingPostalCode",
            "Postanschrift Straße": "MailingStreet",
            "Postanschrift Ort": "MailingCity",
            "Postanschrift PLZ": "MailingPostalCode",
            "Postanschrift Land": "MailingCountry",
        },
        against=frozenset(("lead id", "lead status", "company / account")),
        key_labels=("Contact ID", "Contact ID 18", "Kontakt-ID", "ID de contact", "Id. de contacto"),
        key_prefix="003",
    ),
    StandardExport(
        "salesforce",
        LEAD,
        telling=columns(
            "Company Status LeadSource IsConverted ConvertedDate ConvertedContactId OwnerId Owner.Name",
            "LastModifiedDate SystemModstamp HasOptedOutOfEmail Rating",
        ),
        aliases={
            **_COMMON,
            **_GERMAN,
            "Company": "Company",
            "Firma": "Company",
            "Status": "Status",
            "Leadinhaber": "Owner.Name",
        },
        against=frozenset(
            ("account.name", "account name", "accountid", "account id", "mailingcity", "mailing city", "contact id")
        ),
        key_labels=("Lead ID", "Lead-ID"),
        key_prefix="00Q",
    ),
    StandardExport(
        "salesforce",
        ACCOUNT,
        telling=columns(
            "BillingStreet BillingCity BillingState BillingPostalCode BillingCountry ShippingCity",
            "ShippingCountry NumberOfEmployees ParentId AccountNumber OwnerId Owner.Name LastModifiedDate",
            "SystemModstamp",
        ),
        aliases={
            "Accountname": "Name",
            "Accountinhaber": "Owner.Name",
            "Branche": "Industry",
            "Mitarbeiter": "NumberOfEmployees",
            "Telefon": "Phone",
            "Last Modified": "LastModifiedDate",
            "Billing State": "BillingState",
            "Billing Postal Code": "BillingPostalCode",
            "Letztes Änderungsdatum": "LastModifiedDate",
        },
        against=frozenset(
            ("firstname", "lastname", "first name", "last name", "vorname", "nachname", "contact id", "lead id")
        ),
        key_labels=("Account ID", "Account ID 18", "Account-ID"),
        key_prefix="001",
    ),
)
"""How the exports of a Salesforce org look."""
