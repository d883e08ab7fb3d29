"""The external id that makes a create happen once: what is missing of it in an org, and how an admin adds it.

One field an object, `HubId__c`: Text(64), unique with regard to case, an external id, writable by the hub's user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

EXTERNAL_ID = "HubId__c"
LENGTH = 64
LABEL = "Hub Id"
DESCRIPTION = "Set by the customer hub when it creates a record, so that no record is created twice. Do not edit."


def field_of(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The field in an object's description; None when it is not there, or hidden from the user."""
    return next((field for field in body["fields"] if field["name"] == EXTERNAL_ID), None)


def lacks(field: Mapping[str, Any]) -> Sequence[str]:
    """What keeps the field from doing its work."""
    wanted = (
        (field.get("unique"), "it is not unique"),
        (field.get("caseSensitive"), "it does not mind case"),
        (field.get("externalId"), "it is not an external id"),
        (field.get("createable"), "the hub's user may not set it"),
        (int(field.get("length") or 0) >= LENGTH, f"it is shorter than {LENGTH}"),
    )
    return [text for met, text in wanted if not met]


def steps(object: str) -> str:
    """How an admin makes the field by hand."""
    return (
        f"In Setup, open Object Manager, {object}, Fields & Relationships, New: data type Text, label {LABEL}, "
        f"length {LENGTH}, field name {EXTERNAL_ID.removesuffix('__c')}; tick Unique (treat ABC and abc as different) "
        "and External ID; let the hub's permission set read and edit it."
    )


def metadata(object: str) -> dict[str, Any]:
    """The field as the Tooling API takes it."""
    return {
        "FullName": f"{object}.{EXTERNAL_ID}",
        "Metadata": {
            "type": "Text",
            "label": LABEL,
            "description": DESCRIPTION,
            "length": LENGTH,
            "unique": True,
            "caseSensitive": True,
            "externalId": True,
            "required": False,
        },
    }
