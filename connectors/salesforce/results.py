"""What an org answers to a write, sorted by what to do next, and told to people in the org's own words.

One record's errors come as `statusCode` (collections) or `errorCode` (single and composite); both are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from connectors.contract import Op, OpResult, Outcome

Class = Literal["locked", "again", "gone", "moved", "duplicate", "taken", "converted", "full", "rejected"]

_CLASSES: dict[str, Class] = {
    "UNABLE_TO_LOCK_ROW": "locked",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": "again",
    "PROCESSING_HALTED": "again",
    "SERVER_UNAVAILABLE": "again",
    "UNKNOWN_EXCEPTION": "again",
    "REQUEST_RUNNING_TOO_LONG": "again",
    "PRECONDITION_FAILED": "moved",
    "ENTITY_IS_DELETED": "gone",
    "NOT_FOUND": "gone",
    "INVALID_CROSS_REFERENCE_KEY": "gone",
    "INVALID_ID_FIELD": "gone",
    "DUPLICATES_DETECTED": "duplicate",
    "DUPLICATE_VALUE": "taken",
    "CANNOT_UPDATE_CONVERTED_LEAD": "converted",
    "STORAGE_LIMIT_EXCEEDED": "full",
}
_REMEDIES = {
    "REQUIRED_FIELD_MISSING": "Give the record that value, here or in another source system.",
    "STRING_TOO_LONG": "Shorten the value, or have the field made longer.",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "Add the value to the picklist, or map it to one that is there.",
    "INSUFFICIENT_ACCESS_OR_READONLY": "Give the hub's user edit access to this record.",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "Give the hub's user access to the record it refers to.",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "Give the hub's user edit access to the field, or take it out of the mapping.",
    "OPERATION_WITH_INACTIVE_USER_EXCEPTION": "Choose an active owner.",
    "STORAGE_LIMIT_EXCEEDED": "Free or buy data storage in the org; nothing more is created until then.",
    "UNABLE_TO_LOCK_ROW": "It is tried again with the next run.",
}
_ID = re.compile(r"\b[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?\b")


class Cause(NamedTuple):
    """Why the org refused one record. `other_id`: the record that exists already, where the answer names it."""

    kind: Class
    code: str
    message: str
    """The org's own words."""
    fields: tuple[str, ...] = ()
    other_id: str | None = None


def cause_of(errors: Any, status: int = 400) -> Cause:
    """The first error of a record's answer; a body that holds none is told by its HTTP status."""
    first = errors[0] if isinstance(errors, Sequence) and not isinstance(errors, str) and errors else errors
    if not isinstance(first, Mapping):
        kind: Class = "moved" if status == 412 else "gone" if status == 404 else "rejected"
        return Cause(kind, f"HTTP_{status}", f"Salesforce answered {status} without a reason.")
    code = str(first.get("statusCode") or first.get("errorCode") or f"HTTP_{status}")
    message = str(first.get("message") or code)
    kind = "moved" if status == 412 else _CLASSES.get(code, "rejected")
    if kind == "rejected" and "UNABLE_TO_LOCK_ROW" in message:
        kind = "locked"  # an automation of the org met the lock and wraps its code
    other = _matched(first.get("duplicateResult"))
    if kind == "taken":
        named = _ID.search(message)  # only the text names it
        other = named.group() if named else None
    return Cause(kind, code, message, tuple(map(str, first.get("fields") or ())), other)


def _matched(found: Any) -> str | None:
    """The most certain match of a duplicate rule."""
    if not isinstance(found, Mapping):
        return None
    matches = [
        (float(match.get("matchConfidence") or 0), str(match["record"]["Id"]))
        for result in found.get("matchResults") or ()
        for match in result.get("matchRecords") or ()
        if (match.get("record") or {}).get("Id")
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None


def result(op: Op, outcome: Outcome, record_id: str | None, reason: str = "", detail: str = "") -> OpResult:
    """A result without fields; `_replace` adds them."""
    return OpResult(op.id, outcome, record_id or op.record_id, reason, detail)


def refused(op: Op, object: str, record_id: str | None, why: Cause) -> OpResult:
    """The result of a refusal that is final: `duplicate` when another record stands in the way, else `rejected`."""
    remedy = _REMEDIES.get(why.code, "")
    detail = f"{why.message} {remedy}".strip()
    if why.kind in ("duplicate", "taken"):
        return OpResult(op.id, "duplicate", record_id, why.code, detail, why.fields, why.other_id)
    if why.kind in ("locked", "again", "full"):
        return OpResult(op.id, "retry", record_id, why.code, detail, why.fields)
    if why.kind == "moved":
        detail = f"Salesforce {object} {record_id} is edited again and again. It is tried again with the next run."
        return OpResult(op.id, "retry", record_id, why.code, detail)
    return OpResult(op.id, "rejected", record_id, why.code, detail, why.fields)
