"""Blocking keys: two records are compared only when they share one.

Rules are rows of data. A key is a signed 64-bit hash whose low bits name the rule, so that a bare key tells which row
of RULES it belongs to. Whether a key forms pairs is a function of how many records hold it *now*: above the rule's cap
it forms none, and what was skipped is counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple

from unified_model.entities import Kind
from unified_model.identity.company_names import own_part, own_part_of_label, read_core
from unified_model.identity.forms import Form
from unified_model.identity.normalise.business_words import OWN, business_word
from unified_model.identity.normalise.domains import domain_label
from unified_model.identity.normalise.nicknames import group_of

_RULE_BITS = 5
RULE_MASK = (1 << _RULE_BITS) - 1
"""The low bits of a key tell the rule that made it."""
_VOWELS = str.maketrans("", "", "aeiou")
KEYS_VERSION = "4"
"""Changes whenever a key of some form would, lists of nicknames included, or a cap: stores make all keys anew then."""
VALUES = 3
"""Values of one field that make keys, and that are compared: a record with forty e-mails is not a person."""


class Rule(NamedTuple):
    """One blocking rule.

    `cap`: a key held by more records forms no pairs (0: it never does, and only counts). `refines`: the rule whose
    oversize keys this one stands in for; it forms pairs only for records that hold such an oversize key.
    `sizes`, `people`: the buckets of its keys' statistics from which on weights differ, so that only crossing one of
    those calls for a second look.
    """

    name: str
    kind: Kind
    code: int
    cap: int
    says: str
    refines: str | None = None
    sizes: tuple[int, ...] = ()
    people: tuple[int, ...] = ()


RULES: tuple[Rule, ...] = (
    Rule("email", "person", 1, 60, "same e-mail", people=(1, 2, 3)),
    Rule("phone", "person", 2, 60, "same phone", people=(1, 2, 3)),
    Rule("name", "person", 3, 20, "same given and family name, in any order, nicknames as one"),
    Rule("family", "person", 4, 12, "same rare family name", sizes=(2, 4, 6, 8)),
    Rule("circle_family", "person", 5, 30, "same company, or town, and family name"),
    Rule("circle_given", "person", 6, 20, "same company, or town, and given name"),
    Rule("postcode_given", "person", 7, 24, "same post code and given name"),
    Rule("birth", "person", 8, 60, "same birth date"),
    Rule("birth_initials", "person", 9, 100, "same birth date and initials", refines="birth"),
    Rule("birth_year_family", "person", 11, 40, "same year of birth and family name"),
    Rule("birth_year_given", "person", 12, 40, "same year of birth and given name"),
    Rule("birth_year_place", "person", 13, 40, "same year of birth and post code or town"),
    Rule("birth_day_name", "person", 14, 40, "same day and month of birth and family or given name"),
    Rule("postcode_family", "person", 15, 40, "same post code and family name"),
    Rule("mailbox", "person", 16, 20, "same letters and digits before the @"),
    Rule("identifier", "person", 10, 60, "same identifier"),
    Rule("domain", "organization", 17, 1000, "same internet domain", people=(2,)),
    Rule("core", "organization", 18, 1000, "same name without legal form"),
    Rule("own_words", "organization", 26, 1000, "same words of its own, trade and region apart", people=(1,)),
    Rule("phone", "organization", 19, 60, "same phone", people=(2,)),
    Rule("first_word", "organization", 20, 100, "same first word or start of the domain"),
    Rule("two_words", "organization", 25, 400, "same first word and start of the second"),
    Rule("consonants", "organization", 23, 1000, "same consonants in its own words"),
    Rule("tail", "organization", 24, 100, "same letters after the first few"),
    Rule("ends", "organization", 27, 60, "same first and last three letters"),
    Rule("identifier", "organization", 22, 60, "same registration"),
)
RULE_OF_CODE = {rule.code: rule for rule in RULES}
_CODES: dict[Kind, dict[str, int]] = {
    kind: {rule.name: rule.code for rule in RULES if rule.kind == kind} for kind in ("person", "organization")
}


class Key(NamedTuple):
    """A blocking key of a record; `value` is for explanations and is not stored."""

    hash: int
    rule: str
    value: str


def key_hash(kind: Kind, rule: str, value: str) -> int:
    """Signed 64 bits: blake2b over (kind, rule, value) with the rule's number in the low bits."""
    return _hashes(kind, ((rule, value),))[0]


def rule_of(key: int) -> Rule:
    """The rule a key was made by."""
    return RULE_OF_CODE[key & RULE_MASK]


def pairing_keys(keys: Iterable[int], oversize: Container[int]) -> list[int]:
    """The keys of one record that form pairs: none that is oversize, refining ones only beside an oversize parent.

    A function of the current key table alone, never of the order that records came in.
    """
    held = [(key, RULE_OF_CODE[key & RULE_MASK]) for key in keys]
    crowded = {rule.name for key, rule in held if key in oversize}
    return [key for key, rule in held if key not in oversize and (rule.refines is None or rule.refines in crowded)]


def worth(rule: Rule, size_bucket: int, people_bucket: int) -> tuple[int, int]:
    """What weights tell apart of a key's statistics: two keys of a rule that are worth the same weigh the same."""
    return bisect_right(rule.sizes, size_bucket), bisect_right(rule.people, people_bucket)


def keys_of(kind: Kind, form: Form) -> list[Key]:
    """Every blocking key of a record, each once, in the order of RULES."""
    values = _values_of(kind, form)
    return [Key(hash_, *value) for hash_, value in zip(_hashes(kind, values), values, strict=True)]


