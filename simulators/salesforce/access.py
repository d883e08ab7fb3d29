"""What the user may reach: objects by permission, records by sharing. People in the org reach everything."""

from simulators.salesforce.errors import Refusal, no_such_type
from simulators.salesforce.fields import Row
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org


def readable(org: Org, name: str) -> ObjectType:
    """The object of this name; INVALID_TYPE if there is none, or none for this user."""
    kind = org.object(name)
    if not org.switches.sees(kind.name):
        raise no_such_type(name)
    return kind


def check_permission(org: Org, kind: ObjectType, *, creating: bool = False) -> None:
    """Refuse a write to an object that the user can only read, and a new record in a full org."""
    if not org.switches.writes(kind.name):
        raise Refusal(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", ())
    if creating and org.switches.storage_full:
        raise Refusal(403, "STORAGE_LIMIT_EXCEEDED", "storage limit exceeded", ())


def shared(org: Org, rows: list[Row]) -> list[Row]:
    """The records among these that sharing lets the user see."""
    return [row for row in rows if row["Id"] not in org.unshared] if org.unshared else rows


def check_reach(org: Org, kind: ObjectType, record_id: str) -> None:
    """Refuse a write to a record that the user may not write, or that sharing keeps from them."""
    check_permission(org, kind)
    if record_id in org.unshared:
        message = "insufficient access rights on cross-reference id"
        raise Refusal(403, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message, ())
