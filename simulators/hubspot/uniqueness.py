"""Values that only one record of the portal may hold: e-mail addresses, and unique properties.

A contact has one primary address and any number of additional ones; all of them are unique over all contacts. What
lies in the recycle bin holds nothing.
"""

from collections.abc import Iterable, Mapping

from simulators.hubspot.errors import Refusal, invalid
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import Row

PRIMARY, ADDITIONAL = "email", "hs_additional_emails"
BY_HAND = ("CRM_UI", "IMPORT")
"""Sources that can't bring back the address of somebody who was erased; forms and the API can."""


def check_unique(portal: Portal, kind: ObjectType, own: Row | None, values: Mapping[str, str]) -> None:
    """Refuse values that another record holds already: 409 for a new record (`own` is None), 400 or 409 else."""
    if kind.plural == "contacts":
        _check_addresses(portal, kind, own, values)
    for name, value in values.items():
        found = kind.properties.get(name)
        if found is None or not found.unique or not value:
            continue
        others = _others(portal.tables[kind.plural].holding(name, value), own)
        if others:
            raise _taken(portal, kind, own, name, value, others[0])


def tidy_addresses(kind: ObjectType, own: Row | None, values: Mapping[str, str]) -> dict[str, str]:
    """The values to write with addresses in order: each one once, the primary not among the additional ones.

    An additional address that is made the primary one changes places with it.
    """
    kept = dict(values)
    if kind.plural != "contacts" or not (PRIMARY in values or ADDITIONAL in values):
        return kept
    held = {} if own is None else own.values
    before, primary = held.get(PRIMARY, ""), values.get(PRIMARY, held.get(PRIMARY, "")).lower()
    listed = split(values.get(ADDITIONAL, held.get(ADDITIONAL, "")))
    if before and before != primary and primary in split(held.get(ADDITIONAL, "")):
        listed = [before, *listed]
    additional = ";".join(each for each in dict.fromkeys(listed) if each != primary)
    if ADDITIONAL in values or additional != held.get(ADDITIONAL, ""):
        kept[ADDITIONAL] = additional
    return kept


def find_by(portal: Portal, kind: ObjectType, name: str, value: str, *, archived: bool = False) -> Row | None:
    """The record that a unique property, or an e-mail address (additional ones too), names; None if there is none.

    Refused with 400 if `name` is no such property.
    """
    table = portal.tables[kind.plural]
    if kind.plural == "contacts" and name == PRIMARY:
        found = [*table.holding(PRIMARY, value), *table.holding(ADDITIONAL, value)]
    elif portal.sees(kind, name) and kind.properties[name].unique:
        found = table.holding(name, value)
    else:
        raise invalid(f"{name} is not a unique property of {kind.plural}; idProperty needs one that is")
    return next((row for row in found if row.archived == archived), None)


def addresses(values: Mapping[str, str]) -> set[str]:
    """All addresses of a contact."""
    return {each for each in (values.get(PRIMARY, "").lower(), *split(values.get(ADDITIONAL, ""))) if each}


def split(listed: str) -> list[str]:
    """The addresses in a `;` list."""
    return [each for each in (part.strip().lower() for part in listed.split(";")) if each]


def _check_addresses(portal: Portal, kind: ObjectType, own: Row | None, values: Mapping[str, str]) -> None:
    primary, additional = values.get(PRIMARY, ""), split(values.get(ADDITIONAL, ""))
    table = portal.tables[kind.plural]
    for address in [primary, *additional] if primary else additional:
        if portal.source.type in BY_HAND and address.lower() in portal.blocked_addresses:
            raise invalid(f"{address} belonged to a contact that was deleted for good; its owner has to bring it back")
        for name in (PRIMARY, ADDITIONAL):
            others = _others(table.holding(name, address), own)
            if others:
                raise _taken(portal, kind, own, name, address, others[0])


def _others(rows: Iterable[Row], own: Row | None) -> list[Row]:
    return [row for row in rows if not row.archived and (own is None or row.id != own.id)]


def _taken(portal: Portal, kind: ObjectType, own: Row | None, name: str, value: str, other: Row) -> Refusal:
    """409, which names the other record; 400 for a change to what is not the other's primary address."""
    message = f"{kind.label} already exists. Existing ID: {other.id}"
    if own is None or name == PRIMARY:
        return Refusal(409, "CONFLICT", message)
    detail = f"{value} is held by {kind.singular} {other.id} already"
    errors = [{"message": detail, "code": "CONFLICTING_UNIQUE_VALUE", "context": {"propertyName": [name]}}]
    return invalid(f"Property values were not valid: {detail}", errors=errors)
