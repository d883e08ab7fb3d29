"""How plausible decoded text is: whether its words look like words of a language people write names in.

A wrong encoding rarely fails to decode; it gives wrong letters (`Иван` as `Èâàí`, `Łukasz` as `£ukasz`). Two
things give it away: signs and foreign scripts inside words, and letters that no one language has together.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

_ALPHABETS: dict[str, str] = {
    "de": "äöüß",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "es": "áéíñóúü",
    "pt": "ãáâàçéêíõóôú",
    "it": "àèéìíòóùú",
    "nl": "éëïóöüá",
    "sv": "åäöéü",
    "da": "æøåéü",
    "fi": "äöåšž",
    "is": "áðéíóúýþæö",
    "tr": "çğıöşüâîi̇",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșțşţ",
    "hr": "čćđšž",
    "et": "äöõüšž",
    "lv": "āčēģīķļņšūž",
    "lt": "ąčęėįšųūž",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "uk": "абвгґдежзийклмнопрстуфхцчшщьюяєії",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "el": "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώςϊϋΐΰ",
}
_LANGUAGES = {language: frozenset(letters) for language, letters in _ALPHABETS.items()}

_SPLIT = re.compile(r"[\s\x00-\x26\x28-\x2c./:-@\[-`{-\x7f]+")
_TYPOGRAPHY = "“”„‘’‚‹›«»–—…•®™©€§°·´¨\u00a0\u3000，。、；：（）・"
"""Signs that stand beside words in honest text."""
_INSIDE = frozenset("’ʼ·‐‑–ー々〆\u200c\u200d")
"""Signs that stand inside words in honest text."""


class Plausibility(NamedTuple):
    """`score` from 0 to 1; `faulty` words of `words` hold signs or scripts that no word has."""

    score: float
    faulty: int
    words: int


def plausibility(texts: Iterable[str]) -> Plausibility:
    """How much the words with non-ASCII letters look like words of few languages."""
    words = Counter(word for text in texts for word in foreign_words(text))
    total = sum(words.values())
    if not total:
        return Plausibility(0.5, 0, 0)
    kinds = {word: _kinds(word) for word in words}
    shares: Counter[str] = Counter()
    for word, count in words.items():
        for language in kinds[word].languages:
            shares[language] += count
    score = 0.0
    for word, count in words.items():
        kind = kinds[word]
        if kind.faulty:
            continue
        best = max((shares[language] / total for language in kind.languages), default=0.0)
        score += count * (0.15 + 0.85 * best) * (0.3 if kind.odd else 1.0)
    faulty = sum(count for word, count in words.items() if kinds[word].faulty)
    return Plausibility(score / total, faulty, total)


def foreign_words(text: str) -> list[str]:
    """The words of a text that hold more than ASCII."""
    return [word for part in _SPLIT.split(text) if (word := part.strip(_TYPOGRAPHY)) and not word.isascii()]


class _Kind(NamedTuple):
    languages: Sequence[str]
    faulty: bool
    odd: bool


@lru_cache(maxsize=1 << 14)
def _kinds(word: str) -> _Kind:
    letters = [char for char in word if not char.isascii()]
    for char in letters:
        if char not in _INSIDE and unicodedata.category(char)[0] not in "LM":
            return _Kind((), faulty=True, odd=True)
    scripts = {_script(char) for char in word if char.isalpha()}
    if len(scripts) > 1 and not scripts <= {"han", "kana"} and not scripts <= {"han", "hangul"}:
        return _Kind((), faulty=True, odd=True)
    if scripts & {"han", "kana", "hangul"}:
        return _Kind(_eastern(letters, scripts), faulty=False, odd="halfwidth" in scripts)
    lowered = frozenset(unicodedata.normalize("NFC", char.lower()) for char in letters if char not in _INSIDE)
    languages = tuple(language for language, alphabet in _LANGUAGES.items() if lowered <= alphabet)
    return _Kind(languages, faulty=False, odd=_odd(word, len(letters)))


def _odd(word: str, foreign: int) -> bool:
    """Case that jumps inside the word, or a Latin word without a single plain letter."""
    jumps = any(a.islower() and b.isupper() for a, b in pairwise(word) if not (a + b).isascii())
    return jumps or (len(word) > 2 and foreign == len(word) and _script(word[0]) == "latin")


def _eastern(letters: Sequence[str], scripts: set[str]) -> tuple[str, ...]:
    if scripts == {"hangul"}:
        return ("ko",)
    if "hangul" in scripts:
        return ()
    japanese = all(_script(char) != "han" or _level_one(char, "shift_jis", 0x88, 0x98) for char in letters)
    if "kana" in scripts:
        return ("ja",) if japanese else ()
    chinese = all(_level_one(char, "gb2312", 0xB0, 0xD7) for char in letters if _script(char) == "han")
    return tuple(language for language, fits in (("zh", chinese), ("ja", japanese)) if fits)


def _level_one(char: str, encoding: str, first: int, last: int) -> bool:
    """Whether a character is among the common ones, which the national standards list first."""
    try:
        return first <= char.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False


def _script(char: str) -> str:
    code = ord(char)
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return "latin"
    if 0x370 <= code < 0x400:
        return "greek"
    if 0x400 <= code < 0x530:
        return "cyrillic"
    if 0x3040 <= code < 0x3100:
        return "kana"
    if 0xAC00 <= code < 0xD7B0:
        return "hangul"
    if 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or code >= 0x20000:
        return "han"
    return "halfwidth" if 0xFF61 <= code < 0xFFE0 else "other"
