"""Mappings as people write them in settings."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.mapping import CONTACT
from unified_model.errors import UsageError
from unified_model.mapping.rows import FieldRow, ObjectMapping
from unified_model.mapping.settings import mapping_from_settings, mapping_to_settings, overlay, setting_of, to_toml

COLUMNS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.sampled_from(
        ["kind", "volatile", "deleted", "merged_into", "column kind", "column ", 'a "b"', "a.b", "# c", "Größe"]
    ),
)
ROWS = st.builds(
    FieldRow,
    COLUMNS,
    st.sampled_from(["given_name", "email:work", "custom.shoe size", "external_id:erp"]),
    st.sampled_from(["", "text"]),
    st.sampled_from(["", "never", "text"]),
    st.sampled_from(["", "First Name"]),
)


@given(st.lists(ROWS, unique_by=lambda row: row.column), st.lists(COLUMNS, max_size=2), st.lists(COLUMNS, max_size=2))
def test_a_mapping_comes_back_from_the_toml_it_was_written_to(
    rows: list[FieldRow], volatile: list[str], rest: list[str]
) -> None:
    mapping = ObjectMapping("people", "person", tuple(rows), key="Id", volatile=tuple(volatile), zone="Europe/Berlin")
    table = mapping_to_settings(mapping, rest)

    text = to_toml("sources.fair.mapping", table, dict.fromkeys(table, "why\nnot # so"))
    read = tomllib.loads(text)["sources"]["fair"]["mapping"]

    assert read == table
    assert mapping_from_settings(read, object_name="people", key="Id", zone="Europe/Berlin") == mapping


def test_the_short_shape_reads_as_people_write_it() -> None:
    table = tomllib.loads(
        """
        kind = "person"
        "Full name" = "full_name"
        "E-mail" = "email:work"
        "Scanned at" = { field = "modified_at", read = "time" }
        "Stand" = "unmapped"
        """
    )

    mapping = mapping_from_settings(table, object_name="fair", key="Badge", date_order="dmy")

    assert mapping.rows == (
        FieldRow("Full name", "full_name"),
        FieldRow("E-mail", "email:work"),
        FieldRow("Scanned at", "modified_at", "time"),
    )
    assert (mapping.key, mapping.modified, mapping.date_order) == ("Badge", "Scanned at", "dmy")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"kind": "people"}, "person or organization"),
        ({"Mail": 3}, "'Mail' names no field"),
        ({"Mail": {"read": "text"}}, "'Mail' names no field"),
        ({"Mail": {"field": "email", "raed": "text"}}, "Did you mean read?"),
        ({"Mail": {"field": "email", "read": 1}}, "read is not text"),
        ({"Mail": "emial"}, "email"),
        ({"volatile": 3}, "volatile is not a list"),
        ({"deleted": 3}, "deleted is not text"),
    ],
)
def test_a_wrong_line_is_answered_with_a_remedy(table: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        mapping_from_settings(table, object_name="fair")

    assert said in str(refused.value)


def test_an_installations_lines_lie_over_a_standard_mapping() -> None:
    own = overlay(
        CONTACT,
        {"Shoe_Size__c": "custom.shoe_size", "Fax": "unmapped", "Email": "email:home", "volatile": ["Shoe_Size__c"]},
    )

    fields = {row.column: row.field for row in own.rows}
    assert fields["Shoe_Size__c"] == "custom.shoe_size"
    assert fields["Email"] == "email:home"
    assert "Fax" not in fields
    assert len(own.rows) == len(CONTACT.rows)
    assert own.key == "Id"
    assert "Shoe_Size__c" in own.volatile
    assert own.version != CONTACT.version


def test_an_overlay_cannot_make_a_company_of_a_person() -> None:
    with pytest.raises(UsageError, match="Contact is a person"):
        overlay(CONTACT, {"kind": "organization"})


def test_a_column_named_like_a_word_of_the_table_is_told_apart() -> None:
    assert setting_of("kind") == "column kind"
    assert setting_of("Kind") == "Kind"
