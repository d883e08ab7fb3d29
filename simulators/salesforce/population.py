"""Fills an org with the people of a seeded population: the same contacts, by id, as the export of the same seed.

Each contact of the export becomes a Contact, and each spelling of a company with its web site an Account. Besides
there are leads (people of the same population, written down anew), users, queues, record types, and what a company
does with all of them. Some contacts have no last name: old rows need not keep today's rules. With person accounts,
most contacts of no company become persons with an account of their own; ids of contacts stay.
"""

import csv
from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from simulators.exports import record_ids
from simulators.people import OWNERS, Population, make_population, random_stream
from simulators.plans import SALESFORCE, Plan, chunks, people_for, plan_records
from simulators.records import DAYS, FIRST_DAY, Shown, show_chunk, show_records
from simulators.salesforce.business import add_business
from simulators.salesforce.features import add_record_type, add_rows
from simulators.salesforce.fields import Record, Row, Value
from simulators.salesforce.loading import load, moments
from simulators.salesforce.object_type import CURRENCIES
from simulators.salesforce.objects import ACCOUNT, CONTACT, LEAD, PERSON_OF_ACCOUNT, RECORD_TYPE, USER
from simulators.salesforce.org import Org

LEAD_SHARE = 0.15
LEADS_PURPOSE, DETAILS_PURPOSE = 21, 22
LOADED_ALIKE = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)
MAILING = {
    "MailingStreet": "street",
    "MailingCity": "city",
    "MailingState": "state",
    "MailingPostalCode": "post_code",
    "MailingCountry": "country",
}
PERSON = {
    "FirstName": "given",
    "LastName": "family",
    "Email": "email",
    "Phone": "phone",
    "MobilePhone": "mobile",
    "Title": "title",
}
TRUTH_HEADER = ("object", "record_id", "person_id", "company_id")


class Truth:
    """Who is who: object, record id, number of the person (0: none), number of the company (0: none)."""

    def __init__(self) -> None:
        self._objects: list[str] = []
        self._ids: list[str] = []
        self._people, self._companies = array("q"), array("q")

    @property
    def rows(self) -> list[tuple[str, str, int, int]]:
        return list(self._columns())

    def add(self, kind: str, record: Row, person: int, company: int) -> None:
        self._objects.append(kind)
        self._ids.append(str(record["Id"]))
        self._people.append(person)
        self._companies.append(company)

    def write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(TRUTH_HEADER)
            writer.writerows(self._columns())

    def _columns(self) -> "zip[tuple[str, str, int, int]]":
        return zip(self._objects, self._ids, self._people, self._companies, strict=True)


def populate(org: Org, people: int, *, clean: bool = False, records: int | None = None) -> Truth:
    """Fill an empty org; gives the truth about what is in it."""
    truth = Truth()
    users, queues = _add_people(org, truth, people, clean=clean, records=records)
    _add_details(org)
    add_business(org, users, queues)
    _stamp_alike(org)
    return truth


def _add_people(
    org: Org, truth: Truth, people: int, *, clean: bool, records: int | None
) -> tuple[list[str], dict[str, str]]:
    """Users, accounts, contacts and leads; gives the ids of users, and of queues by name."""
    population = make_population(people if records is None else people_for(records), org.seed)
    plan = plan_records(population, records)
    filling = _Filling(org, population, truth, clean)
    filling.add_users()
    for part in chunks(len(plan)):
        shown = show_chunk(population, plan, part, clean=clean)
        filling.add_contacts(shown.only(shown.file == SALESFORCE))
    filling.add_leads()
    return list(filling.users.values()), filling.queues


