"""E-mail addresses: the canonical form, and whether an address belongs to one person, to a desk, or to nobody."""

from __future__ import annotations

import re
from typing import NamedTuple

from unified_model.identity.normalise.domains import FREE_MAIL, registered_domain
from unified_model.identity.normalise.nicknames import are_nicknames, is_known
from unified_model.identity.normalise.text import ascii_of, remembered
from unified_model.identity.normalise.words import word_list

_ADDRESS = re.compile(r"[^\s@<>\"(),;:]+@[^\s@<>\"(),;:]+\.[^\s@<>\"(),;:.]{2,}")
_NAME_BREAKS = re.compile(r"[._0-9-]+")
_GMAIL = frozenset(("gmail.com", "googlemail.com"))
_ROLES = word_list("roles")
_NOBODY = word_list("nobody")
_NOWHERE = word_list("nowhere")


_FAMILY_WORDS = frozenset(("the", "fam", "family", "familie", "famille", "familia"))
_BIG = ("gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "googlemail.com", "live.com", "aol.com")


class Email(NamedTuple):
    """A folded address. `role` marks a desk (info@) rather than a person; `domain` is the registered one.

    `match` is what two records compare: the canonical address with a slip in a big provider's name mended (gmial.com).
    """

    canonical: str
    match: str
    local: str
    domain: str
    role: bool
    free: bool


def parse_email(raw: str) -> Email | None:
    """The address in canonical form; None when it isn't one, or is a placeholder that reaches nobody.

    Tags (`jane+crm@`) are dropped everywhere, dots in the local part at Gmail only: there alone they mean nothing.
    """
    found = _ADDRESS.search(raw)
    if found is None:
        return None
    address = ascii_of(found[0]).lower().removeprefix("mailto:").strip(".'")
    local, _, host = address.rpartition("@")
    local = local.split("+", 1)[0]
    if host in _GMAIL:
        local, host = local.replace(".", ""), "gmail.com"
    domain, meant, free, nowhere = _read_host(host)
    if not local or nowhere or local in _NOBODY:
        return None
    desk = local.replace("-", "").replace("_", "").replace(".", "")
    role = desk in _ROLES or (len(desk) > 4 and desk[-1].isdigit() and _is_numbered_desk(desk.rstrip("0123456789")))
    canonical = f"{local}@{host}"
    if meant is None:
        return Email(canonical, canonical, local, domain, role, free)
    return Email(
        canonical, f"{local.replace('.', '') if meant == 'gmail.com' else local}@{meant}", local, meant, role, True
    )


def _is_numbered_desk(desk: str) -> bool:
    return len(desk) > 3 and desk in _ROLES


@remembered
def _read_host(host: str) -> tuple[str, str | None, bool, bool]:
    """(registered domain, big provider it misspells, whether anybody gets a mailbox there, whether nobody does)."""
    domain = registered_domain(host) or host
    nowhere = domain in _NOWHERE or host.endswith((".invalid", ".example", ".test"))
    return domain, None if nowhere else _meant_provider(domain), domain in FREE_MAIL, nowhere


def _meant_provider(domain: str) -> str | None:
    """The big provider a host misspells by one slip; None for all others."""
    if domain in FREE_MAIL:
        return None
    from rapidfuzz.distance import OSA

    return next((big for big in _BIG if OSA.distance(domain, big, score_cutoff=1) == 1), None)


def names_in(local: str, given: str, family: str) -> tuple[str, str]:
    """(given, family) names that the part before the @ tells, "" for what it doesn't; asked for what a record lacks.

    `anna.kelberg@` tells both names; `annakelberg6418@` tells the family name of somebody called Anna.
    """
    words = [word for word in _NAME_BREAKS.split(local) if len(word) > 2 and word.isalpha()]
    letters = "".join(filter(str.isalpha, local))
    surname = family.replace(" ", "")
    if not family and len(given) > 2 and letters.startswith(given) and len(letters) - len(given) > 2:
        return "", letters[len(given) :]
    if family and len(given) < 2 and len(surname) > 2:
        rest = (
            letters[: -len(surname)]
            if letters.endswith(surname)
            else letters[len(surname) :]
            if letters.startswith(surname)
            else ""
        )
        if len(rest) > 2 and rest not in _FAMILY_WORDS:
            return rest, ""
        if len(words) == 1 and letters == words[0] and is_known(letters):
            return letters, ""
    if not family and not given and len(words) == 2 and is_known(words[0]):
        return words[0], words[1]
    return "", ""


def other_family_in(local: str, given: str, family: str) -> str:
    """A family name in an address that is not the record's: `s.horlingmore@` of Sarah Jones keeps her former one."""
    if not given or not family or family.replace(" ", "")[:4] in local:
        return ""
    words = [word for word in _NAME_BREAKS.split(local) if word]
    if len(words) == 2 and words[0] in (given, given[0]):
        rest = words[1]
    elif len(words) == 1 and words[0].startswith(given):
        rest = words[0][len(given) :]
    elif len(words) == 1 and words[0][0] == given[0] and len(words[0]) > 6:
        rest = words[0][1:]
    else:
        return ""
    return (
        rest if len(rest) > 3 and rest.isalpha() and not is_known(rest) and not are_nicknames(given, words[0]) else ""
    )
