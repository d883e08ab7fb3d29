"""Countries, their cities, post codes, streets and telephone areas, as far as a contact record needs them.

Cities are real, everything at them is made up. A place is a city's index, a number of a post code in it, a street and a house;
a telephone number is an area's index and a subscriber number, so that both fit into integers until somebody writes them down.
"""

from dataclasses import dataclass

import numpy as np

from simulators.names import Text, Whole, letters_of

POST_CODES_PER_CITY = 60


@dataclass(frozen=True)
class Country:
    """How one country is written and dialled. Area codes read `prefix+subscriber digits`."""

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


# Legal forms: each inner tuple holds spellings of one form. Post codes: letters stand for digits of a number, see `_post_code`.
COUNTRIES: tuple[Country, ...] = (
    Country("US", 0.48, ("United States", "USA", "US"), "1", "",
            "201+7 206+7 212+7 213+7 214+7 215+7 216+7 218+7 229+7 239+7 248+7 251+7 253+7 256+7 262+7 269+7 301+7 303+7 305+7 307+7 "
            "309+7 312+7 314+7 317+7 319+7 330+7 336+7 337+7 360+7 402+7 404+7 406+7 407+7 408+7 412+7 413+7 414+7 415+7 417+7 419+7 "
            "423+7 425+7 480+7 501+7 502+7 503+7 504+7 505+7 507+7 509+7 512+7 513+7 515+7 517+7 518+7 520+7 541+7 559+7 561+7 563+7 "
            "573+7 585+7 601+7 602+7 605+7 607+7 608+7 612+7 614+7 615+7 616+7 617+7 619+7 701+7 702+7 704+7 706+7 713+7 715+7 716+7 "
            "717+7 719+7 727+7 801+7 802+7 803+7 804+7 806+7 808+7 812+7 813+7 816+7 817+7 850+7 859+7 901+7 903+7 904+7 907+7 913+7",
            "310+7 323+7 347+7 424+7 469+7 510+7 571+7 646+7 650+7 678+7 703+7 714+7 718+7 720+7 732+7 760+7 773+7 786+7 818+7 917+7",
            ("com", "com", "com", "com", "net", "io", "us"),
            (("Inc", "Inc.", "Incorporated"), ("LLC", "L.L.C."), ("Corp", "Corp.", "Corporation"), ("Co.", "Company")),
            "Boston|MA Chicago|IL Dallas|TX Denver|CO Seattle|WA Portland|OR Atlanta|GA Phoenix|AZ Columbus|OH Nashville|TN Tampa|FL "
            "Austin|TX Detroit|MI Omaha|NE Richmond|VA Tucson|AZ Albany|NY Madison|WI Spokane|WA Raleigh|NC", "#####",
            "Main~St Oak~Ave Maple~Dr Washington~Blvd Park~Ave Cedar~Ln Lake~Rd Market~St Elm~St Sunset~Blvd"),
    Country("GB", 0.17, ("United Kingdom", "UK", "GB"), "44", "0",
            "20+8 113+7 114+7 115+7 116+7 117+7 118+7 121+7 131+7 141+7 151+7 161+7 191+7", "74+8 75+8 77+8 78+8 79+8",
            ("co.uk", "co.uk", "co.uk", "com", "uk"), (("Ltd", "Ltd.", "Limited"), ("PLC", "plc"), ("LLP",)),
            "London| Leeds|West~Yorkshire Bristol| Manchester|Lancashire Sheffield| Glasgow|Scotland Edinburgh|Scotland Cardiff|Wales "
            "Norwich|Norfolk York| Exeter|Devon Reading|Berkshire", "@@# #@@",
            "High~Street Station~Road Church~Lane Victoria~Road Mill~Lane Queens~Road King~Street"),
    Country("DE", 0.13, ("Germany", "Deutschland", "DE"), "49", "0",
            "30+8 40+8 89+8 69+8 211+7 221+7 231+7 341+7 351+7 421+7 431+7 511+7 621+7 711+7 911+7",
            "170+7 171+7 172+7 173+7 174+7 175+7 177+7 178+7 179+7", ("de", "de", "de", "com"),
            (("GmbH",), ("GmbH & Co. KG", "GmbH & Co KG"), ("AG",), ("e.K.",), ("KG",)),
            "Berlin| Hamburg| München|Bayern Köln|NRW Stuttgart|Baden-Württemberg Leipzig|Sachsen Dresden|Sachsen Bremen| "
            "Nürnberg|Bayern Dortmund|NRW Kiel| Mannheim|", "#####",
            "Hauptstraße Bahnhofstr. Gartenweg Lindenallee Schillerstraße Goethestr. Am~Markt"),
    Country("FR", 0.06, ("France", "FR"), "33", "0", "14+7 23+7 29+7 32+7 38+7 47+7 49+7 55+7 56+7", "60+7 61+7 62+7 66+7 67+7 68+7",
            ("fr", "fr", "com"), (("SARL", "S.A.R.L."), ("SA", "S.A."), ("SAS",)),
            "Paris| Lyon| Lille| Nantes| Toulouse| Bordeaux| Rennes| Dijon|", "#####",
            "rue~Victor~Hugo avenue~de~la~Gare rue~du~Moulin boulevard~Voltaire place~de~l'Église"),
    Country("ES", 0.04, ("Spain", "España", "ES"), "34", "", "91+7 93+7 95+7 96+7 98+7", "60+7 61+7 62+7 63+7 65+7 66+7", ("es", "com"),
            (("SL", "S.L."), ("SA", "S.A.")), "Madrid| Barcelona| Valencia| Sevilla| Bilbao| Málaga|", "#####",
            "Calle~Mayor Calle~Real Avenida~de~la~Paz Plaza~Nueva"),
    Country("IT", 0.03, ("Italy", "Italia", "IT"), "39", "", "02+8 06+8 011+7 051+7 055+7", "320+7 333+7 338+7 340+7 347+7 349+7",
            ("it", "com"), (("S.r.l.", "Srl"), ("S.p.A.", "SpA")), "Milano|MI Roma|RM Torino|TO Bologna|BO Firenze|FI", "#####",
            "Via~Roma Via~Garibaldi Corso~Italia Via~Dante"),
    Country("NL", 0.03, ("Netherlands", "Nederland", "NL", "The Netherlands"), "31", "0", "10+7 20+7 30+7 40+7 70+7", "61+7 62+7 63+7 64+7",
            ("nl", "nl", "com"), (("B.V.", "BV"), ("N.V.", "NV")), "Amsterdam| Rotterdam| Utrecht| Eindhoven|", "#### @@",
            "Kerkstraat Dorpsstraat Stationsweg Molenweg"),
    Country("PL", 0.02, ("Poland", "Polska", "PL"), "48", "", "12+7 22+7 58+7 61+7 71+7", "50+7 51+7 60+7 66+7 69+7", ("pl", "com.pl"),
            (("Sp. z o.o.", "Sp z oo"), ("S.A.", "SA")), "Warszawa| Kraków| Gdańsk| Wrocław|", "##-###", "ul.~Polna ul.~Leśna ul.~Krótka"),
    Country("AT", 0.015, ("Austria", "Österreich", "AT"), "43", "0", "1+7 316+6 512+6 732+6", "660+7 664+7 676+7 699+7", ("at", "com"),
            (("GmbH",), ("AG",), ("OG",)), "Wien| Graz| Linz| Innsbruck|", "####", "Hauptplatz Ringstraße Mozartgasse"),
    Country("CH", 0.015, ("Switzerland", "Schweiz", "CH"), "41", "0", "22+7 31+7 43+7 44+7 61+7", "76+7 77+7 78+7 79+7", ("ch",),
            (("AG",), ("GmbH",), ("SA",)), "Zürich| Genève| Basel| Bern|", "####", "Bahnhofstrasse Seestrasse Dorfstrasse"),
    Country("SE", 0.01, ("Sweden", "Sverige", "SE"), "46", "0", "8+7 31+6 40+6", "70+7 72+7 73+7 76+7", ("se",), (("AB",),),
            "Stockholm| Göteborg| Malmö|", "### ##", "Storgatan Kungsgatan Skolgatan"),
)  # fmt: skip

