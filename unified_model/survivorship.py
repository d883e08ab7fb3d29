"""Survivorship: which source's value becomes golden. Rules are a table; the functions over it are pure.

Everything is decided by the values, their times and their natural keys, never by the order in which records came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from unified_model.records import NaturalKey

Values = Mapping[str, Any]
POLICY_VERSION = "1"


@dataclass(slots=True)
class Candidate:
    """One member record of a customer with the values it offers. `since` holds only fields older than `modified_at`."""

    key: NaturalKey
    values: Values
    modified_at: datetime | None
    since: Mapping[str, datetime]

    def since_of(self, field: str) -> datetime | None:
        """Since when the source has this value."""
        return self.since.get(field, self.modified_at)


class Rule(NamedTuple):
    """Fields that move together, and how their winner is chosen."""

    fields: tuple[str, ...]
    name: Literal["most_complete", "most_recent", "most_frequent", "earliest", "newest"]


class Survivor(NamedTuple):
    """The winning record for one field, with the rule that chose it."""

    value: Any
    candidate: Candidate
    rule: str
    since: datetime | None


PERSON_RULES = (
    Rule(("prefix", "given_name", "middle_name", "family_name", "suffix"), "most_complete"),
    Rule(("job_title", "department", "company"), "most_recent"),
    Rule(("birth_date",), "most_frequent"),
    Rule(("language",), "most_recent"),
    Rule(("website",), "most_recent"),
    Rule(("lifecycle",), "most_recent"),
    Rule(("owner",), "most_recent"),
    Rule(("created_at",), "earliest"),
    Rule(("modified_at",), "newest"),
)

ORGANIZATION_RULES = (
    Rule(("name",), "most_frequent"),
    Rule(("domain",), "most_frequent"),
    Rule(("website",), "most_recent"),
    Rule(("industry",), "most_recent"),
    Rule(("employees",), "most_recent"),
    Rule(("registration_id",), "most_frequent"),
    Rule(("lifecycle",), "most_recent"),
    Rule(("owner",), "most_recent"),
    Rule(("created_at",), "earliest"),
    Rule(("modified_at",), "newest"),
)

RULES: Mapping[str, tuple[Rule, ...]] = {"person": PERSON_RULES, "organization": ORGANIZATION_RULES}

_NEVER = datetime.min.replace(tzinfo=UTC)


def choose_survivors(
    kind: str, candidates: Sequence[Candidate], choices: Mapping[str, NaturalKey] | None = None
) -> dict[str, Survivor]:
    """The golden value of every field that any candidate fills. `choices` holds people's own picks, field by field.

    Ties go to the lowest natural key: candidates are looked at in that order and `max` keeps the first of equals.
    """
    candidates = sorted(candidates, key=_key)
    golden: dict[str, Survivor] = {}
    told = set().union(*[c.values for c in candidates])
    for rule in RULES[kind]:
        if told.isdisjoint(rule.fields):
            continue
        filled = _with_any(candidates, rule.fields)
        if not filled:
            continue
        winner = filled[0] if len(filled) == 1 else _WINNER[rule.name](filled, rule.fields)
        for field in rule.fields:
            value = winner.values.get(field)
            if value is not None:
                golden[field] = Survivor(value, winner, rule.name, winner.since_of(field))
    for field, key in sorted((choices or {}).items()):
        chosen = next((c for c in candidates if c.key == key), None)
        if chosen is not None and chosen.values.get(field) is not None:
            golden[field] = Survivor(chosen.values[field], chosen, "a_person_chose", chosen.since_of(field))
    return golden


def _key(candidate: Candidate) -> NaturalKey:
    return candidate.key


def _with_any(candidates: Sequence[Candidate], fields: tuple[str, ...]) -> Sequence[Candidate]:
    """The candidates that fill any of the fields."""
    if len(fields) == 1:
        (field,) = fields
        return [c for c in candidates if c.values.get(field) is not None]
    return [c for c in candidates if any(c.values.get(f) is not None for f in fields)]


def losers(kind: str, field: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Every candidate that offers a value for the field, best first by the field's own rule (the winner included)."""
    rest = sorted((c for c in candidates if c.values.get(field) is not None), key=lambda c: c.key)
    rule = rule_of(kind, field)
    ordered: list[Candidate] = []
    while rest:
        best = _WINNER[rule.name](rest, rule.fields)
        ordered.append(best)
        rest = [c for c in rest if c is not best]
    return ordered


