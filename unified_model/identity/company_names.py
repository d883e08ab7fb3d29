"""How two names of companies relate: the same, a slip, a shorter form, initials, or two companies of one name.

A core name is read as words of its own and words of trade or region. `Acme` and `Acme Technologies` may be one company;
`Acme Bank` and `Acme Foods` are two.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from unified_model.identity.normalise.business_words import (
    HONORIFIC,
    OWN,
    REGION,
    Word,
    beginning_of_trade,
    business_word,
)
from unified_model.identity.normalise.nicknames import is_common_family
from unified_model.identity.normalise.text import CACHED_VALUES

(
    DIFFERENT,
    SHARED_WORD,
    SISTERS,
    CONTAINED,
    SHORTENED,
    DOMAIN_ALIKE,
    INITIALS,
    TRADE_LEFT_OUT,
    SLIP_IN_SHORT,
    DOMAIN_NAMED,
    SLIP,
    EXACT_COMMON,
    EXACT,
) = range(1, 14)
"""Relations of two names, the weakest first."""

_VOWEL = re.compile("[aeiou]")
_FORMS_WITHOUT_VOWELS = ("llc", "llp", "plc", "ltd", "gmbh")
_STRAY = ("n", "v")
"""What is left of `N.V.` and `B.V.` where a system cut them up."""
_FEWEST_INITIALS, _MOST_INITIALS = 3, 6
_SURE = 8
"""A slip in a word of so many letters is a slip, not another name."""
_VERY_SURE = 12
"""Two slips in a word of so many letters are."""


class CoreName(NamedTuple):
    """A core name taken apart; `words` are canonical, `own` those that are neither trade nor region."""

    words: tuple[str, ...]
    own: tuple[str, ...]
    bag: tuple[str, ...]
    """`words` in alphabetical order."""
    closed: str
    """All words without spaces."""
    written: str
    """The same as it was spelled."""
    common: bool
    """Its only own word is a common family name or has at most two letters, or all of it is one word of trade."""


@lru_cache(maxsize=CACHED_VALUES)
def read_core(core: str) -> CoreName:
    """Takes a folded core name apart. A name of nothing but trade and region is all its own."""
    written = core.split()
    read = [(word, text) for n, text in enumerate(written) if (word := _word(text, n)).kind != HONORIFIC]
    words = [word for word, _ in read] or [Word(text, OWN) for text in written]
    own = tuple(word.text for word in words if word.kind == OWN) or tuple(word.text for word in words)
    nothing_own = all(word.kind != OWN for word in words)
    common = len(own) == 1 and (nothing_own or len(own[0]) < 3 or is_common_family(own[0]))
    texts = tuple(word.text for word in words)
    spelled = "".join(text for _, text in read) or core.replace(" ", "")
    return CoreName(texts, own, tuple(sorted(texts)), "".join(texts), spelled, common)


def _word(text: str, position: int) -> Word:
    """A word in its place: a misspelt `llp` behind a name says nothing."""
    word = business_word(text)
    if text in _STRAY:
        return Word(text, HONORIFIC)
    if not position or word.kind != OWN or not 2 < len(text) < 5 or _VOWEL.search(text):
        return word
    is_form = any(OSA.distance(text, form, score_cutoff=1) <= 1 for form in _FORMS_WITHOUT_VOWELS)
    return Word(text, HONORIFIC) if is_form else word


def own_part(core: str) -> str:
    """The words of its own of a core name, without spaces: what all names of one company share."""
    return "".join(read_core(core).own)


def relate_names(a: str, b: str) -> int:
    """The relation of two core names; the same both ways."""
    if a > b:
        a, b = b, a
    one, other = read_core(a), read_core(b)
    if one.closed == other.closed or one.bag == other.bag:
        return EXACT_COMMON if one.common or other.common else EXACT
    if _are_initials(one, other):
        return INITIALS
    slip = _closed_slip(one, other)
    return slip if slip == SLIP else max(slip, _relate_words(one, other))


relation_of = lru_cache(maxsize=CACHED_VALUES)(relate_names)
"""The same, remembered: for names that meet again and again."""


@lru_cache(maxsize=CACHED_VALUES)
def are_two(a: str, b: str) -> bool:
    """Whether two names under one domain, phone or first word are two companies, as far as names can tell."""
    if a == b:
        return False
    relation = relation_of(a, b)
    if relation == SISTERS or relation >= CONTAINED:
        return relation == SISTERS
    one, other = read_core(a).closed, read_core(b).closed
    return bool(JaroWinkler.similarity(one, other) < 0.86 and OSA.normalized_similarity(one, other) < 0.75)


def _closed_slip(one: CoreName, other: CoreName) -> int:
    """A slip in the letters as a whole, wherever the spaces are; 0 for none."""
    a, b = one.written, other.written
    shorter = min(len(a), len(b))
    if shorter < 5 or abs(len(a) - len(b)) > 2:
        return 0
    distance = OSA.distance(a, b, score_cutoff=2)
    if len(a) == len(b) >= _SURE and sorted(a) == sorted(b):
        return SLIP
    if distance > 2 or _differ_in_small(one, other):
        return 0
    if distance == 1:
        return SLIP if shorter >= _SURE else SLIP_IN_SHORT
    own = min(len("".join(one.own)), len("".join(other.own)))
    return SLIP if own >= _VERY_SURE and len(one.words) != len(other.words) else 0


def _differ_in_small(one: CoreName, other: CoreName) -> bool:
    """Whether what differs is a number or a word of a letter or two, or two family names: no slips."""
    lost = set(one.words) ^ set(other.words)
    if any(len(word) < 3 or not word.isalpha() for word in lost):
        return True
    return len(lost) == 2 and all(map(is_common_family, lost))


def _are_initials(one: CoreName, other: CoreName) -> bool:
    short, long = (one, other) if len(one.words) < len(other.words) else (other, one)
    if len(short.words) != 1 or not _FEWEST_INITIALS <= len(short.closed) <= _MOST_INITIALS:
        return False
    return "".join(word[0] for word in long.words) == short.closed


def _relate_words(one: CoreName, other: CoreName) -> int:
    """By mates: each word of one that the other has too, letter for letter, with a slip, or begun."""
    left_a, left_b, exact = [], list(other.words), []
    for word in one.words:
        if word in left_b:
            exact.append(word)
            left_b.remove(word)
        else:
            left_a.append(word)
    slips, begun = _take_mates(left_a, left_b) if left_a and left_b else ([], [])
    own_a, own_b = [w for w in left_a if w in one.own], [w for w in left_b if w in other.own]
    shared_own = [word for word in exact if word in one.own and word in other.own]
    if not left_a and not left_b:
        return CONTAINED if begun else _worst_slip(slips, bool(shared_own))
    if not exact and not slips:
        return DIFFERENT if not begun or own_a or own_b else SHARED_WORD
    if not left_a or not left_b:
        if begun or slips or not shared_own:
            return CONTAINED if shared_own or any(_is_own(pair, one, other) for pair in slips) else SHARED_WORD
        more = left_a or left_b
        if own_a or own_b:
            return CONTAINED
        return SHORTENED if any(business_word(word).kind == REGION for word in more) else TRADE_LEFT_OUT
    if not own_a and not own_b and (shared_own or slips):
        return SISTERS
    return SHARED_WORD if shared_own else DIFFERENT


def _is_own(pair: tuple[str, str], one: CoreName, other: CoreName) -> bool:
    return pair[0] in one.own and pair[1] in other.own


def _take_mates(left_a: list[str], left_b: list[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(pairs with a slip, pairs of which one begins the other), taken out of both lists."""
    slips: list[tuple[str, str]] = []
    begun: list[tuple[str, str]] = []
    for found, are_mates in ((slips, _is_slip), (begun, _begins)):
        for word in list(left_a):
            for other in left_b:
                if are_mates(word, other):
                    found.append((word, other))
                    left_a.remove(word)
                    left_b.remove(other)
                    break
    return slips, begun


