"""A seeded population of people who work in companies and live in households, known by number.

`make_population` draws everything that is true of a person once: names, jobs, homes, telephone numbers, mailboxes.
What a CRM holds of them, with all its variants and errors, is made from it by `records`. People are parallel arrays,
one position a person; a few people beyond those asked for are held back for later: they are the newcomers of a delta.

The pitfalls of matching are all here: namesakes by chance, fathers and sons (`Jr`), twins, couples who share mailbox
and land line, married names, former employers, colleagues behind one switchboard.
"""

from dataclasses import dataclass

import numpy as np

from simulators.companies import Companies, make_companies
from simulators.mailboxes import Mailboxes
from simulators.names import CULTURES, OWN_SCRIPT, Flags, Names, Text, Whole, make_names
from simulators.places import COUNTRIES, POST_CODES_PER_CITY, SHARES, draw_cities, draw_phones

TITLES = (
    "Sales Manager", "Office Manager", "VP Sales", "CEO", "Accountant", "Engineer", "Director", "Buyer", "Head of IT",
    "CTO", "Managing Director", "Marketing Manager", "Project Manager", "Consultant", "Assistant", "CFO",
)  # fmt: skip
LIFECYCLES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "other")
OWNERS = (
    "Dana Whitfield",
    "Omar Haddad",
    "Lena Brandt",
    "Priya Raman",
    "Marc Dubosc",
    "Teresa Quiroga",
    "Sven Lindqvist",
    "Amy Okafor",
)

NO_EMPLOYER, NO_NAME = -1, -1
JOINS_HOUSEHOLD, FORMER_JOB, MARRIED, FOREIGN_GIVEN_NAME = 0.14, 0.18, 0.06, 0.10


@dataclass(frozen=True)
class People:
    """What is true of each person. Names, companies and cities are indices into the population's tables."""

    given: Whole
    family: Whole
    birth_family: Whole
    middle: Whole
    junior: Flags
    culture: Whole
    employer: Whole
    former_employer: Whole
    title: Whole
    mobile: Whole
    direct_line: Whole
    home_phone: Whole
    home_city: Whole
    home_post_code: Whole
    home_street: Whole
    home_house: Whole
    work_mail: Text
    former_mail: Text
    private_mail: Text
    household_mail: Text
    opted_out: Flags
    lifecycle: Whole
    owner: Whole


@dataclass(frozen=True)
class Population:
    """Everything there is to know: `count` people, then some held back, and the tables their numbers point into."""

    seed: int
    count: int
    names: Names
    companies: Companies
    people: People

    @property
    def held_back(self) -> Whole:
        """People that no first export mentions."""
        return np.arange(self.count, len(self.people.given))


