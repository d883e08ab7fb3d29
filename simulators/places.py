"""Countries, their cities, post codes, streets and telephone areas, as far as a contact record needs them.

Cities are real, everything at them is made up. A place is a city's index, a number of a post code in it, a street and
a house; a telephone number is an area's index and a subscriber number, so that both fit into integers until somebody
writes them down.
"""

from dataclasses import dataclass

import numpy as np

from simulators.names import Text, Whole, texts

POST_CODES_PER_CITY = 60


@dataclass(frozen=True)
class Country:
    """How one country is written and dialled. In areas, `+7` says how many digits follow the prefixes after it."""

    code: str
    share: float
    names: tuple[str, ...]
    dial: str
    trunk: str
    land_lines: str
    mobiles: str
    domains: tuple[str, ...]
    legal_forms: tuple[tuple[str, ...], ...]
    cities: str
    post_code: str
    streets: str


# Legal forms: each inner tuple holds spellings of one form. `~` is a space inside a name. Post codes: see `_post_code`.
COUNTRIES: tuple[Country, ...] = (
    Country(
        code="US",
        share=0.48,
        names=("United States", "USA", "US"),
        dial="1",
        trunk="",
        land_lines="""+7 201 206 212 213 214 215 216 218 229 239 248 251 253 256 262 269 301 303 305 307 309 312
            314 317 319 330 336 337 360 402 404 406 407 408 412 413 414 415 417 419 423 425 480 501 502 503 504
            505 507 509 512 513 515 517 518 520 541 559 561 563 573 585 601 602 605 607 608 612 614 615 616 617
            619 701 702 704 706 713 715 716 717 719 727 801 802 803 804 806 808 812 813 816 817 850 859 901 903
            904 907 913""",
        mobiles="+7 310 323 347 424 469 510 571 646 650 678 703 714 718 720 732 760 773 786 818 917",
        domains=("com", "com", "com", "com", "net", "io", "us"),
        legal_forms=(
            ("Inc", "Inc.", "Incorporated"),
            ("LLC", "L.L.C."),
            ("Corp", "Corp.", "Corporation"),
            ("Co.", "Company"),
        ),
        cities="""Boston|MA Chicago|IL Dallas|TX Denver|CO Seattle|WA Portland|OR Atlanta|GA Phoenix|AZ
            Columbus|OH Nashville|TN Tampa|FL Austin|TX Detroit|MI Omaha|NE Richmond|VA Tucson|AZ Albany|NY
            Madison|WI Spokane|WA Raleigh|NC""",
        post_code="#####",
        streets="Main~St Oak~Ave Maple~Dr Washington~Blvd Park~Ave Cedar~Ln Lake~Rd Market~St Elm~St Sunset~Blvd",
    ),
    Country(
        code="GB",
        share=0.17,
        names=("United Kingdom", "UK", "GB"),
        dial="44",
        trunk="0",
        land_lines="+7 203 207 208 113 114 121 131 141 151 161 191",
        mobiles="+8 74 75 77 78 79",
        domains=("co.uk", "co.uk", "co.uk", "com", "uk"),
        legal_forms=(("Ltd", "Ltd.", "Limited"), ("PLC", "plc"), ("LLP",)),
        cities="""London| Leeds|West~Yorkshire Bristol| Manchester|Lancashire Sheffield| Glasgow|Scotland
            Edinburgh|Scotland Cardiff|Wales Norwich|Norfolk York| Exeter|Devon Reading|Berkshire""",
        post_code="@@# #@@",
        streets="High~Street Station~Road Church~Lane Victoria~Road Mill~Lane Queens~Road King~Street",
    ),
    Country(
        code="DE",
        share=0.13,
        names=("Germany", "Deutschland", "DE"),
        dial="49",
        trunk="0",
        land_lines="+8 30 40 89 69 +7 211 221 231 341 351 421 431 511 621 711 911",
        mobiles="+7 170 171 172 173 174 175 177 178 179",
        domains=("de", "de", "de", "com"),
        legal_forms=(("GmbH",), ("GmbH & Co. KG", "GmbH & Co KG"), ("AG",), ("e.K.",), ("KG",)),
        cities="""Berlin| Hamburg| München|Bayern Köln|NRW Stuttgart|Baden-Württemberg Leipzig|Sachsen
            Dresden|Sachsen Bremen| Nürnberg|Bayern Dortmund|NRW Kiel| Mannheim|""",
        post_code="#####",
        streets="Hauptstraße Bahnhofstr. Gartenweg Lindenallee Schillerstraße Goethestr. Am~Markt",
    ),
    Country(
        code="FR",
        share=0.06,
        names=("France", "FR"),
        dial="33",
        trunk="0",
        land_lines="+7 14 23 29 32 38 47 49 55 56",
        mobiles="+7 60 61 62 66 67 68",
        domains=("fr", "fr", "com"),
        legal_forms=(("SARL", "S.A.R.L."), ("SA", "S.A."), ("SAS",)),
        cities="Paris| Lyon| Lille| Nantes| Toulouse| Bordeaux| Rennes| Dijon|",
        post_code="#####",
        streets="rue~Victor~Hugo avenue~de~la~Gare rue~du~Moulin boulevard~Voltaire place~de~l'Église",
    ),
    Country(
        code="ES",
        share=0.04,
        names=("Spain", "España", "ES"),
        dial="34",
        trunk="",
        land_lines="+7 91 93 95 96 98",
        mobiles="+7 60 61 62 63 65 66",
        domains=("es", "com"),
        legal_forms=(("SL", "S.L."), ("SA", "S.A.")),
        cities="Madrid| Barcelona| Valencia| Sevilla| Bilbao| Málaga|",
        post_code="#####",
        streets="Calle~Mayor Calle~Real Avenida~de~la~Paz Plaza~Nueva",
    ),
    Country(
        code="IT",
        share=0.03,
        names=("Italy", "Italia", "IT"),
        dial="39",
        trunk="",
        land_lines="+8 02 06 +7 011 051 055",
        mobiles="+7 320 333 338 340 347 349",
        domains=("it", "com"),
        legal_forms=(("S.r.l.", "Srl"), ("S.p.A.", "SpA")),
        cities="Milano|MI Roma|RM Torino|TO Bologna|BO Firenze|FI",
        post_code="#####",
        streets="Via~Roma Via~Garibaldi Corso~Italia Via~Dante",
    ),
    Country(
        code="NL",
        share=0.03,
        names=("Netherlands", "Nederland", "NL", "The Netherlands"),
        dial="31",
        trunk="0",
        land_lines="+7 10 20 30 40 70",
        mobiles="+7 61 62 63 64",
        domains=("nl", "nl", "com"),
        legal_forms=(("B.V.", "BV"), ("N.V.", "NV")),
        cities="Amsterdam| Rotterdam| Utrecht| Eindhoven|",
        post_code="#### @@",
        streets="Kerkstraat Dorpsstraat Stationsweg Molenweg",
    ),
    Country(
        code="PL",
        share=0.02,
        names=("Poland", "Polska", "PL"),
        dial="48",
        trunk="",
        land_lines="+7 12 22 58 61 71",
        mobiles="+7 50 51 60 66 69",
        domains=("pl", "com.pl"),
        legal_forms=(("Sp. z o.o.", "Sp z oo"), ("S.A.", "SA")),
        cities="Warszawa| Kraków| Gdańsk| Wrocław|",
        post_code="##-###",
        streets="ul.~Polna ul.~Leśna ul.~Krótka",
    ),
    Country(
        code="AT",
        share=0.015,
        names=("Austria", "Österreich", "AT"),
        dial="43",
        trunk="0",
        land_lines="+7 1 +6 316 512 732",
        mobiles="+7 660 664 676 699",
        domains=("at", "com"),
        legal_forms=(("GmbH",), ("AG",), ("OG",)),
        cities="Wien| Graz| Linz| Innsbruck|",
        post_code="####",
        streets="Hauptplatz Ringstraße Mozartgasse",
    ),
    Country(
        code="CH",
        share=0.015,
        names=("Switzerland", "Schweiz", "CH"),
        dial="41",
        trunk="0",
        land_lines="+7 22 31 43 44 61",
        mobiles="+7 76 77 78 79",
        domains=("ch",),
        legal_forms=(("AG",), ("GmbH",), ("SA",)),
        cities="Zürich| Genève| Basel| Bern|",
        post_code="####",
        streets="Bahnhofstrasse Seestrasse Dorfstrasse",
    ),
    Country(
        code="SE",
        share=0.01,
        names=("Sweden", "Sverige", "SE"),
        dial="46",
        trunk="0",
        land_lines="+7 8 +6 31 40",
        mobiles="+7 70 72 73 76",
        domains=("se",),
        legal_forms=(("AB",),),
        cities="Stockholm| Göteborg| Malmö|",
        post_code="### ##",
        streets="Storgatan Kungsgatan Skolgatan",
    ),
)

