"""The goals of identity as rows: what is measured, the bar, each side's value, met or missed.

Scores are of the final clusters: closed pairwise precision, recall and F1, and B-cubed F1. Thresholds are fixed in
advance, no labels are used, and one model of a kind serves every set of the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Answer = Mapping[str, Any]
"""What one side made of one set."""


class Sides(NamedTuple):
    """Every side's answer about one set. A side that was not run is None."""

    name: str
    key: Answer | None
    splink: Answer | None
    ours: Answer


class Row(NamedTuple):
    """A row of the table. `met` is None where nothing is asked for."""

    what: str
    key: str
    splink: str
    ours: str
    goal: str
    met: bool | None


class Bar(NamedTuple):
    """What a score must reach at least."""

    score: str
    at_least: float


CRM_BARS = (Bar("f1", 0.93), Bar("b_cubed", 0.965), Bar("precision", 0.98))
LARGE_CRM_BARS = (Bar("f1", 0.90), Bar("b_cubed", 0.955))
WITHIN = 0.03
"""F1 at the large size may be this far from F1 at the small one."""
MERGES = 0.98
OVER_TRUE_LARGEST = 2
SET_BARS: dict[str, tuple[Bar, ...]] = {
    "fake_1000": (Bar("f1", 0.87), Bar("b_cubed", 0.90)),
    "historical_50k": (Bar("f1", 0.86), Bar("b_cubed", 0.88)),
    "patstat_companies": (Bar("f1", 0.86), Bar("b_cubed", 0.88)),
    "febrl3": (Bar("f1", 0.998),),
    "febrl4": (Bar("f1", 0.998),),
}
_WORDS = {"f1": "closed F1", "b_cubed": "B-cubed", "precision": "closed precision", "recall": "closed recall"}
_SCORES = ("precision", "recall", "f1", "b_cubed")


def quality_rows(sides: Sides, bars: Sequence[Bar], *, crm: bool) -> Iterable[Row]:
    """Scores of a set: those with a bar, the others without. Sets with CRM-like fields have bars on merges besides."""
    asked = {bar.score: bar.at_least for bar in bars}
    for score in _SCORES:
        yield scored(sides, score, asked.get(score))
    if crm:
        yield from _merge_rows(sides)


def scored(sides: Sides, score: str, at_least: float | None, what: str = "") -> Row:
    """One score of all sides."""
    mine = sides.ours[score]
    goal, met = ("", None) if at_least is None else (f">= {at_least:g}", mine >= at_least)
    return Row(f"{sides.name}: {what or _WORDS[score]}", *_told(sides, lambda a: f"{a[score]:.3f}"), goal, met)


def unseen_rows(sides: Sides) -> Iterable[Row]:
    """Scores of a set that must not be worse than what a peer reaches, set up as its users would."""
    peers = [answer for answer in (sides.key, sides.splink) if answer is not None]
    for score in _SCORES:
        row = scored(sides, score, None)
        if score in ("f1", "b_cubed") and peers:
            best = max(round(answer[score], 3) for answer in peers)
            row = row._replace(goal=f">= {best:.3f}, the better peer's", met=round(sides.ours[score], 3) >= best)
        yield row


def _merge_rows(sides: Sides) -> Iterable[Row]:
    ours = sides.ours
    yield largest_row(sides)
    share = ours["right_merges"] / max(ours["merges"], 1)
    peer = sides.splink
    told = f"{peer['right_pairs'] / max(peer['pairs'], 1):.3f}" if peer else "–"
    yield Row(f"{sides.name}: pairs the machine joins of its own, right", "–", told, f"{share:.3f}", f">= {MERGES:g}",
              share >= MERGES)  # fmt: skip


def largest_row(sides: Sides) -> Row:
    """The largest cluster against the true largest one."""
    limit = sides.ours["true_largest"] + OVER_TRUE_LARGEST
    largest = _told(sides, lambda a: f"{a['largest']:,}")
    return Row(f"{sides.name}: largest cluster", *largest, f"<= {limit}", sides.ours["largest"] <= limit)


def growth_row(small: Sides, large: Sides) -> Row:
    """How far closed F1 is apart between two sizes."""

    def apart(one: Answer | None, other: Answer | None) -> str:
        return f"{abs(one['f1'] - other['f1']):.3f}" if one and other else "–"

    mine = abs(small.ours["f1"] - large.ours["f1"])
    told = [apart(getattr(small, side), getattr(large, side)) for side in ("key", "splink", "ours")]
    return Row(f"{large.name}: closed F1 apart from {small.name}", *told, f"<= {WITHIN:g}", mine <= WITHIN)


def at_most(what: str, mine: float, bar: float | None, unit: str = "", key: str = "–", splink: str = "–") -> Row:
    """A cost of ours with its bar; the peers' told as text."""
    goal, met = ("", None) if bar is None else (f"<= {bar:,.4g}{unit}", mine <= bar)
    return Row(what, key, splink, f"{number(mine)}{unit}", goal, met)


def number(value: float) -> str:
    """A figure with as many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _told(sides: Sides, tell: Callable[[Answer], str]) -> tuple[str, str, str]:
    return tuple("–" if answer is None else tell(answer) for answer in sides[1:])  # type: ignore[return-value]


def as_table(rows: Iterable[Row], key: str = "one key") -> str:
    """Markdown, a row a line."""
    lines = [f"| what | {key} | plain Splink | ours | goal | |", "|---|---|---|---|---|---|"]
    lines += [f"| {r.what} | {r.key} | {r.splink} | **{r.ours}** | {r.goal} | {verdict(r.met)} |" for r in rows]
    return "\n".join(lines)


def verdict(met: bool | None) -> str:
    """met, missed, or nothing where nothing was asked."""
    return "" if met is None else "met" if met else "**missed**"


def summary(rows: Sequence[Row]) -> str:
    """How many bars are met, and which are not."""
    asked = [row for row in rows if row.met is not None]
    missed = [row for row in asked if not row.met]
    told = f"{len(asked) - len(missed)} of {len(asked)} bars met"
    if not missed:
        return f"{told}."
    return f"{told}. Missed: " + "; ".join(f"{row.what} {row.ours} (goal {row.goal})" for row in missed) + "."
