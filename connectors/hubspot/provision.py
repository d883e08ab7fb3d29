"""`check --fix`: makes the unique property that creating needs, where the token may, or says how an admin does.

It takes the schema scopes (`crm.schemas.contacts.write`), which a token that only reads and writes records lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors.contract import Finding
from connectors.hubspot.refusals import Refusal
from connectors.hubspot.unique_property import (
    MOST_UNIQUE,
    UNIQUE_PROPERTY,
    WITHOUT,
    anew,
    definition,
    group_definition,
    lacks,
    steps,
)
from unified_model.errors import UnsiloError

if TYPE_CHECKING:
    from connectors.hubspot.connector import HubSpotConnector


def provided(source: HubSpotConnector) -> list[Finding]:
    """One finding for each object that is pushed to: its property was there, was made, or was refused."""
    if source.settings.push == "off":
        return [Finding("ok", source.settings.label, "Nothing has to be made while nothing is pushed (push = off).")]
    source.installation()
    found: list[Finding] = []
    for object in source.pushed():
        try:
            found.extend(_provide(source, object))
        except UnsiloError as error:
            found.append(Finding("error", object, error.message, error.remedy))
    return found


def _provide(source: HubSpotConnector, object: str) -> Iterator[Finding]:
    if object in WITHOUT:
        message = f"HubSpot has no unique properties for {object}: a create whose answer is lost is left to a person."
        yield Finding("warning", object, message)
        return
    properties = source.describer.properties(object, fresh=True)
    held = properties.get(UNIQUE_PROPERTY)
    if held is not None:
        missing = lacks(held)
        if missing:
            yield Finding("error", object, f"{UNIQUE_PROPERTY} is there, but {' and '.join(missing)}.", anew(object))
        else:
            yield Finding("ok", object, f"{UNIQUE_PROPERTY} is there.")
        return
    if sum(1 for each in properties.values() if each.unique) >= MOST_UNIQUE:
        message = f"{UNIQUE_PROPERTY} can't be made: {object} have {MOST_UNIQUE} unique properties, which is the most."
        yield Finding("error", object, message, "Delete one that is not needed in HubSpot, and check again.")
        return
    refused = _made(source, object)
    made = source.describer.properties(object, fresh=True).get(UNIQUE_PROPERTY)
    if made is not None and not lacks(made):
        yield Finding("ok", object, f"{UNIQUE_PROPERTY} was made.")
    elif refused is not None:
        message = f"{UNIQUE_PROPERTY} could not be made: {refused.message}"
        yield Finding(
            "error", object, message, f"Give the token the schema scope, or have an admin do it. {steps(object)}"
        )
    else:
        message = f"{UNIQUE_PROPERTY} was made, but {' and '.join(lacks(made)) if made else 'is not shown'}."
        yield Finding("error", object, message, anew(object))


def _made(source: HubSpotConnector, object: str) -> UnsiloError | None:
    """Make group and property; gives the refusal. What is there already (409) is no refusal."""
    client, type = source.client, source.describer.path_type(object)
    for path, body in (
        (client.paths.property_groups(type), group_definition()),
        (client.paths.properties(type), definition()),
    ):
        try:
            client.post(path, body, repeatable=False, about=object)
        except Refusal as refusal:
            if refusal.status != 409:
                return refusal
        except UnsiloError as error:
            return error
    return None