def random_stream(seed: int, *purpose: int) -> np.random.Generator:
    """An independent stream of random numbers for each purpose, so that one part's draws never shift another's."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=purpose)))


def make_population(people: int, seed: int) -> Population:
    """`people` persons (and some more held back), the same ones for the same arguments on every machine."""
    total = people + max(64, people // 50)
    names = make_names(random_stream(seed, 1), people)
    companies = make_companies(random_stream(seed, 2), people)
    return Population(seed, people, names, companies, _people(random_stream(seed, 3), total, names, companies))


def _people(rng: np.random.Generator, total: int, names: Names, companies: Companies) -> People:
    head, kin = _households(rng, total)
    culture = rng.choice(len(CULTURES), size=total, p=np.array([*CULTURES.values()]) / sum(CULTURES.values()))
    culture = np.where(kin > 0, culture[head], culture)
    given, family, birth_family = _names_of(rng, names, culture, head, kin)

    employer = companies.draw(rng, total)
    employer = np.where((kin >= _JUNIOR) & (rng.random(total) < 0.35), employer[head], employer)
    employer = np.where(rng.random(total) < 0.01, NO_EMPLOYER, employer)
    former = companies.draw(rng, total)
    former = np.where((rng.random(total) < FORMER_JOB) & (former != employer), former, NO_EMPLOYER)

    at_work = rng.random(total) < 0.9
    country = np.where(
        at_work & (employer >= 0), companies.country[employer], rng.choice(len(COUNTRIES), size=total, p=SHARES)
    )[head]
    own_name = np.where((birth_family != NO_NAME) & (rng.random(total) < 0.5), birth_family, family)
    mailboxes = Mailboxes(rng, names, given)
    return People(
        given=given,
        family=family,
        birth_family=birth_family,
        middle=np.where(rng.random(total) < 0.3, rng.integers(26, size=total), -1),
        junior=kin == _JUNIOR,
        culture=culture,
        employer=employer,
        former_employer=former,
        title=rng.integers(len(TITLES), size=total),
        mobile=draw_phones(rng, country, mobile=True),
        direct_line=_direct_lines(companies.switchboard, employer),
        home_phone=draw_phones(rng, country, mobile=False)[head],
        home_city=draw_cities(rng, country)[head],
        home_post_code=rng.integers(POST_CODES_PER_CITY, size=total)[head],
        home_street=rng.integers(1_000, size=total)[head],
        home_house=rng.integers(1, 200, size=total)[head],
        work_mail=mailboxes.at_work(own_name, companies, employer),
        former_mail=mailboxes.at_work(own_name, companies, former),
        private_mail=mailboxes.private(own_name, country),
        household_mail=mailboxes.of_household(family, country)[head],
        opted_out=rng.random(total) < 0.12,
        lifecycle=rng.integers(len(LIFECYCLES), size=total),
        owner=rng.integers(len(OWNERS), size=total),
    )


_SPOUSE, _FLAT_MATE, _JUNIOR, _TWIN = 1, 2, 3, 4


def _households(rng: np.random.Generator, total: int) -> tuple[Whole, Whole]:
    """Head of each person's household, and what the person is to the head (0: the head)."""
    joins = rng.random(total) < JOINS_HOUSEHOLD
    joins[0] = False
    head = np.maximum.accumulate(np.where(joins, 0, np.arange(total)))
    kin = np.where(joins, rng.choice((_SPOUSE, _FLAT_MATE, _JUNIOR, _TWIN), size=total, p=(0.62, 0.2, 0.09, 0.09)), 0)
    # Only the head's next neighbour may be a namesake: nobody could tell two sons called like their father apart.
    far = np.arange(total) - head > 1
    return head, np.where((kin >= _JUNIOR) & far, _SPOUSE, kin)


def _names_of(
    rng: np.random.Generator, names: Names, culture: Whole, head: Whole, kin: Whole
) -> tuple[Whole, Whole, Whole]:
    """Given, family and birth names. Kin share the family name, juniors the given name too, twins its first letter."""
    total = len(culture)
    lends = culture[rng.integers(total, size=total)]
    scripts = [number for number, name in enumerate(CULTURES) if name in OWN_SCRIPT]
    foreign = (rng.random(total) < FOREIGN_GIVEN_NAME) & ~np.isin(culture, scripts) & ~np.isin(lends, scripts)
    given_culture = np.where(foreign, lends, culture)
    given = names.given.draw(rng, given_culture)
    for _ in range(3):
        alike = names.given.draw(rng, given_culture[head])
        fits = (names.given.letters[alike].astype("U1") == names.given.letters[given[head]].astype("U1")) & (
            alike != given[head]
        )
        given = np.where((kin == _TWIN) & fits, alike, given)
    given = np.where(kin == _JUNIOR, given[head], given)
    family = names.family.draw(rng, culture)
    born = names.family.draw(rng, culture)
    family = np.where((kin > 0) & (kin != _FLAT_MATE), family[head], family)
    married = (rng.random(total) < MARRIED) & (born != family) & (kin != _JUNIOR) & (kin != _TWIN)
    return given, family, np.where(married, born, NO_NAME)


def _direct_lines(switchboard: Whole, employer: Whole) -> Whole:
    """A line of one's own behind the switchboard's number: the same block of ten thousand, none twice in a company."""
    order = np.argsort(employer, kind="stable")
    ranks = np.empty(len(employer), dtype=np.int64)
    first = np.searchsorted(employer[order], employer[order], side="left")
    ranks[order] = np.arange(len(employer)) - first
    board = switchboard[employer]
    block = board // 10_000 * 10_000
    return np.asarray(block + (board - block + 1 + ranks) % 10_000)
