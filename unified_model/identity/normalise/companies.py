"""Company names: legal form apart, the core name folded, so that `Acme Inc` and `ACME, Inc.` are one spelling."""

from __future__ import annotations

import re
from typing import NamedTuple

from unified_model.identity.normalise.business_words import OWN, business_word
from unified_model.identity.normalise.domains import FREE_MAIL, has_known_ending, host_of, registered_domain
from unified_model.identity.normalise.text import ascii_of, fold, is_placeholder, remembered
from unified_model.identity.normalise.words import phrase_list, word_list

_DOTTED = re.compile(r"\b((?:[A-Za-z]\.){2,}[A-Za-z]?|(?:[A-Za-z]\s?/\s?)[A-Za-z])(?=\W|$)")
_BETWEEN = re.compile(r"[.\s/]")
_LETTERS_APART = re.compile(r"(?<![a-z0-9])[a-z](?: [a-z])+(?![a-z0-9])")
_SITE = re.compile(r"(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/?", re.IGNORECASE)
_NATIVE_FORMS = re.compile(
    "股份有限公司|有限责任公司|有限責任公司|有限公司|株式会社|有限会社|合同会社|\\(株\\)|(株)|㈱|\\(有\\)|주식회사|유한회사|\\(주\\)|(주)|㈜"
)
_LEGAL = word_list("legal_forms")
_FIRST = word_list("legal_forms_first")
_INSIDE = word_list("legal_forms_inside")
_NO_COMPANY = phrase_list("no_company")
_PHRASES = (
    "mit beschrankter haftung", "sp z oo", "sp z o o", "spolka z oo", "spolka z ograniczona odpowiedzialnoscia",
    "spolka akcyjna", "spol s ro", "s ro", "public limited company", "societa per azioni",
    "societa a responsabilita limitata", "societe anonyme", "societe a responsabilite limitee",
    "sociedad anonima", "sociedad limitada", "sociedade anonima", "sociedad de responsabilidad limitada",
    "anonim sirketi", "limited sirketi", "kabushiki kaisha", "besloten vennootschap", "naamloze vennootschap",
    "eingetragener verein", "eingetragene genossenschaft", "osake yhtio", "in liquidation", "i l", "ig", "publ",
)  # fmt: skip
_LONG_FORMS = ("incorporated", "corporation", "limited", "company", "aktiengesellschaft", "vennootschap")
_JOINTS = frozenset(("and", "und", "et", "y", "e", "de", "en", "og"))
"""What joins two legal forms: `gmbh and co kg`, `sa de cv`."""
_FILLERS = frozenset((
    "the", "and", "und", "et", "y", "der", "die", "das", "of", "de", "la", "le", "les", "e", "du", "des", "del", "di",
    "da", "do", "dos", "den", "och", "og", "for", "fur", "zum", "zur",
))  # fmt: skip


def _by_last_word(phrases: tuple[str, ...]) -> dict[str, list[list[str]]]:
    table: dict[str, list[list[str]]] = {}
    for phrase in sorted((each.split() for each in phrases), key=len, reverse=True):
        table.setdefault(phrase[-1], []).append(phrase)
    return table


_LEGAL_PHRASES = _by_last_word(_PHRASES)


class Company(NamedTuple):
    """A company's name without its legal form; `legal` keeps the forms that were cut off, in order.

    `domain`: the internet domain that the name is nothing but; then there is no core.
    """

    core: str
    legal: str
    domain: str | None = None


@remembered
def parse_company(raw: str) -> Company | None:
    """The core name and legal form; None for placeholders. A name that is all legal form is its own core."""
    text = raw if raw.isascii() else ascii_of(_NATIVE_FORMS.sub(" ", raw))
    if "." in text or "/" in text:
        if _SITE.fullmatch(text.strip()):
            domain = _as_domain(text.strip())
            if domain is not None:
                return None if domain in FREE_MAIL else Company("", "", domain)
        text = _DOTTED.sub(lambda found: _BETWEEN.sub("", found[0]), text)
    folded = fold(text.replace("&", " and ").replace("+", " and "))
    if is_placeholder(folded) or folded in _NO_COMPANY:
        return None
    kept, legal = _without_legal_form(_LETTERS_APART.sub(_closed, folded).split())
    core = [word for word in kept if word not in _FILLERS] or kept
    return Company(" ".join(core), " ".join(legal))


def _closed(found: re.Match[str]) -> str:
    """`I B M` is IBM."""
    return found[0].replace(" ", "")


def _as_domain(text: str) -> str | None:
    """The domain, of a name that is an address on the internet, `acme.com`; `Acme.Inc` and `Dr.Oetker` are none."""
    ending = text.rstrip("/").rpartition(".")[2]
    is_site = text.lower().startswith(("www.", "http"))
    if ending.lower() in _LEGAL and not is_site and not (text.islower() and len(ending) == 2):
        return None
    return registered_domain(host_of(text)) if has_known_ending(text) else None


@remembered
def _is_misspelt_form(word: str) -> bool:
    from rapidfuzz.distance import OSA

    return any(OSA.distance(word, form, score_cutoff=1) == 1 for form in _LONG_FORMS)


def _without_legal_form(words: list[str]) -> tuple[list[str], list[str]]:
    kept = words
    legal: list[str] = []
    while len(kept) > 1:
        last = kept[-1]
        phrase = next((p for p in _LEGAL_PHRASES.get(last, ()) if len(kept) > len(p) and kept[-len(p) :] == p), None)
        if phrase is not None:
            legal[:0] = phrase
            del kept[-len(phrase) :]
        elif last in _LEGAL or (last in _JOINTS and legal) or (len(last) > 5 and _is_misspelt_form(last)):
            legal.insert(0, kept.pop())
        elif last in ("and", "und", "et"):
            kept.pop()
        else:
            break
    while len(kept) > 1 and kept[0] in _FIRST and any(business_word(word).kind == OWN for word in kept[1:]):
        legal.append(kept.pop(0))
    if len(kept) > 2 and not _INSIDE.isdisjoint(kept[1:]):
        inside = [word for word in kept[1:] if word in _INSIDE]
        kept = [kept[0], *(word for word in kept[1:] if word not in _INSIDE)]
        legal = inside + legal
    return kept, legal


_ONE_FORM = {
    "incorporated": "inc", "corporation": "corp", "company": "co", "limited": "ltd", "proprietary": "pty",
    "aktiengesellschaft": "ag", "aktiebolag": "ab", "aktieselskab": "as", "berhad": "bhd", "pvt": "private",
    "naamloze": "nv", "besloten": "bv", "osakeyhtio": "oy", "zoo": "zoo", "oo": "zoo",
}  # fmt: skip


@remembered
def legal_words(legal: str) -> frozenset[str]:
    """The forms that a `legal` names, each in one spelling: `incorporated` is `inc`."""
    return frozenset(
        _ONE_FORM.get(word, word) for word in legal.split() if word not in _JOINTS and word != "vennootschap"
    )
