"""Queries, places in them, and their text."""

from __future__ import annotations

import pytest

from connectors.salesforce.cursor import Cursor, JobPlace, load_cursor
from connectors.salesforce.soql import Position, Span, select, text, within
from unified_model.errors import CursorExpired

UNTIL = "2026-11-22T09:00:00.000Z"


def test_a_window_has_both_edges_and_a_place_inside_it_loses_no_tie() -> None:
    since = "2026-11-22T08:00:00.000Z"

    assert within("SystemModstamp", Span(None, UNTIL)) == "SystemModstamp < 2026-11-22T09:00:00Z"
    assert within("SystemModstamp", Span(since, UNTIL)) == (
        "SystemModstamp >= 2026-11-22T08:00:00Z AND SystemModstamp < 2026-11-22T09:00:00Z"
    )
    assert within("SystemModstamp", Span(since, UNTIL, Position("2026-11-22T08:30:00.000Z", "003A"))) == (
        "((SystemModstamp = 2026-11-22T08:30:00Z AND Id > '003A') OR "
        "(SystemModstamp > 2026-11-22T08:30:00Z AND SystemModstamp < 2026-11-22T09:00:00Z))"
    )


def test_text_is_quoted() -> None:
    assert text("O'Neil \\ Sons\n") == "'O\\'Neil \\\\ Sons\\n'"


def test_conditions_are_joined_and_empty_ones_left_out() -> None:
    assert select(["Id"], "Contact", ["", "(a = 1 OR b = 2)", "c < 3"], "Id", 5) == (
        "SELECT Id FROM Contact WHERE (a = 1 OR b = 2) AND c < 3 ORDER BY Id LIMIT 5"
    )


def test_a_place_survives_its_text() -> None:
    span = Span("2026-11-22T08:00:00.000Z", UNTIL, Position("2026-11-22T08:30:00.000Z", "003A"))
    places = [
        Cursor(),
        Cursor(("Id",), covered=UNTIL, deleted_to=UNTIL),
        Cursor(("Id", "Name"), ("Fax",), "(a = 1)", None, UNTIL, span, JobPlace("750", "abc", 7)),
    ]

    assert [load_cursor(place.dumps(), "Contact") for place in places] == places


@pytest.mark.parametrize("kept", ['{"v":99}', "nonsense", "[]", "{}"])
def test_a_place_of_another_version_means_reading_everything(kept: str) -> None:
    with pytest.raises(CursorExpired, match="another version"):
        load_cursor(kept, "Contact")
