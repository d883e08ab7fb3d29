"""What three systems show of a person: text columns, each record with its own variants, gaps and errors.

`show_chunk` writes one stretch of a plan with a stream of random numbers of its own: memory stays that of a chunk, and
any chunk can be written again by itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulators import dirt, spellings
from simulators.names import CULTURES, OWN_SCRIPT, Flags, Real, Text, Whole, texts
from simulators.people import LIFECYCLES, NO_NAME, OWNERS, TITLES, Population, random_stream
from simulators.places import (
    CITY_COUNTRY,
    CITY_NAME,
    CITY_STATE,
    COUNTRIES,
    POST_CODES_PER_CITY,
    post_codes,
    street_names,
)
from simulators.plans import TRADE_FAIR, Plan

Moments = npt.NDArray[np.datetime64]

# Share of empty cells in Salesforce, HubSpot and the trade fair's list.
EMPTY = {
    "given": (0.018, 0.019, 0.013),
    "family": (0.011, 0.011, 0.011),
    "email": (0.14, 0.02, 0.30),
    "phone": (0.40, 0.38, 0.33),
    "mobile": (0.72, 0.76, 1.0),
    "title": (0.50, 0.50, 0.50),
    "company": (0.05, 0.15, 0.30),
    "website": (0.43, 0.43, 0.43),
    "street": (0.55, 0.60, 1.0),
    "city": (0.30, 0.29, 0.30),
    "state": (0.50, 0.55, 1.0),
    "post_code": (0.41, 0.40, 0.40),
    "country": (0.20, 0.20, 0.20),
}
FIRST_DAY = np.datetime64("2019-01-07T00:00:00", "s")
DAYS = 2_350


@dataclass(frozen=True)
class Shown:
    """Records as text columns. Times are to the second, company 0 means none, `luck` is left for the layout."""

    person: Whole
    file: Whole
    number: Whole
    company: Whole
    columns: dict[str, Text]
    created: Moments
    modified: Moments
    luck: Real

    def only(self, which: npt.NDArray[Any]) -> "Shown":
        """The records that a mask or a list of positions picks."""
        columns = {name: values[which] for name, values in self.columns.items()}
        rest = (self.created[which], self.modified[which], self.luck[which])
        return Shown(self.person[which], self.file[which], self.number[which], self.company[which], columns, *rest)


def show_chunk(population: Population, plan: Plan, part: slice, *, clean: bool) -> Shown:
    """One stretch of the plan as text."""
    rng = random_stream(population.seed, 5, part.start)
    position = (np.arange(part.start, part.stop) + rng.random(part.stop - part.start)) / len(plan)
    made = FIRST_DAY + (position * DAYS * 86_400).astype("timedelta64[s]")
    return show_records(rng, population, Plan(plan.person[part], plan.file[part], plan.number[part]), made, clean=clean)


def show_records(
    rng: np.random.Generator, population: Population, plan: Plan, created: Moments, *, clean: bool
) -> Shown:
    """The records of a plan as text, each with its own variants, gaps and (unless clean) errors."""
    people, person, size = population.people, plan.person, len(plan)
    former = (people.former_employer[person] >= 0) & (rng.random(size) < 0.30)
    employer = np.where(former, people.former_employer[person], people.employer[person])
    given, family = _show_names(rng, population, person)
    phone, mobile = _show_phones(rng, population, plan, employer)
    title = people.title[person] + np.where(former, 7, 0)
    columns = {
        "given": given,
        "family": family,
        "email": _show_mail(rng, population, person, former, employer),
        "phone": phone,
        "mobile": mobile,
        "title": texts(TITLES)[title % len(TITLES)],
        "company": spellings.spell_companies(rng, population.companies, employer),
        "website": spellings.spell_websites(
            np.where(employer >= 0, population.companies.domain[employer], ""), rng.integers(4, size=size)
        ),
        **_show_address(rng, population, person, employer),
        "opted_out": np.where(people.opted_out[person] & (rng.random(size) < 0.7), "true", "false").astype(object),
        "lifecycle": texts(LIFECYCLES)[people.lifecycle[person]],
        "owner": texts(OWNERS)[people.owner[person]],
    }
    columns = _leave_gaps(rng, columns, plan.file)
    if not clean:
        columns = _make_errors(rng, columns, plan.file)
    modified = created + (rng.exponential(400 * 86_400, size)).astype("timedelta64[s]")
    last = FIRST_DAY + np.timedelta64(DAYS + 150, "D")
    modified = np.where(modified > last, created + (modified - created) % (last - created), modified)
    return Shown(plan.person, plan.file, plan.number, employer + 1, columns, created, modified, rng.random(size))


def _show_names(rng: np.random.Generator, population: Population, person: Whole) -> tuple[Text, Text]:
    people, given_names, family_names = population.people, population.names.given, population.names.family
    given, size = people.given[person], len(person)
    maiden = (people.birth_family[person] != NO_NAME) & (rng.random(size) < 0.4)
    family = np.where(maiden, people.birth_family[person], people.family[person])
    own_script = np.isin(people.culture[person], [number for number, name in enumerate(CULTURES) if name in OWN_SCRIPT])
    script, luck = rng.random(size), rng.random(size)
    forms = [own_script & (script < 0.5), script > 0.8]
    first = np.select(forms, [given_names.native[given], given_names.variant[given]], given_names.latin[given])
    last = np.select(forms, [family_names.native[family], family_names.variant[family]], family_names.latin[family])
    latin = ~forms[0]
    first = np.where(latin & (luck < 0.12), given_names.nickname(given, rng.random(size)), first)
    first = np.where(latin & (luck > 0.972), first.astype("U1").astype(object) + ".", first)
    middle = latin & (people.middle[person] >= 0) & (rng.random(size) < 0.16)
    first = np.where(middle, first + " " + texts("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[people.middle[person]] + ".", first)
    last = np.where(people.junior[person] & (rng.random(size) < 0.8), last + " Jr", last)
    case = rng.random(size)
    lowered, shouted = case < 0.44, case > 0.99
    for change, hit in ((str.lower, lowered), (str.upper, shouted)):
        first = np.where(hit, np.frompyfunc(change, 1, 1)(first), first)
        last = np.where(hit, np.frompyfunc(change, 1, 1)(last), last)
    swapped = rng.random(size) < 0.012
    return np.where(swapped, last, first), np.where(swapped, first, last)


def _show_mail(rng: np.random.Generator, population: Population, person: Whole, former: Flags, employer: Whole) -> Text:
    people = population.people
    roles = texts(("info@", "info@", "info@", "info@", "sales@", "office@"))[rng.integers(6, size=len(person))]
    work = np.where(former, people.former_mail[person], people.work_mail[person])
    luck = rng.random(len(person))
    no_job = employer < 0
    return np.select(
        [no_job | (luck < 0.29), luck < 0.315, luck < 0.37],
        [people.private_mail[person], people.household_mail[person], roles + population.companies.domain[employer]],
        work,
    )


def _show_phones(rng: np.random.Generator, population: Population, plan: Plan, employer: Whole) -> tuple[Text, Text]:
    people, person, size = population.people, plan.person, len(plan)
    luck = rng.random(size)
    switchboard = np.where(employer >= 0, population.companies.switchboard[employer], people.home_phone[person])
    at_work = (employer == people.employer[person]) & (employer >= 0)
    direct = np.where(at_work, people.direct_line[person], switchboard)
    fair = plan.file == TRADE_FAIR
    phone = np.select(
        [fair & (luck < 0.55), luck < 0.33, luck < 0.62, luck < 0.81],
        [people.mobile[person], switchboard, direct, people.home_phone[person]],
        people.mobile[person],
    )
    spelling = rng.integers(spellings.PHONE_SPELLINGS, size=(2, size))
    extension = rng.integers(10, 100, size=(2, size))
    phones = spellings.spell_phones(phone, spelling[0], extension[0])
    return phones, spellings.spell_phones(people.mobile[person], spelling[1], extension[1])


_STREETS = [street_names(country) for country in range(len(COUNTRIES))]
_POST_CODES = post_codes()


def _show_address(rng: np.random.Generator, population: Population, person: Whole, employer: Whole) -> dict[str, Text]:
    people, companies = population.people, population.companies
    home = (employer < 0) | (rng.random(len(person)) < 0.25)
    city = np.where(home, people.home_city[person], companies.city[employer])
    post_code = np.where(home, people.home_post_code[person], companies.post_code[employer])
    street = np.where(home, people.home_street[person], companies.street[employer])
    house = np.where(home, people.home_house[person], companies.house[employer])
    country = CITY_COUNTRY[city]
    return {
        "street": spellings.spell_streets(_STREETS, country, street, house),
        "city": CITY_NAME[city],
        "state": CITY_STATE[city],
        "post_code": _POST_CODES[city * POST_CODES_PER_CITY + post_code],
        "country": spellings.spell_country(country, rng.integers(60, size=len(person))),
    }


def _leave_gaps(rng: np.random.Generator, columns: dict[str, Text], file: Whole) -> dict[str, Text]:
    """Empty cells, as often as each file has them; a record keeps at least one of its two names."""
    gaps = {name: rng.random(len(file)) < np.array(shares)[file] for name, shares in EMPTY.items()}
    gaps["family"] &= ~gaps["given"]
    return {name: np.where(gaps[name], "", values) if name in gaps else values for name, values in columns.items()}


def _make_errors(rng: np.random.Generator, columns: dict[str, Text], file: Whole) -> dict[str, Text]:
    dirty = dict(columns)
    for name, share in (
        ("given", 0.03),
        ("family", 0.035),
        ("email", 0.018),
        ("phone", 0.006),
        ("company", 0.035),
        ("city", 0.01),
    ):
        dirty[name] = dirt.make_typos(rng, dirty[name], share)
    dirty["email"] = dirt.change_some(rng, dirty["email"], 0.085, str.title)
    dirty["email"] = dirt.change_some(rng, dirty["email"], 0.016, dirt.tagged)
    dirty["email"] = dirt.change_some(rng, dirty["email"], 0.04, dirt.dotted)
    for name in ("given", "family", "company"):
        dirty[name] = dirt.change_some(rng, dirty[name], 0.006, dirt.stray_blank)
    at_fair = file == TRADE_FAIR
    for name in dirt.PLACEHOLDERS:
        rare = dirt.place_holders(rng, dirty[name], name, 0.0008)
        dirty[name] = np.where(at_fair, dirt.place_holders(rng, dirty[name], name, 0.012), rare)
    return dirty