def rule_of(kind: str, field: str) -> Rule:
    """The rule that decides a field; custom fields go by the newest value."""
    return next((r for r in RULES[kind] if field in r.fields), Rule((field,), "most_recent"))


def merge_by_key(candidates: Sequence[Candidate], field: str) -> dict[str, Survivor]:
    """Survivors of a mapping-valued field (external ids, custom), each of its keys on its own: the newest wins."""
    golden: dict[str, Survivor] = {}
    candidates = sorted((c for c in candidates if c.values.get(field)), key=_key)
    names = sorted({name for c in candidates for name in (c.values.get(field) or ())})
    for name in names:
        path = f"{field}.{name}"
        holders = [c for c in candidates if (c.values.get(field) or {}).get(name) is not None]
        best = max(holders, key=lambda c: _time(c.since_of(path)))
        golden[name] = Survivor(best.values[field][name], best, "most_recent", best.since_of(path))
    return golden


def _most_recent(candidates: Sequence[Candidate], fields: tuple[str, ...]) -> Candidate:
    return max(candidates, key=lambda c: (_group_time(c, fields), _filled(c, fields)))


def _most_complete(candidates: Sequence[Candidate], fields: tuple[str, ...]) -> Candidate:
    """Full names before initials, more parts before fewer, properly cased before shouted; then the newest."""
    return max(candidates, key=lambda c: (_name_quality(c, fields), _group_time(c, fields)))


def _most_frequent(candidates: Sequence[Candidate], fields: tuple[str, ...]) -> Candidate:
    field = fields[0]
    counts: dict[str, int] = {}
    for c in candidates:
        text = _folded(c.values.get(field))
        counts[text] = counts.get(text, 0) + 1
    return max(
        candidates,
        key=lambda c: (
            c.values.get(field) is not None,
            counts[_folded(c.values.get(field))],
            _group_time(c, fields),
        ),
    )


def _earliest(candidates: Sequence[Candidate], fields: tuple[str, ...]) -> Candidate:
    field = fields[0]
    return min(candidates, key=lambda c: (c.values[field], str(c.key)))


def _newest(candidates: Sequence[Candidate], fields: tuple[str, ...]) -> Candidate:
    field = fields[0]
    return max(candidates, key=lambda c: c.values[field])


_WINNER: Mapping[str, Callable[[Sequence[Candidate], tuple[str, ...]], Candidate]] = {
    "most_recent": _most_recent,
    "most_complete": _most_complete,
    "most_frequent": _most_frequent,
    "earliest": _earliest,
    "newest": _newest,
}


def _time(value: datetime | None) -> datetime:
    return value if value is not None else _NEVER


def _group_time(candidate: Candidate, fields: tuple[str, ...]) -> datetime:
    if not candidate.since:
        return _time(candidate.modified_at)
    return max(_time(candidate.since_of(f)) for f in fields if candidate.values.get(f) is not None or f == fields[0])


def _filled(candidate: Candidate, fields: tuple[str, ...]) -> int:
    return sum(candidate.values.get(f) is not None for f in fields)


def _name_quality(candidate: Candidate, fields: tuple[str, ...]) -> tuple[int, int, int]:
    given = str(candidate.values.get("given_name") or "")
    family = str(candidate.values.get("family_name") or "")
    spelled_out = sum(len(part.rstrip(".")) > 1 for part in (given, family))
    cased = sum(bool(part) and not part.isupper() and not part.islower() for part in (given, family))
    return spelled_out, cased, _filled(candidate, fields)


def _folded(value: Any) -> str:
    return str(value).casefold().strip() if value is not None else ""
