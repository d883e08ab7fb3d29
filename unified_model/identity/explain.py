"""Why two records are, or are not, one customer: words first, then weights, then what would change the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from unified_model.identity.compare import weigh
from unified_model.identity.conflict import conflict_of
from unified_model.identity.forms import Form
from unified_model.identity.keys import key_hash, keys_of
from unified_model.identity.model import MatchModel
from unified_model.identity.stats import Stats, people_bounds, size_bounds

_FIELDS = {
    "family": "f", "given": "g", "middle": "m", "suffix": "x", "email": "e", "phone": "p", "birth": "b", "title": "j",
    "identifier": "i", "name": "n", "legal": "l", "domain": "d", "place": "t", "company": "c",
}  # fmt: skip
_RARITY_RULES = {"email": "email", "phone": "phone", "family": "family", "domain": "domain", "name": "core"}


class Part(NamedTuple):
    """What one comparison says: in words, its weight in thousandths of a bit, and how common the shared value is."""

    comparison: str
    level: str
    words: str
    weight: int
    left: str
    right: str
    rarity: str


class PairExplanation(NamedTuple):
    """The whole answer; `verdict` is `same`, `review` or `different` as the weights alone would have it."""

    verdict: str
    weight: int
    merge: int
    review: int
    conflict: str | None
    parts: list[Part]
    shared_keys: list[str]
    words: list[str]
    flips: list[str]

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return self._asdict() | {"parts": [part._asdict() for part in self.parts]}


def explain_pair(
    model: MatchModel, form_a: Form, form_b: Form, stats: Stats, held: Mapping[int, int] | None = None
) -> PairExplanation:
    """Explains a pair by the very weights that decide it. `held`: how many records hold a key just now, for words."""
    weights, levels = weigh(model, [form_a, form_b], [0], [1], stats)
    weight = int(weights[0])
    parts = []
    for comparison, number in zip(model.comparisons, levels[0].tolist(), strict=True):
        level = comparison.levels[number]
        if number:
            left, right = _shown(form_a, comparison.name), _shown(form_b, comparison.name)
            rarity = _rarity(model, comparison.name, form_a, form_b, stats, held or {})
            parts.append(Part(comparison.name, level.name, level.says, level.weight, left, right, rarity))
    parts.sort(key=lambda part: -abs(part.weight))
    conflict = conflict_of(model.kind, form_a, form_b)
    verdict = "same" if weight >= model.merge and not conflict else "review" if weight >= model.review else "different"
    shared = {key.hash for key in keys_of(model.kind, form_a)}
    keys = [f"{key.rule} {key.value}" for key in keys_of(model.kind, form_b) if key.hash in shared]
    words = [_sentence(verdict, weight, model, conflict), *(_words(part) for part in parts)]
    words.append(f"any two records that share a key, before they are compared: {model.base / 1000:+.1f} bits")
    if not keys:
        words.append(
            "They share no blocking key, so they are not compared unless other records lead from one to the other."
        )
    return PairExplanation(
        verdict, weight, model.merge, model.review, conflict, parts, keys, words, _flips(model, weight, parts, conflict)
    )


def _shown(form: Form, comparison: str) -> str:
    if comparison == "family" and "of" in form:
        return f"{form['f']} (e-mail: {form['of']})"
    value = form.get(_FIELDS.get(comparison, ""), "")
    if comparison in ("company", "name") and not value:
        value = form.get("d") or form.get("z") or form.get("t") or ""
    return ", ".join(each.lstrip("=") for each in value) if isinstance(value, list) else str(value)


def _rarity(model: MatchModel, comparison: str, a: Form, b: Form, stats: Stats, held: Mapping[int, int]) -> str:
    rule = _RARITY_RULES.get(comparison)
    field = _FIELDS.get(comparison, "")
    if rule is None or (model.kind == "person" and comparison in ("domain", "name")):
        return ""
    mine, theirs = a.get(field, ()), b.get(field, ())
    shared = (
        [value for value in mine if value in theirs]
        if isinstance(mine, list)
        else [mine]
        if mine == theirs and mine
        else []
    )
    for value in shared:
        counted = value.split()[0] if rule == "family" else value.replace(" ", "") if rule == "core" else value
        key = key_hash(model.kind, rule, counted)
        size, people = stats.get(key, (0, 0))
        return _rarity_words(size, people, held.get(key))
    return ""


def _rarity_words(size: int, people: int, held: int | None) -> str:
    low, high = size_bounds(size)
    if held is not None:
        records = f"{held:,} records"
    else:
        records = "at most 2 records" if not size else f"{low} to {high} records" if high else f"{low} records or more"
    if not people:
        return f"held by {records}"
    low, high = people_bounds(people)
    others = (
        f"{low} different people or more"
        if high is None
        else f"{low} different people"
        if low == high
        else f"{low} to {high} different people"
    )
    return f"held by {records} of {others}, so it counts {'less' if people == 1 else 'little'}"


def _words(part: Part) -> str:
    value = part.left if part.left == part.right else f"{part.left or '-'} / {part.right or '-'}"
    rarity = f" ({part.rarity})" if part.rarity else ""
    return f"{part.words}: {value}{rarity}: {part.weight / 1000:+.1f} bits"


def _sentence(verdict: str, weight: int, model: MatchModel, conflict: str | None) -> str:
    said = {"same": "One customer", "review": "Doubtful, for a person to decide", "different": "Two customers"}[verdict]
    what = f"{conflict} names or dates" if model.kind == "person" else f"{conflict}s"
    because = f" because of the {what}" if conflict and verdict == "review" else ""
    bounds = f"the machine joins from {model.merge / 1000:+.1f}, asks from {model.review / 1000:+.1f}"
    return f"{said}{because}: {weight / 1000:+.1f} bits; {bounds}."


def _flips(model: MatchModel, weight: int, parts: list[Part], conflict: str | None) -> list[str]:
    """Single changes of one comparison that would change the verdict."""
    flips = []
    levels = {comparison.name: comparison for comparison in model.comparisons}
    current = {part.comparison: part.weight for part in parts}
    if conflict:
        flips.append(f"A person's decision: the machine never joins records whose {conflict} contradict.")
    for comparison in levels.values():
        now = current.get(comparison.name, 0)
        if weight >= model.merge:
            without = weight - now
            if now > 0 and without < model.merge:
                flips.append(f"Without '{_says(parts, comparison.name)}' it would be {without / 1000:+.1f} bits.")
        else:
            best = max(comparison.levels, key=lambda level: level.weight)
            if weight - now + best.weight >= model.merge:
                flips.append(f"With '{best.says}' it would be {(weight - now + best.weight) / 1000:+.1f} bits.")
    return flips


def _says(parts: list[Part], comparison: str) -> str:
    return next(part.words for part in parts if part.comparison == comparison)
