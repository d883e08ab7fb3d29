"""Companies: names with legal forms and aliases, a domain, a site and a switchboard each.

Names come from a limited stock of words, so that `Rador Security` and `Rador Industries` both exist and are
strangers. Sizes follow a power law with a cap: most companies have a handful of people, a few have hundreds.
"""

from dataclasses import dataclass

import numpy as np

from simulators.names import Real, Text, Whole, ascii_letters, texts
from simulators.places import COUNTRIES, POST_CODES_PER_CITY, SHARES, draw_cities, draw_phones

PLAIN_WORDS = """Amber Unity Ocean Sterling Central Green Golden Prime Willow Royal Orbit Summit Valley Harbor Liberty
    Quantum Pacific Keystone Vector Metro Cobalt Alpine Blue Fusion Sage Terra Swift Solar Ridge Copper Maple North
    South East West Iron Lake Cedar Crown Polar Beacon Vista Crest Helix Echo Omega Pioneer Civic Bright First Urban
    Global Horizon Arbor Granite Rock Silver Union Eagle Nova Lunar Star Vertex Radius Crystal Meadow River Stone
    Falcon Anchor Bridge Compass Atlas Delta Sigma Zenith"""
WORD_STARTS = """Ac Ba Ber Bo Cal Car Den Dor El Em Fal Far Gan Gil Har Hol In Kel Kin La Lin Lo Mar Mel Mon Nor Os
    Pal Per Quin Ra Ros Sal San Sel Tal Tor Ul Val Ver Wes Yor Zan"""
WORD_ENDS = "dor fal gan har kin lan lor mar mon nor per ren ros sal sel tor van ver vin win zan"
LINES = """Analytics Bank Biotech Capital Chemicals Construction Consulting Dental Design Dynamics Energy Engineering
    Foods Health Holdings Industries Insurance Legal Logistics Media Motors Networks Partners Pharma Properties Retail
    Robotics Security Software Solutions Steel Supply Technologies Textiles Trading Transport Ventures"""
SIZE_EXPONENT = 1.1
SMALLEST, LARGEST = 2, 250
PEOPLE_PER_COMPANY = 9.3


@dataclass(frozen=True)
class Companies:
    """All companies as parallel arrays; company number i has the id i + 1 in the truth, 0 means none."""

    core: Text
    line: Text
    short: Text
    legal_form: Whole
    domain: Text
    country: Whole
    city: Whole
    post_code: Whole
    street: Whole
    house: Whole
    switchboard: Whole
    mail_pattern: Whole
    size_odds: Real

    def draw(self, rng: np.random.Generator, count: int) -> Whole:
        """Employers for `count` people, big companies more often."""
        return np.asarray(np.searchsorted(self.size_odds, rng.random(count), side="right").clip(max=len(self.core) - 1))


def make_companies(rng: np.random.Generator, people: int) -> Companies:
    """As many companies as a population of `people` works in."""
    count = max(3, round(people / PEOPLE_PER_COMPANY))
    cores, lines = _names(rng, count)
    country = rng.choice(len(COUNTRIES), size=count, p=SHARES)
    size = np.minimum(SMALLEST * rng.random(count) ** (-1 / SIZE_EXPONENT), LARGEST)
    odds = np.cumsum(size) / size.sum()
    return Companies(
        core=texts(cores),
        line=texts(lines),
        short=texts(_short_name(core, line) for core, line in zip(cores, lines, strict=True)),
        legal_form=np.array([rng.integers(len(COUNTRIES[code].legal_forms)) for code in country], dtype=np.int64),
        domain=texts(_domains(rng, cores, lines, country)),
        country=country,
        city=draw_cities(rng, country),
        post_code=rng.integers(POST_CODES_PER_CITY, size=count),
        street=rng.integers(1_000, size=count),
        house=rng.integers(1, 200, size=count),
        switchboard=draw_phones(rng, country, mobile=False),
        mail_pattern=rng.choice(4, size=count, p=(0.3, 0.3, 0.25, 0.15)),
        size_odds=odds,
    )


def _names(rng: np.random.Generator, count: int) -> tuple[list[str], list[str]]:
    """Core name and line of business of each company, no two companies with both alike."""
    plain_words, business = PLAIN_WORDS.split(), LINES.split()
    made = sorted({start + end for start in WORD_STARTS.split() for end in WORD_ENDS.split()})
    cores: list[str] = []
    lines: list[str] = []
    taken: set[tuple[str, str]] = set()
    while len(cores) < count:
        plain, other = (plain_words[pick] for pick in rng.integers(len(plain_words), size=2))
        fancy = made[rng.integers(len(made))]
        core = (f"{plain} {other}", f"{plain}{fancy.lower()}", fancy)[rng.choice(3, p=(0.4, 0.35, 0.25))]
        line = business[rng.integers(len(business))]
        if (core, line) in taken or (len(taken) > count // 2 and rng.random() < 0.02):
            core = f"{core} {other}"
        if (core, line) not in taken:
            taken.add((core, line))
            cores.append(core)
            lines.append(line)
    return cores, lines


def _short_name(core: str, line: str) -> str:
    """What people inside call it: initials of a name of three words, else the core name alone."""
    words = f"{core} {line}".split()
    return "".join(word[0] for word in words) if len(words) > 2 else core


def _domains(rng: np.random.Generator, cores: list[str], lines: list[str], country: Whole) -> list[str]:
    """One domain a company, none twice."""
    domains: list[str] = []
    taken: set[str] = set()
    for core, line, code in zip(cores, lines, country, strict=True):
        endings = COUNTRIES[code].domains
        ending = endings[rng.integers(len(endings))]
        name = ascii_letters(core)
        trade, first = line.lower(), core.split()[0].lower()
        stem = (f"{name}{trade}", f"{name}-{trade[:4]}", f"{first}-{trade[:4]}")[rng.integers(3)]
        number = 2
        domain = f"{stem}.{ending}"
        while domain in taken:
            domain = f"{stem}{number}.{ending}"
            number += 1
        taken.add(domain)
        domains.append(domain)
    return domains
