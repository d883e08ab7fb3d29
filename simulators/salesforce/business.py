"""What a company does with its customers: products and prices, campaigns, deals, cases, tasks and events.

How much there is of each follows the number of contacts and accounts. Activities lie around the org's present: most in
the last years, some to come; those of more than a year ago are archived.
"""

from datetime import datetime, timedelta

import numpy as np

from simulators.people import random_stream
from simulators.salesforce.fields import Record, Row, Value
from simulators.salesforce.loading import load
from simulators.salesforce.object_type import CURRENCIES
from simulators.salesforce.objects import (
    CAMPAIGN,
    CAMPAIGN_MEMBER,
    CASE,
    EVENT,
    OPPORTUNITY,
    OPPORTUNITY_CONTACT_ROLE,
    OPPORTUNITY_LINE_ITEM,
    PRICEBOOK,
    PRICEBOOK_ENTRY,
    PRODUCT,
    STAGES,
    SUBSCRIPTION,
    TASK,
)
from simulators.salesforce.org import ARCHIVED_AFTER, Org

CATALOGUE, CAMPAIGNS, DEALS, CASES, ACTIVITIES, PAID = 31, 32, 33, 34, 35, 36
"""Streams of random numbers, so that one part's draws never shift another's."""
LARGEST_CAMPAIGN = 2_000
SUBJECTS = ("Call", "Send quote", "Follow up on the fair", "Check renewal", "Introduce support")
TROUBLES = ("Can't sign in", "Invoice is wrong", "Export takes too long", "How do I add a user?", "Report is empty")
DAY = timedelta(days=1)


def add_business(org: Org, owners: list[str], queues: dict[str, str]) -> None:
    """All of it; the org has its accounts, contacts and leads."""
    entries = _add_catalogue(org)
    campaigns = _add_campaigns(org, owners)
    _add_deals(org, owners, entries, campaigns)
    _add_members(org, campaigns)
    _add_cases(org, owners, queues["Support"])
    _add_activities(org, owners)
    _add_subscriptions(org, owners[0])


def _add_catalogue(org: Org) -> dict[str, list[Row]]:
    """Twelve products in two price books; the entries of the standard book by currency."""
    rng, first = random_stream(org.seed, CATALOGUE), org.born - 2_500 * DAY
    books: list[Row] = []
    for name in ("Standard", "Partner"):
        book: dict[str, Value] = {"Name": f"{name} Price Book", "IsActive": True, "IsStandard": name == "Standard"}
        books.append(load(org, org.object(PRICEBOOK.name), first, book))
    currencies = CURRENCIES if "multi_currency" in org.features else CURRENCIES[:1]
    entries: dict[str, list[Row]] = {each: [] for each in currencies}
    for line in ("Analytics", "Storage", "Support", "Training"):
        for place, size in enumerate(("Basic", "Team", "Enterprise")):
            price = float(rng.integers(2, 40) * 25 * 4**place)
            product: dict[str, Value] = {"Name": f"{line} {size}", "ProductCode": f"{line[:3].upper()}-{place + 1}"}
            family = "Service" if line in ("Support", "Training") else "Software"
            made = load(org, org.object(PRODUCT.name), first, {**product, "IsActive": True, "Family": family})
            for book in books:
                for currency in currencies:
                    cost: dict[str, Value] = {"UnitPrice": price * (1 if book["IsStandard"] else 0.8), "IsActive": True}
                    where: dict[str, Value] = {"Pricebook2Id": book["Id"], "Product2Id": made["Id"]}
                    entry = load(
                        org, org.object(PRICEBOOK_ENTRY.name), first, {**cost, **where, **_in_currency(org, currency)}
                    )
                    if book["IsStandard"]:
                        entries[currency].append(entry)
    return entries


def _in_currency(org: Org, currency: Value) -> dict[str, Value]:
    return {"CurrencyIsoCode": currency} if "multi_currency" in org.features else {}


