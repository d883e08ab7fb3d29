"""Words of company names that tell a trade or a region rather than the company: `Technologies`, `Deutschland`."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from unified_model.identity.normalise.text import remembered
from unified_model.identity.normalise.words import word_lines

OWN, TRADE, REGION, HONORIFIC = range(4)
_SHORTEST_STEM = 3
_SHORTEST_COMPOUND = 9
_SHORTEST_MISSPELT = 7
"""Fewer letters are too few to tell a misspelt word of trade from a name."""


class Word(NamedTuple):
    """One word of a company's name in its canonical spelling; `kind` is OWN, TRADE, REGION or HONORIFIC."""

    text: str
    kind: int


@cache
def _known() -> tuple[dict[str, Word], dict[str, Word], dict[str, Word]]:
    """(whole words, beginnings of words, endings of compounds)."""
    words: dict[str, Word] = {}
    endings: dict[str, Word] = {}
    stems: dict[str, Word] = {}
    words.update((spelling, Word("koninklijke", HONORIFIC)) for spelling in ("koninklijke", "koninklijk"))
    stems["konink"] = words["koninklijke"]
    for kind, name in ((TRADE, "business_words"), (REGION, "regions")):
        for spellings in word_lines(name):
            word = Word(spellings[0], kind)
            for spelling in spellings:
                table = stems if spelling.endswith("*") else endings if spelling.startswith("*") else words
                table.setdefault(spelling.strip("*"), word)
    return words, stems, endings


@cache
def _neighbours() -> dict[str, str]:
    """Each long known word with one letter left out -> the word: how misspelt ones are found."""
    found: dict[str, str] = {}
    for known in _known()[0]:
        if len(known) >= _SHORTEST_MISSPELT:
            for gap in range(len(known)):
                found.setdefault(known[:gap] + known[gap + 1 :], known)
            found[known] = known
    return found


@remembered
def business_word(word: str) -> Word:
    """The canonical spelling of a folded word, and whether it is the company's own; slips in long words are seen."""
    words, stems, endings = _known()
    found = words.get(word)
    if found is not None:
        return found
    for length in range(_SHORTEST_STEM, len(word) + 1):
        if word[:length] in stems:
            return stems[word[:length]]
    if len(word) >= _SHORTEST_COMPOUND:
        for length in range(_SHORTEST_STEM, len(word) - _SHORTEST_STEM):
            if word[-length:] in endings:
                return Word(word, endings[word[-length:]].kind)
    meant = _misspelt(word) if len(word) >= _SHORTEST_MISSPELT - 1 else None
    if meant is not None:
        return words[meant]
    return Word(word, TRADE if len(word) == 1 and word.isalpha() else OWN)


def _misspelt(word: str) -> str | None:
    neighbours = _neighbours()
    candidates = [word, *(word[:gap] + word[gap + 1 :] for gap in range(len(word)))]
    from rapidfuzz.distance import OSA

    for candidate in candidates:
        known = neighbours.get(candidate)
        if known is not None and OSA.distance(word, known, score_cutoff=1) <= 1:
            return known
    return None


@remembered
def beginning_of_trade(piece: str) -> bool:
    """Whether a piece of a domain may shorten a word of trade: the `tech` of `acme-tech.com`, or `cons`, or `prop`."""
    return len(piece) > 2 and (
        business_word(piece).kind != OWN
        or any(word.startswith(piece) for word in _known()[0] if len(word) > len(piece))
    )
