"""Phone numbers: one number in many spellings, and agreement with the library that knows every country."""

from __future__ import annotations

import phonenumbers
import pytest

from unified_model.identity.normalise.phones import parse_phone, region_hint


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("+44 374 161 2276", None),
        ("0044 374 1612276", None),
        ("+44 (0)374 161 2276", None),
        ("(0374) 161-2276", "GB"),
        ("0374.161.2276 x21", "GB"),
        ("tel:+443741612276;ext=9", None),
        ("0374-161-2276", None),
    ],
)
def test_all_spellings_of_a_number_match(raw: str, region: str | None) -> None:
    phone = parse_phone(raw, region)

    assert phone is not None
    assert phone.match == "741612276"


@pytest.mark.parametrize(
    "raw", ["", "n/a", "12", "0000000000", "1234567890", "+1 202 555 0100", "999-9999", "call me", "5555555555"]
)
def test_placeholders_are_no_number(raw: str) -> None:
    assert parse_phone(raw, "US") is None


@pytest.mark.parametrize(
    "region", ["US", "GB", "DE", "FR", "AT", "CH", "ES", "IT", "NL", "RU", "HU", "BR", "MX", "AU", "JP", "PL", "IN"]
)
def test_valid_numbers_come_out_as_the_phonenumbers_library_has_them(region: str) -> None:
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
        example = phonenumbers.example_number_for_type(region, kind)
        assert example is not None
        wanted = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        for style in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.NATIONAL):
            phone = parse_phone(phonenumbers.format_number(example, style), region)
            if phone is None:  # some examples are runs like 123456789, which people write as placeholders
                assert wanted[-6:] in "01234567890123456789" or wanted[-7:-2] == "55501"
            else:
                assert phone.canonical == wanted


def test_the_country_is_taken_from_other_numbers_before_domains() -> None:
    assert region_hint(["030 1234", "+33 1 44 55 66 77"], ["acme.de"]) == "FR"
    assert region_hint(["030 1234"], ["acme.co.uk"]) == "GB"
    assert region_hint(["030 1234"], ["acme.com"]) is None
