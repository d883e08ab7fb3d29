"""Values have one form, whichever way they were read."""

from __future__ import annotations

import json

import pytest

from connectors.salesforce.describing import Column
from connectors.salesforce.rows import csv_values, from_bulk, rest_values
from connectors.salesforce.values import id18, number, stamp


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("250", 250),
        ("-0.5", -0.5),
        ("1.0E7", 10_000_000),
        ("5.0", 5),
        ("0.1", 0.1),
        ("9007199254740993", "9007199254740993"),
        ("1234567890123456.78", "1234567890123456.78"),
        ("12345678901234567890", "12345678901234567890"),
        ("1e300", 1e300),
        ("****", "****"),
        ("NaN", "NaN"),
    ],
)
def test_a_number_keeps_every_digit(text: str, value: object) -> None:
    assert number(text) == value
    assert type(number(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2026-11-22T09:10:08.000+0000", "2026-11-22T09:10:08.000Z"),
        ("2026-11-22T09:10:08.000Z", "2026-11-22T09:10:08.000Z"),
        ("2026-11-22T11:10:08.250+0200", "2026-11-22T09:10:08.250Z"),
        ("2026-11-22T09:10:08Z", "2026-11-22T09:10:08.000Z"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_time_is_utc_with_milliseconds(text: str, kept: str) -> None:
    assert stamp(text) == kept


def test_a_short_id_gets_its_check_characters() -> None:
    assert id18("0035g0000000004") == "0035g0000000004AAA"
    assert id18("0035g000000001B") == "0035g000000001BAAQ"
    assert id18("0035g000000001BAAQ") == "0035g000000001BAAQ"


COLUMNS = (
    Column("Id", "id"),
    Column("Name", "string"),
    Column("DoNotCall", "boolean"),
    Column("Revenue__c", "currency"),
    Column("Seats__c", "int"),
    Column("Day__c", "date"),
    Column("SystemModstamp", "datetime"),
    Column("AccountId", "reference"),
    Column("Interests__c", "multipicklist"),
    Column("New__c", "sometype"),
    Column("Account.Name", "string"),
)


@pytest.mark.parametrize("name", ["NA", "NULL", "00123", "#N/A", "1.0E7", 'say "hi"', "a\nb", " ", "Zoë", "=1+1"])
def test_rest_and_bulk_give_the_same_payload(name: str) -> None:
    row = json.loads(
        json.dumps(
            {
                "attributes": {"type": "Contact"},
                "Id": "0035g0000000004AAA",
                "Name": name,
                "DoNotCall": True,
                "Revenue__c": 10_000_000.5,
                "Seats__c": 8,
                "Day__c": "2026-11-22",
                "SystemModstamp": "2026-11-22T09:10:08.000+0000",
                "AccountId": None,
                "Interests__c": "a;b",
                "New__c": "x",
                "Account": {"attributes": {}, "Name": "Acme"},
            }
        ),
        parse_float=number,
        parse_int=number,
    )
    header = [column.name for column in COLUMNS]
    cells = [
        "0035g0000000004AAA", name, "true", "1.00000005E7", "8.0", "2026-11-22", "2026-11-22T09:10:08.000Z", "", "a;b",
        "x", "Acme",
    ]  # fmt: skip

    by_rest, in_bulk = rest_values(COLUMNS)(row), csv_values(header, COLUMNS)(cells)

    assert by_rest == in_bulk
    assert json.dumps(by_rest, sort_keys=True) == json.dumps(in_bulk, sort_keys=True)
    assert by_rest["Name"] == name


def test_no_parent_is_none() -> None:
    assert rest_values(COLUMNS)({"Id": "0035g0000000004AAA", "Account": None})["Account.Name"] is None


def test_a_column_that_is_not_read_any_more_is_left_out() -> None:
    record = from_bulk("Contact", ["Id", "Gone__c", "Name"], COLUMNS, "")(["0035g0000000004AAA", "secret", "Ann"])

    assert record.payload == {"Id": "0035g0000000004AAA", "Name": "Ann"}


def test_a_merged_record_names_its_survivor_and_a_converted_lead_its_contact() -> None:
    columns = (Column("Id", "id"), Column("IsDeleted", "boolean"), Column("MasterRecordId", "reference"))
    merged = from_bulk("Contact", ["Id", "IsDeleted", "MasterRecordId"], columns, "")(["1", "true", "2"])
    lead = from_bulk(
        "Lead", ["Id", "ConvertedContactId"], (Column("Id", "id"), Column("ConvertedContactId", "reference")), ""
    )

    assert (merged.deleted, merged.merged_into) == (True, "2")
    assert lead(["1", "003"]).converted_into == ("Contact", "003")
    assert lead(["1", ""]).converted_into is None


def test_a_lead_that_became_a_person_account_names_that_and_not_its_shadow() -> None:
    columns = (
        Column("Id", "id"),
        Column("ConvertedContactId", "reference"),
        Column("ConvertedAccountId", "reference"),
        Column("ConvertedAccount.IsPersonAccount", "boolean"),
    )
    lead = from_bulk("Lead", [column.name for column in columns], columns, "")

    assert lead(["1", "003", "001", "true"]).converted_into == ("PersonAccount", "001")
    assert lead(["1", "003", "001", "false"]).converted_into == ("Contact", "003")
