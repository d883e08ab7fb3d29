"""Fills a portal with the people of a seeded population: the same contacts, by id, as the export of the same seed."""

from simulators.exports import record_ids
from simulators.hubspot.loading import load, stamps
from simulators.hubspot.owners import Owner
from simulators.hubspot.portal import Portal
from simulators.hubspot.truth import Truth
from simulators.people import OWNERS, make_population
from simulators.plans import HUBSPOT, chunks, people_for, plan_records
from simulators.records import show_chunk

CONTACT = {
    "firstname": "given",
    "lastname": "family",
    "email": "email",
    "phone": "phone",
    "mobilephone": "mobile",
    "jobtitle": "title",
    "company": "company",
    "website": "website",
    "address": "street",
    "city": "city",
    "state": "state",
    "zip": "post_code",
    "country": "country",
    "lifecyclestage": "lifecycle",
}
FIRST_OWNER, FIRST_USER = 71_000_001, 9_001


def populate(portal: Portal, people: int, *, clean: bool = False, records: int | None = None) -> Truth:
    """Fill an empty portal; gives the truth about what is in it."""
    truth = Truth()
    population = make_population(people if records is None else people_for(records), portal.seed)
    plan = plan_records(population, records)
    owners = _add_owners(portal)
    kind = portal.kind("contacts")
    for part in chunks(len(plan)):
        shown = show_chunk(population, plan, part, clean=clean)
        mine = shown.only(shown.file == HUBSPOT)
        ids = [int(each) for each in record_ids(HUBSPOT, mine.number).tolist()]
        columns = {name: values.tolist() for name, values in mine.columns.items()}
        created, modified = stamps(mine.created), stamps(mine.modified)
        for at, record_id in enumerate(ids):
            values = {name: str(columns[column][at]) for name, column in CONTACT.items()}
            values["email"] = values["email"].lower()
            values["hubspot_owner_id"] = str(owners[columns["owner"][at]])
            load(portal, kind, record_id, values, created[at], modified[at])
            truth.add(kind.plural, record_id, int(mine.person[at]) + 1, int(mine.company[at]))
    for index in portal.indexes.values():
        index.fill()
    return truth


def _add_owners(portal: Portal) -> dict[str, int]:
    """The sales team, one of whom has left; ids by full name."""
    ids: dict[str, int] = {}
    for at, name in enumerate(OWNERS):
        given, family = name.split()
        mail = f"{given}.{family}@acme.example".lower()
        owner_id = FIRST_OWNER + at * 13
        ids[name] = owner_id
        portal.owners[owner_id] = Owner(
            owner_id, FIRST_USER + at, mail, given, family, portal.born, portal.born, name == OWNERS[-1]
        )
    return ids
