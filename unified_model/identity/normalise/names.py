"""Names of people in parts: given, middle, family, suffix, folded to ASCII; one name field is taken apart first."""

from __future__ import annotations

import re
from typing import NamedTuple

from unified_model.identity.normalise.text import ascii_of, fold, is_placeholder, remembered
from unified_model.identity.normalise.words import word_list

_TITLES = word_list("titles")
_SUFFIXES = {
    "jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr",
    "ii": "2", "iii": "3", "iv": "4", "2nd": "2", "3rd": "3", "4th": "4",
}  # fmt: skip
_HONORIFICS = word_list("honorifics")
_DEGREES = word_list("degrees")
_PARTICLES = word_list("particles")
_HAN = re.compile(r"^[\u3400-\u9fff]+$")
_HANGUL = re.compile(r"^[\uac00-\ud7a3]+$")
_TWO_CHARACTER_SURNAMES = frozenset(
    (
        "欧阳",
        "歐陽",
        "司马",
        "司馬",
        "上官",
        "诸葛",
        "諸葛",
        "东方",
        "東方",
        "皇甫",
        "尉迟",
        "남궁",
        "황보",
        "선우",
        "제갈",
    )
)
_ORDINAL = re.compile(r"\d+$|1st$|(?:[5-9]|\d\d+)(?:th|st|nd|rd)$")
_IN_BRACKETS = re.compile(r"[(\[\"“].*?[)\]\"”]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


class PersonName(NamedTuple):
    """Folded parts, "" where absent. `given` is one word, `middle` the further ones, `family` words apart by spaces."""

    given: str
    middle: str
    family: str
    suffix: str


@remembered
def words_of(raw: str) -> tuple[str, ...]:
    """Folded words; a hyphenated given name stays one word, dots and brackets go."""
    if raw.isascii() and raw.replace(" ", "").isalpha():
        plain = tuple(raw.lower().split())
        return () if is_placeholder(" ".join(plain)) else plain
    text = _IN_BRACKETS.sub(" ", raw)
    if not text.isascii():
        text = _romanised(text)
    folded = fold(text.replace("-", "").replace(".", ". "))
    return () if is_placeholder(folded) else tuple(word for word in folded.split() if not _ORDINAL.match(word))


@remembered
def family_words(raw: str) -> tuple[str, ...]:
    """As `words_of`, but a hyphen parts two surnames."""
    return words_of(raw.replace("-", " "))


def _romanised(text: str) -> str:
    """ASCII as people write such names themselves: Russian endings -iy and -y are one."""
    plain = ascii_of(text)
    if _CYRILLIC.search(text):
        plain = re.sub(r"(?i)(iy|yy|ij)\b", "y", plain).replace("yu", "yu")
    return plain


def parse_name(
    given: str | None, middle: str | None, family: str | None, suffix: str | None, full: str | None
) -> PersonName:
    """The name in parts. `full` is only read when neither given nor family name stands apart."""
    if not given and not family:
        return _parse_full(full) if full else PersonName("", "", "", suffix_of(suffix))
    return _parse_parts(given or "", middle or "", family or "", suffix or "")


def is_han(text: str) -> bool:
    """Whether a name is written in Chinese characters: how a Japanese reads them cannot be told from them."""
    return not text.isascii() and any("\u3400" <= letter <= "\u9fff" for letter in text)


def suffix_of(raw: str | None) -> str:
    """`jr`, `sr`, `2`, `3` ... or ""."""
    return next((_SUFFIXES[word] for word in fold(raw).split() if word in _SUFFIXES), "") if raw else ""


def _parse_parts(given: str, middle: str, family: str, suffix: str) -> PersonName:
    first, further, suffix_of_first = _given_part(given)
    last, suffix_of_last = _family_part(family)
    if middle:
        further = " ".join((*further.split(), *words_of(middle)))
    return PersonName(first, further, last, suffix_of_first or suffix_of_last or suffix_of(suffix))


@remembered
def _given_part(given: str) -> tuple[str, str, str]:
    """(first word, further words, suffix) of what stands in the field of given names."""
    words, suffix = _without_titles(list(words_of(given))), ""
    while len(words) > 1 and words[-1] in _SUFFIXES:
        suffix = _SUFFIXES[words.pop()]
    return words[0] if words else "", " ".join(words[1:]), suffix


@remembered
def _family_part(family: str) -> tuple[str, str]:
    """(family name, suffix) of what stands in the field of family names."""
    words, suffix = list(family_words(family)), ""
    while len(words) > 1 and (words[-1] in _SUFFIXES or words[-1] in _DEGREES):
        suffix = _SUFFIXES.get(words.pop(), suffix)
    return " ".join(_joined_particles(words)), suffix


@remembered
def _parse_full(full: str) -> PersonName:
    text = full.strip()
    bare = text.replace(" ", "")
    if (_HAN.match(bare) or _HANGUL.match(bare)) and " " not in text and 2 <= len(bare) <= 4:
        return _parse_east_asian(bare)
    before, comma, after = text.partition(",")
    if comma and any(word not in _SUFFIXES and word not in _DEGREES for word in fold(after).split()):
        return _parse_parts(after, "", before, "")
    words = _without_titles(list(words_of(text.replace(",", " "))))
    suffix = ""
    while len(words) > 1 and (words[-1] in _SUFFIXES or words[-1] in _DEGREES):
        suffix = _SUFFIXES.get(words.pop(), suffix)
    if len(words) < 2:
        return PersonName("", "", words[0] if words else "", suffix)
    start = len(words) - 1
    while start > 1 and words[start - 1] in _PARTICLES and len(words[start - 1]) > 1:
        start -= 1
    family = [part for word in _raw_tail(text, words, start) for part in word] if "-" in text else words[start:]
    return PersonName(words[0], " ".join(words[1:start]), " ".join(_joined_particles(family)), suffix)


def _raw_tail(text: str, words: list[str], start: int) -> list[tuple[str, ...]]:
    """The family words again, with hyphens as breaks: `words_of` closed them up."""
    tails = {
        "".join(family_words(token)): family_words(token) for token in text.replace(",", " ").split() if "-" in token
    }
    return [tails.get(word, (word,)) for word in words[start:]]


def _parse_east_asian(text: str) -> PersonName:
    cut = 2 if len(text) > 2 and text[:2] in _TWO_CHARACTER_SURNAMES else 1
    return PersonName(fold(text[cut:]).replace(" ", ""), "", fold(text[:cut]), "")


def _without_titles(words: list[str]) -> list[str]:
    while words and (words[0] in _HONORIFICS or (len(words) > 1 and words[0] in _TITLES)):
        words.pop(0)
    return words


def _joined_particles(words: list[str]) -> list[str]:
    """`van der berg` -> `vanderberg`: systems split and join particles at will."""
    if len(words) < 2:
        return words
    joined: list[str] = []
    pending = ""
    for position, word in enumerate(words):
        if word in _PARTICLES and position < len(words) - 1:
            pending += word
        else:
            joined.append(pending + word)
            pending = ""
    return joined
