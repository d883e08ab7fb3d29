"""Archive into the recycle bin, restore, purge, and the deletion that GDPR asks for.

Three ways to be gone that look alike to a client: archived records are in the list of the archived for 90 days, purged
ones are nowhere, and so are erased ones, whose e-mail addresses people and imports can't use again.
"""

from dataclasses import replace
from typing import Any

from simulators.hubspot.associating import End, follow_all, take_apart
from simulators.hubspot.errors import Refusal, invalid, no_such_path, no_such_record
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.requests import body_of
from simulators.hubspot.rows import Row, parse_id
from simulators.hubspot.uniqueness import addresses, check_unique, find_by
from simulators.web import Answer, Call


def archive(portal: Portal, kind: ObjectType, row: Row, index_s: float | None = None) -> None:
    """Put a record into the recycle bin; nothing happens to one that is there already. Stamps stand still."""
    if not row.archived:
        portal.put(kind, replace(row, archived_at=portal.now()), index_s)
        follow_all(portal, End(kind, row.id))


def restore(portal: Portal, kind: ObjectType, row: Row, index_s: float | None = None) -> None:
    """Take a record out of the recycle bin with its associations; refused if another took its unique values."""
    if not row.archived:
        raise invalid(f"{kind.singular} {row.id} is not in the recycle bin")
    check_unique(portal, kind, row, row.values)
    now = portal.now()
    back = replace(row, archived_at=None)
    if portal.switches.restore_touches:
        back = replace(back, modified=max(now, row.modified), updated=max(now, row.updated))
    portal.put(kind, back, index_s)
    follow_all(portal, End(kind, row.id))


def purge(portal: Portal, kind: ObjectType, record_id: int, index_s: float | None = None) -> None:
    """Let a record be gone for good, with all its associations."""
    portal.drop(kind, record_id, index_s)
    take_apart(portal, End(kind, record_id))


def empty_bin(portal: Portal) -> int:
    """Purge everything in the recycle bin; gives how many records that were."""
    gone = [(portal.kinds[plural], each) for plural, table in portal.tables.items() for each in table.archived]
    for kind, record_id in gone:
        purge(portal, kind, record_id)
    return len(gone)


def erase(portal: Portal, row: Row, index_s: float | None = None) -> None:
    """Delete a contact for good under GDPR: absent everywhere at once, and its addresses blocked."""
    kind = portal.kind("contacts")
    blocked = addresses(row.values) - portal.blocked_addresses
    portal.log(lambda: portal.erased[kind.plural].discard(row.id))
    portal.log(lambda: portal.blocked_addresses.difference_update(blocked))
    portal.erased[kind.plural].add(row.id)
    portal.blocked_addresses |= blocked
    purge(portal, kind, row.id, index_s)


def answer_gdpr_delete(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """Erase a contact by its id or, with `idProperty` email, by any of its addresses.

    204; also for an address that nobody has, which is blocked from then on. 404 for an id that is none, or none any
    more: who asks again after a lost answer has to take that for done.
    """
    kind, sent = portal.kind(names["type"]), body_of(call)
    if kind.plural != "contacts":
        return no_such_path()
    wanted, name = sent.get("objectId"), sent.get("idProperty") or "hs_object_id"
    if not isinstance(wanted, str | int) or isinstance(wanted, bool):
        raise invalid("objectId is required")
    row = _named(portal, kind, str(name), str(wanted))
    if row is None:
        if name != "email":
            raise no_such_record(wanted)
        portal.blocked_addresses.add(str(wanted).strip().lower())
        return Answer(204)
    portal.check_unlocked(kind, row.id)
    with portal.transaction():
        erase(portal, row)
    return Answer(204)


def _named(portal: Portal, kind: ObjectType, name: str, value: str) -> Row | None:
    """A contact, also one in the recycle bin."""
    if name == "email":
        address = value.strip()
        return find_by(portal, kind, name, address) or find_by(portal, kind, name, address, archived=True)
    if name not in ("hs_object_id", "vid"):
        raise Refusal(400, "VALIDATION_ERROR", f"idProperty must be email; got {name}")
    record_id = parse_id(value)
    return None if record_id is None else portal.row(kind, record_id)


ROUTES: tuple[tuple[str, str, Any], ...] = (("POST", "/crm/objects/{type}/gdpr-delete", answer_gdpr_delete),)
"""Method, path without its version, handler."""
