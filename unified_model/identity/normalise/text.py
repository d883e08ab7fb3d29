"""Folding of text: any script to lower-case ASCII, so that what is compared and hashed is plain and stable."""

from __future__ import annotations

import re
from functools import lru_cache

from unified_model.identity.normalise.words import phrase_list

CACHED_VALUES = 1 << 15
"""Distinct values each normaliser remembers: bounds memory whatever the size of the data."""

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_QUOTES = str.maketrans("", "", "'`´’‘ʼ\u200b\u200c\u200d\u200e\u200f\ufeff\u00ad")
_FILLERS = phrase_list("fillers")


def ascii_of(text: str) -> str:
    """The text in ASCII letters: accents dropped, other scripts transliterated."""
    if text.isascii():
        return text
    from anyascii import anyascii

    return str(anyascii(text))


@lru_cache(maxsize=CACHED_VALUES)
def fold(text: str) -> str:
    """Lower-case ASCII words, single spaces between them: `O’Brien-Müller` -> `obrien muller`."""
    if text.isascii():
        if text.isalnum():
            return text.lower()
        return _NOT_WORD.sub(" ", text.replace("'", "").replace("`", "").lower()).strip()
    return _NOT_WORD.sub(" ", ascii_of(text.translate(_QUOTES)).lower()).strip()


def is_placeholder(folded: str) -> bool:
    """True for text that only fills a mandatory field: `n/a`, `unknown`, `test`, `xxx`, `-`."""
    return not folded or folded in _FILLERS
