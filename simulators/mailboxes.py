"""E-mail addresses: at work in the company's own pattern, at the big providers, and the one a household shares."""

import numpy as np

from simulators.companies import Companies
from simulators.names import Names, Text, Whole, texts
from simulators.places import COUNTRIES

MAIL_PROVIDERS = (
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
)
LOCAL_PROVIDERS = {
    "DE": "gmx.de",
    "FR": "orange.fr",
    "IT": "libero.it",
    "PL": "wp.pl",
    "GB": "btinternet.com",
    "NL": "ziggo.nl",
}


class Mailboxes:
    """Hands out addresses and remembers them: no two people get the same one."""

    def __init__(self, rng: np.random.Generator, names: Names, given: Whole) -> None:
        self._rng = rng
        self._family_letters = names.family.letters
        self._given = names.given.letters[given]
        self._initial = self._given.astype("U1").astype(object)
        self._taken: set[str] = set()

    def at_work(self, family: Whole, companies: Companies, employer: Whole) -> Text:
        """Addresses in the companies' own patterns; empty where there is no employer."""
        last = self._family_letters[family]
        pattern = companies.mail_pattern[employer]
        local = np.choose(
            pattern, (self._given + "." + last, self._initial + "." + last, self._initial + last, self._given)
        )
        return self._settle(
            np.where(employer >= 0, local, ""), companies.domain[employer], np.zeros(len(family), dtype=np.int64)
        )

    def private(self, family: Whole, country: Whole) -> Text:
        """Addresses at the big providers, mostly with a number."""
        last = self._family_letters[family]
        pattern = self._rng.integers(6, size=len(family))
        local = np.choose(
            pattern,
            (
                self._given + "." + last,
                self._initial + last,
                self._initial + "." + last,
                self._given + "_" + last,
                self._given + last,
                self._initial + "_" + last,
            ),
        )
        number = np.where(self._rng.random(len(family)) < 0.9, self._rng.integers(1, 10_000, size=len(family)), 0)
        return self._settle(local, self._providers(country), number)

    def of_household(self, family: Whole, country: Whole) -> Text:
        """The one address a family uses together."""
        number = self._rng.integers(1, 10_000, size=len(family))
        return self._settle("the" + self._family_letters[family], self._providers(country), number)

    def _providers(self, country: Whole) -> Text:
        providers = texts(MAIL_PROVIDERS)[self._rng.integers(len(MAIL_PROVIDERS), size=len(country))]
        local = texts(LOCAL_PROVIDERS.get(each.code, "outlook.com") for each in COUNTRIES)[country]
        return np.where(self._rng.random(len(country)) < 0.3, local, providers)

    def _settle(self, local: Text, domain: Text, number: Whole) -> Text:
        """Local part, number if it is not 0, domain; the next free number where the address is taken."""
        settled = np.empty(len(local), dtype=object)
        for position, (name, place, first) in enumerate(
            zip(local.tolist(), domain.tolist(), number.tolist(), strict=True)
        ):
            address = f"{name}{first or ''}@{place}" if name else ""
            attempt = first + 1
            while address and address in self._taken:
                attempt += 1
                address = f"{name}{attempt}@{place}"
            if address:
                self._taken.add(address)
            settled[position] = address
        return settled
