"""Fills an org with the people of a seeded population: the same contacts, by id, as the export of the same seed.

Each contact of the export becomes a Contact, and each spelling of a company with its web site an Account. Besides
there are leads (people of the same population, written down anew), opportunities, subscriptions, users and record
types. Some contacts have no last name: old rows need not keep today's rules.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from simulators.exports import record_ids
from simulators.people import OWNERS, Population, make_population, random_stream
from simulators.plans import SALESFORCE, Plan, chunks, people_for, plan_records
from simulators.records import DAYS, FIRST_DAY, Moments, Shown, show_chunk, show_records
from simulators.salesforce.fields import Row, Value
from simulators.salesforce.ids import make_id
from simulators.salesforce.objects import (
    ACCOUNT,
    CONTACT,
    LEAD,
    OBJECTS,
    OPPORTUNITY,
    RECORD_TYPE,
    STAGES,
    SUBSCRIPTION,
    USER,
    ObjectType,
)
from simulators.salesforce.org import Org
from simulators.salesforce.writing import derive

LEAD_SHARE = 0.15
LEADS_PURPOSE, DETAILS_PURPOSE = 21, 22
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


@dataclass
class Truth:
    """Who is who: object, record id, number of the person, number of the company (0: none)."""

    rows: list[tuple[str, str, int, int]]

    def write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(TRUTH_HEADER)
            writer.writerows(self.rows)


def populate(org: Org, people: int, *, clean: bool = False, records: int | None = None) -> Truth:
    """Fill an empty org; gives the truth about what is in it."""
    population = make_population(people if records is None else people_for(records), org.seed)
    plan = plan_records(population, records)
    truth = Truth([])
    users = _add_users(org)
    accounts: dict[tuple[str, str, int], str] = {}
    for part in chunks(len(plan)):
        shown = show_chunk(population, plan, part, clean=clean)
        _add_contacts(org, population, shown.only(shown.file == SALESFORCE), users, accounts, truth)
    _add_leads(org, population, users, truth, clean=clean)
    _add_details(org, users)
    _stamp_alike(org)
    return truth


def _add(
    org: Org, kind: ObjectType, record_id: str, created: datetime, modified: datetime, values: dict[str, Value]
) -> Row:
    row: Row = {field.name: field.default for field in kind.fields}
    row |= {**values, "Id": record_id, "CreatedDate": created, "LastModifiedDate": modified, "SystemModstamp": modified}
    row |= {"CreatedById": org.user_id, "LastModifiedById": org.user_id}
    derive(row, kind, values)
    org.tables[kind.name][record_id] = row
    return row


def _add_users(org: Org) -> dict[str, str]:
    """The integration user, the people of the sales team (one has left), and the record types; ids by name."""
    first = _moments(np.array([FIRST_DAY]))[0]
    org.user_id = make_id(USER.prefix, 1)
    hub: dict[str, Value] = {"Username": org.user_name, "LastName": "Hub", "Email": org.user_name, "IsActive": True}
    _add(org, USER, org.user_id, first, first, hub)
    ids: dict[str, str] = {}
    for number, name in enumerate(OWNERS, start=2):
        given, family = name.split()
        mail = f"{given}.{family}@acme.example".lower()
        ids[name] = make_id(USER.prefix, number)
        person: dict[str, Value] = {"FirstName": given, "LastName": family, "Username": mail, "Email": mail}
        _add(org, USER, ids[name], first, first, {**person, "IsActive": name != OWNERS[-1]})
    org.counters[USER.name] = len(OWNERS) + 1
    for number, name in enumerate(("Customer", "Partner"), start=1):
        record_id = make_id(RECORD_TYPE.prefix, number)
        kind: dict[str, Value] = {"Name": name, "DeveloperName": name, "SobjectType": "Account", "IsActive": True}
        _add(org, RECORD_TYPE, record_id, first, first, kind)
    return ids


def _add_contacts(
    org: Org,
    population: Population,
    shown: Shown,
    users: dict[str, str],
    accounts: dict[tuple[str, str, int], str],
    truth: Truth,
) -> None:
    ids = record_ids(SALESFORCE, shown.number).tolist()
    columns = {name: values.tolist() for name, values in shown.columns.items()}
    created, modified = _moments(shown.created), _moments(shown.modified)
    people, companies = (shown.person + 1).tolist(), shown.company.tolist()
    for at, record_id in enumerate(ids):
        text = {name: values[at] for name, values in columns.items()}
        account = None
        if text["company"]:
            account = _account(org, text, companies[at], users, accounts, created[at], truth)
        values = _person_values(text) | {name: text[column] or None for name, column in MAILING.items()}
        values |= {"AccountId": account, "HasOptedOutOfEmail": text["opted_out"] == "true"}
        values |= {"OwnerId": users[text["owner"]], "Customer_Number__c": f"C{shown.number[at]:08d}"}
        _add(org, CONTACT, record_id, created[at], modified[at], values)
        truth.rows.append((CONTACT.name, record_id, people[at], companies[at]))
    if len(shown.number):
        org.counters[CONTACT.name] = int(shown.number.max())


def _person_values(text: dict[str, str]) -> dict[str, Value]:
    return {name: text[column] or None for name, column in PERSON.items()}


def _account(
    org: Org,
    text: dict[str, str],
    company: int,
    users: dict[str, str],
    accounts: dict[tuple[str, str, int], str],
    created: datetime,
    truth: Truth,
) -> str:
    """The account of one company in one spelling with one web site."""
    key = (text["company"], text["website"], company)
    if key not in accounts:
        accounts[key] = record_id = org.new_id(ACCOUNT)
        values: dict[str, Value] = {"Name": text["company"], "Website": text["website"] or None}
        values["OwnerId"] = users[text["owner"]]
        _add(org, ACCOUNT, record_id, created, created, values)
        truth.rows.append((ACCOUNT.name, record_id, 0, company))
    return accounts[key]


def _add_leads(org: Org, population: Population, users: dict[str, str], truth: Truth, *, clean: bool) -> None:
    """People of the same population, met again by the sales team."""
    rng = random_stream(population.seed, LEADS_PURPOSE)
    count = max(1, int(population.count * LEAD_SHARE))
    person = rng.integers(population.count, size=count)
    plan = Plan(person, np.full(count, SALESFORCE), np.arange(1, count + 1))
    created = FIRST_DAY + (rng.random(count) * DAYS * 86_400).astype("timedelta64[s]")
    shown = show_records(rng, population, plan, created, clean=clean)
    made, modified = _moments(shown.created), _moments(shown.modified)
    for at in range(count):
        text = {name: str(values[at]) for name, values in shown.columns.items()}
        values = _person_values(text)
        values |= {"LastName": text["family"] or text["given"], "Company": text["company"] or "[not provided]"}
        values |= {"Website": text["website"] or None, "OwnerId": users[text["owner"]]}
        values |= {name.removeprefix("Mailing"): text[column] or None for name, column in MAILING.items()}
        values |= {"Status": "Open - Not Contacted", "HasOptedOutOfEmail": text["opted_out"] == "true"}
        record_id = org.new_id(LEAD)
        _add(org, LEAD, record_id, made[at], modified[at], values)
        truth.rows.append((LEAD.name, record_id, int(person[at]) + 1, int(shown.company[at])))


def _add_details(org: Org, users: dict[str, str]) -> None:
    """Industries and revenue of accounts; opportunities and subscriptions of some."""
    rng = random_stream(org.seed, DETAILS_PURPOSE)
    industry = next(field for field in ACCOUNT.fields if field.name == "Industry").picklist
    stages, plans = tuple(STAGES), ("Basic", "Team", "Enterprise")
    types = [str(each) for each in org.tables[RECORD_TYPE.name]]
    owners = list(users.values())
    for number, (record_id, account) in enumerate(org.tables[ACCOUNT.name].items()):
        account |= {"Industry": industry[rng.integers(len(industry))], "RecordTypeId": types[rng.integers(2)]}
        account |= {"AnnualRevenue": float(rng.integers(1, 900)) * 10_000, "Type": "Customer"}
        if number % 3 == 0:
            stage, day = stages[rng.integers(len(stages))], account["CreatedDate"]
            assert isinstance(day, datetime)
            deal: dict[str, Value] = {"Name": f"{account['Name']} - new business"[:120], "StageName": stage}
            deal["AccountId"] = record_id
            deal |= {"Amount": float(rng.integers(10, 4_000)) * 25, "CloseDate": (day + timedelta(days=90)).date()}
            _add(org, OPPORTUNITY, org.new_id(OPPORTUNITY), day, day, {**deal, "OwnerId": owners[number % len(owners)]})
    for number, (record_id, contact) in enumerate(org.tables[CONTACT.name].items()):
        if number % 4 == 0:
            made = contact["CreatedDate"]
            assert isinstance(made, datetime)
            paid: dict[str, Value] = {"Name": f"Subscription {number + 1}", "Key__c": f"S{number:06d}"}
            paid["Contact__c"] = record_id
            paid |= {"Plan__c": plans[rng.integers(3)], "Seats__c": float(rng.integers(1, 80)), "OwnerId": owners[0]}
            paid["Renewal__c"] = (made + timedelta(days=365)).date()
            _add(org, SUBSCRIPTION, org.new_id(SUBSCRIPTION), made, made, paid)


def _stamp_alike(org: Org) -> None:
    """As after a data load: many records share one second."""
    moment = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)
    for kind in OBJECTS.values():
        if kind.deletable:
            for row in list(org.tables[kind.name].values()):
                if org.random.random() < org.profile.share_in_one_second:
                    org.tables[kind.name][str(row["Id"])] = {**row, "SystemModstamp": moment}


def _moments(moments: Moments) -> list[datetime]:
    seconds: list[Any] = moments.astype("datetime64[s]").astype(np.int64).tolist()
    return [datetime.fromtimestamp(each, UTC) for each in seconds]
