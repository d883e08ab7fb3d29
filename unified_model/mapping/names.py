"""One full-name column -> prefix, given, middle and family names, suffix.

What is sure from the spelling is used: a comma (`Smith, John`), particles (`van der Berg`), titles, suffixes, a family
name in capitals (`DUPONT Jean`), a patronymic. What is not sure is not guessed at:

- The order of two plain words (`Wright Debbie`) is taken as given name first. Matching compares both orders.
- A second family name (`María García López`) is not told from a middle name.
- One word alone is a family name; one initial alone is a given name.
- Chinese, Japanese and Korean names stay whole (no parts) unless a well-known family name stands apart.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class NameParts(NamedTuple):
    """Parts as written, in the text's own case; all None: the name stays whole."""

    prefix: str | None = None
    given: str | None = None
    middle: str | None = None
    family: str | None = None
    suffix: str | None = None


WHOLE = NameParts()


@lru_cache(maxsize=1 << 14)
def split_name(text: str) -> NameParts:
    """Parts of one person's name; `WHOLE` when nothing can be said."""
    words = text.split()
    if len(words) == 2 and _are_plain(*words):
        return NameParts(given=words[0], family=words[1])
    return by_rules(text)


def by_rules(text: str) -> NameParts:
    """Every rule in turn; `split_name` gives the same, sooner."""
    text = _NICKNAME.sub(" ", text).strip(" ,;")
    if not text or "@" in text:
        return WHOLE
    if _EAST_ASIAN.search(text):
        return _east_asian(text)
    head, suffix = _cut_suffixes(text)
    family, comma, rest = head.partition(",")
    if comma and family.strip() and rest.strip(" ,"):
        return _family_first(family.split(), rest.replace(",", " ").split(), suffix)
    prefix, words = _cut_prefixes(head.replace(",", " ").split())
    given, middle, last = _in_order(words, suffix)
    return NameParts(_join(prefix), _join(given), _join(middle), _join(last), suffix)


_NICKNAME = re.compile(r"\s*[(\[\"“„«][^)\]\"”»]*[)\]\"”»]\s*")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_ORDINAL = re.compile(r",?\s+(?=\d+(?:st|nd|rd|th)\b)", re.IGNORECASE)


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_PREFIXES = _words(
    "mr mrs ms miss mx dr prof professor doctor sir dame lady lord herr frau hr monsieur mme mlle madame señor señora",
    "sr sra srta senhor senhora sig sigra dott dottssa dhr mevr mw univ-prof dipl-ing drs",
)
_DOTTED_PREFIXES = _words("hon mag ing rev fr gen col maj capt lt sgt dipl ir st")
_AFTER_PREFIX = _words("hc h.c med rer nat phil jur habil mult ing oec dent vet dr prof")
_AND = _words("and & und et y e")
_SUFFIXES = _words("jr sr junior senior júnior ii iii iv")
_DEGREES = _words(
    "phd md mba esq cpa dds dvm rn llm ba bsc msc mphil dphil obe cbe mbe qc kc dipl-ing fh bsn jd",
)
_PARTICLES = _words(
    "van von vom zu zum zur der den dem de del della dello dei degli di da das do dos du des la le les lo ter ten te",
    "'t op af av al el bin ibn bint abu st saint y e of",
)
_STRONG = _words("van von vom zu zum zur der den de del della di da dos du ter of")


_SPECIAL = _PREFIXES | _DOTTED_PREFIXES | _SUFFIXES | _DEGREES | _STRONG


def _are_plain(first: str, last: str) -> bool:
    """Two words that no rule below speaks of: by far the most names, told in a microsecond."""
    return (
        first.isascii()
        and last.isascii()
        and first.isalpha()
        and last.isalpha()
        and first.isupper() == last.isupper()
        and first.lower() not in _SPECIAL
        and last.lower() not in _SPECIAL
    )


def _bare(word: str) -> str:
    return word.casefold().strip(".,")


def _join(words: list[str]) -> str | None:
    return " ".join(words) or None


def _cut_suffixes(text: str) -> tuple[str, str | None]:
    """`John Smith, Jr., PhD` -> the name, `Jr., PhD`; `tom, 1st baron of x` -> `tom`, the rest."""
    found = _ORDINAL.search(text)
    tail: list[str] = []
    if found and found.start() > 0:
        tail.append(text[found.end() :])
        text = text[: found.start()]
    words = text.split()
    while len(words) > 1 and _is_suffix(words):
        tail.insert(0, words.pop().strip(","))
    return " ".join(words).rstrip(", "), " ".join(tail) or None


