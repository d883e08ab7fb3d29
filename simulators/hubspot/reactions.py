"""What follows from a write elsewhere: links by a property, and what the portal does by itself some seconds later."""

from simulators.hubspot.associating import End, associate, dissociate
from simulators.hubspot.company_links import expect_company
from simulators.hubspot.deal_effects import move_life_cycle
from simulators.hubspot.errors import invalid
from simulators.hubspot.links import HUBSPOT_DEFINED, LinkType
from simulators.hubspot.object_type import ObjectType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import Row, parse_id
from simulators.hubspot.sales import sum_up

PRIMARY_COMPANY = LinkType(HUBSPOT_DEFINED, 1)
SHOWN_COMPANY = "associatedcompanyid"


def after_write(portal: Portal, kind: ObjectType, before: Row | None, row: Row) -> None:
    """Do elsewhere what follows from a write that is done, inside its transaction; later things by `portal.later`."""
    if kind.plural == "line_items":
        sum_up(portal, kind, row.id)
    if kind.plural == "deals":
        move_life_cycle(portal, kind, row)
    if kind.plural != "contacts":
        return
    held = {} if before is None else before.values
    company = row.values.get(SHOWN_COMPANY, "")
    if company != held.get(SHOWN_COMPANY, ""):
        _link_primary(portal, End(kind, row.id), company, held.get(SHOWN_COMPANY, ""))
    if row.values.get("email", "") != held.get("email", ""):
        expect_company(portal, row)


def _link_primary(portal: Portal, contact: End, company: str, before: str) -> None:
    """Writing the id of the primary company as a property associates it; clearing it leaves the mere link."""
    companies = portal.kind("companies")
    if not company:
        dissociate(portal, contact, End(companies, int(before)), [PRIMARY_COMPANY])
        return
    number = parse_id(company)
    if number is None:
        raise invalid(f"{SHOWN_COMPANY} must be the id of a company; got {company}")
    associate(portal, contact, End(companies, number), [PRIMARY_COMPANY])
