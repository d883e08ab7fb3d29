"""Values as HubSpot's text, and which of them are the same there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from connectors.hubspot.describing import Property
from connectors.hubspot.rendering import LONGEST_TEXT, Unfit, alike, render


def prop(type: str = "string", field_type: str = "text", name: str = "x", options: tuple[str, ...] = ()) -> Property:
    return Property(name, type, field_type, options, False, False, False, True)


MANY = prop("enumeration", "checkbox", options=("a", "b", "c"))
BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("known", "value", "text"),
    [
        (prop(), "Kiel", "Kiel"),
        (prop(), 17, "17"),
        (prop(), None, ""),
        (prop("number"), None, ""),
        (prop("number"), 1000.5, "1000.5"),
        (prop("number"), Decimal("1E+3"), "1000"),
        (prop("number"), "007", "7"),
        (prop("bool"), True, "true"),
        (prop("bool"), "0", "false"),
        (prop("bool"), None, ""),
        (prop("enumeration", "booleancheckbox"), True, "true"),
        (MANY, ["b", "a", "b"], "b;a"),
        (MANY, ";c", "c"),
        (MANY, [], ""),
        (prop("date"), date(2024, 5, 16), "2024-05-16"),
        (prop("date"), "2024-05-16", "2024-05-16"),
        (prop("date"), "1715817600000", "2024-05-16"),
        (prop("date"), "2024-05-16T23:30:00+02:00", "2024-05-16"),
        (prop("datetime"), datetime(2024, 5, 16, 8, 30, tzinfo=UTC), "2024-05-16T08:30:00.000Z"),
        (prop("datetime"), datetime(2024, 5, 16, 8, 30, 0, 7000, BERLIN), "2024-05-16T07:30:00.007Z"),
        (prop("datetime"), "1715848200000", "2024-05-16T08:30:00.000Z"),
        (prop("datetime"), date(2024, 5, 16), "2024-05-16T00:00:00.000Z"),
        (prop("some_new_type"), "x", "x"),
    ],
)
def test_a_value_becomes_the_text_that_hubspot_takes(known: Property, value: Any, text: str) -> None:
    assert render(known, value) == text


@pytest.mark.parametrize(
    ("known", "value"),
    [
        (prop("number"), "1,000"),
        (prop("number"), "NaN"),
        (prop("number"), True),
        (prop("bool"), "perhaps"),
        (prop("date"), "yesterday"),
        (prop("datetime"), "1" * 30),
        (prop(), ["a", "b"]),
        (prop(), "x" * (LONGEST_TEXT + 1)),
    ],
)
def test_what_cannot_be_said_in_a_type_is_refused_without_naming_the_value(known: Property, value: Any) -> None:
    with pytest.raises(Unfit) as refusal:
        render(known, value)

    assert str(value)[:20] not in str(refusal.value)


@pytest.mark.parametrize(
    ("known", "left", "right", "same"),
    [
        (prop(), None, "", True),
        (prop(), " Kiel ", "Kiel", True),
        (prop(), "a\r\nb", "a\nb", True),
        (prop(), "Kiel", "kiel", False),
        (prop(name="email"), "Ada@Acme.de", "ada@acme.de", True),
        (prop("number"), "17.0", 17, True),
        (prop("number"), "0", None, False),
        (prop("bool"), "true", True, True),
        (prop("bool"), "false", None, False),
        (MANY, "a;b", "b;a", True),
        (MANY, "a;b", "a", False),
        (prop("date"), "1715817600000", "2024-05-16", True),
        (prop("datetime"), "2024-05-16T08:30:00Z", "1715848200000", True),
        (prop("number"), "many", "many", True),
    ],
)
def test_what_hubspot_would_hold_alike_is_no_change(known: Property, left: Any, right: Any, same: bool) -> None:
    assert alike(known, left, right) is same
