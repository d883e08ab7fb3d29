"""Reading source records through a mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hubspot.mapping import COMPANIES, CONTACTS
from connectors.salesforce.mapping import ACCOUNT, CONTACT, LEAD
from unified_model.entities import Affiliation, Consent, ContactPoint, OrganizationRecord, PersonRecord
from unified_model.errors import UsageError
from unified_model.mapping.read import fate_reader, key_reader, modified_reader, reader
from unified_model.mapping.rows import FieldRow, ObjectMapping
from unified_model.records import SourceRecord


def read_person(rows: tuple[FieldRow, ...], payload: dict[str, Any], **facts: Any) -> PersonRecord:
    person = reader(ObjectMapping("people", "person", rows, **facts))(SourceRecord("people", "1", payload))
    assert isinstance(person, PersonRecord)
    return person


def read_organization(rows: tuple[FieldRow, ...], payload: dict[str, Any]) -> OrganizationRecord:
    organization = reader(ObjectMapping("firms", "organization", rows))(SourceRecord("firms", "1", payload))
    assert isinstance(organization, OrganizationRecord)
    return organization


def test_a_contact_of_salesforce_is_read_whole() -> None:
    payload = {
        "Id": "003A00000000001",
        "FirstName": " Ann ",
        "LastName": "Lee",
        "Email": "ann@lee.example",
        "Phone": "",
        "MobilePhone": "+49 170 1",
        "Title": "Buyer",
        "AccountId": "001A0000006Vm9r",
        "Account.Name": "Lee Ltd",
        "MailingCity": "Bonn",
        "MailingPostalCode": "53111",
        "HasOptedOutOfEmail": "true",
        "LastModifiedDate": "2025-07-04T22:32:55.000Z",
        "Shoe_Size__c": "38",
    }

    person = reader(CONTACT)(SourceRecord("Contact", "003A00000000001", payload))

    assert person == PersonRecord(
        given_name="Ann",
        family_name="Lee",
        job_title="Buyer",
        modified_at=datetime(2025, 7, 4, 22, 32, 55, tzinfo=UTC),
        points=[
            ContactPoint("email", "ann@lee.example", label="work", column="Email"),
            ContactPoint("phone", "+49 170 1", label="mobile", column="MobilePhone"),
            ContactPoint(
                "address",
                "Bonn, 53111",
                None,
                "mailing",
                {"locality": "Bonn", "postal_code": "53111"},
                column="MailingCity",
            ),
        ],
        affiliations=[Affiliation(name="Lee Ltd", reference="001A0000006Vm9rIAC", title="Buyer")],
        consents=[Consent("email", "marketing", "withdrawn", None, None, "HasOptedOutOfEmail = true")],
    )


def test_an_organization_is_read_with_its_points() -> None:
    rows = (
        FieldRow("Firma", "name"),
        FieldRow("Web", "website"),
        FieldRow("Tel", "phone:work"),
        FieldRow("Ort", "address:main.locality"),
    )

    organization = read_organization(rows, {"Firma": "Lee GmbH", "Web": "lee.example", "Tel": "030 1", "Ort": "Bonn"})

    assert (organization.name, organization.website) == ("Lee GmbH", "lee.example")
    assert [(point.kind, point.raw) for point in organization.points] == [("phone", "030 1"), ("address", "Bonn")]


def test_a_full_name_is_kept_as_written_and_split() -> None:
    person = read_person((FieldRow("Name", "full_name"),), {"Name": "Dr. Jan van der Berg"})

    assert person.full_name == "Dr. Jan van der Berg"
    assert (person.prefix, person.given_name, person.family_name) == ("Dr.", "Jan", "van der Berg")


def test_a_records_own_parts_outweigh_the_split_name() -> None:
    rows = (FieldRow("Name", "full_name"), FieldRow("Last", "family_name"))

    person = read_person(rows, {"Name": "Wright Debbie", "Last": "Wright"})

    assert (person.given_name, person.family_name) == (None, "Wright")


def test_of_two_columns_for_one_field_the_first_with_text_wins() -> None:
    rows = (FieldRow("Company", "company.name"), FieldRow("Associated", "company.name"))

    assert read_person(rows, {"Company": "A", "Associated": "B"}).affiliations[0].name == "A"
    assert read_person(rows, {"Company": " ", "Associated": "B"}).affiliations[0].name == "B"


def test_several_values_in_a_cell_are_several_points_of_that_column() -> None:
    person = read_person((FieldRow("More", "email:other", "emails"),), {"More": "a@b.example; c@d.example"})

    assert [(p.raw, p.label, p.column) for p in person.points] == [
        ("a@b.example", "other", "More"),
        ("c@d.example", "other", "More"),
    ]


def test_columns_of_one_part_of_an_address_are_joined_in_order() -> None:
    rows = (
        FieldRow("Nr", "address:home.street"),
        FieldRow("Street", "address:home.street"),
        FieldRow("Town", "address:home.locality"),
    )

    address = read_person(rows, {"Nr": "6", "Street": "Tullaroop St", "Town": "Bonn"}).points[0]

    assert address.parts == {"street": "6 Tullaroop St", "locality": "Bonn"}
    assert address.raw == "6 Tullaroop St, Bonn"


def test_a_whole_address_in_one_column_has_no_parts() -> None:
    address = read_person((FieldRow("Addr", "address:home"),), {"Addr": "Main St 1\n53111 Bonn"}).points[0]

    assert (address.raw, address.parts) == ("Main St 1 53111 Bonn", None)


def test_the_company_knows_the_persons_title_and_without_a_company_there_is_none() -> None:
    rows = (FieldRow("Role", "job_title"), FieldRow("Firm", "company.name"), FieldRow("Since", "company.since"))

    assert read_person(rows, {"Role": "CEO", "Firm": "Lee"}).affiliations == [Affiliation("Lee", title="CEO")]
    assert read_person(rows, {"Role": "CEO", "Since": "2025-01-01"}).affiliations == []


def test_consent_has_its_evidence_and_an_empty_tick_says_nothing() -> None:
    rows = (
        FieldRow("Newsletter", "consent:email.marketing", "opt_in_flag"),
        FieldRow("On", "consent:email.marketing.evidenced_at"),
    )

    granted = read_person(rows, {"Newsletter": "ja", "On": "04.07.2025"}, date_order="dmy").consents
    silent = read_person(rows, {"Newsletter": "nein", "On": "04.07.2025"}, date_order="dmy").consents

    assert granted == [
        Consent("email", "marketing", "granted", None, datetime(2025, 7, 4, tzinfo=UTC), "Newsletter = ja")
    ]
    assert silent == []


def test_external_ids_and_custom_fields_are_kept_by_name() -> None:
    rows = (
        FieldRow("SF", "external_id:salesforce"),
        FieldRow("Size", "custom.shoe_size"),
        FieldRow("Tags", "custom.tags", "any"),
    )

    person = read_person(rows, {"SF": "003", "Size": "38", "Tags": ["a", "b"]})

    assert person.external_ids == {"salesforce": "003"}
    assert person.custom == {"shoe_size": "38", "tags": ["a", "b"]}


def test_without_a_stamp_of_its_own_a_record_has_the_connectors() -> None:
    stamp = datetime(2025, 1, 1, tzinfo=UTC)
    read = reader(ObjectMapping("people", "person", (FieldRow("Changed", "modified_at"),)))

    assert read(SourceRecord("people", "1", {"Changed": "soon"}, stamp)).modified_at == stamp
    assert read(SourceRecord("people", "1", {}, stamp)).modified_at == stamp


def test_the_payload_is_left_as_it_was() -> None:
    payload = {"Name": " Ann\x00 "}

    person = read_person((FieldRow("Name", "given_name"),), payload)

    assert person.given_name == "Ann"
    assert payload == {"Name": " Ann\x00 "}


def test_a_wrong_mapping_is_refused_before_any_record_is_read() -> None:
    with pytest.raises(UsageError, match="given_name"):
        reader(ObjectMapping("people", "person", (FieldRow("Name", "given_nam"),)))


def test_key_stamp_and_fate_are_read_from_their_columns() -> None:
    payload = {
        "Id": " 003A ",
        "LastModifiedDate": "2025-07-04T00:00:00Z",
        "IsDeleted": "true",
        "MasterRecordId": "003B",
    }

    assert key_reader(CONTACT)(payload) == "003A"
    assert key_reader(CONTACT)({"Id": " "}) is None
    assert modified_reader(CONTACT)(payload) == datetime(2025, 7, 4, tzinfo=UTC)
    assert fate_reader(CONTACT)(payload) == (True, "003B")
    assert fate_reader(CONTACT)({"IsDeleted": "false", "MasterRecordId": ""}) == (False, None)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(), inner, max_size=2)),
    max_leaves=4,
)


@pytest.mark.parametrize("mapping", [CONTACT, LEAD, ACCOUNT, CONTACTS, COMPANIES], ids=lambda mapping: mapping.object)
@given(data=st.data())
def test_no_payload_makes_reading_raise(mapping: ObjectMapping, data: st.DataObject) -> None:
    payload = data.draw(st.dictionaries(st.sampled_from([row.column for row in mapping.rows]), JSON))

    record = reader(mapping)(SourceRecord(mapping.object, "1", payload))

    assert record.modified_at is None or record.modified_at.tzinfo is UTC
