"""All types of objects that a portal begins with."""

from dataclasses import replace

from simulators.hubspot.activity_types import CALLS, COMMUNICATIONS, EMAILS, MEETINGS, NOTES, TASKS
from simulators.hubspot.people_types import COMPANIES, CONTACTS, LEADS
from simulators.hubspot.sales_types import DEALS, LINE_ITEMS, MACHINES, PRODUCTS, QUOTES, TICKETS
from simulators.hubspot.unused_types import UNUSED

OBJECTS = (
    CONTACTS,
    COMPANIES,
    DEALS,
    TICKETS,
    PRODUCTS,
    LINE_ITEMS,
    QUOTES,
    CALLS,
    EMAILS,
    MEETINGS,
    NOTES,
    TASKS,
    COMMUNICATIONS,
    LEADS,
    replace(MACHINES, portal=4_242_001),
    *UNUSED,
)
