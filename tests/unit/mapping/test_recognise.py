"""Standard exports are known by their headers; files that only look a little like one are not."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from connectors.files.recognise import STANDARD_EXPORTS, Recognised, read_as, recognise
from connectors.hubspot.mapping import COMPANIES, CONTACTS
from connectors.salesforce.mapping import ACCOUNT, CONTACT, LEAD
from unified_model.mapping.rows import ObjectMapping, validate

SALESFORCE_CONTACTS = (
    "Contact ID,First Name,Last Name,Account Name,Mailing City,Email,Phone,Mobile,Title,Last Modified Date,Account ID"
)
HUBSPOT_CONTACTS = (
    "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Associated Company,Lead Status,Create Date"
)


def found(header: str, rows: list[list[str]] | None = None) -> Recognised:
    match = recognise(header.split(","), rows or [])
    assert match is not None, header
    return match


def fields(match: Recognised) -> dict[str, str]:
    return {row.column: row.field for row in match.mapping.rows}


@pytest.mark.parametrize("mapping", [CONTACT, LEAD, ACCOUNT, CONTACTS, COMPANIES], ids=lambda mapping: mapping.object)
def test_the_vendors_rows_are_valid_by_both_names(mapping: ObjectMapping) -> None:
    validate(mapping)
    validate(mapping.renamed({row.column: row.label for row in mapping.rows if row.label}))


@pytest.mark.parametrize("mapping", [CONTACT, LEAD, ACCOUNT, CONTACTS, COMPANIES], ids=lambda mapping: mapping.object)
def test_an_export_of_every_column_is_recognised_by_technical_names(mapping: ObjectMapping) -> None:
    match = recognise([mapping.key or "", *(row.column for row in mapping.rows)])

    assert match is not None
    assert (match.object, match.mapping.rows, match.mapping.key) == (mapping.object, mapping.rows, mapping.key)


@pytest.mark.parametrize("export", STANDARD_EXPORTS, ids=lambda export: export.mapping.object)
def test_what_is_said_about_an_export_speaks_of_columns_it_has(export: object) -> None:
    known = {row.column for row in export.mapping.rows}  # type: ignore[attr-defined]

    assert set(export.aliases.values()) <= known  # type: ignore[attr-defined]
    assert len(export.telling & known) >= 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("header", "vendor", "object_name"),
    [
        (SALESFORCE_CONTACTS, "salesforce", "Contact"),
        ("Lead ID,First Name,Last Name,Company / Account,Email,Lead Status,Lead Owner", "salesforce", "Lead"),
        ("Id,FirstName,LastName,Company,Email,Status,LeadSource,LastModifiedDate", "salesforce", "Lead"),
        ("ACCOUNT ID,ACCOUNT NAME,BILLING CITY,PHONE", "salesforce", "Account"),
        ("ID,NAME,BILLINGCITY,WEBSITE,LASTMODIFIEDDATE", "salesforce", "Account"),
        ("Kontakt-ID,Vorname,Nachname,E-Mail,Accountname", "salesforce", "Contact"),
        (HUBSPOT_CONTACTS, "hubspot", "contacts"),
        (
            "Record ID,Company name,Company owner,Create Date,Phone Number,City,Country/Region,Industry",
            "hubspot",
            "companies",
        ),
        ("hs_object_id,firstname,lastname,lastmodifieddate,email", "hubspot", "contacts"),
        ("hs_object_id,name,domain,hs_lastmodifieddate", "hubspot", "companies"),
        ("Datensatz-ID,Vorname,Nachname,E-Mail,Telefonnummer,Unternehmensname,Erstelldatum", "hubspot", "contacts"),
    ],
)
def test_a_standard_export_needs_no_configuration(header: str, vendor: str, object_name: str) -> None:
    match = found(header)

    assert (match.vendor, match.object) == (vendor, object_name)
    assert match.mapping.key == header.split(",")[0]
    assert match.certainty > 0.6


@pytest.mark.parametrize("header", [SALESFORCE_CONTACTS, HUBSPOT_CONTACTS])
def test_neither_order_nor_a_companys_own_columns_matter(header: str) -> None:
    columns = [*header.split(","), *(f"Custom {number}" for number in range(400))]
    random.Random(7).shuffle(columns)

    match = recognise(columns)

    assert match is not None
    assert fields(match) == fields(found(header))


@pytest.mark.parametrize(
    "header",
    [
        "id,first_name,last_name,email",
        "Id,FirstName,LastName,Email",
        "Badge;Full name;E-mail",
        "id,name,description,price",
        "Record ID,Deal Name,Amount,Close Date",
        "First Name,Last Name,Email,Phone",
        "",
    ],
)
def test_a_file_that_only_looks_a_little_like_one_is_not_taken_for_it(header: str) -> None:
    assert recognise(header.split(",")) is None


def test_ids_tell_contacts_from_leads_where_headers_do_not() -> None:
    header = "Id,FirstName,LastName,Email,OwnerId,LastModifiedDate"

    contact = found(header, [["003A0000001", "Ann", "Lee", "", "", ""]])
    lead = found(header, [["00QA0000001", "Ann", "Lee", "", "", ""]])

    assert (contact.object, lead.object) == ("Contact", "Lead")


def test_ids_of_another_object_speak_against_and_masked_ids_against_nothing() -> None:
    header = ["Id", "FirstName", "LastName", "AccountId", "MailingCity", "LastModifiedDate"]

    cases = recognise(header, [["500A00000000001", "Ann", "Lee", "", "", ""]])
    masked = recognise(header, [["masked-1", "Ann", "Lee", "", "", ""]])

    assert cases is None
    assert masked is not None
    assert masked.object == "Contact"


def test_a_list_of_person_accounts_is_not_taken_for_companies() -> None:
    header = ["Id", "Name", "FirstName", "LastName", "BillingCity", "ShippingCity", "OwnerId", "Phone"]

    assert recognise(header, [["001A00000000001"] + [""] * 7]) is None


def test_a_file_said_to_be_an_export_is_read_as_one_without_a_guess() -> None:
    header = ["Id", "FirstName", "OwnerId", "Company", "Shoe size"]

    lead = read_as("salesforce.Lead", header)
    contact = read_as("salesforce.Contact", header)

    assert lead is not None
    assert contact is not None
    assert (lead.key, [row.field for row in lead.rows]) == ("Id", ["given_name", "company.name", "owner"])
    assert (contact.key, [row.field for row in contact.rows]) == ("Id", ["given_name", "owner"])
    assert read_as("salesforce.Led", header) is None


def test_an_export_that_keeps_deleted_records_says_so() -> None:
    match = found("Id,FirstName,LastName,AccountId,MailingCity,LastModifiedDate,IsDeleted,MasterRecordId")

    assert (match.mapping.deleted, match.mapping.merged_into) == ("IsDeleted", "MasterRecordId")


def test_dates_of_a_report_are_read_in_the_order_their_days_show() -> None:
    rows = [["1", "A", "B", "25.12.2025 10:00"], ["2", "C", "D", "03.04.2025 09:30"]]

    match = found("Contact ID,First Name,Account Name,Last Modified Date", rows)

    assert match.mapping.date_order == "dmy"
    assert any("UTC" in note for note in match.notes)


def test_the_labelled_exports_are_recognised(labelled_data: Path) -> None:
    seen = {}
    for name in ("salesforce_contacts", "hubspot_contacts"):
        with (labelled_data / "crm_exports" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        match = recognise(header, rows[:500])
        assert match is not None
        seen[name] = (match.vendor, match.object, match.mapping.key, len(match.mapping.rows))

    assert seen == {
        "salesforce_contacts": ("salesforce", "Contact", "Id", 11),
        "hubspot_contacts": ("hubspot", "contacts", "Record ID", 11),
    }
