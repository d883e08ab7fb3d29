"""Company names: legal form apart, the core name folded, so that `Acme Inc` and `ACME, Inc.` are one spelling."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from unified_model.identity.normalise.text import CACHED_VALUES, ascii_of, fold, is_placeholder
from unified_model.identity.normalise.words import word_list

_DOTTED = re.compile(r"\b((?:[A-Za-z]\.){2,}[A-Za-z]?|(?:[A-Za-z]\s?/\s?)[A-Za-z])(?=\W|$)")
_LEGAL = word_list("legal_forms")
_LEGAL_PHRASES = (
    ("und", "co"), ("and", "co"), ("mit", "beschrankter", "haftung"), ("sp", "z", "o", "o"), ("s", "p", "a"),
    ("s", "a"), ("s", "r", "l"), ("b", "v"), ("n", "v"), ("a", "s"), ("l", "l", "c"), ("p", "l", "c"), ("d", "o", "o"),
    ("public", "limited", "company"), ("de", "c", "v"), ("de", "cv"), ("r", "l"), ("g", "m", "b", "h"), ("a", "g"),
    ("e", "k"),
)  # fmt: skip
_PHRASES_BY_END = {
    end: tuple(phrase for phrase in _LEGAL_PHRASES if phrase[-1] == end) for end in {p[-1] for p in _LEGAL_PHRASES}
}
_FILLERS = frozenset(("the", "and", "und", "et", "y", "der", "die", "das", "of", "de", "la", "le", "les", "e"))


class Company(NamedTuple):
    """A company's name without its legal form; `legal` keeps the forms that were cut off, in order."""

    core: str
    legal: str


@lru_cache(maxsize=CACHED_VALUES)
def parse_company(raw: str) -> Company | None:
    """The core name and legal form; None for placeholders. A name that is all legal form is its own core."""
    text = ascii_of(raw)
    if "." in text or "/" in text:
        text = _DOTTED.sub(lambda found: re.sub(r"[.\s/]", "", found[0]), text)
    words = fold(text.replace("&", " and ").replace("+", " and ")).split()
    if is_placeholder(" ".join(words)):
        return None
    kept, legal = _without_legal_form(words)
    core = [word for word in kept if word not in _FILLERS] or kept
    return Company(" ".join(core), " ".join(legal))


def _without_legal_form(words: list[str]) -> tuple[list[str], list[str]]:
    kept = list(words)
    legal: list[str] = []
    while len(kept) > 1:
        ending = _PHRASES_BY_END.get(kept[-1], ())
        phrase = next((p for p in ending if len(kept) > len(p) and tuple(kept[-len(p) :]) == p), None)
        if phrase is not None:
            legal[:0] = kept[-len(phrase) :]
            del kept[-len(phrase) :]
        elif kept[-1] in _LEGAL:
            legal.insert(0, kept.pop())
        elif kept[-1] in ("and", "und", "et"):
            kept.pop()
        else:
            break
    return kept, legal
