"""Whatever happens to the simulated org in a day, what follows from its records still follows from them."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from simulators.clock import HandClock
from simulators.faults import PROFILES, Faults
from simulators.salesforce import events
from simulators.salesforce.errors import Refusal
from simulators.salesforce.objects import PERSON_OF_ACCOUNT
from simulators.salesforce.org import Org
from simulators.salesforce.population import populate

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EVENTS = 400


def lived(seed: int) -> Org:
    """An org after a day of edits, loads, deletions, restores, merges and conversions, some seen late."""
    org = Org(HandClock(NOW), seed, Faults(PROFILES["calm"], seed), features=frozenset({"person_accounts"}))
    populate(org, 60)
    luck = random.Random(seed)
    for _ in range(EVENTS):
        with contextlib.suppress(Refusal):
            happen(org, luck)
        if luck.random() < 0.2:
            org.clock.advance(luck.randrange(600))  # type: ignore[attr-defined]
            org.settle()
    org.clock.advance(3_600)  # type: ignore[attr-defined]
    org.settle()
    return org


def happen(org: Org, luck: random.Random) -> None:
    """One event, which the org may refuse."""
    name = luck.choice(["Account", "Contact", "Lead", "Opportunity", "OpportunityLineItem", "CampaignMember", "Case"])
    kind, later = org.object(name), luck.choice([0.0, 0.0, 300.0])
    ids = luck.sample(sorted(org.tables[name]), min(3, len(org.tables[name])))
    one = {
        each: luck.choice(sorted(org.tables[each])) for each in ("Opportunity", "PricebookEntry", "Campaign", "Lead")
    }
    match luck.randrange(9):
        case 0:
            events.remove(org, kind, ids[:1], hard=luck.random() < 0.1)
        case 1:
            gone = [each for each, row in org.tables[name].items() if row["IsDeleted"]]
            events.restore(org, kind, gone[:1])
        case 2:
            events.merge(org, kind, ids[0], ids[1:])
        case 3:
            events.convert(org, one["Lead"], with_opportunity=True)
        case 4:
            line: dict[str, Any] = {"OpportunityId": one["Opportunity"], "PricebookEntryId": one["PricebookEntry"]}
            events.add(org, org.object("OpportunityLineItem"), [line | {"Quantity": luck.randrange(1, 9)}], later)
        case 5:
            member = {"CampaignId": one["Campaign"], "LeadId": one["Lead"], "Status": "Responded"}
            events.add(org, org.object("CampaignMember"), [member], later)
        case _:
            events.edit(org, kind, ids[:2], _edit(name, luck), later)


def _edit(name: str, luck: random.Random) -> dict[str, Any]:
    values: dict[str, list[dict[str, Any]]] = {
        "Account": [{"LastName": f"New {luck.randrange(99)}"}, {"PersonEmail": "new@example.com"}, {"Phone": "1"}],
        "Contact": [{"Title": "Buyer"}, {"Description": "New"}],
        "Lead": [{"Title": "Buyer"}],
        "Opportunity": [{"Amount": 5}, {"StageName": "Closed Won"}],
        "OpportunityLineItem": [{"Quantity": luck.randrange(1, 99)}],
        "CampaignMember": [{"Status": "Responded"}, {"Status": "Sent"}],
        "Case": [{"Status": "Closed"}, {"Status": "New"}],
    }
    return luck.choice(values[name])


@pytest.mark.parametrize("seed", range(6))
def test_persons_sums_counts_and_cascades_hold_after_a_day(seed: int) -> None:
    org = lived(seed)

    live = {name: [row for row in table.values() if not row.get("IsDeleted")] for name, table in org.tables.items()}
    for account in org.tables["Account"].values():
        if account["IsPersonAccount"]:
            contact = org.tables["Contact"][str(account["PersonContactId"])]
            pairs = [(account.get(here), contact.get(there)) for here, there in PERSON_OF_ACCOUNT.items()]
            assert all(one == other for one, other in pairs), account["Id"]
            assert contact["IsDeleted"] == account["IsDeleted"]
    worth: Counter[Any] = Counter()
    for line in live["OpportunityLineItem"]:
        worth[line["OpportunityId"]] += round(float(str(line["TotalPrice"])) * 100)
    for deal in live["Opportunity"]:
        assert deal["HasOpportunityLineItem"] == (deal["Id"] in worth)
        assert deal["Id"] not in worth or round(float(str(deal["Amount"])) * 100) == worth[deal["Id"]]
    for campaign in live["Campaign"]:
        own = [row for row in live["CampaignMember"] if row["CampaignId"] == campaign["Id"]]
        assert campaign["NumberOfContacts"] == sum(row.get("ContactId") is not None for row in own)
        assert campaign["NumberOfLeads"] == sum(row.get("LeadId") is not None for row in own)
        assert campaign["NumberOfResponses"] == sum(bool(row["HasResponded"]) for row in own)
    for kind in org.objects.values():
        for field in kind.fields:
            if field.on_delete == "cascade":
                parents = {str(row[field.name]) for row in live[kind.name] if row.get(field.name) is not None}
                assert not [each for each in parents if _is_gone(org, each)], (kind.name, field.name)


def _is_gone(org: Org, record_id: str) -> bool:
    kind = org.object_of(record_id)
    assert kind is not None
    row = org.tables[kind.name].get(record_id)
    return row is None or bool(row.get("IsDeleted"))
