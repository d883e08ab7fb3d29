"""Phone numbers: E.164 where the country is known, and a comparable form that needs no country.

A record rarely says which country its national numbers belong to, so two spellings of one number are compared by the
last digits of the national number (`match`), and E.164 is only for people and for writing back. The common spellings
are read by hand: the phonenumbers library is right about every country but takes some 50 microseconds a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

_MATCH_DIGITS = 9
_SHORTEST, _LONGEST = 6, 15
_EXTENSION = re.compile(
    r"(?:\s*(?:;ext=|ext(?:ension)?\b\.?|\bx\.?(?=\s*\d)|#|durchwahl|poste|p\.(?=\s*\d))\s*:?\s*\d{1,7}\s*$)|(?<=\d)x\d{1,7}\s*$",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[A-Za-z]")
_NOT_DIGITS = re.compile(r"\D+")
_BREAKS = str.maketrans("", "", " ()-./")
"""What stands between the digits of a number that is written in a common way."""
_TRUNK_ZERO = re.compile(r"^(\+\d{1,3}[\s./-]*)\(0\)")
_ODD = frozenset(
    ("IT", "SM", "VA", "RU", "KZ", "HU", "LT", "MX", "BR", "AR", "BY", "TM", "UZ", "CI", "GA", "CG", "CL", "CO")
)
"""Countries whose numbers don't follow the plain rule (drop the leading 0): left to phonenumbers."""
_NANP = frozenset(("US", "CA", "PR", "DO", "JM", "BS", "BB", "TT"))


class Phone(NamedTuple):
    """`canonical` is E.164, or bare digits while the country is unknown; `match` is what two records compare."""

    canonical: str
    match: str
    region: str | None


def tells_country(raw: str) -> bool:
    """Whether a number begins like one with its country, so that no hint changes how it is read."""
    return raw.startswith(("+", "00"))


@cache
def _calling_codes() -> tuple[dict[str, str], dict[str, str]]:
    """(calling code -> main region, region -> calling code)."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    main = {str(code): regions[0] for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()}
    return main, {region: str(code) for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() for region in regions}


def region_of(raw: str) -> str | None:
    """The country that a number written internationally (+44, 0044) names; None for national spellings."""
    phone = parse_phone(raw, None) if raw.lstrip(" (").startswith(("+", "00")) else None
    return phone.region if phone else None


def parse_phone(raw: str, region: str | None) -> Phone | None:
    """The number, read with the record's country as a hint; None for placeholders and what is no number."""
    read = _digits_of(raw)
    if read is None:
        return None
    digits, international = read
    if not international and digits.startswith("00"):
        international, digits = True, digits[2:]
    elif not international and digits.startswith("011") and region in _NANP and len(digits) > 11:
        international, digits = True, digits[3:]
    if not _SHORTEST <= len(digits) <= _LONGEST or _is_filler(digits):
        return None
    code, national = _split(digits, region) if not international else _split_international(digits)
    national_region = (_calling_codes()[0].get(code) if international else region) if code else None
    if len(national) < _SHORTEST - 1 or _is_filler(national):
        return None
    canonical = f"+{code}{national}" if code else national
    return Phone(canonical, national[-_MATCH_DIGITS:], national_region)


def _digits_of(raw: str) -> tuple[str, bool] | None:
    """(digits, whether they begin with a + and a country); None for words that hold some digits."""
    plain = raw.translate(_BREAKS)
    if plain.isascii():
        if plain.isdigit():
            return plain, False
        if raw[:1] == "+" and plain[1:].isdigit() and "(0)" not in raw:
            return plain[1:], True
    text = raw.strip().removeprefix("tel:")
    if not text.isdigit():
        text = _TRUNK_ZERO.sub(r"\1", _EXTENSION.sub("", text))
    digits = _NOT_DIGITS.sub("", text)
    if len(digits) < 10 and _LETTER.search(text):
        return None
    return digits, text.lstrip(" (").startswith("+")


def _split_international(digits: str) -> tuple[str, str]:
    main = _calling_codes()[0]
    for length in (1, 2, 3):
        code = digits[:length]
        if code in main:
            national = digits[length:]
            return code, national if main[code] in _ODD else national.lstrip("0")
    return "", digits


def _split(digits: str, region: str | None) -> tuple[str, str]:
    """(calling code or "" when unknown, national significant number)."""
    if region in _NANP or (region is None and digits[0] == "1" and len(digits) == 11):
        if len(digits) == 11 and digits[0] == "1":
            return "1", digits[1:]
        return ("1", digits) if len(digits) == 10 and digits[0] != "0" else ("", digits.lstrip("0"))
    code = _calling_codes()[1].get(region, "") if region else ""
    if region in _ODD:
        return code, _odd_national(digits, region or "")
    if code and len(digits) > 10 and digits.startswith(code):  # the + was lost
        return code, digits[len(code) :].lstrip("0")
    return code, digits.lstrip("0")


def _odd_national(digits: str, region: str) -> str:
    from phonenumbers import NumberParseException, national_significant_number, parse

    try:
        return str(national_significant_number(parse(digits, region)))
    except NumberParseException:
        return digits


def _is_filler(digits: str) -> bool:
    """All one digit, a run, or the 555-01xx numbers that belong to nobody."""
    if digits[-4:] == digits[-1] * 4 and digits[-7:] == digits[-1] * 7:
        return True
    if digits in "01234567890123456789" or digits in "98765432109876543210":
        return True
    return digits[-7:-2] == "55501" and len(digits) in (7, 10, 11)


def region_hint(numbers: Sequence[str], hosts: Sequence[str]) -> str | None:
    """The country a record's national numbers most likely belong to: that of its other numbers, then of its domains."""
    for raw in numbers:
        region = region_of(raw)
        if region:
            return region
    for host in hosts:
        suffix = host.rpartition(".")[2].upper()
        if suffix in _HOST_REGIONS:
            return _HOST_REGIONS[suffix]
    return None


_OWN_SUFFIXES = (
    "AT", "AU", "BE", "BR", "CA", "CH", "CN", "CZ", "DE", "DK", "ES", "FI", "FR", "HU", "IE", "IT", "JP", "KR", "MX",
    "NL", "NO", "NZ", "PL", "PT", "RU", "SE", "ZA",
)  # fmt: skip
_HOST_REGIONS = {code: code for code in _OWN_SUFFIXES} | {"UK": "GB"}
