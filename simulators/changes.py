"""What happens after the first export: some Salesforce contacts are edited, some are new.

The editing is planned for the whole population (`plan_changes`) and applied chunk by chunk, so that a delta and the
full export after it come out of the same pass that writes the first one.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulators.names import Text, Whole, texts
from simulators.people import TITLES, Population, random_stream
from simulators.plans import SALESFORCE, Plan
from simulators.records import DAYS, FIRST_DAY, Shown, show_records

NEW_SHARE, NEWCOMER_SHARE = 0.3, 0.6
LATER = FIRST_DAY + np.timedelta64(DAYS + 180, "D")
GROUPS: tuple[tuple[str, ...], ...] = (
    ("phone", "mobile"),
    ("email",),
    ("title",),
    ("company", "website"),
    ("given",),
    ("street", "city", "state", "post_code"),
)
"""Fields that are edited together; company and web site bring their company's number along."""


@dataclass(frozen=True)
class Changes:
    """Positions in the first plan whose records are edited, and a plan of the new records."""

    seed: int
    positions: Whole
    added: Plan


def plan_changes(population: Population, plan: Plan, count: int, seed: int = 1) -> Changes:
    """`count` Salesforce records: 70 % edited, 30 % new, of which most are about people never seen before."""
    rng = random_stream(population.seed, 8, seed)
    new = int(count * NEW_SHARE)
    candidates = np.flatnonzero(plan.file == SALESFORCE)
    if count - new > len(candidates):
        raise ValueError(
            f"{len(candidates)} Salesforce records cannot hold {count - new} changed ones; ask for a smaller delta"
        )
    strangers = rng.permutation(population.held_back)[: int(new * NEWCOMER_SHARE)]
    known = rng.integers(population.count, size=new - len(strangers))
    person = rng.permutation(np.concatenate((strangers, known)))
    number = plan.number[-1] + np.cumsum(rng.integers(2, 6, size=new))
    added = Plan(person, np.full(new, SALESFORCE), number)
    return Changes(seed, np.sort(rng.choice(candidates, size=count - new, replace=False)), added)


def apply_changes(population: Population, changes: Changes, shown: Shown, part: slice, *, clean: bool) -> Shown:
    """One stretch of the first export as it looks afterwards. An edited record differs in more than its stamp."""
    here = changes.positions[(changes.positions >= part.start) & (changes.positions < part.stop)] - part.start
    if not len(here):
        return shown
    rng = random_stream(population.seed, 9, changes.seed, part.start)
    old = shown.only(here)
    again = show_records(rng, population, Plan(old.person, old.file, old.number), old.created, clean=clean)
    group = rng.integers(len(GROUPS), size=len(here))
    columns = {name: values.copy() for name, values in shown.columns.items()}
    differs = np.zeros(len(here), dtype=bool)
    for number, names in enumerate(GROUPS):
        for name in names:
            edited = np.where(group == number, again.columns[name], old.columns[name])
            differs |= edited != old.columns[name]
            columns[name][here] = edited
    columns["title"][here] = np.where(differs, columns["title"][here], _other_title(old.columns["title"]))
    company, modified = shown.company.copy(), shown.modified.copy()
    moved = np.array(["company" in names for names in GROUPS])[group]
    company[here] = np.where(moved, again.company, old.company)
    modified[here] = _moments(rng, len(here))
    return replace(shown, columns=columns, company=company, modified=modified)


def show_newcomers(population: Population, changes: Changes, *, clean: bool) -> Shown:
    """The new records."""
    rng = random_stream(population.seed, 10, changes.seed)
    created = np.sort(_moments(rng, len(changes.added)))
    return replace(show_records(rng, population, changes.added, created, clean=clean), modified=created)


def _other_title(titles: Text) -> Text:
    return texts(TITLES[0] if title != TITLES[0] else TITLES[1] for title in titles)


def _moments(rng: np.random.Generator, count: int) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.asarray(LATER + rng.integers(86_400 * 5, size=count).astype("timedelta64[s]"))
