"""The values that a write may set: every property by its own rules, the life cycle forward alone."""

import json
from collections.abc import Mapping
from typing import Any

from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.lifecycle import STAGE, goes_back
from simulators.hubspot.object_type import ObjectType, Property
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import PERSON, Row
from simulators.hubspot.value_types import BadValueError, as_text, keep


def checked(portal: Portal, kind: ObjectType, before: Row | None, sent: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of the properties sent; `before` is the record, None for a new one. "" clears.

    Refused with 400 as a whole, naming every property that does not do. A null is passed over, unless the portal is
    switched to refuse it; a step back in the life cycle is dropped without a word, unless a person takes it.
    """
    held = {} if before is None else before.values
    values: dict[str, str] = {}
    problems: list[tuple[str, BadValueError]] = []
    for name, value in sent.items():
        try:
            property_ = _writable(portal, kind, name)
            if value is not None:
                values[name] = keep(property_, as_text(value), held.get(name, ""), _listed_elsewhere(portal, property_))
            elif portal.switches.nulls_refused:
                raise BadValueError("INVALID_TYPE", f"{name} must not be null")
        except BadValueError as bad:
            problems.append((name, bad))
    if problems:
        raise invalid_values(portal, problems)
    if portal.source.type != PERSON.type and goes_back(kind, held.get(STAGE), values.get(STAGE)):
        del values[STAGE]
    return values


def invalid_values(portal: Portal, problems: list[tuple[str, BadValueError]]) -> Refusal:
    """The refusal of values: the details stand in it as such, and once more as JSON in the message."""
    told = [
        {
            "isValid": False,
            "message": bad.message,
            "error": bad.code,
            "name": name,
            "localizedErrorMessage": bad.message,
            "portalId": portal.id,
        }
        for name, bad in problems
    ]
    errors = [{"message": bad.message, "code": bad.code, "context": {"propertyName": [name]}} for name, bad in problems]
    return invalid(f"Property values were not valid: {json.dumps(told, separators=(',', ':'))}", errors=errors)


def _writable(portal: Portal, kind: ObjectType, name: str) -> Property:
    if not portal.sees(kind, name):
        raise BadValueError("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    found = kind.properties[name]
    if not found.writable:
        raise BadValueError("READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
    return found


def _listed_elsewhere(portal: Portal, property_: Property) -> list[str] | None:
    """The values of a property whose options are not its own: the owners; None where nothing is listed."""
    return [str(each) for each in portal.owners] if property_.refers_to == "OWNER" else None
