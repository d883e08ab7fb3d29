"""Duplicate rules: a contact or lead with the e-mail of another is refused, or refused unless the caller insists.

A rule that blocks always refuses. A rule that alerts lets a caller pass who sends `allowSave=true` in
`Sforce-Duplicate-Rule-Header`. Only writes through the API meet the rules; people click the warning away.
"""

from typing import Any

from simulators.salesforce.errors import Refusal
from simulators.salesforce.fields import Row
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.web import Call

HEADER = "sforce-duplicate-rule-header"
BLOCK, ALERT, OFF = "block", "alert", "off"


def set_rule(org: Org, kind: ObjectType, mode: str) -> None:
    """Switch the rule of an object; only objects with an e-mail have one."""
    if mode not in (BLOCK, ALERT, OFF) or kind.field("Email") is None or not kind.writable:
        raise ValueError(f"{kind.name} can't have the duplicate rule {mode}")
    org.duplicate_rules[kind.name] = mode


def insists(call: Call) -> bool:
    """Whether a request asks to save in spite of an alert."""
    options = (each.partition("=") for each in call.headers.get(HEADER, "").split(";"))
    return any(name.strip().lower() == "allowsave" and value.strip().lower() == "true" for name, _, value in options)


def check(org: Org, kind: ObjectType, row: Row) -> None:
    """Refuse a record whose e-mail another one has."""
    mode = org.duplicate_rules.get(kind.name, OFF)
    if mode == OFF or row.get("Email") is None or (mode == ALERT and org.allow_save):
        return
    others = org.tables[kind.name].holding(kind.by_name["email"], row["Email"])
    alike = [other for other in others if other["Id"] != row["Id"] and not other["IsDeleted"]]
    if alike:
        message = "You're creating a duplicate record. We recommend you use an existing record instead."
        raise Refusal(400, "DUPLICATES_DETECTED", message, (), {"duplicateResult": _result(kind, mode, message, alike)})


def _result(kind: ObjectType, mode: str, message: str, alike: list[Row]) -> dict[str, Any]:
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": kind.name}, "Id": row["Id"]},
        }
        for row in alike
    ]
    rule = f"Standard_{kind.name}_Duplicate_Rule"
    matches = {
        "entityType": kind.name,
        "errors": [],
        "matchEngine": "ExactMatchEngine",
        "matchRecords": records,
        "rule": f"Standard_{kind.name}_Match_Rule",
        "size": len(records),
        "success": True,
    }
    return {
        "allowSave": mode == ALERT,
        "duplicateRule": rule,
        "duplicateRuleEntityType": kind.name,
        "errorMessage": message,
        "matchResults": [matches],
    }
