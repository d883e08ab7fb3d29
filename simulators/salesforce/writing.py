"""Writes records as the org's rules have it: checked, stamped, cascaded. Each function is one record's write.

What follows from a write elsewhere (a sum, a count, the contact of a person account) is written with it.
"""

from datetime import datetime
from typing import Any

from simulators.salesforce import duplicates
from simulators.salesforce.access import check_permission, check_reach
from simulators.salesforce.checks import checked, missing
from simulators.salesforce.derived import derive, followers
from simulators.salesforce.errors import Refusal, no_such_record
from simulators.salesforce.fields import Field, Row, Value
from simulators.salesforce.object_rules import absent_fields, check_deletion, check_rules
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org

READ_ONLY = (
    "Please check the security settings of this field and verify that it is read/write for your profile or "
    "permission set."
)
UNLOCKED = ("OwnerId", "RecordTypeId")
"""Lookups whose record is not locked by a write to one that points at it."""


def create(org: Org, kind: ObjectType, sent: dict[str, Any], *, user: str | None = None) -> Row:
    """A new record; refused if anything about it is."""
    _check_writable(kind)
    if user is None:
        check_permission(org, kind, creating=True)
    values = _checked_all(org, kind, sent, creating=True, sees_all=user is not None)
    absent = absent_fields(kind, values)
    if absent:
        raise missing(absent)
    for field in kind.fields:
        if field.refers_to and field.name not in UNLOCKED and values.get(field.name) is not None:
            org.check_unlocked(str(values[field.name]))
    _check_unique(org, kind, values, None)
    row: Row = {"Id": org.new_id(kind)}
    for field in kind.fields:
        row.setdefault(field.name, values.get(field.name, field.default))
    if row.get("OwnerId") is None and "ownerid" in kind.by_name:
        row["OwnerId"] = user or org.user_id
    check_rules(org, kind, None, row, values)
    derive(org, row, kind, values)
    if row.get("IsPersonAccount") and kind.name == "Account":
        row["PersonContactId"] = org.new_id(org.object("Contact"))
    for field in kind.fields:
        if field.auto_number:
            row[field.name] = f"{org.counters[kind.name]:08d}"
    if user is None:
        duplicates.check(org, kind, row)
    now = org.stamp()
    row |= {"CreatedDate": now, "CreatedById": user or org.user_id}
    row = touched(row, now, user or org.user_id)
    org.put(kind, row)
    follow(org, kind, row)
    return row


def update(org: Org, kind: ObjectType, record_id: str, sent: dict[str, Any], *, user: str | None = None) -> Row:
    """The record with the fields that were sent; the others stay."""
    row = updated(org, kind, record_id, sent, user=user)
    org.put(kind, row)
    follow(org, kind, row)
    return row


def updated(org: Org, kind: ObjectType, record_id: str, sent: dict[str, Any], *, user: str | None = None) -> Row:
    """As `update`, but nothing is written yet."""
    _check_writable(kind)
    before = existing(org, kind, record_id)
    if user is None:
        check_reach(org, kind, str(before["Id"]))
    values = _checked_all(org, kind, sent, creating=False, sees_all=user is not None)
    if before.get("IsConverted"):
        raise Refusal(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ())
    org.check_unlocked(str(before["Id"]))
    _check_unique(org, kind, values, str(before["Id"]))
    row = {**before, **values}
    check_rules(org, kind, before, row, values)
    derive(org, row, kind, values)
    if user is None and row.get("Email") != before.get("Email"):
        duplicates.check(org, kind, row)
    return touched(row, org.stamp(), user or org.user_id)


def existing(org: Org, kind: ObjectType, record_id: str) -> Row:
    """A record that is there and not deleted."""
    row = org.row(kind, record_id)
    if row is None:
        raise no_such_record()
    if row.get("IsDeleted"):
        raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted", ())
    return row


def touched(row: Row, moment: datetime, user: str) -> Row:
    """The row as stamped by a person's or a program's edit."""
    return {**row, "LastModifiedDate": moment, "LastModifiedById": user, "SystemModstamp": moment}


def follow(org: Org, kind: ObjectType, row: Row, *, gone: bool = False) -> None:
    """Write what changes elsewhere with a record. A campaign's counts move its SystemModstamp alone."""
    for other, after in followers(org, kind, row, gone=gone):
        stamp: Row = {"SystemModstamp": org.stamp()}
        if other.name != "Campaign":
            stamp |= {"LastModifiedDate": org.stamp(), "LastModifiedById": row["LastModifiedById"]}
        born: Row = {name: row[name] for name in ("CreatedDate", "CreatedById")}
        org.put(other, {**born, **{name: value for name, value in after.items() if value is not None}, **stamp})