SHARES = np.array([country.share for country in COUNTRIES]) / sum(country.share for country in COUNTRIES)


def _areas(codes: str, country: int) -> list[tuple[int, str, int]]:
    return [(country, prefix, int(digits)) for prefix, digits in (code.split("+") for code in codes.split())]


_LAND = [area for number, country in enumerate(COUNTRIES) for area in _areas(country.land_lines, number)]
_MOBILE = [area for number, country in enumerate(COUNTRIES) for area in _areas(country.mobiles, number)]
AREAS: tuple[tuple[int, str, int], ...] = (*_LAND, *_MOBILE)
"""(country, prefix, subscriber digits) of every telephone area."""

_AREA_COUNTRY = np.array([area[0] for area in AREAS])
_AREA_DIGITS = np.array([area[2] for area in AREAS])
_IS_LAND = np.arange(len(AREAS)) < len(_LAND)

_CITY_ROWS = [
    (number, *city.replace("~", " ").split("|")) for number, country in enumerate(COUNTRIES) for city in country.cities.split()
]
CITY_COUNTRY = np.array([row[0] for row in _CITY_ROWS], dtype=np.int64)
CITY_NAME = letters_of(str(row[1]) for row in _CITY_ROWS)
CITY_STATE = letters_of(str(row[2]) for row in _CITY_ROWS)
SUBSCRIBERS = 10**8


def draw_cities(rng: np.random.Generator, country: Whole) -> Whole:
    """A city of each country given."""
    first = np.searchsorted(CITY_COUNTRY, country, side="left")
    count = np.searchsorted(CITY_COUNTRY, country, side="right") - first
    return np.asarray(first + (rng.random(len(country)) * count).astype(np.int64))


def draw_phones(rng: np.random.Generator, country: Whole, *, mobile: bool) -> Whole:
    """A made-up number of each country given: area index x `SUBSCRIBERS` + subscriber. Its first digit is 2 to 9."""
    numbers = np.zeros(len(country), dtype=np.int64)
    luck = rng.random((3, len(country)))
    for code in range(len(COUNTRIES)):
        here = country == code
        choices = np.flatnonzero((_AREA_COUNTRY == code) & (mobile != _IS_LAND))
        area = choices[(luck[0, here] * len(choices)).astype(np.int64)]
        power = 10 ** (_AREA_DIGITS[area] - 1)
        first_digit = 2 + (luck[1, here] * 8).astype(np.int64)
        numbers[here] = area * SUBSCRIBERS + first_digit * power + (luck[2, here] * power).astype(np.int64)
    return numbers


def post_codes() -> Text:
    """Every city's post codes, at city x `POST_CODES_PER_CITY` + number."""
    codes = []
    for city, row in enumerate(_CITY_ROWS):
        pattern = COUNTRIES[int(row[0])].post_code
        codes += [_post_code(pattern, 2 + city * 7 % 8, 1000 + city * 331 % 8000 + number * 3) for number in range(POST_CODES_PER_CITY)]
    return letters_of(codes)


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
