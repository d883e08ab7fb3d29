"""What is special about activities: bodies of e-mails that a token may not read, and when a contact was last contacted.

Required properties and kinds of value stand with their types, as those of all other objects do.
"""

from dataclasses import replace

from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import Row
from simulators.hubspot.scopes import EMAIL_BODIES

REDACTED = frozenset(("hs_email_text", "hs_email_html", "hs_email_headers"))
"""Properties of e-mails that are empty for a token without the scope for them."""
NOTHING: frozenset[str] = frozenset()
CONTACTING = ("calls", "emails", "meetings")
LAST_CONTACTED = "notes_last_contacted"


def redacted(portal: Portal, kind: ObjectType) -> frozenset[str]:
    """The properties that the token of the request at hand may know of, but not read."""
    readable = kind.plural != "emails" or portal.scopes is None or EMAIL_BODIES in portal.scopes
    return NOTHING if readable else REDACTED


def roll_up(portal: Portal, activity: tuple[ObjectType, int], contact: tuple[ObjectType, int]) -> None:
    """Write when a contact was last contacted, once an activity is associated with it.

    The contact's stamps move only if the portal is switched so.
    """
    (kind, activity_id), (contacts, contact_id) = activity, contact
    if kind.plural not in CONTACTING or contacts.plural != "contacts":
        return
    row, held = portal.tables[kind.plural].get(activity_id), portal.tables[contacts.plural].get(contact_id)
    moment = "" if row is None else row.values.get("hs_timestamp", "")
    if held is None or moment <= held.values.get(LAST_CONTACTED, ""):
        return
    portal.put(contacts, _contacted(portal, held, moment))


def _contacted(portal: Portal, contact: Row, moment: str) -> Row:
    written = replace(contact, values={**contact.values, LAST_CONTACTED: moment})
    if not portal.switches.activities_touch:
        return written
    now = portal.now()
    return replace(written, modified=max(now, contact.modified), updated=max(now, contact.updated))
