"""HubSpot objects as unified records: contacts and companies, by property names and by the headers of exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.exports import StandardExport, columns
from unified_model.mapping.rows import NEVER, FieldRow, ObjectMapping

_ADDRESS = (
    FieldRow("address", "address:work.street", label="Street Address"),
    FieldRow("city", "address:work.locality", label="City"),
    FieldRow("state", "address:work.region", label="State/Region"),
    FieldRow("zip", "address:work.postal_code", label="Postal Code"),
    FieldRow("country", "address:work.country", label="Country/Region"),
)

CONTACTS = ObjectMapping(
    object="contacts",
    kind="person",
    key="hs_object_id",
    volatile=("notes_last_updated", "notes_last_contacted", "hs_lastmodifieddate"),
    rows=(
        FieldRow("salutation", "prefix", label="Salutation"),
        FieldRow("firstname", "given_name", label="First Name"),
        FieldRow("lastname", "family_name", label="Last Name"),
        FieldRow("email", "email:work", label="Email"),
        FieldRow("work_email", "email:work", label="Work email"),
        FieldRow("hs_additional_emails", "email:other", "list", label="Additional email addresses"),
        FieldRow("phone", "phone:work", label="Phone Number"),
        FieldRow("mobilephone", "phone:mobile", label="Mobile Phone Number"),
        FieldRow("hs_whatsapp_phone_number", "phone:whatsapp", label="WhatsApp Phone Number"),
        FieldRow("fax", "phone:fax", label="Fax Number"),
        FieldRow("jobtitle", "job_title", label="Job Title"),
        FieldRow("company", "company.name", label="Company Name"),
        FieldRow("associated_company", "company.name", write=NEVER, label="Associated Company"),  # in exports only
        FieldRow("associatedcompanyid", "company.reference", label="Associated Company IDs"),
        FieldRow("website", "company.website", label="Website URL"),
        *_ADDRESS,
        FieldRow("date_of_birth", "birth_date", label="Date of birth"),
        FieldRow("hs_language", "language", label="Preferred language"),
        FieldRow("lifecyclestage", "lifecycle", label="Lifecycle Stage"),
        FieldRow("hs_lead_status", "custom.lead_status", label="Lead Status"),
        FieldRow("hubspot_owner_id", "owner", label="Contact owner"),
        # The opt-out is a mirror of the subscription status, which has its own API.
        FieldRow("hs_email_optout", "consent:email.marketing", "unsubscribed", NEVER, "Unsubscribed from all email"),
        FieldRow("salesforcecontactid", "external_id:salesforce", "id18", NEVER, "Salesforce Contact ID"),
        # Of a lead that was not converted; who is a contact there has that id.
        FieldRow("salesforceleadid", "external_id:salesforce", "id18", NEVER, "Salesforce Lead ID"),
        FieldRow("createdate", "created_at", write=NEVER, label="Create Date"),
        FieldRow("lastmodifieddate", "modified_at", write=NEVER, label="Last Modified Date"),
    ),
)

COMPANIES = ObjectMapping(
    object="companies",
    kind="organization",
    key="hs_object_id",
    volatile=("notes_last_updated", "notes_last_contacted"),
    rows=(
        FieldRow("name", "name", label="Company name"),
        FieldRow("domain", "domain", label="Company Domain Name"),
        FieldRow("hs_additional_domains", "website:other", "list", NEVER, "Additional Domains"),
        FieldRow("website", "website", label="Website URL"),
        FieldRow("phone", "phone:work", label="Phone Number"),
        _ADDRESS[0],
        FieldRow("address2", "address:work.street", label="Street Address 2"),
        *_ADDRESS[1:],
        FieldRow("industry", "industry", label="Industry"),
        FieldRow("numberofemployees", "employees", label="Number of Employees"),
        FieldRow("lifecyclestage", "lifecycle", label="Lifecycle Stage"),
        FieldRow("hubspot_owner_id", "owner", label="Company owner"),
        FieldRow("hs_parent_company_id", "parent_reference", write=NEVER, label="Parent Company ID"),
        FieldRow("salesforceaccountid", "external_id:salesforce", "id18", NEVER, "Salesforce Account ID"),
        FieldRow("createdate", "created_at", write=NEVER, label="Create Date"),
        FieldRow("hs_lastmodifieddate", "modified_at", write=NEVER, label="Last Modified Date"),
    ),
)

VOLATILE = (
    "lastmodifieddate", "hs_lastmodifieddate", "hs_updated_by_user_id", "notes_last_updated", "notes_last_contacted",
    "num_notes", "num_contacted_notes", "hs_last_sales_activity_timestamp",
)  # fmt: skip
"""Properties whose change alone makes no version of a record that nobody maps."""


def _over_the_api(mapping: ObjectMapping) -> ObjectMapping:
    """An export names owner and company where the API gives numbers: the owner's name is looked up."""
    owner = FieldRow("owner.name", "owner", write=NEVER)
    rows = [owner if row.field == "owner" else row for row in mapping.rows if row.column != "associated_company"]
    return replace(mapping, rows=tuple(rows))