SHARES = np.array([country.share for country in COUNTRIES]) / sum(country.share for country in COUNTRIES)


def _areas(codes: str, country: int) -> list[tuple[int, str, int]]:
    areas, digits = [], 0
    for word in codes.split():
        if word.startswith("+"):
            digits = int(word)
        else:
            areas.append((country, word, digits))
    return areas


_LAND = [area for number, country in enumerate(COUNTRIES) for area in _areas(country.land_lines, number)]
_MOBILE = [area for number, country in enumerate(COUNTRIES) for area in _areas(country.mobiles, number)]
AREAS: tuple[tuple[int, str, int], ...] = (*_LAND, *_MOBILE)
"""(country, prefix, subscriber digits) of every telephone area."""

_AREA_COUNTRY = np.array([area[0] for area in AREAS])
_AREA_DIGITS = np.array([area[2] for area in AREAS])
_IS_LAND = np.arange(len(AREAS)) < len(_LAND)

_CITIES = [(number, city) for number, country in enumerate(COUNTRIES) for city in country.cities.split()]
CITY_COUNTRY = np.array([country for country, _ in _CITIES], dtype=np.int64)
CITY_NAME = texts(city.partition("|")[0] for _, city in _CITIES)
CITY_STATE = texts(city.partition("|")[2].replace("~", " ") for _, city in _CITIES)
SUBSCRIBERS = 10**8


