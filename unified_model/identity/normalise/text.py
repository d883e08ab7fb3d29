"""Folding of text: any script to lower-case ASCII, so that what is compared and hashed is plain and stable."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from unified_model.identity.normalise.words import phrase_list

Answer = TypeVar("Answer")

CACHED_VALUES = 1 << 15
"""Distinct values each normaliser remembers: bounds memory whatever the size of the data."""


class _Memory(dict[str, Any]):
    """Answers by question; all are forgotten when there are too many."""

    def __init__(self, answer: Callable[[str], Any]) -> None:
        self._answer = answer

    def __missing__(self, question: str) -> Any:
        if len(self) >= CACHED_VALUES:
            self.clear()
        found = self[question] = self._answer(question)
        return found


def remembered(answer: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """The same function, which remembers its answers. `lru_cache` does it too, and takes half as long again."""
    return _Memory(answer).__getitem__


_NOT_WORD = re.compile(r"[^a-z0-9]+")
_QUOTES = str.maketrans("", "", "'`´’‘ʼ\u200b\u200c\u200d\u200e\u200f\ufeff\u00ad")
_FILLERS = phrase_list("fillers")


def ascii_of(text: str) -> str:
    """The text in ASCII letters: accents dropped, other scripts transliterated."""
    if text.isascii():
        return text
    from anyascii import anyascii

    return str(anyascii(text))


@remembered
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
