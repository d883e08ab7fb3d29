"""Times as systems and people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unified_model.mapping.times import DATE_ORDERS, DateOrder, known_zone, parse_date, parse_time

MOMENT = datetime(2025, 7, 4, 22, 32, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2025-07-04T22:32:55Z", "ymd"),
        ("2025-07-04T22:32:55.000+0000", "ymd"),
        ("2025-07-05T00:32:55+02:00", "mdy"),
        ("2025-07-04 22:32:55", "dmy"),
        ("  2025-07-04 22:32:55 UTC ", "dmy"),
        ("2025-07-05 00:32:55 +0200", "dmy"),
        ("2025/07/04 22:32:55", "dmy"),
        ("20250704223255", "dmy"),
        ("1751668375", "dmy"),
        ("1751668375000", "dmy"),
        ("04.07.2025 22:32:55", "dmy"),
        ("4.7.25, 22:32:55", "dmy"),
        ("07/04/2025 10:32:55 PM", "mdy"),
        ("7/4/25, 10:32:55 p.m.", "mdy"),
        ("7-4-2025 22:32:55", "mdy"),
        ("4 July 2025 22:32:55", "mdy"),
        ("Fri, 4 Jul 2025 22:32:55 GMT", "mdy"),
        ("July 4th, 2025 10:32:55 PM", "dmy"),
        ("4 juil. 2025 22:32:55", "ymd"),
        ("4 de julio de 2025 22:32:55", "ymd"),
        ("04. Juli 2025, 22:32:55 Uhr", "ymd"),
    ],
)
def test_a_moment_is_read_in_every_usual_spelling(text: str, order: DateOrder) -> None:
    assert parse_time(text, "UTC", order) == MOMENT


def test_a_time_without_a_zone_is_taken_in_the_sources_zone() -> None:
    summer = parse_time("04.07.2025 22:32", "Europe/Berlin", "dmy")
    winter = parse_time("2025-01-04 22:32", "Europe/Berlin", "dmy")

    assert summer == datetime(2025, 7, 4, 20, 32, tzinfo=UTC)
    assert winter == datetime(2025, 1, 4, 21, 32, tzinfo=UTC)


def test_of_an_hour_that_comes_twice_the_first_is_taken() -> None:
    assert parse_time("2025-10-26 02:30", "Europe/Berlin") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


def test_a_named_offset_outweighs_the_sources_zone() -> None:
    assert parse_time("04.07.2025 22:32:55 Z", "Asia/Tokyo", "dmy") == MOMENT


def test_day_and_month_follow_the_declared_order_and_nothing_else() -> None:
    assert parse_time("03/04/2025", "UTC", "dmy") == datetime(2025, 4, 3, tzinfo=UTC)
    assert parse_time("03/04/2025", "UTC", "mdy") == datetime(2025, 3, 4, tzinfo=UTC)
    assert parse_time("03/04/2025", "UTC", "ymd") is None


def test_a_date_that_contradicts_the_order_is_not_guessed_at() -> None:
    assert parse_time("31/12/2025", "UTC", "mdy") is None
    assert parse_time("12/31/2025", "UTC", "dmy") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "N/A",
        "-",
        "0",
        "2025",
        "32.01.2025",
        "2025-13-01",
        "12345",
        "1.2.3",
        "25:00",
        "13:00 PM",
        "٢٠٢٥-٠١-٠١",
    ],
)
def test_what_is_no_time_gives_none(text: str) -> None:
    assert parse_time(text, "UTC", "dmy") is None


@given(st.text(), st.sampled_from(DATE_ORDERS))
def test_no_text_makes_it_raise(text: str, order: DateOrder) -> None:
    moment = parse_time(text, "Europe/Berlin", order)

    assert moment is None or moment.utcoffset() == timedelta(0)


@given(
    st.from_regex(
        r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}([ T,]+\d{1,2}:\d\d(:\d\d)?( ?[AP]M)?([+-]\d\d:?\d\d)?)?", fullmatch=True
    )
)
def test_no_number_in_the_shape_of_a_date_makes_it_raise(text: str) -> None:
    moment = parse_time(text, "America/New_York", "dmy")

    assert moment is None or moment.utcoffset() == timedelta(0)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_every_moment_is_read_back_in_each_order(naive: datetime) -> None:
    moment = naive.replace(microsecond=0, tzinfo=UTC)

    assert parse_time(moment.isoformat(), "Asia/Tokyo", "ymd") == moment
    assert parse_time(moment.strftime("%d.%m.%Y %H:%M:%S"), "UTC", "dmy") == moment
    assert parse_time(moment.strftime("%m/%d/%Y %I:%M:%S %p"), "UTC", "mdy") == moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1971-06-24", date(1971, 6, 24)),
        ("19710624", date(1971, 6, 24)),
        ("24.06.1971", date(1971, 6, 24)),
        ("1971-06-24 00:00:00", date(1971, 6, 24)),
        ("24. Juni 1971", date(1971, 6, 24)),
        ("1630-08-01", date(1630, 8, 1)),
        ("24.06.71", None),
        ("19711399", None),
        ("--0412", None),
        ("1971", None),
    ],
)
def test_a_birthday_is_a_day_and_a_year_of_two_digits_says_no_century(text: str, expected: date | None) -> None:
    assert parse_date(text, "dmy") == expected


def test_a_zone_is_known_by_its_iana_name() -> None:
    assert known_zone("Europe/Berlin")
    assert not known_zone("Berlin")
    assert not known_zone("Europe")
    assert not known_zone("../etc/passwd")
    assert not known_zone("")
