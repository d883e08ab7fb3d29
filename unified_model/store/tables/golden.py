"""Golden: customers as we believe them, each value with where it came from, and the feed of their changes."""

from __future__ import annotations

from sqlalchemy import Boolean, Index, Integer, SmallInteger, Table, Text

from unified_model.store.tables.base import column, metadata
from unified_model.store.types import Json, NaturalText, Surrogate, UtcTime

customer = Table(
    "customer",
    metadata,
    column("id", NaturalText, "Customer id: opaque, lasting", key=True),
    column("kind", Text, "person or organization"),
    column("state", Text, "active; inactive: all its source records are deleted"),
    column("records", Integer, "Source records that belong to it"),
    column("sources", Integer, "Source systems that know it"),
    column("golden_hash", Text, "Hash of its golden values and provenance"),
    comment="Customers that exist now; ids that no longer stand alone resolve through customer_alias",
)

person = Table(
    "person",
    metadata,
    column("customer_id", NaturalText, "customer.id", key=True),
    column("display_name", Text, "Name for people to read", null=True),
    column("prefix", Text, "Form of address", null=True),
    column("given_name", Text, "First name", null=True),
    column("middle_name", Text, "Middle names", null=True),
    column("family_name", Text, "Last name", null=True),
    column("suffix", Text, "Jr, Sr, III", null=True),
    column("job_title", Text, "Job title", null=True),
    column("department", Text, "Department", null=True),
    column("company", Text, "Employer as named by the winning record", null=True),
    column("birth_date", Text, "Birth date", null=True),
    column("language", Text, "Preferred language", null=True),
    column("website", Text, "Web site", null=True),
    column("email", Text, "Primary e-mail", null=True),
    column("phone", Text, "Primary phone", null=True),
    column("street", Text, "Primary address: street", null=True),
    column("locality", Text, "Primary address: town", null=True),
    column("region", Text, "Primary address: state or region", null=True),
    column("postal_code", Text, "Primary address: post code", null=True),
    column("country", Text, "Primary address: country", null=True),
    column("lifecycle", Text, "Lifecycle stage", null=True),
    column("owner", Text, "Owner", null=True),
    column("created_at", UtcTime, "Earliest creation in any source system", null=True),
    column("modified_at", UtcTime, "Newest change in any source system", null=True),
    column("external_ids", Json, "Ids in other systems", null=True),
    column("custom", Json, "Custom fields", null=True),
    column(
        "provenance",
        Json,
        "{records: winners' natural keys, fields: {field: [place in records, rule, since]}}",
        null=True,
    ),
    comment="Golden persons",
)

organization = Table(
    "organization",
    metadata,
    column("customer_id", NaturalText, "customer.id", key=True),
    column("display_name", Text, "Name for people to read", null=True),
    column("name", Text, "Company name", null=True),
    column("domain", Text, "Primary domain", null=True),
    column("website", Text, "Web site", null=True),
    column("industry", Text, "Industry", null=True),
    column("employees", Text, "Number of employees", null=True),
    column("registration_id", Text, "Register or tax number", null=True),
    column("email", Text, "Primary e-mail", null=True),
    column("phone", Text, "Primary phone", null=True),
    column("street", Text, "Primary address: street", null=True),
    column("locality", Text, "Primary address: town", null=True),
    column("region", Text, "Primary address: state or region", null=True),
    column("postal_code", Text, "Primary address: post code", null=True),
    column("country", Text, "Primary address: country", null=True),
    column("lifecycle", Text, "Lifecycle stage", null=True),
    column("owner", Text, "Owner", null=True),
    column("created_at", UtcTime, "Earliest creation in any source system", null=True),
    column("modified_at", UtcTime, "Newest change in any source system", null=True),
    column("external_ids", Json, "Ids in other systems", null=True),
    column("custom", Json, "Custom fields", null=True),
    column(
        "provenance",
        Json,
        "{records: winners' natural keys, fields: {field: [place in records, rule, since]}}",
        null=True,
    ),
    comment="Golden organizations",
)

customer_contact_point = Table(
    "customer_contact_point",
    metadata,
    column("customer_id", NaturalText, "customer.id", key=True),
    column("kind", Text, "email, phone, address or website", key=True),
    column("canonical", NaturalText, "Canonical value; raw text where it has none", key=True),
    column("value", Text, "As the winning source wrote it"),
    column("label", Text, "work, mobile, mailing ...", null=True),
    column("parts", Json, "Addresses: parts", null=True),
    column("is_primary", Boolean, "The one to use first of its kind"),
    column("verified", Boolean, "A source says it was verified"),
    column("rank", SmallInteger, "Order within its kind, 0 first"),
    column("since", UtcTime, "Since when a source has it", null=True),
    column("provenance", Json, "{winner, holders}: natural keys of the source records that hold it"),
    sqlite_with_rowid=False,
    comment="All ways to reach a customer: the union of its sources, with a primary by rule",
)

consent = Table(
    "consent",
    metadata,
    column("customer_id", NaturalText, "customer.id", key=True),
    column("channel", Text, "email, phone, sms ...", key=True),
    column("purpose", Text, "marketing ...", key=True),
    column("point", NaturalText, "Canonical contact point, or * for the channel as a whole", key=True),
    column("status", Text, "granted or withdrawn"),
    column("evidenced_at", UtcTime, "When the winning event happened; null: no evidence", null=True),
    column("provenance", Json, "The source record and evidence that decided"),
    sqlite_with_rowid=False,
    comment="Consent by contact point, channel and purpose: newest evidenced event, else an opt-out wins",
)

change = Table(
    "change",
    metadata,
    column("seq", Surrogate, "Order of the feed", key=True),
    column("customer_id", NaturalText, "customer.id"),
    column("kind", Text, "created, updated, merged, split, retired, revived"),
    column("before", Json, "Values that changed, as they were", null=True),
    column("after", Json, "Values that changed, as they are", null=True),
    column("cause", Text, "landed, decision 12, undo 13, remap ...", null=True),
    column("at", UtcTime, "When"),
    Index("ix_change_customer_id", "customer_id"),
    comment="Ordered feed of what happened to customers",
)
