"""What a portal says no with: code, fields and kind, wherever an answer hides them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.contract import Op
from connectors.hubspot.outcomes import cause_of, refused
from connectors.hubspot.refusals import said_of

KNOWN = ("email", "city", "dealstage", "lastname")


def told(status: int, **body: Any):  # type: ignore[no-untyped-def]
    return cause_of(said_of(status, body), KNOWN)


def test_the_most_exact_code_is_kept_and_the_property_named() -> None:
    detail = {"message": "no such option", "code": "INVALID_OPTION", "context": {"propertyName": ["city"]}}

    cause = told(400, category="VALIDATION_ERROR", message="Property values were not valid", errors=[detail])

    assert (cause.kind, cause.code, cause.fields) == ("rejected", "INVALID_OPTION", ("city",))
    assert "no such option" in cause.message


def test_details_behind_a_sentence_are_read() -> None:
    details = [{"isValid": False, "message": "Email is invalid", "error": "INVALID_EMAIL", "name": "email"}]

    cause = told(400, category="VALIDATION_ERROR", message=f"Property values were not valid: {json.dumps(details)}")

    assert (cause.code, cause.fields, cause.message) == ("INVALID_EMAIL", ("email",), "Email is invalid.")


def test_values_beside_names_are_no_fields() -> None:
    cause = told(400, message="bad", context={"propertyName": ["city"], "propertyValue": ["lastname"], "id": ["email"]})

    assert cause.fields == ("city",)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (409, {"category": "CONFLICT"}, "taken"),
        (400, {"category": "CONFLICT"}, "taken"),
        (400, {"category": "OBJECT_NOT_FOUND"}, "gone"),
        (423, {}, "locked"),
        (500, {"category": "INTERNAL_ERROR"}, "again"),
        (400, {"category": "VALIDATION_ERROR"}, "rejected"),
        (403, {"category": "MISSING_SCOPES"}, "rejected"),
        (418, {}, "rejected"),
    ],
)
def test_a_refusal_is_sorted_by_what_to_do_next(status: int, body: dict[str, Any], kind: str) -> None:
    assert told(status, **body).kind == kind


def test_a_rule_of_the_portal_is_told_as_one() -> None:
    detail = {"message": "lastname is required", "code": "REQUIRED_PROPERTY", "context": {"properties": ["lastname"]}}
    cause = told(400, category="VALIDATION_ERROR", message="The record is not complete", errors=[detail])

    result = refused(Op("op", "update", {"city": "Kiel"}, "512"), "512", cause)

    assert (result.outcome, result.reason, result.fields) == ("rejected", "REQUIRED_PROPERTY", ("lastname",))
    assert "rules" in result.detail


def test_an_answer_without_a_reason_still_has_one() -> None:
    result = refused(Op("op", "update", {}, "512"), "512", cause_of(said_of(400, "<html>")))

    assert (result.outcome, result.reason) == ("rejected", "HTTP_400")
    assert result.detail
