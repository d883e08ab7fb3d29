"""What people call the columns of a customer list, in eight languages: header words -> concept.

A concept is a field before its details (label of an address, person or company) are settled. Phrases stand in `words/`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

WORDS = Path(__file__).with_name("words")


class Reading(NamedTuple):
    """What a header's words say. `exact`: the whole header is a known phrase, qualifiers aside."""

    concept: str
    phrase: str
    certainty: float
    label: str | None


def read_header(header: str) -> Reading | None:
    """The concept a column's name speaks of, or None."""
    words = fold(header).split()
    phrases, qualifiers = _phrases(), _qualifiers()
    whole = " ".join(words)
    labels = [qualifiers[word] for word in words if word in qualifiers]
    label = labels[0] if labels else None
    if whole in phrases:
        return Reading(phrases[whole], whole, 0.95, label if phrases[whole] in ("email", "phone", "street") else None)
    plain = " ".join(word for word in words if word not in qualifiers)
    if plain in phrases:
        return Reading(phrases[plain], plain, 0.9, label)
    inside = [
        (len(phrase), phrase)
        for first in range(len(words))
        for last in range(first + 1, len(words) + 1)
        if len(phrase := " ".join(words[first:last])) > 2
        and phrase in phrases
        and phrases[phrase] not in ("id", "name")
    ]
    if inside:
        phrase = max(inside, key=lambda found: (phrases[found[1]] not in _VAGUE, found[0]))[1]
        return Reading(phrases[phrase], phrase, 0.75 if " " in phrase or len(phrase) > 4 else 0.6, label)
    glued = [
        phrase for phrase in phrases if len(phrase) > 5 and " " not in phrase and any(phrase in word for word in words)
    ]
    if glued:
        phrase = max(glued, key=len)
        return Reading(phrases[phrase], phrase, 0.6, label or _glued_label(words))
    if words and words[-1] in ("id", "nr", "no", "number", "nummer", "key", "code", "uuid"):
        return Reading("id", words[-1], 0.7, None)
    return None


_VAGUE = frozenset(("full_name", "name", "company", "prefix", "owner", "id"))
"""In `contact email` or `company phone` these say whose it is, not what it is."""


def fold(text: str) -> str:
    """`E-Mail-Adresse`, `emailAddress`, `Straße 1` -> lower-case words without accents between single spaces."""
    text = re.sub(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Za-z]{2})(?=\d)", " ", text)
    text = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ø", "o"))
    text = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c))
    return " ".join(text.split())


def _glued_label(words: list[str]) -> str | None:
    """`rechnungsstrasse`, `firmentelefon`."""
    long = [(word, label) for word, label in _qualifiers().items() if len(word) > 4]
    return next((label for word, label in long if any(each.startswith(word) for each in words)), None)


@cache
def _phrases() -> dict[str, str]:
    """Phrase -> concept."""
    return _listed("headers.txt")


@cache
def _qualifiers() -> dict[str, str]:
    """Word -> label."""
    return _listed("qualifiers.txt")


def _listed(name: str) -> dict[str, str]:
    """Word or phrase -> what it stands for; the first line that lists it holds."""
    meanings: dict[str, str] = {}
    for line in re.sub(r"\n\s+", " ", (WORDS / name).read_text(encoding="utf-8")).splitlines():
        if line and not line.startswith("#"):
            meaning, listed = line.split(": ", 1)
            for phrase in listed.split(","):
                meanings.setdefault(phrase.strip(), meaning)
    meanings.pop("", None)
    return meanings
