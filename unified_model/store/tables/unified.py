"""Unified records: each source record read as a person or an organization, with its contact points and companies."""

from __future__ import annotations

from sqlalchemy import Boolean, Index, SmallInteger, Table, Text

from unified_model.store.tables.base import column, metadata
from unified_model.store.types import Json, NaturalText, Surrogate, UtcTime

person_record = Table(
    "person_record",
    metadata,
    column("record", Surrogate, "source_record.id", key=True),
    column("prefix", Text, "Form of address: Dr, Mrs", null=True),
    column("given_name", Text, "First name", null=True),
    column("middle_name", Text, "Middle names or initials", null=True),
    column("family_name", Text, "Last name", null=True),
    column("suffix", Text, "Jr, Sr, III, PhD", null=True),
    column("full_name", Text, "As written, where the source has one name field", null=True),
    column("job_title", Text, "Job title", null=True),
    column("department", Text, "Department", null=True),
    column("birth_date", Text, "ISO date, or as written when it is not one", null=True),
    column("language", Text, "Preferred language", null=True),
    column("website", Text, "Personal or company web site as the person's record gives it", null=True),
    column("lifecycle", Text, "Lifecycle stage or status", null=True),
    column("owner", Text, "Owner in the source system", null=True),
    column("created_at", UtcTime, "Created in the source system", null=True),
    column("modified_at", UtcTime, "Changed in the source system", null=True),
    column("consents", Json, "Opt-ins and opt-outs with their evidence", null=True),
    column("external_ids", Json, "Ids of this person in other systems", null=True),
    column("custom", Json, "Fields mapped to custom.*", null=True),
    column("field_since", Json, "Unified field -> since when; absent: since modified_at", null=True),
    column("match_form", Json, "Folded forms that matching compares", null=True),
    column("mapping_version", Text, "Version of the mapping that made this row"),
    column("normaliser_version", Text, "Version of the normaliser that made match_form and canonical values"),
    comment="Source records read as persons",
)

organization_record = Table(
    "organization_record",
    metadata,
    column("record", Surrogate, "source_record.id", key=True),
    column("name", Text, "Company name as written", null=True),
    column("domain", Text, "Mail or web domain", null=True),
    column("website", Text, "Web site as written", null=True),
    column("industry", Text, "Industry", null=True),
    column("employees", Text, "Number of employees as written", null=True),
    column("registration_id", Text, "Register or tax number", null=True),
    column("lifecycle", Text, "Lifecycle stage or status", null=True),
    column("owner", Text, "Owner in the source system", null=True),
    column("parent_reference", Text, "The vendor's id of the parent company", null=True),
    column("created_at", UtcTime, "Created in the source system", null=True),
    column("modified_at", UtcTime, "Changed in the source system", null=True),
    column("consents", Json, "Opt-ins and opt-outs with their evidence", null=True),
    column("external_ids", Json, "Ids of this organization in other systems", null=True),
    column("custom", Json, "Fields mapped to custom.*", null=True),
    column("field_since", Json, "Unified field -> since when; absent: since modified_at", null=True),
    column("match_form", Json, "Folded forms that matching compares", null=True),
    column("mapping_version", Text, "Version of the mapping that made this row"),
    column("normaliser_version", Text, "Version of the normaliser that made match_form and canonical values"),
    comment="Source records read as organizations, and companies that persons name (source_record.implied)",
)

contact_point = Table(
    "contact_point",
    metadata,
    column("record", Surrogate, "source_record.id", key=True),
    column("position", SmallInteger, "Order within the record", key=True),
    column("kind", Text, "email, phone, address or website"),
    column("raw", Text, "As the source wrote it"),
    column(
        "canonical",
        NaturalText,
        "Canonical e-mail, E.164 phone, folded address; null: could not be read as one",
        null=True,
    ),
    column("label", Text, "work, mobile, mailing ...", null=True),
    column("parts", Json, "Addresses: street, locality, region, postal_code, country", null=True),
    column("verified", Boolean, "The source says it was verified", default=False),
    column("since", UtcTime, "Since when the source has it", null=True),
    column("until", UtcTime, "Until when it was valid", null=True),
    column("source_column", Text, "The raw column it came from", null=True),
    sqlite_with_rowid=False,
    comment="E-mails, phones, addresses and web sites of unified records",
)

affiliation = Table(
    "affiliation",
    metadata,
    column("record", Surrogate, "source_record.id of the person", key=True),
    column("position", SmallInteger, "Order within the record", key=True),
    column(
        "organization", Surrogate, "source_record.id of the organization: its own record, or an implied one", null=True
    ),
    column("name", Text, "Company as the person's record names it", null=True),
    column("domain", Text, "Company domain as the person's record gives it", null=True),
    column("reference", NaturalText, "The vendor's id of the company record", null=True),
    column("title", Text, "Job title there", null=True),
    column("since", UtcTime, "Since when", null=True),
    column("until", UtcTime, "Until when; null: current as far as known", null=True),
    Index("ix_affiliation_organization", "organization"),
    comment="Persons' companies as the persons' own records tell them",
)
