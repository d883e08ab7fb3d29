"""What lies behind the contacts of a portal: earlier employers and further addresses."""

from collections.abc import Collection, Mapping

from simulators.hubspot.loading import CONTACT_TO_COMPANY, Loader, add_link
from simulators.hubspot.portal import Portal
from simulators.hubspot.truth import Truth
from simulators.people import Population, random_stream

PURPOSE = 43
"""Stream of random numbers."""
WITH_FORMER_EMPLOYER, WITH_FURTHER_ADDRESS = 0.25, 0.03


def add_past(
    portal: Portal, population: Population, truth: Truth, companies: Mapping[int, int], taken: Collection[str]
) -> None:
    """Give some contacts what they have from earlier on.

    `companies` are the portal's companies by the number of a company; `taken` are the addresses of all contacts.
    """
    rng, people = random_stream(population.seed, PURPOSE), population.people
    contact, company = portal.kind("contacts"), portal.kind("companies")
    contacts = [(record_id, person - 1) for plural, record_id, person, _ in truth.numbers if plural == contact.plural]
    luck = rng.random((2, len(contacts)))
    loader, used = Loader(portal, contact), set(taken)
    for at, (record_id, person) in enumerate(contacts):
        here, primary = (contact, record_id), next(iter(portal.links.of("contacts", record_id, "companies")), None)
        former = companies.get(int(people.former_employer[person]) + 1)
        if former not in (None, primary) and luck[0, at] < WITH_FORMER_EMPLOYER:
            add_link(portal, here, (company, former), CONTACT_TO_COMPANY[:1])
        address = str(people.private_mail[person]).lower()
        if address and luck[1, at] < WITH_FURTHER_ADDRESS and address not in used:
            used.add(address)
            loader.complete(record_id, {"hs_additional_emails": address})
