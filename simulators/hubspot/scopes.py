"""What a token may do: the scopes that a request needs, by its path and its object types."""

from collections.abc import Callable
from typing import TypeAlias

Group: TypeAlias = tuple[str, ...]
"""Scopes of which one is enough."""
ACTIVITIES = ("calls", "emails", "meetings", "notes", "tasks", "communications", "postal_mail", "feedback_submissions")
OF_THEIR_OWN = {"tickets": "tickets", "products": "e-commerce"}
"""Types whose one scope lets read and write."""
WITH_OBJECTS = ("contacts", "companies", "deals", "quotes", "line_items", "leads", "carts", "orders", "invoices")
EMAIL_BODIES = "sales-email-read"
READING = ("/batch/read", "/search")

ALL_SCOPES = frozenset(
    (
        *(f"crm.objects.{name}.{right}" for name in (*WITH_OBJECTS, "custom") for right in ("read", "write")),
        *(f"crm.schemas.{name}.{right}" for name in (*WITH_OBJECTS, "custom") for right in ("read", "write")),
        "crm.objects.owners.read",
        *OF_THEIR_OWN.values(),
        EMAIL_BODIES,
        "oauth",
    )
)


def needed_scopes(method: str, path: str, type_of: Callable[[str], str | None]) -> list[Group]:
    """The scopes a request needs, one of each group.

    `path` is without its version; `type_of` gives a type's plural name for any of its names.
    """
    parts = path.strip("/").split("/")
    right = "read" if method == "GET" or path.endswith(READING) else "write"
    kind = parts[1] if len(parts) > 1 and parts[0] == "crm" else parts[0]
    if kind == "owners":
        return [("crm.objects.owners.read",)]
    if kind in ("crm-object-schemas", "schemas"):
        return [(f"crm.schemas.custom.{right}",)]
    if kind in ("properties", "pipelines"):
        return _of(parts[2:3], type_of, lambda name: _definition_scopes(name, right))
    if kind == "associations":
        return _of(parts[2:4], type_of, lambda name: _record_scopes(name, right))
    if kind == "objects":
        ends = parts[2:3] + ([parts[-1] if method == "GET" else parts[-2]] if "associations" in parts else [])
        return _of(ends, type_of, lambda name: _record_scopes(name, right))
    return []


def _of(names: list[str], type_of: Callable[[str], str | None], scopes: Callable[[str], Group]) -> list[Group]:
    """A group for each type named; a name that is none is refused later, as what it is."""
    known = [each for each in map(type_of, names) if each is not None]
    return list(dict.fromkeys(scopes(name) for name in known))


def _record_scopes(name: str, right: str) -> Group:
    if name in OF_THEIR_OWN:
        return (OF_THEIR_OWN[name],)
    if name in ACTIVITIES:
        name = "contacts"
    return (f"crm.objects.{name if name in WITH_OBJECTS else 'custom'}.{right}",)


def _definition_scopes(name: str, right: str) -> Group:
    """Definitions can be read by whoever may read records; to change them takes the schema's own scope."""
    if name in OF_THEIR_OWN:
        return (OF_THEIR_OWN[name],)
    if name in ACTIVITIES:
        name = "contacts"
    known = name if name in WITH_OBJECTS else "custom"
    schemas = f"crm.schemas.{known}.{right}"
    return (schemas, f"crm.objects.{known}.read") if right == "read" else (schemas,)