def _add_campaigns(org: Org, owners: list[str]) -> list[Row]:
    rng = random_stream(org.seed, CAMPAIGNS)
    count = max(4, len(org.tables["Contact"]) // LARGEST_CAMPAIGN)
    made: list[Row] = []
    for number in range(count):
        start = (org.born - int(rng.integers(-30, 1_400)) * DAY).date()
        kind = ("Webinar", "Trade Show", "Email")[number % 3]
        past = start + 30 * DAY < org.born.date()
        values: dict[str, Value] = {"Name": f"{kind} {start:%B %Y} {number + 1}", "Type": kind, "StartDate": start}
        values |= {"EndDate": start + 30 * DAY, "Status": "Completed" if past else "In Progress", "IsActive": not past}
        values |= {"BudgetedCost": float(rng.integers(1, 90)) * 500, "OwnerId": owners[number % len(owners)]}
        made.append(load(org, org.object(CAMPAIGN.name), org.born - 1_500 * DAY, values))
    return made


def _add_deals(org: Org, owners: list[str], entries: dict[str, list[Row]], campaigns: list[Row]) -> None:
    """Every third company is to buy something; its people play their roles."""
    rng, stages = random_stream(org.seed, DEALS), tuple(STAGES)
    accounts = [row for row in org.tables["Account"].values() if not row.get("IsPersonAccount")][::3]
    people: dict[str, list[str]] = {str(row["Id"]): [] for row in accounts}
    for contact in org.tables["Contact"].values():
        if contact.get("AccountId") in people:
            people[str(contact["AccountId"])].append(str(contact["Id"]))
    stage = rng.integers(len(stages), size=len(accounts)).tolist()
    amount, days = rng.integers(10, 4_000, size=len(accounts)).tolist(), rng.integers(20, 400, len(accounts)).tolist()
    lines = rng.integers(-1, 4, size=len(accounts)).tolist()
    for number, account in enumerate(accounts):
        made = account["CreatedDate"]
        assert isinstance(made, datetime)
        deal: dict[str, Value] = {"Name": f"{account['Name']} - new business"[:120], "StageName": stages[stage[number]]}
        deal |= {"AccountId": account["Id"], "OwnerId": owners[number % len(owners)], "Amount": amount[number] * 25.0}
        deal |= {"CloseDate": (made + days[number] * DAY).date(), **_in_currency(org, account.get("CurrencyIsoCode"))}
        if number % 5 == 0:
            deal["CampaignId"] = campaigns[number % len(campaigns)]["Id"]
        row = load(org, org.object(OPPORTUNITY.name), made, deal)
        if lines[number] > 0:
            _add_lines(
                org, row, made, entries[str(account.get("CurrencyIsoCode") or CURRENCIES[0])], lines[number], rng
            )
        for place, contact_id in enumerate(people[str(account["Id"])][:2]):
            role = ("Decision Maker", "Evaluator")[place]
            part: dict[str, Value] = {"OpportunityId": row["Id"], "ContactId": contact_id, "Role": role}
            load(
                org,
                org.object(OPPORTUNITY_CONTACT_ROLE.name),
                made,
                part | {"IsPrimary": place == 0} | _currency_of(org, row),
            )


def _currency_of(org: Org, row: Row) -> dict[str, Value]:
    return _in_currency(org, row.get("CurrencyIsoCode"))


def _add_lines(org: Org, deal: Row, made: datetime, entries: list[Row], count: int, rng: np.random.Generator) -> None:
    total = 0.0
    for place, entry in enumerate(rng.choice(len(entries), size=count, replace=False).tolist()):
        values: dict[str, Value] = {"OpportunityId": deal["Id"], "PricebookEntryId": entries[entry]["Id"]}
        values |= {"Quantity": float(1 + place * 4), "SortOrder": place + 1, **_currency_of(org, deal)}
        total += float(str(load(org, org.object(OPPORTUNITY_LINE_ITEM.name), made, values)["TotalPrice"]))
    more: Row = {"Amount": round(total, 2), "HasOpportunityLineItem": True}
    more["Pricebook2Id"] = entries[0]["Pricebook2Id"]
    org.tables[OPPORTUNITY.name][str(deal["Id"])] = Record({**deal, **more})


def _add_members(org: Org, campaigns: list[Row]) -> None:
    """Every fifth contact and every second lead were invited to something; some answered."""
    rng = random_stream(org.seed, CAMPAIGNS, 1)
    counts = {str(row["Id"]): [0, 0, 0] for row in campaigns}
    for place, (name, step) in enumerate((("LeadId", 2), ("ContactId", 5))):
        table = org.tables[name.removesuffix("Id")].values()
        chosen = [row for number, row in enumerate(table) if number % step == 0]
        of, luck = rng.integers(len(campaigns), size=len(chosen)).tolist(), rng.random(len(chosen)).tolist()
        for number, row in enumerate(chosen):
            campaign, made = campaigns[of[number]], row["CreatedDate"]
            assert isinstance(made, datetime)
            values: dict[str, Value] = {"CampaignId": campaign["Id"], name: row["Id"], **_currency_of(org, campaign)}
            values["Status"] = "Responded" if luck[number] < 0.3 else "Sent"
            if luck[number] < 0.3:
                values["FirstRespondedDate"] = (made + 3 * DAY).date()
            load(org, org.object(CAMPAIGN_MEMBER.name), made, values)
            counted = counts[str(campaign["Id"])]
            counted[place], counted[2] = counted[place] + 1, counted[2] + (luck[number] < 0.3)
    for record_id, (leads, contacts, answers) in counts.items():
        campaign = org.tables[CAMPAIGN.name][record_id]
        numbers: Row = {"NumberOfLeads": leads, "NumberOfContacts": contacts, "NumberOfResponses": answers}
        org.tables[CAMPAIGN.name][record_id] = Record({**campaign, **numbers})


def _add_cases(org: Org, owners: list[str], queue: str) -> None:
    """Every fifth contact had trouble once; new cases wait in the support queue."""
    rng = random_stream(org.seed, CASES)
    contacts = list(org.tables["Contact"].values())[::5]
    status = rng.choice(4, size=len(contacts), p=(0.12, 0.15, 0.03, 0.7)).tolist()
    days, kind = rng.integers(1, 300, size=len(contacts)).tolist(), rng.integers(1_000, size=len(contacts)).tolist()
    for number, contact in enumerate(contacts):
        made = contact["CreatedDate"]
        assert isinstance(made, datetime)
        made += days[number] * DAY
        state = ("New", "Working", "Escalated", "Closed")[status[number]]
        values: dict[str, Value] = {"ContactId": contact["Id"], "AccountId": contact.get("AccountId"), "Status": state}
        values |= {"Subject": TROUBLES[kind[number] % 5], "Origin": ("Phone", "Email", "Web")[kind[number] % 3]}
        values |= {"Priority": ("High", "Medium", "Low")[kind[number] % 7 % 3], "IsEscalated": state == "Escalated"}
        values["OwnerId"] = queue if state == "New" else owners[number % len(owners)]
        values["CaseNumber"] = f"{number + 1:08d}"
        ended = made + timedelta(hours=kind[number]) if state == "Closed" else made
        if state == "Closed":
            values["ClosedDate"] = ended
        load(org, org.object(CASE.name), made, values | _currency_of(org, contact), ended)


def _add_activities(org: Org, owners: list[str]) -> None:
    """Tasks with three contacts of five and every second lead; every sixth contact was met in person as well."""
    rng = random_stream(org.seed, ACTIVITIES)
    deals = {row["AccountId"]: row["Id"] for row in org.tables[OPPORTUNITY.name].values()}
    contacts, leads = list(org.tables["Contact"].values()), list(org.tables["Lead"].values())
    busy = [row for number, row in enumerate(contacts) if number % 5 < 3] + leads[::2]
    for kind, people in ((TASK, busy), (EVENT, contacts[::6])):
        ago, luck = rng.exponential(300, len(people)) - 20, rng.integers(10_000, size=len(people)).tolist()
        for number, (person, days) in enumerate(zip(people, ago.tolist(), strict=True)):
            when = org.born - timedelta(days=int(days), minutes=15 * (luck[number] % 32))
            account = person.get("AccountId")
            what = deals.get(account, account) if luck[number] % 2 else None
            values: dict[str, Value] = {"WhoId": person["Id"], "WhatId": what, "Subject": SUBJECTS[luck[number] % 5]}
            values |= {"OwnerId": owners[number % len(owners)], **_currency_of(org, person)}
            if kind is TASK:
                _add_task(org, when, luck[number], values)
            else:
                values |= {"StartDateTime": when, "DurationInMinutes": (30, 60, 90)[luck[number] % 3]}
                made = min(when, org.born) - 5 * DAY
                load(org, org.object(EVENT.name), made, values | _archived(org, when), _archived_at(org, when) or made)


def _add_task(org: Org, when: datetime, luck: int, values: dict[str, Value]) -> None:
    done = when < org.born and luck % 9 != 0
    values |= {"ActivityDate": when.date(), "Status": "Completed" if done else "Not Started"}
    values |= {"TaskSubtype": ("Call", "Email", "Task")[luck % 3], "Priority": "High" if luck % 11 == 0 else "Normal"}
    if luck % 3 == 0:
        values |= {"CallType": "Outbound", "CallDurationInSeconds": luck % 1_800 if done else None}
    made = min(when, org.born) - 5 * DAY
    if not done:
        load(org, org.object(TASK.name), made, values)
        return
    values["CompletedDateTime"] = when
    load(org, org.object(TASK.name), made, values | _archived(org, when), _archived_at(org, when) or when)


def _archived_at(org: Org, when: datetime) -> datetime | None:
    """When something of this day was archived; None if it is not old enough."""
    return when + ARCHIVED_AFTER + DAY if when.date() < (org.born - ARCHIVED_AFTER).date() else None


def _archived(org: Org, when: datetime) -> dict[str, Value]:
    return {} if _archived_at(org, when) is None else {"IsArchived": True}


def _add_subscriptions(org: Org, owner: str) -> None:
    """Every fourth contact subscribes to something."""
    rng = random_stream(org.seed, PAID)
    contacts = list(org.tables["Contact"].values())[::4]
    plans, seats = rng.integers(3, size=len(contacts)).tolist(), rng.integers(1, 80, size=len(contacts)).tolist()
    for number, contact in enumerate(contacts):
        made = contact["CreatedDate"]
        assert isinstance(made, datetime)
        paid: dict[str, Value] = {"Name": f"Subscription {number * 4 + 1}", "Key__c": f"S{number * 4:06d}"}
        paid |= {"Contact__c": contact["Id"], "Plan__c": ("Basic", "Team", "Enterprise")[plans[number]]}
        paid |= {"Seats__c": float(seats[number]), "OwnerId": owner, "Renewal__c": (made + 365 * DAY).date()}
        load(org, org.object(SUBSCRIPTION.name), made, paid | _currency_of(org, contact))
