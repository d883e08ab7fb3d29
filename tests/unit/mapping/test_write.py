"""A mapping is a lens: what is written is read back, and writing what was read changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hubspot.mapping import COMPANIES, CONTACTS
from connectors.salesforce.mapping import ACCOUNT, CONTACT, LEAD
from unified_model.mapping.read import reader
from unified_model.mapping.rows import FieldRow, ObjectMapping, write_name
from unified_model.mapping.write import to_vendor, values_of
from unified_model.records import SourceRecord

FAIR = ObjectMapping(
    "fair",
    "person",
    (
        FieldRow("Full name", "full_name"),
        FieldRow("E-mail", "email"),
        FieldRow("More", "email", "emails"),
        FieldRow("Mobile", "phone:mobile"),
        FieldRow("Nr", "address:work.street"),
        FieldRow("Street", "address:work.street"),
        FieldRow("Firm", "company.name"),
        FieldRow("Newsletter", "consent:email.marketing", "opt_in_flag"),
        FieldRow("Scanned at", "modified_at"),
    ),
    date_order="dmy",
)
MAPPINGS = [CONTACT, LEAD, ACCOUNT, CONTACTS, COMPANIES, FAIR]
CELLS = st.one_of(
    st.text(),
    st.sampled_from(
        ["", "true", "false", "2025-07-04T22:32:55Z", "04.07.2025", "a@b.example", "a@b.example; c@d.example", "N/A"]
    ),
)
every_mapping = pytest.mark.parametrize("mapping", MAPPINGS, ids=lambda mapping: mapping.object)


def values(mapping: ObjectMapping, payload: dict[str, Any]) -> dict[str, Any]:
    return values_of(mapping, reader(mapping)(SourceRecord(mapping.object, "1", payload)))


def payloads(mapping: ObjectMapping) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from([row.column for row in mapping.rows]), CELLS)


@every_mapping
@given(data=st.data())
def test_writing_back_what_was_read_leaves_the_record_as_it_reads(mapping: ObjectMapping, data: st.DataObject) -> None:
    payload = data.draw(payloads(mapping))
    held = values(mapping, payload)

    written = {**payload, **to_vendor(mapping, held)}

    assert values(mapping, written) == held


@every_mapping
@given(data=st.data())
def test_what_is_written_onto_another_record_is_read_from_it(mapping: ObjectMapping, data: st.DataObject) -> None:
    wanted = values(mapping, data.draw(payloads(mapping)))
    other = data.draw(payloads(mapping))
    writable = {row.field for row in mapping.rows if write_name(row, mapping.kind) and wanted[row.field] is not None}

    got = values(mapping, {**other, **to_vendor(mapping, {field: wanted[field] for field in writable})})

    assert {field: got[field] for field in writable} == {field: wanted[field] for field in writable}


@every_mapping
@given(data=st.data())
def test_only_the_fields_given_are_written(mapping: ObjectMapping, data: st.DataObject) -> None:
    held = values(mapping, data.draw(payloads(mapping)))
    fields = data.draw(st.sets(st.sampled_from(sorted(held))))

    written = to_vendor(mapping, {field: held[field] for field in fields})

    assert written.keys() <= {row.column for row in mapping.rows if row.field in fields or row.field == "full_name"}


def test_a_contact_goes_back_to_its_columns() -> None:
    given_values = {
        "given_name": "Ann",
        "job_title": None,
        "consent:email.marketing": "withdrawn",
        "modified_at": datetime.now(UTC),
    }

    assert to_vendor(CONTACT, given_values) == {"FirstName": "Ann", "Title": None, "HasOptedOutOfEmail": "true"}


def test_consent_is_never_cleared() -> None:
    assert to_vendor(CONTACT, {"consent:email.marketing": None}) == {}


def test_one_column_for_the_name_takes_the_parts_together() -> None:
    assert to_vendor(FAIR, {"given_name": "Ann", "family_name": "Lee"}) == {"Full name": "Ann Lee"}
    assert to_vendor(FAIR, {"full_name": "Lee, Ann", "given_name": "Ann"}) == {"Full name": "Lee, Ann"}


def test_a_street_of_two_columns_goes_whole_into_the_first() -> None:
    assert to_vendor(FAIR, {"address:work.street": "6 Main St"}) == {"Nr": "6 Main St", "Street": None}


def test_a_column_of_several_leaves_nothing_to_the_columns_behind_it() -> None:
    mapping = ObjectMapping("a", "person", (FieldRow("All", "email", "emails"), FieldRow("One", "email")))

    assert to_vendor(mapping, {"email": ("a@b.example", "c@d.example")}) == {
        "All": "a@b.example; c@d.example",
        "One": None,
    }


def test_several_emails_fill_their_columns_in_turn() -> None:
    emails = ("a@b.example", "c@d.example", "e@f.example")

    assert to_vendor(FAIR, {"email": emails}) == {"E-mail": "a@b.example", "More": "c@d.example; e@f.example"}
    assert to_vendor(FAIR, {"email": "a@b.example"}) == {"E-mail": "a@b.example", "More": None}
