"""Whatever HubSpot, or something in between, says no with: there is an error for it that quotes nobody's data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.retry import Busy
from connectors.hubspot.refusals import Refusal, missing_scopes, refusal_of
from unified_model.errors import NeedsOperator, Rejected

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRET = "pat@example.org lives at Elm Street"
KEYS = (
    "status", "message", "correlationId", "category", "subCategory", "errors", "context", "links", "errorType",
    "policyName", "code", "requiredGranularScopes",
)  # fmt: skip

scalars = st.none() | st.booleans() | st.integers() | st.just(SECRET) | st.text(max_size=8)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
)


@given(
    status=st.integers(300, 599),
    content=anything,
    retry_after=st.sampled_from([None, "", "5", "soon", "-1", "99999999", "Sun, 22 Nov 2026 10:00:00 GMT"]),
    searching=st.booleans(),
)
def test_any_answer_that_says_no_is_an_error_of_a_known_kind(
    status: int, content: Any, retry_after: str | None, searching: bool
) -> None:
    refusal = refusal_of(
        "hub", status, content, about="contacts", retry_after=retry_after, now=NOW, searching=searching
    )

    assert isinstance(refusal, Refusal)
    assert sum(isinstance(refusal, kind) for kind in (Busy, NeedsOperator, Rejected)) == 1
    assert refusal.status == status
    assert refusal.message
    assert refusal.remedy
    assert "hub (contacts)" in str(refusal)
    assert "Elm Street" not in str(refusal)
    assert isinstance(refusal.category, str)
    assert all(isinstance(values, list) for values in refusal.context.values())
    missing_scopes(refusal.said)
    after_s = getattr(refusal, "after_s", None)
    assert after_s is None or 0 <= after_s <= 86_400 or status != 429


@pytest.mark.parametrize("status", [403, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530])
def test_a_page_instead_of_an_answer_is_trouble_that_passes(status: int) -> None:
    refusal = refusal_of("hub", status, "<!DOCTYPE html><html>Ray ID</html>", now=NOW)

    assert isinstance(refusal, Busy)
    assert refusal.lost
    assert "page" in refusal.message


@pytest.mark.parametrize("status", [400, 404, 409, 414])
def test_what_a_repeat_won_t_help_is_a_matter_of_the_record(status: int) -> None:
    refusal = refusal_of("hub", status, {"category": "VALIDATION_ERROR"}, now=NOW)

    assert isinstance(refusal, Rejected)
    assert "VALIDATION_ERROR" in refusal.message


def test_scopes_are_found_wherever_a_refusal_names_them() -> None:
    scopes = {"requiredScopes": ["tickets"]}
    bodies: list[dict[str, Any]] = [
        {"context": scopes},
        {"errors": [{"message": "no", "context": scopes}]},
        {"errors": [{"context": {"missingScopes": "tickets"}}, {"context": {"requiredGranularScopes": ["tickets"]}}]},
    ]

    bodies.append({"context": {"scope": [*scopes["requiredScopes"], SECRET]}})

    found = [missing_scopes(refusal_of("hub", 403, body, now=NOW).said) for body in bodies]

    assert found == [("tickets",)] * 4