@dataclass
class _Filling:
    """The org while it is filled. Accounts are known by name, web site and company."""

    org: Org
    population: Population
    truth: Truth
    clean: bool
    users: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    accounts: dict[tuple[str, str, int], Row] = field(default_factory=dict)

    def add_users(self) -> None:
        """The integration user, the people of the sales team (one has left), queues and record types."""
        org, first = self.org, moments(np.array([FIRST_DAY]))[0]
        user = org.object(USER.name)
        org.user_id = org.new_id(user)
        hub: dict[str, Value] = {"Username": org.user_name, "LastName": "Hub", "Email": org.user_name, "IsActive": True}
        load(org, user, first, hub, record_id=org.user_id)
        for name in OWNERS:
            given, family = name.split()
            mail = f"{given}.{family}@acme.example".lower()
            person: dict[str, Value] = {"FirstName": given, "LastName": family, "Username": mail, "Email": mail}
            self.users[name] = str(load(org, user, first, {**person, "IsActive": name != OWNERS[-1]})["Id"])
        for name in ("Support", "Inbound Leads"):
            queue: dict[str, Value] = {"Name": name, "DeveloperName": name.replace(" ", "_"), "Type": "Queue"}
            self.queues[name] = str(load(org, org.object("Group"), first, queue)["Id"])
        for name in ("Customer", "Partner"):
            add_record_type(org, name, first)
        for feature in sorted(org.features):
            add_rows(org, feature, first)

    def add_contacts(self, shown: Shown) -> None:
        """Contacts, and the accounts that they name."""
        ids = record_ids(SALESFORCE, shown.number).tolist()
        columns = {name: values.tolist() for name, values in shown.columns.items()}
        created, modified = moments(shown.created), moments(shown.modified)
        people, companies = (shown.person + 1).tolist(), shown.company.tolist()
        contact = self.org.object(CONTACT.name)
        for at, record_id in enumerate(ids):
            text = {name: values[at] for name, values in columns.items()}
            number = int(shown.number[at])
            values = _person_values(text) | {name: text[column] or None for name, column in MAILING.items()}
            values |= {"HasOptedOutOfEmail": text["opted_out"] == "true", "OwnerId": self.users[text["owner"]]}
            values["Customer_Number__c"] = f"C{number:08d}"
            if text["company"]:
                account = self._account(text, companies[at], created[at])
                values |= {"AccountId": account["Id"], **self._currency(account.get("CurrencyIsoCode"))}
            elif "person_accounts" in self.org.features and values["LastName"] is not None and number % 4:
                self._person(record_id, values, created[at], modified[at], people[at])
            made = load(self.org, contact, created[at], values, modified[at], record_id)
            self.truth.add(CONTACT.name, made, people[at], companies[at])
        if len(shown.number):
            self.org.counters[CONTACT.name] = int(shown.number.max())

    def _account(self, text: dict[str, str], company: int, created: datetime) -> Row:
        """The account of one company in one spelling with one web site."""
        key = (text["company"], text["website"], company)
        if key not in self.accounts:
            values: dict[str, Value] = {"Name": text["company"], "Website": text["website"] or None}
            values |= {"OwnerId": self.users[text["owner"]], **self._currency(CURRENCIES[company % 7 % 3])}
            self.accounts[key] = account = load(self.org, self.org.object(ACCOUNT.name), created, values)
            self.truth.add(ACCOUNT.name, account, 0, company)
        return self.accounts[key]

    def _person(
        self, contact_id: str, values: dict[str, Value], created: datetime, modified: datetime, person: int
    ) -> None:
        """The account of a person; the contact's values are completed."""
        kind, types = self.org.object(ACCOUNT.name), self.org.tables[RECORD_TYPE.name].values()
        held = {here: values.get(there) for here, there in PERSON_OF_ACCOUNT.items() if kind.field(here) is not None}
        held["PersonHasOptedOutOfEmail"], held["PersonDoNotCall"] = values["HasOptedOutOfEmail"], False
        held |= {
            "PersonContactId": contact_id,
            "RecordTypeId": next(each["Id"] for each in types if each["IsPersonType"]),
        }
        currency = self._currency(CURRENCIES[0])
        account = load(self.org, kind, created, held | currency, modified)
        values |= {"AccountId": account["Id"], "IsPersonAccount": True, **currency}
        self.truth.add(ACCOUNT.name, account, person, 0)

    def _currency(self, code: Value) -> dict[str, Value]:
        return {"CurrencyIsoCode": code} if "multi_currency" in self.org.features else {}

    def add_leads(self) -> None:
        """People of the same population, met again by the sales team; one in seven waits in a queue."""
        population = self.population
        rng = random_stream(population.seed, LEADS_PURPOSE)
        count = max(1, int(population.count * LEAD_SHARE))
        person = rng.integers(population.count, size=count)
        plan = Plan(person, np.full(count, SALESFORCE), np.arange(1, count + 1))
        created = FIRST_DAY + (rng.random(count) * DAYS * 86_400).astype("timedelta64[s]")
        shown = show_records(rng, population, plan, created, clean=self.clean)
        made, modified = moments(shown.created), moments(shown.modified)
        for at in range(count):
            text = {name: str(values[at]) for name, values in shown.columns.items()}
            values = _person_values(text)
            values |= {"LastName": text["family"] or text["given"], "Company": text["company"] or "[not provided]"}
            values |= {"Website": text["website"] or None, "OwnerId": self.users[text["owner"]]}
            if at % 7 == 0:
                values["OwnerId"] = self.queues["Inbound Leads"]
            values |= {name.removeprefix("Mailing"): text[column] or None for name, column in MAILING.items()}
            values |= {"Status": "Open - Not Contacted", "HasOptedOutOfEmail": text["opted_out"] == "true"}
            lead = load(self.org, self.org.object(LEAD.name), made[at], values, modified[at])
            self.truth.add(LEAD.name, lead, int(person[at]) + 1, int(shown.company[at]))


def _person_values(text: dict[str, str]) -> dict[str, Value]:
    return {name: text[column] or None for name, column in PERSON.items()}


def _add_details(org: Org) -> None:
    """Industries and revenue of companies."""
    rng = random_stream(org.seed, DETAILS_PURPOSE)
    industry = next(field for field in ACCOUNT.fields if field.name == "Industry").picklist
    types = [str(row["Id"]) for row in org.tables[RECORD_TYPE.name].values() if not row.get("IsPersonType")]
    table = org.tables[ACCOUNT.name]
    draws = rng.integers(1 << 30, size=(3, len(table))).tolist()
    for (record_id, account), drawn, kind, worth in zip(list(table.items()), *draws, strict=True):
        if not account.get("IsPersonAccount"):
            more: Row = {"Industry": industry[drawn % len(industry)], "RecordTypeId": types[kind % len(types)]}
            table[record_id] = Record({**account, **more, "AnnualRevenue": worth % 900 * 10_000.0, "Type": "Customer"})


def _stamp_alike(org: Org) -> None:
    """As after a data load: many records share one second."""
    moment, share = min(LOADED_ALIKE, org.born), org.profile.share_in_one_second
    for kind in org.objects.values():
        if kind.deletable and share > 0:
            for record_id, row in org.tables[kind.name].items():
                if org.random.random() < share:
                    org.tables[kind.name][record_id] = Record({**row, "SystemModstamp": moment})