def draw_cities(rng: np.random.Generator, country: Whole) -> Whole:
    """A city of each country given."""
    first = np.searchsorted(CITY_COUNTRY, country, side="left")
    count = np.searchsorted(CITY_COUNTRY, country, side="right") - first
    return np.asarray(first + (rng.random(len(country)) * count).astype(np.int64))


def draw_phones(rng: np.random.Generator, country: Whole, *, mobile: bool) -> Whole:
    """A made-up number of each country given: area index x `SUBSCRIBERS` + subscriber, which begins with 2 to 5."""
    numbers = np.zeros(len(country), dtype=np.int64)
    luck = rng.random((3, len(country)))
    for code in range(len(COUNTRIES)):
        here = country == code
        choices = np.flatnonzero((code == _AREA_COUNTRY) & (mobile != _IS_LAND))
        area = choices[(luck[0, here] * len(choices)).astype(np.int64)]
        power = 10 ** (_AREA_DIGITS[area] - 1)
        first_digit = 2 + (luck[1, here] * 4).astype(np.int64)
        numbers[here] = area * SUBSCRIBERS + first_digit * power + (luck[2, here] * power).astype(np.int64)
    return numbers


def post_codes() -> Text:
    """Every city's post codes, at city x `POST_CODES_PER_CITY` + number."""
    codes = []
    for city, (country, _) in enumerate(_CITIES):
        lead, first = 2 + city * 7 % 8, 1000 + city * 331 % 8000
        pattern = COUNTRIES[country].post_code
        codes += [_post_code(pattern, lead, first + number * 3) for number in range(POST_CODES_PER_CITY)]
    return texts(codes)


def street_names(country: int) -> list[str]:
    """The streets that every city of a country has."""
    return [street.replace("~", " ") for street in COUNTRIES[country].streets.split()]


def _post_code(pattern: str, lead: int, number: int) -> str:
    """Fill a pattern: `#` takes the next digit, `@` a letter made from it."""
    digits = iter(f"{lead}{number:04d}77")
    filled = []
    for mark in pattern:
        if mark == "#":
            filled.append(next(digits))
        elif mark == "@":
            filled.append("BDEHKLNPRS"[int(next(digits))])
        else:
            filled.append(mark)
    return "".join(filled)
