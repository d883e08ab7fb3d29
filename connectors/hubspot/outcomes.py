"""What a portal answers to a write, sorted by what to do next, and told to people in the portal's own words.

A refusal of one record comes as an answer of its own or as one of the `errors` of a batch; both are read alike. Where
several codes say the same, the most exact is kept: that of a value, then the sub-category, then the category.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from connectors.contract import Op, OpResult, Outcome
from connectors.hubspot.refusals import Refusal, Said

Class = Literal["locked", "again", "gone", "taken", "rejected"]

LIFECYCLE_BACKWARD = "LIFECYCLE_BACKWARD"
"""Ours: a stage of life goes forward only, and the portal would drop the value without a word."""
OVERWRITTEN = "overwritten"
"""Ours: an edit of theirs came between looking and writing."""
NOT_TAKEN = "not_taken"
"""Ours: the portal answered that it went through, and kept its own value."""

_CLASSES: Mapping[str, Class] = {
    "OBJECT_NOT_FOUND": "gone",
    "CONFLICT": "taken",
    "RATE_LIMITS": "again",
    "RATE_LIMIT": "again",
    "INTERNAL_ERROR": "again",
}
_BY_STATUS: Mapping[int, Class] = {404: "gone", 409: "taken", 423: "locked", 429: "again", 500: "again", 503: "again"}
_REMEDIES = {
    "PROPERTY_DOESNT_EXIST": "Make the property in HubSpot, or take it out of the mapping.",
    "READ_ONLY_VALUE": "Take the property out of the mapping: HubSpot fills it itself.",
    "INVALID_OPTION": "Add the option to the property in HubSpot, or map the value to one that is there.",
    "INVALID_EMAIL": "Correct the address in the record it comes from.",
    "INVALID_DATE": "Give it a date without a time of day.",
    "MISSING_SCOPES": "Give the app (or service key) these scopes in HubSpot.",
    "RECORD_LOCKED": "It is tried again with the next run.",
}
_RULES = "The portal's own rules refuse it: give the record what they ask for, or have the rule changed in HubSpot."
_RULED = frozenset(("VALIDATION_ERROR", "REQUIRED_PROPERTIES_MISSING", "REQUIRED_PROPERTY", "PERMISSION"))
_NAME = re.compile(r"[a-z0-9_]+")
_EXISTING = re.compile(r"Existing ID: (\d+)")


class Cause(NamedTuple):
    """Why the portal refused one record. `hint`: a record that its words name, to be looked at and not believed."""

    kind: Class
    code: str
    message: str
    """The portal's own words."""
    fields: tuple[str, ...] = ()
    hint: str | None = None


def cause_of(said: Said, known: Collection[str] = ()) -> Cause:
    """What an answer or a row's error says. `known` are the properties there are: what it names beside is no field."""
    details = [*said.errors, *_embedded(said.told)]
    codes = [str(each[key]) for key in ("code", "error", "subCategory") for each in details if each.get(key)]
    code = next(iter(codes), "") or said.sub_category.rpartition(".")[2] or said.category or f"HTTP_{said.status}"
    kind = _CLASSES.get(said.category) or _BY_STATUS.get(said.status, "rejected")
    if "LOCK" in said.category.upper():
        kind = "locked"
    words = [said.told.partition("Property values were not valid:")[0].strip()]
    words += [str(each["message"]) for each in details if each.get("message") and str(each["message"]) not in words[0]]
    message = (
        " ".join(dict.fromkeys(_sentence(word) for word in words if word))
        or f"HubSpot answered {code} without a reason."
    )
    hint = _EXISTING.search(said.told) if kind == "taken" else None
    return Cause(kind, code, message, tuple(dict.fromkeys(_fields(said, details, known))), hint[1] if hint else None)


def cause_of_refusal(refusal: Refusal, known: Collection[str] = ()) -> Cause:
    """The same of a request that was refused whole."""
    return cause_of(refusal.said, known)


def result(op: Op, outcome: Outcome, record_id: str | None, reason: str = "", detail: str = "") -> OpResult:
    """A result without fields; `_replace` adds them."""
    return OpResult(op.id, outcome, record_id or op.record_id, reason, detail)


def refused(op: Op, record_id: str | None, why: Cause) -> OpResult:
    """The result of a refusal that is final: `duplicate` when another record stands in the way, else `rejected`."""
    remedy = _REMEDIES.get(why.code, _RULES if _is_rule(why) else "")
    detail = f"{why.message} {remedy}".strip()
    if why.kind in ("locked", "again"):
        return OpResult(op.id, "retry", record_id, why.code, detail, why.fields)
    outcome: Outcome = "duplicate" if why.kind == "taken" else "rejected"
    return OpResult(op.id, outcome, record_id, why.code, detail, why.fields)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _is_rule(why: Cause) -> bool:
    return why.kind == "rejected" and (why.code in _RULED or why.code.startswith(("REQUIRED", "CONDITIONAL")))


def _fields(said: Said, details: list[Mapping[str, Any]], known: Collection[str]) -> Iterator[str]:
    """Properties that an answer names: under a key that speaks of properties, as `in`, or as `name`."""
    for context in (said.context, *(each.get("context") for each in details)):
        for key, values in context.items() if isinstance(context, Mapping) else ():
            if "propert" in key.lower() and "value" not in key.lower():
                yield from _names(values if isinstance(values, (list, tuple)) else [values], known)
    for each in details:
        yield from _names([each.get("name"), each.get("in")], known)


def _names(values: Collection[Any], known: Collection[str]) -> Iterator[str]:
    for value in values:
        for name in str(value or "").split(","):
            plain = name.strip()
            if plain in known if known else _NAME.fullmatch(plain):
                yield plain


def _embedded(told: str) -> list[Mapping[str, Any]]:
    """Details that some sentences carry behind them as JSON."""
    start = told.find("[{")
    if start < 0:
        return []
    try:
        held, _ = json.JSONDecoder().raw_decode(told[start:])
    except ValueError:
        return []
    return [each for each in held if isinstance(each, Mapping)]
