"""The ways people write one telephone number, one company, one web site: nothing here is an error, only variety."""

from collections.abc import Iterator

import numpy as np

from simulators.companies import Companies
from simulators.names import Text, Whole, texts
from simulators.places import AREAS, COUNTRIES, SUBSCRIBERS

PHONE_SPELLINGS = 9
NO_PHONE = -1


def spell_phones(phones: Whole, spelling: Whole, extension: Whole) -> Text:
    """Each number (see `places.draw_phones`; `NO_PHONE` gives an empty text) in one of nine spellings."""
    rows = zip(phones.tolist(), spelling.tolist(), extension.tolist(), strict=True)
    return texts("" if phone == NO_PHONE else _spell_phone(phone, style, extra) for phone, style, extra in rows)


def _spell_phone(phone: int, style: int, extension: int) -> str:
    country, area, digits = AREAS[phone // SUBSCRIBERS]
    dial, trunk = COUNTRIES[country].dial, COUNTRIES[country].trunk
    line = f"{phone % SUBSCRIBERS:0{digits}d}"
    head, tail = line[:3], line[3:]
    if style == 0:
        return f"+{dial}{area}{line}"
    if style == 1:
        return f"+{dial} {area} {head} {tail}"
    if style == 2:
        return f"+{dial} ({area}) {line}"
    if style == 3:
        return f"00{dial} {area} {line}"
    if style == 4:
        return f"{trunk}{area}{line}"
    if style == 5:
        return f"({trunk}{area}) {head}-{tail}"
    if style == 6:
        return f"{trunk}{area}-{head}-{tail}"
    if style == 7:
        return f"{trunk}{area}.{head}.{tail}"
    return f"{trunk}{area} {head} {tail} x{extension}"


def spell_companies(rng: np.random.Generator, companies: Companies, employer: Whole) -> Text:
    """Company names as people type them: with and without legal form, short, shouted, in lower case, as a domain."""
    draws = rng.random((5, len(employer))).T.tolist()
    return texts(_spell_companies(companies, employer.tolist(), draws))


def _spell_companies(companies: Companies, employer: list[int], draws: list[list[float]]) -> Iterator[str]:
    cores, lines, shorts = companies.core.tolist(), companies.line.tolist(), companies.short.tolist()
    domains, forms, countries = companies.domain.tolist(), companies.legal_form.tolist(), companies.country.tolist()
    for number, (with_form, which, comma, case, alias) in zip(employer, draws, strict=True):
        if number < 0:
            yield ""
            continue
        name = f"{cores[number]} {lines[number]}"
        if case < 0.15:
            name = name.lower()
        elif case < 0.18:
            name = name.upper()
        if alias < 0.01:
            yield str(domains[number])
            continue
        if alias < 0.025:
            name = shorts[number]
        elif alias < 0.045:
            name = cores[number]
        if with_form < 0.62:
            spellings = COUNTRIES[countries[number]].legal_forms[forms[number]]
            name += (", " if comma < 0.2 else " ") + spellings[int(which * len(spellings))]
        yield name


def spell_websites(domains: Text, spelling: Whole) -> Text:
    """A company's address on the web; an empty domain stays empty."""
    frames = ("http://{}", "https://www.{}/", "www.{}", "{}")
    rows = zip(domains.tolist(), spelling.tolist(), strict=True)
    return texts(frames[style].format(domain) if domain else "" for domain, style in rows)


def spell_country(country: Whole, luck: Whole) -> Text:
    """A country by one of its names or its code."""
    return texts(
        COUNTRIES[number].names[pick % len(COUNTRIES[number].names)]
        for number, pick in zip(country.tolist(), luck.tolist(), strict=True)
    )


def spell_streets(streets: list[list[str]], country: Whole, street: Whole, house: Whole) -> Text:
    """Street and house number, in the country's own order."""
    rows = zip(country.tolist(), street.tolist(), house.tolist(), strict=True)
    return texts(
        _spell_street(COUNTRIES[place].code, streets[place][way % len(streets[place])], number)
        for place, way, number in rows
    )


def _spell_street(code: str, street: str, house: int) -> str:
    return f"{house} {street}" if code in ("US", "GB", "FR") else f"{street} {house}"
