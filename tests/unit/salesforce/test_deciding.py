"""What is sent, what is left alone and what is a conflict, decided from values alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.batches import in_batches, side_by_side
from connectors.salesforce.deciding import after_loss, compare
from connectors.salesforce.rendering import Unfit, alike, render
from connectors.salesforce.results import cause_of

BERLIN = timezone(timedelta(hours=2))
FIELDS = {name: {"type": "string"} for name in "abc"}
VALUES = st.dictionaries(st.sampled_from("abc"), st.sampled_from([None, "x", "y", "z"]))


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("string", "", None),
        ("string", "NA", "NA"),
        ("string", 7, "7"),
        ("boolean", None, False),
        ("boolean", "TRUE", True),
        ("boolean", "0", False),
        ("int", "007", 7),
        ("double", Decimal("12.50"), 12.5),
        ("currency", "1234567890123456.78", "1234567890123456.78"),
        ("percent", 0.25, 0.25),
        ("date", datetime(2026, 11, 22, 9, 0, tzinfo=UTC), "2026-11-22"),
        ("date", date(2026, 11, 22), "2026-11-22"),
        ("datetime", "2026-11-22T11:00:00+02:00", "2026-11-22T09:00:00.000Z"),
        ("datetime", datetime(2026, 11, 22, 11, 0, tzinfo=BERLIN), "2026-11-22T09:00:00.000Z"),
        ("multipicklist", ["A", "B"], "A;B"),
        ("multipicklist", (), None),
        ("reference", "0035g0000000004", "0035g0000000004AAA"),
        ("somethingnew", "x", "x"),
    ],
)
def test_values_are_sent_as_their_field_s_type(kind: str, value: Any, sent: Any) -> None:
    rendered = render({"type": kind}, value)

    assert rendered == sent
    assert type(rendered) is type(sent)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("int", "many"), ("double", "nan"), ("boolean", "perhaps"), ("date", "soon"), ("string", ["a", "b"])],
)
def test_a_value_that_its_field_can_not_hold_is_told_before_it_is_sent(kind: str, value: Any) -> None:
    with pytest.raises(Unfit) as unfit:
        render({"type": kind}, value)

    assert str(value) not in str(unfit.value)


@pytest.mark.parametrize(
    ("kind", "left", "right", "same"),
    [
        ("string", " x ", "x", True),
        ("string", "x", "X", False),
        ("string", None, "", True),
        ("textarea", "a\r\nb", "a\nb", True),
        ("email", "A@Acme.example", "a@acme.example", True),
        ("double", "1.0", 1, True),
        ("currency", Decimal("1.10"), "1.1", True),
        ("multipicklist", "B;A", "A;B", True),
        ("multipicklist", "A", "A;B", False),
        ("datetime", "2026-11-22T09:00:00.000+0000", "2026-11-22T09:00:00.000Z", True),
        ("reference", "0035g0000000004", "0035g0000000004AAA", True),
        ("boolean", None, False, True),
        ("int", "many", "many", True),
    ],
)
def test_values_are_compared_as_the_org_would_keep_them(kind: str, left: Any, right: Any, same: bool) -> None:
    assert alike({"type": kind}, left, right) is same
    assert alike({"type": kind}, right, left) is same


@given(VALUES, VALUES, VALUES)
def test_nothing_is_sent_over_a_value_that_nobody_expected(
    wanted: dict[str, Any], base: dict[str, Any], now: dict[str, Any]
) -> None:
    verdict = compare(FIELDS, wanted, base, now)

    if verdict.kind == "send":
        assert all(now.get(name) == base.get(name) != wanted[name] for name in verdict.columns)
        assert all(now.get(name) == wanted[name] for name in wanted if name not in verdict.columns)
    elif verdict.kind == "conflict":
        assert verdict.columns
        assert all(now.get(name) not in (base.get(name), wanted[name]) for name in verdict.columns)
    else:
        assert all(now.get(name) == wanted[name] for name in wanted)


def test_a_process_that_touched_the_record_does_not_hide_that_nothing_was_applied() -> None:
    before = {"a": "x", "SystemModstamp": "1", "LastModifiedDate": "1"}

    assert after_loss(FIELDS, {"a": "y"}, before, {**before, "SystemModstamp": "2"}) == "not_applied"
    assert after_loss(FIELDS, {"a": "y"}, before, {**before, "LastModifiedDate": "2"}) == "unclear"
    assert after_loss(FIELDS, {"a": "y"}, before, {**before, "a": "y", "LastModifiedDate": "2"}) == "applied"


@pytest.mark.parametrize(
    ("body", "status", "kind", "code"),
    [
        ([{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "m", "fields": []}], 400, "locked", "UNABLE_TO_LOCK_ROW"),
        (
            [{"errorCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": "Trigger: UNABLE_TO_LOCK_ROW"}],
            400,
            "locked",
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        ),
        (
            [{"errorCode": "CANNOT_EXECUTE_FLOW_TRIGGER", "message": "m"}],
            400,
            "rejected",
            "CANNOT_EXECUTE_FLOW_TRIGGER",
        ),
        ({"errorCode": "NOT_FOUND", "message": "m"}, 404, "gone", "NOT_FOUND"),
        ([], 412, "moved", "HTTP_412"),
        (None, 404, "gone", "HTTP_404"),
        ("<html>", 400, "rejected", "HTTP_400"),
        ([{"statusCode": "STORAGE_LIMIT_EXCEEDED", "message": "m"}], 400, "full", "STORAGE_LIMIT_EXCEEDED"),
    ],
)
def test_a_refusal_is_sorted_by_what_to_do_next(body: Any, status: int, kind: str, code: str) -> None:
    cause = cause_of(body, status)

    assert (cause.kind, cause.code) == (kind, code)


def test_a_duplicate_rule_names_its_most_certain_match() -> None:
    def match(record_id: str, confidence: float) -> dict[str, Any]:
        return {"matchConfidence": confidence, "record": {"Id": record_id}}

    found = {"matchResults": [{"matchRecords": [match("first", 60.0), match("second", 99.0)]}, {"matchRecords": None}]}

    cause = cause_of([{"errorCode": "DUPLICATES_DETECTED", "message": "m", "duplicateResult": found}])

    assert (cause.kind, cause.other_id) == ("duplicate", "second")


@given(st.lists(st.text(max_size=40)), st.integers(1, 5), st.integers(1, 100))
def test_batches_keep_every_item_in_order_within_both_limits(items: list[str], count: int, most_bytes: int) -> None:
    batches = list(in_batches(items, lambda item: item, count, most_bytes))

    assert [item for batch in batches for item in batch] == items
    assert all(1 <= len(batch) <= count for batch in batches)
    assert all(len(batch) == 1 or sum(len(item.encode()) + 3 for item in batch) <= most_bytes for batch in batches)


def test_children_of_one_parent_stand_side_by_side_and_orphans_last() -> None:
    parents = ["b", None, "a", "b", "a"]

    order = side_by_side(range(5), lambda each: [parents[each]])

    assert order == [2, 4, 0, 3, 1]