def delete(org: Org, kind: ObjectType, record_id: str, *, with_parent: bool = False) -> list[str]:
    """Put a record, and those that go with it, into the recycle bin; gives the ids of all.

    What skips the bin is gone at once, unless it goes with its parent, with which it can come back.
    """
    if not kind.deletable:
        raise Refusal(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {kind.name} does not support delete")
    row = existing(org, kind, record_id)
    if not with_parent:
        check_deletion(org, kind, row)
    org.check_unlocked(str(row["Id"]))
    org.check_unreferenced(str(row["Id"]))
    now, gone = org.stamp(), [str(row["Id"])]
    org.put(kind, {**row, "IsDeleted": True, "SystemModstamp": now, "LastModifiedDate": now})
    org.log_deletion(kind, str(row["Id"]), now)
    for child, field, below in children(org, kind, str(row["Id"])):
        if below.get("IsDeleted"):
            continue
        if field.on_delete == "cascade":
            gone += delete(org, child, str(below["Id"]), with_parent=True)
        else:
            org.put(child, {**below, field.name: None, "SystemModstamp": now})
    follow(org, kind, row, gone=True)
    if not kind.undeletable and not with_parent:
        org.drop(kind, str(row["Id"]))
    return gone


def children(org: Org, kind: ObjectType, record_id: str) -> list[tuple[ObjectType, Field, Row]]:
    """Records that point at this one through a lookup that people fill."""
    return [
        (child, field, row)
        for child in org.objects.values()
        for field in child.fields
        if field.type == "reference" and field.createable and kind.name in field.refers_to
        for row in org.tables[child.name].holding(field, record_id)
    ]


def find_by(org: Org, kind: ObjectType, field: Field, value: str) -> list[Row]:
    """Records, not deleted, with this external id; case counts only if the field minds it."""
    return [row for row in org.tables[kind.name].holding(field, value) if not row.get("IsDeleted")]


def _check_writable(kind: ObjectType) -> None:
    if not kind.writable:
        raise Refusal(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be written: {kind.label}")


def _checked_all(
    org: Org, kind: ObjectType, sent: dict[str, Any], *, creating: bool, sees_all: bool
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, given in sent.items():
        if name.lower() == "attributes":
            continue
        link = kind.by_relationship.get(name.lower())
        if link is not None and isinstance(given, dict):
            values[link.name] = _parent_by_external_id(org, link, given)
            continue
        field = kind.field(name)
        if field is None:
            message = f"No such column '{name}' on sobject of type {kind.name}"
            raise Refusal(400, "INVALID_FIELD", message)
        allowed = field.createable if creating else field.updateable
        if not allowed or (not sees_all and (kind.name, field.name) in org.hidden):
            message = f"Unable to create/update fields: {field.name}. {READ_ONLY}"
            raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, (field.name,))
        values[field.name] = checked(org, kind, field, given)
    return values


def _parent_by_external_id(org: Org, link: Field, given: dict[str, Any]) -> str:
    """The id of the parent that an external id names, as in `{"Account": {"HubId__c": "42"}}`.

    Where a lookup points at several types, `attributes` tell which: `{"Who": {"attributes": {"type": "Lead"}, ...}}`.
    """
    named = (given.get("attributes") or {}).get("type", link.refers_to[0])
    parent = org.object(named if named in link.refers_to else link.refers_to[0])
    keys = [(name, value) for name, value in given.items() if name.lower() != "attributes"]
    field = parent.field(keys[0][0]) if len(keys) == 1 else None
    if field is None or not (field.external_id or field.id_lookup):
        raise Refusal(400, "INVALID_FIELD", f"{link.relationship} must be named by one external id")
    found = find_by(org, parent, field, str(keys[0][1]))
    if len(found) != 1:
        message = f"Foreign key external ID: {keys[0][1]} not found for field {field.name} in entity {parent.name}"
        raise Refusal(400, "INVALID_FIELD", message)
    return str(found[0]["Id"])


def _check_unique(org: Org, kind: ObjectType, values: dict[str, Value], own_id: str | None) -> None:
    for name, value in values.items():
        field = kind.by_name[name.lower()]
        if not field.unique or value is None:
            continue
        for other in find_by(org, kind, field, str(value)):
            if other["Id"] != own_id:
                message = f"duplicate value found: {field.name} duplicates value on record with id: {other['Id']}"
                raise Refusal(400, "DUPLICATE_VALUE", message, ())
