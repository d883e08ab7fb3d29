"""Calls, e-mails, meetings, notes and tasks: what people wrote down about the contacts of a portal."""

import json
from collections.abc import Callable

from simulators.hubspot.loading import Loader, link, old_ids
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import iso
from simulators.people import random_stream

ACTIVITIES = 61
DAY, HOUR = 86_400_000, 3_600_000
SUBJECTS = ("Follow up on the fair", "Check renewal", "Introduce support", "Send quote")
CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
"""HubSpot's own outcome of a call that was answered."""
Details = Callable[[int, int, str], dict[str, str]]


def add_activities(portal: Portal, most: int) -> None:
    """Some of each type, of at most so many contacts, in the last years; some tasks and meetings are still to come."""
    rng, contact, company = random_stream(portal.seed, ACTIVITIES), portal.kind("contacts"), portal.kind("companies")
    people = portal.tables["contacts"].live
    for number, (plural, details) in enumerate(_DETAILS.items()):
        kind = portal.kind(plural)
        loader, ids = Loader(portal, kind), old_ids(29 + number)
        count = min(most, round(len(people) * 0.12))
        for at, luck in zip(
            sorted(rng.choice(len(people), size=count, replace=False).tolist()) if count else (),
            rng.integers(1 << 20, size=count).tolist(),
            strict=True,
        ):
            contact_id, record_id = people[at], next(ids)
            when = portal.born - (luck % 1_200 - 20) * DAY + luck % 24 * HOUR
            made = min(when, portal.born - HOUR)
            address = portal.tables["contacts"][contact_id].values.get("email", "")
            values = {"hs_timestamp": iso(when), **details(luck, when, address)}
            owners = [*portal.owners]
            loader.load(record_id, values | {"hubspot_owner_id": str(owners[luck % len(owners)])}, made)
            link(portal, (kind, record_id), (contact, contact_id))
            for company_id in portal.links.of("contacts", contact_id, "companies"):
                link(portal, (kind, record_id), (company, company_id))
            if luck % 4 == 0:
                for deal_id in list(portal.links.of("contacts", contact_id, "deals"))[:1]:
                    link(portal, (kind, record_id), (portal.kind("deals"), deal_id))


def _call(luck: int, when: int, address: str) -> dict[str, str]:
    subject = SUBJECTS[luck % len(SUBJECTS)]
    status = ("COMPLETED", "NO_ANSWER", "BUSY")[luck % 3]
    values = {"hs_call_title": subject, "hs_call_body": f"<p>{subject}: call again next week.</p>"}
    values |= {"hs_call_duration": str(luck % 900 * 1_000), "hs_call_status": status}
    values |= {
        "hs_call_direction": ("INBOUND", "OUTBOUND")[luck % 2],
        "hs_call_to_number": f"+1555{luck % 10_000_000:07d}",
    }
    return values | ({"hs_call_disposition": CONNECTED} if status == "COMPLETED" else {})


def _email(luck: int, when: int, address: str) -> dict[str, str]:
    subject = SUBJECTS[luck % len(SUBJECTS)]
    outgoing = luck % 2 == 0
    hub = {"email": "sales@acme.example", "firstName": "Sales"}
    them = {"email": address or "somebody@example.com"}
    headers = {"from": hub if outgoing else them, "to": [them if outgoing else hub], "cc": [], "bcc": []}
    values = {"hs_email_subject": subject, "hs_email_text": f"{subject}. Kind regards", "hs_email_status": "SENT"}
    values |= {"hs_email_html": f"<p>{subject}. Kind regards</p>", "hs_email_headers": json.dumps(headers)}
    return values | {"hs_email_direction": "EMAIL" if outgoing else "INCOMING_EMAIL"}


def _meeting(luck: int, when: int, address: str) -> dict[str, str]:
    values = {"hs_meeting_title": SUBJECTS[luck % len(SUBJECTS)], "hs_meeting_start_time": iso(when)}
    values |= {"hs_meeting_end_time": iso(when + HOUR), "hs_meeting_location": ("Room 4", "Video")[luck % 2]}
    return values | {"hs_meeting_outcome": ("SCHEDULED", "COMPLETED", "NO_SHOW")[luck % 3]}


def _note(luck: int, when: int, address: str) -> dict[str, str]:
    return {"hs_note_body": f"<p>{SUBJECTS[luck % len(SUBJECTS)]}; prefers to be called in the morning.</p>"}


def _task(luck: int, when: int, address: str) -> dict[str, str]:
    values = {"hs_task_subject": SUBJECTS[luck % len(SUBJECTS)], "hs_task_type": ("TODO", "CALL", "EMAIL")[luck % 3]}
    values |= {"hs_task_status": ("NOT_STARTED", "COMPLETED", "WAITING")[luck % 3]}
    return values | {
        "hs_task_priority": ("LOW", "MEDIUM", "HIGH")[luck % 3],
        "hs_task_body": "<p>See the last note.</p>",
    }


_DETAILS: dict[str, Details] = {"calls": _call, "emails": _email, "meetings": _meeting, "notes": _note, "tasks": _task}
