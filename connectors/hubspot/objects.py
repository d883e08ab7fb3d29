"""HubSpot's standard object types: the names each goes by, its number, and the properties that tell when it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple


class ObjectType(NamedTuple):
    """One type of object. `stamp` and `created` are "" where records carry no such property."""

    name: str
    """Plural: in paths and in our records."""
    id: str
    singular: str
    stamp: str = "hs_lastmodifieddate"
    """The property by which a search finds changes."""
    created: str = "hs_createdate"


OWNERS = ObjectType("owners", "", "owner", "", "")
"""People of the portal's own; not an object of the CRM, with a path of its own."""

STANDARD: tuple[ObjectType, ...] = (
    ObjectType("contacts", "0-1", "contact", "lastmodifieddate", "createdate"),
    ObjectType("companies", "0-2", "company", created="createdate"),
    ObjectType("deals", "0-3", "deal", created="createdate"),
    ObjectType("tickets", "0-5", "ticket", created="createdate"),
    ObjectType("products", "0-7", "product", created="createdate"),
    ObjectType("line_items", "0-8", "line_item", created="createdate"),
    ObjectType("quotes", "0-14", "quote"),
    ObjectType("communications", "0-18", "communication"),
    ObjectType("feedback_submissions", "0-19", "feedback_submission"),
    ObjectType("tasks", "0-27", "task"),
    ObjectType("notes", "0-46", "note"),
    ObjectType("meetings", "0-47", "meeting"),
    ObjectType("calls", "0-48", "call"),
    ObjectType("emails", "0-49", "email"),
    ObjectType("invoices", "0-53", "invoice"),
    ObjectType("postal_mail", "0-116", "postal_mail"),
    ObjectType("orders", "0-123", "order"),
    ObjectType("leads", "0-136", "lead"),
    ObjectType("carts", "0-142", "cart"),
)

ENGAGEMENTS = frozenset(("communications", "tasks", "notes", "meetings", "calls", "emails", "postal_mail"))

_SCOPES = {"tickets": "tickets", "products": "e-commerce"}
"""Objects with one scope for reading and writing both."""


def scopes(type: ObjectType, what: Literal["read", "write"]) -> tuple[str, ...]:
    """What a token needs to read (or to read and write) records of a type."""
    if type.name in _SCOPES:
        return (_SCOPES[type.name],)
    name = "contacts" if type.name in ENGAGEMENTS else "custom" if type.id.startswith("2-") else type.name
    bodies = ("sales-email-read",) if type.name == "emails" else ()
    writing = (f"crm.objects.{name}.write",) if what == "write" and type is not OWNERS else ()
    return (f"crm.objects.{name}.read", *writing, *bodies)


def schema_scope(type: ObjectType) -> str:
    """What a token needs to make a property of a type."""
    name = "custom" if type.id.startswith("2-") else type.name
    return _SCOPES.get(type.name, f"crm.schemas.{name}.write")


_BY_ANY: Mapping[str, ObjectType] = {
    form: each for each in (*STANDARD, OWNERS) for form in (each.name, each.id, each.singular) if form
}


def standard(name: str) -> ObjectType | None:
    """The standard type by any of its names (`contacts`, `Contact`, `0-1`); None: it may be a custom object's."""
    return _BY_ANY.get(name.strip().lower().replace(" ", "_"))