def _is_slip(a: str, b: str) -> bool:
    long_a, long_b = len(a), len(b)
    shorter = long_a if long_a < long_b else long_b
    most = 2 if shorter >= _VERY_SURE else 1
    if shorter < 4 or not -most <= long_a - long_b <= most or OSA.distance(a, b, score_cutoff=most) > most:
        return False
    return shorter > 4 or sorted(a) == sorted(b)


def _begins(a: str, b: str) -> bool:
    return len(a) > 3 and len(b) > 3 and (a.startswith(b) or b.startswith(a))


def _worst_slip(slips: list[tuple[str, str]], beside_own: bool) -> int:
    """SLIP where every slip is surely one; two family names a letter apart are two names."""
    if any(is_common_family(a) and is_common_family(b) for a, b in slips):
        return SHARED_WORD
    sure = all(min(map(len, pair)) >= _SURE or sorted(pair[0]) == sorted(pair[1]) for pair in slips)
    return SLIP if beside_own or sure else SLIP_IN_SHORT


@lru_cache(maxsize=CACHED_VALUES)
def relate_to_label(core: str, label: str) -> int:
    """How a name relates to the part of a domain people chose: DOMAIN_NAMED, DOMAIN_ALIKE, or 0 for not at all.

    `globalamber-dent` is the whole name of Global Amber Dental shortened, `keystone-prop` leaves out a word of it.
    """
    name = read_core(core)
    closed = label.replace(" ", "")
    if len(closed) < 4:
        return 0
    if closed in (name.written, "".join(name.own)):
        return 0 if name.common else DOMAIN_NAMED
    written = core.split()
    own = [business_word(word).kind == OWN for word in written]
    if len(closed) < 6 or not closed.startswith(written[0][:4]):
        return 0
    return _spell(closed, written, own if any(own) else [True] * len(own))


def _spell(closed: str, words: list[str], own: list[bool]) -> int:
    """DOMAIN_NAMED when the label is made of all own words and beginnings of the others, DOMAIN_ALIKE of some."""
    best = 0
    states = [(0, True, True)]
    for number, (word, is_own) in enumerate(zip(words, own, strict=True)):
        following = []
        for at, whole, first in states:
            if closed.startswith(word, at):
                following.append((at + len(word), whole, first))
                continue
            if number:
                following.append((at, whole and not is_own, first))
            fits = next((n for n in range(len(word) - 1, 2, -1) if closed.startswith(word[:n], at)), 0)
            if fits:
                following.append((at + fits, whole and not is_own, first and number > 0))
        states = following
    for at, whole, first in states:
        if at == len(closed) and first:
            best = max(best, DOMAIN_NAMED if whole else DOMAIN_ALIKE)
    return best


@lru_cache(maxsize=CACHED_VALUES)
def own_part_of_label(label: str) -> str:
    """As `own_part`, of a domain's label: `harver dyna` is Harver's."""
    pieces = label.split()
    kept = [piece for n, piece in enumerate(pieces) if not n or not beginning_of_trade(piece)]
    return "".join(kept)
