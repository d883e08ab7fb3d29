"""Companies that the portal makes and links by itself: by the domain of a contact's address, some seconds later.

Only where the switch `auto_company_link` is on. No client asked for these records and links.
"""

from simulators.hubspot.associating import End, associate, live_links
from simulators.hubspot.links import HUBSPOT_DEFINED, LinkType
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import PLATFORM, Row

# fmt: off
PROVIDERS = frozenset((
    "gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "icloud.com", "aol.com",
    "gmx.de", "web.de", "orange.fr", "libero.it", "wp.pl", "btinternet.com", "ziggo.nl",
))
# fmt: on
"""Domains of mailboxes that say nothing about a company."""
PRIMARY_COMPANY = LinkType(HUBSPOT_DEFINED, 1)


def expect_company(portal: Portal, contact: Row) -> None:
    """Link a contact whose address was written with the company of its domain, once some seconds have passed."""
    domain = contact.values.get("email", "").rpartition("@")[2].lower()
    if portal.switches.auto_company_link and domain and domain not in PROVIDERS:
        portal.later(portal.switches.company_link_s, lambda: _link(portal, contact.id, domain))


def _link(portal: Portal, contact_id: int, domain: str) -> None:
    contacts, companies = portal.kind("contacts"), portal.kind("companies")
    contact = portal.row(contacts, contact_id)
    if contact is None or contact.archived:
        return
    here = End(contacts, contact.id)
    if live_links(portal, here, companies):
        return
    with portal.acting(PLATFORM):
        company = _company_of(portal, domain)
        associate(portal, here, End(companies, company.id), [PRIMARY_COMPANY])


def _company_of(portal: Portal, domain: str) -> Row:
    """The company of a domain; of several the one with the lowest id, and a new one if there is none."""
    from simulators.hubspot.writing import add

    companies = portal.kind("companies")
    found = [row for row in portal.tables[companies.plural].holding("domain", domain) if not row.archived]
    if found:
        return min(found, key=lambda row: row.id)
    name = domain.partition(".")[0].replace("-", " ").title()
    return add(portal, companies, {"name": name, "domain": domain})
