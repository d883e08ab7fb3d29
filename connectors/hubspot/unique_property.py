"""The unique property that makes a create happen once: what is missing of it in a portal, and how an admin adds it.

One property an object, `unsilo_id`: single-line text whose values HubSpot keeps unique. That can be said only when a
property is made, so that one made without it has to go first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.describing import Property

UNIQUE_PROPERTY = "unsilo_id"
LABEL = "Unsilo id"
GROUP = "unsilo"
GROUP_LABEL = "Unsilo"
DESCRIPTION = "Set by the customer hub when it creates a record, so that no record is created twice. Do not edit."
MOST_UNIQUE = 10
"""Unique properties that HubSpot takes for one object."""
WITHOUT = frozenset(("products",))
"""Objects that can have no unique property."""


def lacks(property: Property) -> Sequence[str]:
    """What keeps the property from doing its work."""
    wanted = (
        (property.unique, "its values are not unique"),
        (property.type == "string", "it is no text"),
        (property.writable, "it can't be written"),
    )
    return [text for met, text in wanted if not met]


def steps(object: str) -> str:
    """How an admin makes the property by hand."""
    return (
        f"In HubSpot's settings, open Properties, choose {object}, Create property: label {LABEL}, internal name "
        f"{UNIQUE_PROPERTY}, field type Single-line text; under Rules tick Require unique values for this property."
    )


def anew(object: str) -> str:
    """How an admin mends one that is there but not unique."""
    return f"Delete {UNIQUE_PROPERTY}, for that can't be changed later, and make it anew. {steps(object)}"


def group_definition() -> Mapping[str, Any]:
    """The group of properties it stands in, as the API takes it."""
    return {"name": GROUP, "label": GROUP_LABEL, "displayOrder": -1}


def definition() -> Mapping[str, Any]:
    """The property as the API takes it."""
    return {
        "name": UNIQUE_PROPERTY,
        "label": LABEL,
        "description": DESCRIPTION,
        "groupName": GROUP,
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": True,
        "formField": False,
        "hidden": False,
    }
