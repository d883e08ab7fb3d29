"""What a portal knows of a Salesforce org of the same people: the ids that a part of them has there.

The org is that of `python -m simulators salesforce` with the same seed and size: it numbers its accounts in the order
in which the contacts of its export name them, and its leads in the order they are drawn.
"""

import numpy as np

from simulators.exports import salesforce_ids
from simulators.names import Whole
from simulators.people import Population, random_stream
from simulators.plans import SALESFORCE, Plan
from simulators.records import Shown
from simulators.salesforce.ids import make_id
from simulators.salesforce.objects import ACCOUNT, LEAD
from simulators.salesforce.population import LEAD_SHARE, LEADS_PURPOSE

SYNCHRONISED = 0.3
PURPOSE = 41
"""Stream of random numbers."""


class Synchronised:
    """Ids of contacts, leads and accounts of the org; empty for who is not synchronised."""

    def __init__(self, population: Population, plan: Plan) -> None:
        rng, people = random_stream(population.seed, PURPOSE), len(population.people.given)
        chosen = rng.random(people) < SYNCHRONISED
        there = plan.file == SALESFORCE
        self._contacts = np.zeros(people, dtype=np.int64)
        self._contacts[plan.person[there]] = plan.number[there]
        self._contacts[~chosen] = 0
        count = max(1, int(population.count * LEAD_SHARE))
        met = random_stream(population.seed, LEADS_PURPOSE).integers(population.count, size=count)
        self._leads = np.zeros(people, dtype=np.int64)
        self._leads[met] = np.arange(1, count + 1)
        self._leads[~chosen] = 0
        self._accounts: dict[tuple[str, str, int], int] = {}
        self._account_of: dict[int, int] = {}

    def meet_accounts(self, shown: Shown) -> None:
        """Number the accounts that contacts of the org name, as the org does."""
        columns = (shown.columns["company"].tolist(), shown.columns["website"].tolist(), shown.company.tolist())
        for name, website, company in zip(*columns, strict=True):
            if name:
                number = self._accounts.setdefault((name, website, company), len(self._accounts) + 1)
                self._account_of.setdefault(company, number)

    def contacts(self, person: Whole) -> list[str]:
        """The contacts that people are in the org."""
        numbers = self._contacts[person]
        ids: list[str] = np.where(numbers > 0, salesforce_ids(numbers), "").tolist()
        return ids

    def leads(self, person: Whole) -> list[str]:
        """The leads that people are in the org."""
        return [make_id(LEAD.prefix, number) if number else "" for number in self._leads[person].tolist()]

    def account(self, company: int) -> str:
        """An account of a company in the org, whoever of the two is synchronised."""
        number = self._account_of.get(company)
        return "" if number is None else make_id(ACCOUNT.prefix, number)
