"""E-mail addresses: what is one address, whose it is, and what it tells of names."""

from __future__ import annotations

import pytest

from unified_model.identity.normalise.emails import names_in, parse_email


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        (" Jane.Doe@ACME.com ", "jane.doe@acme.com"),
        ("mailto:jane@acme.com", "jane@acme.com"),
        ("Jane Doe <jane@acme.com>", "jane@acme.com"),
        ("jane+crm@acme.com", "jane@acme.com"),
        ("J.a.n.e@gmail.com", "jane@gmail.com"),
        ("jane@googlemail.com", "jane@gmail.com"),
        ("j.ane@outlook.com", "j.ane@outlook.com"),
    ],
)
def test_spellings_of_one_address_have_one_canonical_form(raw: str, canonical: str) -> None:
    email = parse_email(raw)

    assert email is not None
    assert email.canonical == canonical


@pytest.mark.parametrize(
    "raw", ["", "n/a", "jane@", "@acme.com", "test@test.com", "noreply@acme.com", "none@none.com", "x"]
)
def test_placeholders_are_no_address(raw: str) -> None:
    assert parse_email(raw) is None


@pytest.mark.parametrize(
    ("raw", "role"), [("info@acme.com", True), ("sales2@acme.com", True), ("ar20@acme.com", False)]
)
def test_desks_are_told_from_people(raw: str, role: bool) -> None:
    email = parse_email(raw)

    assert email is not None
    assert email.role is role


def test_a_slip_in_a_big_providers_name_is_mended_for_matching_alone() -> None:
    email = parse_email("jane@gmial.com")

    assert email is not None
    assert email.match == "jane@gmail.com"
    assert email.canonical == "jane@gmial.com"


def test_an_address_tells_the_names_a_record_lacks() -> None:
    assert names_in("nathan", "", "winquinski") == ("nathan", "")
    assert names_in("johannes.calwell4169", "", "calwell") == ("johannes", "")
    assert names_in("albertkelberg6418", "albert", "") == ("", "kelberg")
    assert names_in("jdoe", "jane", "doe") == ("", "")
