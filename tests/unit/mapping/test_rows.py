"""Rows of a mapping: the grammar of fields, checks with a remedy, versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unified_model.entities import ORGANIZATION_FIELDS, PERSON_FIELDS
from unified_model.errors import UsageError
from unified_model.mapping.rows import FieldRef, FieldRow, ObjectMapping, parse_field, unmapped, validate


def mapping(*rows: FieldRow, kind: str = "person", **facts: object) -> ObjectMapping:
    return replace(ObjectMapping("people", "organization" if kind == "organization" else "person", rows), **facts)


@pytest.mark.parametrize(
    ("field", "ref"),
    [
        ("given_name", FieldRef("single", "given_name")),
        ("email", FieldRef("point", "email", None)),
        ("email:work", FieldRef("point", "email", "work")),
        ("phone:mobile", FieldRef("point", "phone", "mobile")),
        ("website", FieldRef("single", "website")),
        ("website:shop", FieldRef("point", "website", "shop")),
        ("address:mailing.locality", FieldRef("address", "address", "mailing", "locality")),
        ("address.country", FieldRef("address", "address", None, "country")),
        ("address:mailing", FieldRef("address", "address", "mailing", None)),
        ("company.name", FieldRef("company", "name")),
        ("consent:email.marketing", FieldRef("consent", "email", "marketing")),
        ("consent:email.marketing.evidenced_at", FieldRef("consent", "email", "marketing", "evidenced_at")),
        ("external_id:salesforce", FieldRef("external_id", "salesforce")),
        ("custom.Shoe size", FieldRef("custom", "Shoe size")),
    ],
)
def test_the_grammar_of_fields(field: str, ref: FieldRef) -> None:
    assert parse_field(field, "person") == ref


def test_every_single_field_of_both_kinds_can_be_mapped() -> None:
    assert all(parse_field(name, "person").family == "single" for name in PERSON_FIELDS)
    assert all(parse_field(name, "organization").family == "single" for name in ORGANIZATION_FIELDS)


@pytest.mark.parametrize(
    ("field", "kind", "nearest"),
    [
        ("givenname", "person", "given_name"),
        ("e-mail:work", "person", "email:work"),
        ("address:mailing.city", "person", "address:mailing"),
        ("company.nam", "person", "company.name"),
        ("given_name", "organization", ""),
        ("company.name", "organization", "name"),
        ("consent:email", "person", "consent:email.marketing"),
    ],
)
def test_an_unknown_field_names_the_nearest(field: str, kind: str, nearest: str) -> None:
    with pytest.raises(UsageError) as refused:
        validate(mapping(FieldRow("a", field), kind=kind))

    assert repr(field) in refused.value.message
    assert nearest in refused.value.remedy


def test_a_column_listed_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="'Mail' twice"):
        validate(mapping(FieldRow("Mail", "email:work"), FieldRow("Mail", "email:home")))


def test_an_unknown_transform_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="opt_out_flag"):
        validate(mapping(FieldRow("Opt out", "consent:email.marketing", "optout_flag")))


@pytest.mark.parametrize(
    ("field", "transform", "fitting"),
    [
        ("consent:email.marketing", "text", "opt_out_flag"),
        ("modified_at", "text", "time"),
        ("given_name", "list", "text"),
        ("given_name", "opt_in_flag", "text"),
        ("email:work", "time", "emails"),
    ],
)
def test_a_transform_that_does_not_suit_its_field_is_refused(field: str, transform: str, fitting: str) -> None:
    with pytest.raises(UsageError) as refused:
        validate(mapping(FieldRow("a", field, transform)))

    assert fitting in refused.value.remedy


def test_an_unknown_zone_or_order_is_refused() -> None:
    with pytest.raises(UsageError, match="Europe/Berlin"):
        validate(mapping(zone="Berlin"))
    with pytest.raises(UsageError, match="dmy"):
        validate(mapping(date_order="dym"))


def test_the_version_changes_with_what_is_read_and_only_with_that() -> None:
    before = mapping(FieldRow("Mail", "email:work"), key="Id")

    assert before.version == mapping(FieldRow("Mail", "email:work", write="never", label="E-mail"), key="Id").version
    changed = [
        replace(before, rows=(FieldRow("Mail", "email:home"),)),
        replace(before, rows=(FieldRow("Mail", "email:work", "mailbox"),)),
        replace(before, key="Nr"),
        replace(before, zone="Europe/Berlin"),
        replace(before, date_order="dmy"),
        replace(before, kind="organization"),
        replace(before, volatile=("Mail",)),
    ]
    assert len({before.version, *(each.version for each in changed)}) == len(changed) + 1


def test_the_stamp_of_change_is_the_column_of_modified_at_unless_told() -> None:
    assert mapping(FieldRow("Changed", "modified_at")).modified == "Changed"
    assert mapping(FieldRow("Changed", "modified_at"), modified="Stamp").modified == "Stamp"
    assert mapping(FieldRow("Mail", "email")).modified is None


def test_columns_nobody_reads_are_listed() -> None:
    people = mapping(FieldRow("Mail", "email"), key="Id", modified="Stamp", deleted="Gone")

    assert unmapped(people, ["Id", "Mail", "Stamp", "Gone", "Shoe size"]) == ["Shoe size"]


def test_a_field_is_volatile_when_all_its_columns_are() -> None:
    rows = (FieldRow("Viewed", "custom.viewed"), FieldRow("Stamp", "modified_at"), FieldRow("Changed", "modified_at"))

    assert mapping(*rows, volatile=("Viewed", "Stamp")).volatile_fields == {"custom.viewed"}


def test_other_names_of_columns_reach_every_part_of_the_mapping() -> None:
    people = mapping(FieldRow("Id", "external_id:own"), FieldRow("Stamp", "modified_at"), key="Id", volatile=("Stamp",))

    renamed = people.renamed({"Id": "Nr", "Stamp": "Stand"})

    assert [row.column for row in renamed.rows] == ["Nr", "Stand"]
    assert (renamed.key, renamed.modified, renamed.volatile) == ("Nr", "Stand", ("Stand",))


def test_a_mapping_restricted_to_a_files_columns_forgets_the_others() -> None:
    people = mapping(FieldRow("A", "email"), FieldRow("B", "phone"), key="Id", modified="B")

    restricted = people.restricted_to(["A"])

    assert restricted.rows == (FieldRow("A", "email"),)
    assert (restricted.key, restricted.modified) == (None, None)
