"""Addresses and countries: post code, town and street in comparable form; a country's two-letter code."""

from __future__ import annotations

import re

from unified_model.identity.normalise.text import ascii_of, fold, is_placeholder, remembered

_COUNTRIES = {
    "US": "usa us united states united states of america america etats unis vereinigte staaten estados unidos "
    "stati uniti",
    "GB": "gb uk united kingdom great britain england scotland wales northern ireland grossbritannien royaume uni",
    "DE": "de germany deutschland allemagne alemania germania ger",
    "FR": "fr france frankreich francia fra",
    "AT": "at austria osterreich oesterreich autriche",
    "CH": "ch switzerland schweiz suisse svizzera",
    "IT": "it italy italia italien italie",
    "ES": "es spain espana spanien espagne",
    "PT": "pt portugal",
    "NL": "nl netherlands the netherlands nederland holland niederlande pays bas",
    "BE": "be belgium belgie belgique belgien",
    "LU": "lu luxembourg luxemburg",
    "IE": "ie ireland eire irland irlande",
    "DK": "dk denmark danmark danemark",
    "SE": "se sweden sverige schweden suede",
    "NO": "no norway norge norwegen norvege",
    "FI": "fi finland suomi finnland finlande",
    "IS": "is iceland island",
    "PL": "pl poland polska polen pologne",
    "CZ": "cz czech republic czechia cesko ceska republika tschechien",
    "SK": "sk slovakia slovensko slowakei",
    "HU": "hu hungary magyarorszag ungarn hongrie",
    "RO": "ro romania rumanien roumanie",
    "BG": "bg bulgaria bulgariya",
    "GR": "gr greece hellas ellada griechenland grece",
    "TR": "tr turkey turkiye turkei turquie",
    "RU": "ru russia russian federation rossiya russland russie",
    "UA": "ua ukraine ukraina",
    "HR": "hr croatia hrvatska kroatien",
    "SI": "si slovenia slovenija slowenien",
    "RS": "rs serbia srbija",
    "EE": "ee estonia eesti",
    "LV": "lv latvia latvija",
    "LT": "lt lithuania lietuva",
    "CA": "ca canada kanada",
    "MX": "mx mexico mejico mexiko",
    "BR": "br brazil brasil",
    "AR": "ar argentina",
    "CL": "cl chile",
    "CO": "co colombia kolumbien",
    "PE": "pe peru",
    "AU": "au australia australien",
    "NZ": "nz new zealand neuseeland",
    "IN": "in india indien bharat",
    "CN": "cn china prc zhong guo zhongguo",
    "HK": "hk hong kong",
    "TW": "tw taiwan",
    "JP": "jp japan nippon ri ben",
    "KR": "kr korea south korea republic of korea",
    "SG": "sg singapore",
    "MY": "my malaysia",
    "ID": "id indonesia",
    "TH": "th thailand",
    "PH": "ph philippines",
    "VN": "vn vietnam viet nam",
    "AE": "ae uae united arab emirates",
    "SA": "sa saudi arabia ksa",
    "IL": "il israel",
    "EG": "eg egypt",
    "ZA": "za south africa sudafrika",
    "NG": "ng nigeria",
    "KE": "ke kenya",
    "MA": "ma morocco maroc",
}
_PHRASES = (
    "united states", "united states of america", "etats unis", "vereinigte staaten", "estados unidos", "stati uniti",
    "united kingdom", "great britain", "northern ireland", "royaume uni", "the netherlands", "pays bas",
    "czech republic", "ceska republika", "russian federation", "new zealand", "hong kong", "south korea",
    "republic of korea", "viet nam", "united arab emirates", "saudi arabia", "south africa", "zhong guo", "ri ben",
)  # fmt: skip
_STREET_WORDS = {
    "street": "st", "strasse": "str", "avenue": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "lane": "ln",
    "court": "ct", "place": "pl", "square": "sq", "crescent": "cres", "circuit": "cct", "suite": "ste",
    "apartment": "apt", "north": "n", "south": "s", "east": "e", "west": "w", "saint": "st", "platz": "pl",
    "highway": "hwy", "parade": "pde",
}  # fmt: skip
_SPACES = re.compile(r"[^a-z0-9]+")


def _country_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for code, names in _COUNTRIES.items():
        for phrase in sorted(_PHRASES, key=len, reverse=True):
            if phrase in names:
                table.setdefault(phrase, code)
                names = names.replace(phrase, " ")
        for name in names.split():
            table.setdefault(name, code)
    return table


_COUNTRY_CODES = _country_table()


@remembered
def country_code(raw: str) -> str | None:
    """Two letters of ISO 3166 for a country's name in English or its own language; None when unknown."""
    return _COUNTRY_CODES.get(fold(raw))


@remembered
def postcode(raw: str) -> str | None:
    """Letters and digits only; the US extension (12345-6789) is dropped. None for placeholders."""
    text = raw.strip()
    if len(text) == 10 and text[5] == "-" and text[:5].isdigit():
        text = text[:5]
    folded = _SPACES.sub("", ascii_of(text).lower())
    return None if len(folded) < 3 or set(folded) <= {"0"} or set(folded) <= {"9"} or is_placeholder(folded) else folded


@remembered
def town(raw: str) -> str | None:
    """The folded name of a place; None for placeholders."""
    folded = fold(raw)
    return None if len(folded) < 2 or is_placeholder(folded) else folded


@remembered
def street(raw: str) -> str | None:
    """Folded street with usual words shortened; None for placeholders."""
    folded = fold(raw.replace("ß", "ss"))
    if len(folded) < 3 or is_placeholder(folded):
        return None
    return " ".join(_STREET_WORDS.get(word, word) for word in folded.split())
