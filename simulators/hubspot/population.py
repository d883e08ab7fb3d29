"""Fills a portal with the people of a seeded population: the same contacts, by id, as the export of the same seed.

Each company that a contact names is there by its domain, or by its name where no web site is known: one company may be
there several times, as people write it. A part of the contacts and companies is synchronised with a Salesforce org of
the same people (`python -m simulators salesforce` with the same seed and size) and holds the ids they have there.
An address is held once in a portal: who shares somebody's has it as `work_email`.
"""

import sys
from dataclasses import dataclass, field

import numpy as np

from simulators.exports import record_ids
from simulators.hubspot.business import add_business
from simulators.hubspot.loading import CONTACT_TO_COMPANY, Loader, add_link, old_ids, stamps
from simulators.hubspot.owners import Owner
from simulators.hubspot.past import add_past
from simulators.hubspot.people_types import INDUSTRIES
from simulators.hubspot.portal import Portal
from simulators.hubspot.sync import SYNCHRONISED, Synchronised
from simulators.hubspot.truth import Truth
from simulators.hubspot.value_types import is_address
from simulators.people import OWNERS, Population, make_population, random_stream
from simulators.places import CITY_COUNTRY, CITY_NAME, CITY_STATE, COUNTRIES
from simulators.plans import HUBSPOT, SALESFORCE, chunks, people_for, plan_records
from simulators.records import FIRST_DAY, Shown, show_chunk

CONTACT = {
    "firstname": "given",
    "lastname": "family",
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
    "hs_email_optout": "opted_out",
}
"""Properties of contacts, by the columns that are shown of people."""
FIRST_OWNER, FIRST_USER = 71_000_001, 9_001
DAY = 86_400_000
COMPANY_PURPOSE = 42
"""Stream of random numbers."""


def populate(portal: Portal, people: int, *, clean: bool = False, records: int | None = None) -> Truth:
    """Fill an empty portal; gives the truth about what is in it."""
    population = make_population(people if records is None else people_for(records), portal.seed)
    plan = plan_records(population, records)
    filling = _Filling(portal, population, Truth(), Synchronised(population, plan))
    filling.add_owners()
    for part in chunks(len(plan)):
        shown = show_chunk(population, plan, part, clean=clean)
        filling.there.meet_accounts(shown.only(shown.file == SALESFORCE))
        filling.add_contacts(shown.only(shown.file == HUBSPOT))
    first_of = {company: record_id for (company, _), record_id in reversed(filling.companies.items())}
    add_past(portal, population, filling.truth, first_of, filling.addresses)
    filling.finish_companies()
    add_business(portal, filling.truth)
    for plural, index in portal.indexes.items():
        index.fill()
        for found in portal.kinds[plural].properties.values():
            if portal.tables[plural] and (found.unique or found.name in ("email", "hs_additional_emails")):
                portal.tables[plural].lookup(found.name)
    return filling.truth