def _is_suffix(words: list[str]) -> bool:
    word = _bare(words[-1]).replace(".", "")
    if word in _SUFFIXES:
        return word != "sr" or len(words) > 1
    after_comma = words[-2].endswith(",")
    return word in _DEGREES and (after_comma or len(words) > 2) and (word != "ba" or after_comma)


def _cut_prefixes(words: list[str]) -> tuple[list[str], list[str]]:
    count = 0
    while count < len(words) - 1:
        word = _bare(words[count])
        if count and word in _AND and len(words) > count + 2 and _bare(words[count + 1]) in _PREFIXES:
            count += 2  # Mr and Mrs Smith
            continue
        dotted = words[count].endswith(".")
        if not (
            word in _PREFIXES or (dotted and word in _DOTTED_PREFIXES) or (count and dotted and word in _AFTER_PREFIX)
        ):
            break
        count += 1
    return words[:count], words[count:]


def _family_first(family: list[str], rest: list[str], suffix: str | None) -> NameParts:
    """`van der Berg, Dr. Jan P.` and `Berg, Jan van der`."""
    prefix, family = _cut_prefixes(family)
    more, given = _cut_prefixes(rest)
    if len(rest) == 1 and (_bare(rest[0]) in _PREFIXES):
        more, given = rest, []
    while len(given) > 1 and given[-1] in _STRONG:
        family.insert(0, given.pop())
    return NameParts(_join(prefix + more), _join(given[:1]), _join(given[1:]), _join(family), suffix)


def _in_order(words: list[str], suffix: str | None) -> tuple[list[str], list[str], list[str]]:
    """Given, middle and family words of a name without comma."""
    if len(words) < 2:
        is_given = words and (_is_initial(words[0]) or (suffix is not None and suffix[0].isdigit()))
        return (words, [], []) if is_given else ([], [], words)
    capitals = _capitals(words)
    if capitals:
        given = words[capitals[1] :] if capitals[0] == 0 else words[: capitals[0]]
        return given[:1], given[1:], words[capitals[0] : capitals[1]]
    if words[0] in _STRONG and (words[1] in _STRONG or any(word[:1].isupper() for word in words)):
        return [], [], words
    if _is_patronymic(words[-1]) and len(words) == 3:
        return words[1:2], words[2:], words[:1]
    start = next((i for i in range(1, len(words) - 1) if words[i].casefold() in _PARTICLES), len(words) - 1)
    return words[:1], words[1:start], words[start:]


def _is_initial(word: str) -> bool:
    return len(word.rstrip(".")) == 1


def _capitals(words: list[str]) -> tuple[int, int] | None:
    """Where a family name in capitals stands at either end of an otherwise mixed-case name."""
    loud = [word.isupper() and not _is_initial(word) and "." not in word for word in words]
    if all(loud) or not any(is_loud and len(word) > 2 for is_loud, word in zip(loud, words, strict=True)):
        return None
    if not all(
        is_loud or any(c.islower() for c in word) or _is_initial(word)
        for is_loud, word in zip(loud, words, strict=True)
    ):
        return None
    first, last = loud.index(True), len(loud) - loud[::-1].index(True)
    if (
        all(loud[first:last])
        and (first == 0 or last == len(words))
        and any(c.islower() for word in words for c in word)
    ):
        return first, last
    return None


_PATRONYMIC = re.compile(r"\w+(?:ович|евич|ьич|овна|евна|ична|инична|ovich|evich|ovna|evna)", re.IGNORECASE)


def _is_patronymic(word: str) -> bool:
    return _PATRONYMIC.fullmatch(word) is not None


_KNOWN_FAMILIES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾"
    "谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴武戴莫孔汤湯"
    "김이박최정강조윤장임한오서신권황안송류홍"
)


def _east_asian(text: str) -> NameParts:
    words = re.split(r"[\s・·,，]+", text)
    if len(words) != 2:
        return WHOLE
    known = [len(word) == 1 and word in _KNOWN_FAMILIES for word in words]
    if known == [True, False]:
        return NameParts(given=words[1], family=words[0])
    if known == [False, True]:
        return NameParts(given=words[0], family=words[1])
    return WHOLE