STANDARD: Mapping[str, ObjectMapping] = {each.object: _over_the_api(each) for each in (CONTACTS, COMPANIES)}
"""How the objects of a portal are read over its API."""

_OTHER_LANGUAGES = {
    "Vorname": "firstname",
    "Nachname": "lastname",
    "E-Mail": "email",
    "Telefonnummer": "phone",
    "Mobiltelefonnummer": "mobilephone",
    "Jobtitel": "jobtitle",
    "Unternehmensname": "company",
    "Website-URL": "website",
    "Ort": "city",
    "Stadt": "city",
    "Postleitzahl": "zip",
    "Land/Region": "country",
    "Lifecycle-Phase": "lifecyclestage",
    "Für Kontakt zuständiger Mitarbeiter": "hubspot_owner_id",
    "Datum der letzten Änderung": "lastmodifieddate",
    "Zuletzt geändert am": "lastmodifieddate",
    "Erstelldatum": "createdate",
    "Prénom": "firstname",
    "Nom de famille": "lastname",
    "Adresse e-mail": "email",
    "Numéro de téléphone": "phone",
    "Fonction": "jobtitle",
    "Nom de l'entreprise": "company",
    "Ville": "city",
    "Code postal": "zip",
    "Pays/Région": "country",
    "Nombre": "firstname",
    "Apellidos": "lastname",
    "Correo": "email",
    "Número de teléfono": "phone",
    "Cargo": "jobtitle",
    "Nombre de la empresa": "company",
    "Ciudad": "city",
    "Código postal": "zip",
    "País/región": "country",
}

EXPORTS = (
    StandardExport(
        "hubspot",
        CONTACTS,
        telling=columns(
            "firstname associated_company associatedcompanyid lifecyclestage hs_lead_status hubspot_owner_id",
            "hs_email_optout lastmodifieddate createdate website country hs_additional_emails mobilephone",
            "company",
        ),
        aliases={
            **_OTHER_LANGUAGES,
            "Email Address": "email",
            "Company": "company",
            "Street address": "address",
            "Country": "country",
            "State": "state",
            "Primary Associated Company ID": "associatedcompanyid",
            "Associated Company ID": "associatedcompanyid",
            "Associated company": "associated_company",
            "Primary Company": "associated_company",
            "Additional email address": "hs_additional_emails",
            "Opted out of all email": "hs_email_optout",
            "HubSpot Owner": "hubspot_owner_id",
        },
        against=frozenset(("company domain name", "company owner", "contact id 18")),
        key_labels=(
            "Record ID",
            "Record ID - Contact",
            "Contact ID",
            "Datensatz-ID",
            "ID de l'enregistrement",
            "ID de registro",
        ),
    ),
    StandardExport(
        "hubspot",
        COMPANIES,
        telling=columns(
            "domain hubspot_owner_id hs_parent_company_id lifecyclestage numberofemployees createdate",
            "hs_lastmodifieddate country website hs_additional_domains",
        ),
        aliases={
            "Name": "name",
            "Domain": "domain",
            "Unternehmensname": "name",
            "Domain-Name des Unternehmens": "domain",
            "Nom de l'entreprise": "name",
            "Nombre de la empresa": "name",
            "Branche": "industry",
            "Ort": "city",
            "Stadt": "city",
            "Land/Region": "country",
            "Country": "country",
            "State": "state",
            "Zuletzt geändert am": "hs_lastmodifieddate",
            "HubSpot Owner": "hubspot_owner_id",
            "Parent Company": "hs_parent_company_id",
        },
        against=frozenset(
            (
                "first name",
                "last name",
                "firstname",
                "lastname",
                "email",
                "vorname",
                "nachname",
                "contact owner",
                "job title",
            )
        ),
        key_labels=(
            "Record ID",
            "Record ID - Company",
            "Company ID",
            "Datensatz-ID",
            "ID de l'enregistrement",
            "ID de registro",
        ),
    ),
)
"""How the exports of a HubSpot portal look."""
