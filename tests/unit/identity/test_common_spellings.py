"""Common spellings take a shorter way through the normalisers: it must read them as the long way does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unified_model.identity.normalise.companies import parse_company
from unified_model.identity.normalise.emails import parse_email
from unified_model.identity.normalise.names import parse_name, words_of
from unified_model.identity.normalise.phones import parse_phone
from unified_model.identity.normalise.text import fold

DROPPED = "\u200b"
"""A space of no width: it changes nothing, and is not ASCII."""
regions = st.sampled_from([None, "US", "DE", "GB", "IT", "FR", "RU"])
numbers = st.text("0123456789 ()-./+", max_size=22)
words = st.text("abyzABYZ0129 .-'`&(),/\t", max_size=24)
name_words = st.sampled_from(["Ann", "maria", "Jr", "III", "van", "der", "Dr", "PhD", "O'Brien", "Lee-Ann", "n/a"])
names = st.lists(name_words, max_size=5).map(" ".join)


@given(numbers, regions)
def test_a_number_written_in_a_common_way_is_read_like_any_other(raw: str, region: str | None) -> None:
    assert parse_phone(raw, region) == parse_phone(raw + DROPPED, region)


@given(st.sampled_from(["+", "00"]), numbers, regions)
def test_no_hint_changes_a_number_that_tells_its_country(beginning: str, rest: str, region: str | None) -> None:
    assert parse_phone(beginning + rest, region) == parse_phone(beginning + rest, None)


@given(words)
def test_plain_text_folds_like_any_other(text: str) -> None:
    assert fold(text) == fold(text + DROPPED)


@given(words)
def test_plain_names_part_into_words_like_any_other(text: str) -> None:
    assert words_of(text) == words_of(text + DROPPED)


@given(words, st.sampled_from(["", " GmbH", " S.p.A.", " Sp. z o.o.", " & Co. KG", " A/S", " Ltd"]))
def test_plain_companies_are_read_like_any_other(name: str, legal: str) -> None:
    assert parse_company(name + legal) == parse_company(name + legal + DROPPED)


@given(names, names)
def test_a_name_in_two_fields_keeps_its_words(given_name: str, family_name: str) -> None:
    plain = parse_name(given_name, None, family_name, None, None)

    assert plain == parse_name(given_name + DROPPED, None, family_name + DROPPED, None, None)


@given(st.text("abcinfo0129._-+", min_size=1, max_size=12), st.sampled_from(["acme.com", "gmail.com", "gmial.com"]))
def test_an_address_is_read_the_same_wherever_it_stands(local: str, host: str) -> None:
    assert parse_email(f"{local}@{host}") == parse_email(f"mail: {local}@{host} ")
