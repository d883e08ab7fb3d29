"""Whatever filters are put together, search finds what a plain look through the table finds, in the order asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.simulators.hubspot_portal import Portal, served

Values = Mapping[str, str | None]
Filter = dict[str, Any]
NUMBERS, MOMENTS, CHOICES = ("amount", "hs_object_id"), ("createdate", "hs_lastmodifieddate"), ("dealstage", "pipeline")
COMPARED: dict[str, Callable[[float, float], bool]] = {
    "EQ": lambda held, asked: held == asked,
    "GT": lambda held, asked: held > asked,
    "GTE": lambda held, asked: held >= asked,
    "LT": lambda held, asked: held < asked,
    "LTE": lambda held, asked: held <= asked,
}


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with served(people=400) as each:
        yield each


@pytest.fixture(scope="module")
def table(portal: Portal) -> dict[str, Values]:
    return {each: row["properties"] for each, row in portal.live("deals").items()}


def number_of(text: str) -> float:
    """A number, or a moment in milliseconds."""
    return float(text) if "T" not in text else datetime.fromisoformat(text).timestamp() * 1_000


def holds(values: Values, each: Filter) -> bool:
    """Whether a record passes a filter."""
    held, operator = values.get(each["propertyName"]) or "", each["operator"]
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return bool(held) is (operator == "HAS_PROPERTY")
    if not held:
        return False
    if operator == "IN":
        return held.lower() in each["values"]
    if operator == "BETWEEN":
        return number_of(each["value"]) <= number_of(held) <= number_of(each["highValue"])
    if each["propertyName"] in CHOICES:
        return held.lower() == each["value"].lower()
    return COMPARED[operator](number_of(held), number_of(each["value"]))


@st.composite
def filters(draw: st.DrawFn, table: Mapping[str, Values]) -> Filter:
    """A filter whose values stand in the table, so that it finds something at times."""
    kind = draw(st.sampled_from(["number", "moment", "choice", "presence"]))
    names = {"number": NUMBERS, "moment": MOMENTS, "choice": CHOICES}.get(kind, (*NUMBERS, "closedate", "description"))
    name = draw(st.sampled_from(names))
    known = sorted({value for values in table.values() if (value := values.get(name))})
    if kind == "presence":
        return {"propertyName": name, "operator": draw(st.sampled_from(["HAS_PROPERTY", "NOT_HAS_PROPERTY"]))}
    values = draw(st.lists(st.sampled_from(known), min_size=2, max_size=2))
    if kind == "choice":
        asked = {"operator": "IN", "values": [each.lower() for each in values]}
        return {"propertyName": name} | draw(st.sampled_from([asked, {"operator": "EQ", "value": values[0]}]))
    low, high = sorted(values, key=number_of)
    if kind == "moment" and draw(st.booleans()):
        low, high = (str(round(number_of(each))) for each in (low, high))
    between = {"operator": "BETWEEN", "value": low, "highValue": high}
    one = {"operator": draw(st.sampled_from([*COMPARED])), "value": low}
    return {"propertyName": name} | draw(st.sampled_from([between, one]))


@given(st.data())
def test_a_search_finds_what_a_plain_look_finds(portal: Portal, table: dict[str, Values], data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.lists(filters(table), min_size=1, max_size=3), min_size=1, max_size=5))
    downward = data.draw(st.booleans())
    wanted = sorted(
        (each for each, values in table.items() if any(all(holds(values, one) for one in group) for group in groups)),
        key=int,
        reverse=downward,
    )

    direction = "DESCENDING" if downward else "ASCENDING"
    sorts = [{"propertyName": "hs_object_id", "direction": direction}]
    found = portal.search("deals", filterGroups=[{"filters": each} for each in groups], sorts=sorts, limit=200)

    assert found["total"] == len(wanted)
    assert [each["id"] for each in found["results"]] == wanted[:200]
