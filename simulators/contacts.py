"""One big, clean contact file: `rows` different people, 15 Data Loader columns, quoted cells with commas and line
breaks.

It exists to measure reading and landing, so nothing is wrong with it and nobody is in it twice.
"""

import csv
from pathlib import Path

import numpy as np

from simulators.companies import Companies, make_companies
from simulators.exports import salesforce_ids
from simulators.names import CULTURES, Names, Text, make_names, texts
from simulators.people import TITLES, random_stream
from simulators.places import (
    CITY_NAME,
    CITY_STATE,
    COUNTRIES,
    POST_CODES_PER_CITY,
    draw_cities,
    draw_phones,
    post_codes,
    street_names,
)
from simulators.records import FIRST_DAY
from simulators.spellings import PHONE_SPELLINGS, spell_phones, spell_streets

HEADER = (
    "Id", "FirstName", "LastName", "Email", "Phone", "MobilePhone", "Title", "Account.Name", "MailingStreet",
    "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry", "Description", "LastModifiedDate",
)  # fmt: skip
CHUNK = 20_000
VOCABULARY_PEOPLE = 50_000
NOTES = (
    "",
    "",
    "",
    "Met at the fair, asked for a quote",
    'Goes by "Chief", prefers mail',
    "Likes:\n- short calls\n- long mails",
    "Renewal in spring, speak to purchasing first",
    "No calls before ten",
)


def write_contacts(path: Path, rows: int, seed: int) -> None:
    """Write `rows` contacts in UTF-8. Memory does not depend on `rows`."""
    names = make_names(random_stream(seed, 1), VOCABULARY_PEOPLE)
    companies = make_companies(random_stream(seed, 2), VOCABULARY_PEOPLE)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for start in range(0, rows, CHUNK):
            rng = random_stream(seed, 11, start)
            columns = _columns(rng, names, companies, np.arange(start, min(start + CHUNK, rows)))
            writer.writerows(zip(*(column.tolist() for column in columns), strict=True))


def _columns(
    rng: np.random.Generator, names: Names, companies: Companies, number: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> list[Text]:
    size = len(number)
    culture = rng.choice(len(CULTURES), size=size, p=np.array([*CULTURES.values()]) / sum(CULTURES.values()))
    given, family = names.given.draw(rng, culture), names.family.draw(rng, culture)
    employer = companies.draw(rng, size)
    country = companies.country[employer]
    city = draw_cities(rng, country)
    streets = [street_names(code) for code in range(len(COUNTRIES))]
    street = spell_streets(streets, country, rng.integers(1_000, size=size), rng.integers(1, 200, size=size))
    floor = np.choose(rng.integers(4, size=size), ("", ", Building B", "\nSuite 12", "\n2nd floor, rear"))
    phones = [draw_phones(rng, country, mobile=mobile) for mobile in (False, True)]
    spelled = [
        spell_phones(phone, rng.integers(PHONE_SPELLINGS, size=size), rng.integers(10, 100, size=size))
        for phone in phones
    ]
    modified = FIRST_DAY + rng.integers(2_000 * 86_400, size=size).astype("timedelta64[s]")
    tag = texts(str(each) for each in number.tolist())
    mail = names.given.letters[given] + "." + names.family.letters[family] + tag + "@" + companies.domain[employer]
    legal = texts(
        COUNTRIES[c].legal_forms[f][0]
        for c, f in zip(country.tolist(), companies.legal_form[employer].tolist(), strict=True)
    )
    return [
        salesforce_ids(number + 1),
        names.given.latin[given],
        names.family.latin[family],
        mail,
        *spelled,
        texts(TITLES)[rng.integers(len(TITLES), size=size)],
        companies.core[employer] + " " + companies.line[employer] + ", " + legal,
        street + floor.astype(object),
        CITY_NAME[city],
        CITY_STATE[city],
        post_codes()[city * POST_CODES_PER_CITY + rng.integers(POST_CODES_PER_CITY, size=size)],
        texts(each.names[0] for each in COUNTRIES)[country],
        texts(NOTES)[rng.integers(len(NOTES), size=size)],
        texts(f"{stamp}.000Z" for stamp in np.datetime_as_string(modified, unit="s").tolist()),
    ]