def key_hashes_of(kind: Kind, form: Form) -> list[int]:
    """The bare hashes of `keys_of`, in half the time."""
    return _hashes(kind, _values_of(kind, form))


def _values_of(kind: Kind, form: Form) -> dict[tuple[str, str], None]:
    """(rule, value) of every key of a record, each once."""
    return dict.fromkeys(_person_values(form) if kind == "person" else _organization_values(form))


def _hashes(kind: Kind, values: Iterable[tuple[str, str]]) -> list[int]:
    codes, apart, number = _CODES[kind], ~RULE_MASK, int.from_bytes
    found = []
    for rule, value in values:
        code = codes[rule]
        digest = blake2b(f"{code}|{value}".encode(), digest_size=8).digest()
        found.append(number(digest, "big", signed=True) & apart | code)
    return found


def _person_values(form: Form) -> Iterator[tuple[str, str]]:
    for email in (*form.get("e", ())[:VALUES], *form.get("r", ())[:1]):
        yield "email", email
    for phone in form.get("p", ())[:VALUES]:
        yield "phone", phone
    given, family = form.get("hg") or form.get("g", ""), form.get("hf") or form.get("f", "")
    families = [word for word in family.split() if len(word) > 1]
    groups = [group_of(given)] if len(given) > 1 else []
    if groups and families:
        yield "name", " ".join(sorted((groups[0], group_of(families[-1]))))
    former = [form["of"]] if "of" in form else []
    for word in (former + families)[:2] or groups:
        yield "family", word
    telling = families[-1:] or groups
    for circle in circles(form):
        for word in telling + former:
            yield "circle_family", f"{circle} {word}"
        if groups:
            yield "circle_given", f"{circle} {groups[0]}"
    for code in form.get("z", ())[:2]:
        if groups:
            yield "postcode_given", f"{code} {groups[0]}"
    if "b" in form or not ("c" in form or "d" in form):
        for code in form.get("z", ())[:2]:
            for word in telling:
                yield "postcode_family", f"{code} {word}"
    if "b" in form:
        yield from _dated_values(form, groups, telling)
        yield "birth", form["b"]
        year = form["b"][:4]
        for word in telling:
            yield "birth_year_family", f"{year} {word}"
        if groups:
            yield "birth_year_given", f"{year} {groups[0]}"
        initials = sorted(word[0] for word in (*(groups or [given]), *families[-1:]) if word)
        if len(initials) > 1:
            yield "birth_initials", f"{form['b']} {''.join(initials)}"
    for identifier in form.get("i", ())[:VALUES]:
        yield "identifier", identifier


def _dated_values(form: Form, given: list[str], family: list[str]) -> Iterator[tuple[str, str]]:
    """Keys of people whose birth date is known, for slips in it or in the names: few are of one age in one place."""
    year, day = form["b"][:4], form["b"][4:]
    for place in (*form.get("z", ())[:1], *form.get("t", ())[:1]):
        yield "birth_year_place", f"{year} {place}"
    for word in dict.fromkeys((*given, *family)):
        yield "birth_day_name", f"{day} {word}"
    for email in form.get("e", ())[:VALUES]:
        local = email.partition("@")[0]
        if len(local) > 4 and not local.isalpha():
            yield "mailbox", local


def circles(form: Form) -> list[str]:
    """Where a person is met: the start of each company's name and domain; the town, where none is named or by age.

    Seven letters let `falconf...` of a name and of its domain agree, and slips behind them pass.
    """
    names = [*form.get("c", ())[:2], *map(domain_label, form.get("d", ())[:2])]
    if not names or "b" in form:
        names += [f"@{town}" for town in form.get("t", ())[:1]]
    return list(dict.fromkeys(name.replace(" ", "")[:7] for name in names if len(name) > 2))


def _organization_values(form: Form) -> Iterator[tuple[str, str]]:
    domains = form.get("d", ())
    for domain in domains[:VALUES]:
        yield "domain", domain
    name = form.get("n", "")
    labels = [domain_label(domain) for domain in domains[:2]]
    closed, own, is_common = name.replace(" ", ""), own_part(name), name and read_core(name).common
    if name:
        yield "core", closed
        if not is_common:
            yield "own_words", own
    elif labels:
        yield "core", labels[0].replace(" ", "")
        yield "own_words", own_part_of_label(labels[0]) or labels[0]
    for phone in form.get("p", ())[:VALUES]:
        yield "phone", phone
    starts = [name.split()[0]] if name else []
    starts += [label.split(" ")[0] for label in labels]
    for start in dict.fromkeys(start[:6] for start in starts if len(start) > 1):
        yield "first_word", start
    if " " in name:
        first, second = name.split(maxsplit=2)[:2]
        yield "two_words", f"{first[:6]} {second[:3]}"
    consonants = own[:1] + own[1:].translate(_VOWELS)
    if len(consonants) > 3:
        yield "consonants", _without_repeats(consonants)
    ends_in_trade = name and business_word(name.rpartition(" ")[2]).kind != OWN
    tail = own[4:] if ends_in_trade else closed[5:]
    if len(tail) > 4:
        yield "tail", tail
    if len(closed) > 6:
        yield "ends", f"{closed[:3]} {closed[-3:]}"
    for identifier in form.get("i", ())[:VALUES]:
        yield "identifier", identifier


def _without_repeats(text: str) -> str:
    return "".join(letter for n, letter in enumerate(text) if not n or letter != text[n - 1])