@dataclass
class _Filling:
    """A portal while it is filled. Companies are known by company number and domain, or name where there is none."""

    portal: Portal
    population: Population
    truth: Truth
    there: Synchronised
    owners: dict[str, str] = field(default_factory=dict)
    companies: dict[tuple[int, str], int] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._contacts = Loader(self.portal, self.portal.kind("contacts"))
        self._companies = Loader(self.portal, self.portal.kind("companies"))
        self._company_ids = old_ids()

    def add_owners(self) -> None:
        """The sales team, one of whom has left."""
        first = stamps(np.array([FIRST_DAY]))[0]
        for at, name in enumerate(OWNERS):
            given, family = name.split()
            mail = f"{given}.{family}@acme.example".lower()
            owner_id = FIRST_OWNER + at * 13
            self.owners[name] = str(owner_id)
            teams = (("401", "Sales", True),) if at % 2 == 0 else (("402", "Service", True), ("401", "Sales", False))
            gone = name == OWNERS[-1]
            self.portal.owners[owner_id] = Owner(
                owner_id, FIRST_USER + at, mail, given, family, first, first, gone, () if gone else teams
            )

    def add_contacts(self, shown: Shown) -> None:
        """Contacts, and the companies that they name."""
        ids = [int(each) for each in record_ids(HUBSPOT, shown.number).tolist()]
        columns = {name: values.tolist() for name, values in shown.columns.items()}
        created, modified = stamps(shown.created), stamps(shown.modified)
        people, companies = (shown.person + 1).tolist(), shown.company.tolist()
        as_contacts, as_leads = self.there.contacts(shown.person), self.there.leads(shown.person)
        kind, company_kind = self._contacts.kind, self._companies.kind
        for at, record_id in enumerate(ids):
            values = {name: columns[column][at] for name, column in CONTACT.items()}
            values["hubspot_owner_id"] = self.owners[columns["owner"][at]]
            self._address(values, columns["email"][at].strip().lower())
            if as_contacts[at]:
                values["salesforcecontactid"] = as_contacts[at]
            elif as_leads[at]:
                values["salesforceleadid"] = as_leads[at]
            company_id = self._company(columns, at, companies[at], created[at])
            if company_id is not None:
                values["associatedcompanyid"] = str(company_id)
                add_link(self.portal, (kind, record_id), (company_kind, company_id), CONTACT_TO_COMPANY)
            self._contacts.load(record_id, values, created[at], modified[at])
            self.truth.add(kind.plural, record_id, people[at], companies[at])

    def _address(self, values: dict[str, str], address: str) -> None:
        if not address:
            return
        if address in self.addresses or not is_address(address):
            values["work_email"] = address
            return
        self.addresses.add(address)
        values["email"], values["hs_email_domain"] = address, sys.intern(address.rpartition("@")[2])

    def _company(self, columns: dict[str, list[str]], at: int, company: int, created: int) -> int | None:
        """The company that a contact names: by its domain, or else by its name."""
        name, website = columns["company"][at], columns["website"][at]
        if not company or not (name or website):
            return None
        domain = self.population.companies.domain[company - 1] if website else ""
        key = (company, domain or name)
        if key not in self.companies:
            self.companies[key] = record_id = next(self._company_ids)
            values = {"name": name or domain.partition(".")[0].title(), "domain": domain, "website": website}
            values |= self._place(company - 1) | {"hubspot_owner_id": self.owners[columns["owner"][at]]}
            values["lifecyclestage"] = columns["lifecycle"][at]
            touched = min(created + record_id * 31 % 500 * DAY, self.portal.born - DAY)
            self._companies.load(record_id, values, created, touched)
            self.truth.add(self._companies.kind.plural, record_id, 0, company)
        return self.companies[key]

    def _place(self, number: int) -> dict[str, str]:
        city = int(self.population.companies.city[number])
        country = COUNTRIES[int(CITY_COUNTRY[city])]
        return {"city": str(CITY_NAME[city]), "state": str(CITY_STATE[city]), "country": country.names[0]}

    def finish_companies(self) -> None:
        """What is known of companies once all contacts are there: size, industry, their accounts in Salesforce."""
        portal, kind = self.portal, self._companies.kind
        rng, industries = random_stream(portal.seed, COMPANY_PURPOSE), INDUSTRIES.split("|")
        draws = rng.integers(1 << 30, size=(3, len(self.companies))).tolist()
        shared = (rng.random(len(self.companies)) < SYNCHRONISED).tolist()
        for (company, _), record_id, drawn, staff, worth, in_sync in zip(
            self.companies, self.companies.values(), *draws, shared, strict=True
        ):
            more = {"industry": industries[drawn % len(industries)], "numberofemployees": str(staff % 900 + 2)}
            more |= {"annualrevenue": str(worth % 900 * 10_000)} if worth % 4 else {}
            more["num_associated_contacts"] = str(len(portal.links.of(kind.plural, record_id, "contacts")))
            account = self.there.account(company) if in_sync else ""
            more |= {"salesforceaccountid": account} if account else {}
            self._companies.complete(record_id, more)
