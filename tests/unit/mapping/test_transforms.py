"""The laws of transforms: what is written can be read, reading settles, and every other loss is declared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unified_model.mapping.transforms import TRANSFORMS, TimeForm, clean

FORM = TimeForm("Europe/Berlin", "dmy")
WORDS = st.sampled_from(
    [
        "true", "FALSE", "Yes", "no", "ja", "x", "1", "0", "", " ", "N/A", "unsubscribed", "OptIn", "a@b.c",
        "A <a@b.c>", "mailto:a@b.c", "<mailto:mailto:a@b.c>", "a@b.c; d@e.f", "a@b.c,a@b.c", "+49 30 1; 0170 2",
        "04.07.2025 22:32", "2025-07-04T22:32:55Z",
        "24.06.1971", "003000000000001", "003000000000001AAA", "a;;b\n c", "\x00a\tb\r\n", "\ufeffname",
    ]
)  # fmt: skip
SIMPLE = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**15), 10**15), st.floats(allow_nan=False), st.text(), WORDS
)
RAW = st.one_of(SIMPLE, st.lists(st.text(), max_size=3), st.dictionaries(st.text(), st.text(), max_size=2))
NAMES = sorted(TRANSFORMS)


@given(name=st.sampled_from(NAMES), raw=RAW)
def test_reading_settles_after_one_writing(name: str, raw: Any) -> None:
    transform = TRANSFORMS[name]
    value = transform.read(raw, FORM)

    if value is not None:
        assert transform.read(transform.write(value, FORM), FORM) == value


@given(name=st.sampled_from(NAMES), raw=RAW)
def test_what_the_first_reading_settled_no_later_writing_changes(name: str, raw: Any) -> None:
    transform = TRANSFORMS[name]
    value = transform.read(raw, FORM)
    if value is None:
        return
    settled = transform.write(value, FORM)

    again = transform.write(transform.read(settled, FORM), FORM)

    assert again == settled


@given(name=st.sampled_from(NAMES), raw=st.one_of(st.text(), WORDS))
def test_a_raw_value_that_changes_has_a_declared_loss(name: str, raw: str) -> None:
    transform = TRANSFORMS[name]
    value = transform.read(raw, FORM)

    if value is None or transform.write(value, FORM) != raw:
        assert transform.losses or not raw


@given(st.text())
def test_clean_text_holds_no_control_character(raw: str) -> None:
    text = clean(raw)

    assert text is None or (text == text.strip() and not any(c < " " or "\x7f" <= c < "\xa0" for c in text))


def test_a_byte_order_mark_and_a_nul_go_and_a_line_break_becomes_a_space() -> None:
    assert clean("\ufeffMain\x00 Street 1\r\nFloor 2 ") == "Main Street 1 Floor 2"


def test_half_of_a_surrogate_pair_never_reaches_the_store() -> None:
    assert clean("a\ud800b") == "ab"


def test_joiners_of_persian_names_stay() -> None:
    assert clean("می\u200cخواهم") == "می\u200cخواهم"


def test_a_placeholder_stays_text_and_empty_text_is_absent() -> None:
    assert clean("N/A") == "N/A"
    assert clean("  \n ") is None


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("opt_out_flag", "true", "withdrawn"),
        ("opt_out_flag", "1", "withdrawn"),
        ("opt_out_flag", "false", None),
        ("opt_out_flag", "", None),
        ("opt_in_flag", "Ja", "granted"),
        ("opt_in_flag", "nein", None),
        ("unsubscribed", True, "withdrawn"),
        ("unsubscribed", "Yes", "withdrawn"),
        ("unsubscribed", "No", None),
        ("unsubscribed", "Unsubscribed", "withdrawn"),
        ("consent_status", "OptIn", "granted"),
        ("consent_status", "opt out", "withdrawn"),
        ("consent_status", "NotSeen", None),
        ("mailbox", "Ann Lee <ann@lee.example>", "ann@lee.example"),
        ("emails", "a@b.example; c@d.example, a@b.example", ("a@b.example", "c@d.example")),
        ("list", "a@b.example;c@d.example", ("a@b.example", "c@d.example")),
        ("phones", "030 / 1234; +49 170 1", ("030 / 1234", "+49 170 1")),
        ("date", "24.06.1971", "1971-06-24"),
        ("date", "about 1971", "about 1971"),
        ("time", 1751668375000, datetime(2025, 7, 4, 22, 32, 55, tzinfo=UTC)),
        ("id18", "001A0000006Vm9r", "001A0000006Vm9rIAC"),
        ("id18", "001A0000006Vm9rIAC", "001A0000006Vm9rIAC"),
        ("text", 4915112345678.0, "4915112345678"),
        ("text", {"nested": "value"}, None),
    ],
)
def test_transforms_read_what_their_name_says(name: str, raw: Any, value: Any) -> None:
    assert TRANSFORMS[name].read(raw, FORM) == value
