"""All goals of identity, ours beside plain Splink 5 and one shared key, at two sizes and on every labelled set."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.identity import costs, goals
from benchmarks.identity.goals import Bar, Row, Sides
from benchmarks.identity.labelled import DATA
from benchmarks.identity.memory import Scores
from benchmarks.identity.peers import MISSING, splink_is_here
from benchmarks.identity.stored import CHANGING, make_hub
from benchmarks.identity.tables import Table, company_table, crm_table, public_table
from benchmarks.measure import in_child
from benchmarks.quality import customers_of
from benchmarks.workspace import CHANGED, exports

FRESH, OTHER = 41, 59
"""Seeds that nothing was tuned on."""
ONES = 12
PUBLIC = ("fake_1000", "historical_50k", "patstat_companies", "febrl3", "febrl4")
UNSEEN = ("febrl1",)


class Population(NamedTuple):
    """One generated population, measured."""

    sides: Sides
    companies: Sides | None
    stored: Stored | None


class Stored(NamedTuple):
    """The same population through the store."""

    persons: Sides
    companies: Sides | None
    first: dict[str, Any]
    changes: dict[str, Any]


def run(work: Path, sizes: tuple[int, ...], *, quick: bool) -> None:
    """Print every goal's row. Quick: without the second seed, and fewer processes for what an import costs.

    The second seed shows that the first was not lucky: it is matched in memory alone.
    """
    peer = splink_is_here()
    print("\n## Identity: every goal, ours beside plain Splink 5 and the exact-e-mail rule\n")
    print(costs.WHAT_COUNTS + "\n")
    if not peer:
        print(MISSING + "\n")
    small = _population(work, min(sizes), FRESH, peer, companies=True, store=True)
    more = [] if quick else [_population(work, min(sizes), OTHER, peer, companies=True, store=False)]
    large = _population(work, max(sizes), FRESH, peer, companies=False, store=True)
    rows = _print("Customers of three exports", _crm([small, *more], large), "exact e-mail")
    rows += _print("Labelled sets", _sets(work, peer), "one key")
    times = costs.FEW_IMPORTS if quick else costs.IMPORTS
    rows += _print("Cost", [*_costs(small, large), *costs.import_rows(peer, times)], "exact e-mail")
    print(f"\n{goals.summary(rows)}")


def _print(title: str, rows: Iterable[Row], key: str) -> list[Row]:
    told = list(rows)
    print(f"\n### {title}\n\n{goals.as_table(told, key)}", flush=True)
    return told


def _crm(small: Sequence[Population], large: Population) -> Iterable[Row]:
    for one in (*small, large):
        bars = goals.LARGE_CRM_BARS if one is large else goals.CRM_BARS
        yield from goals.quality_rows(one.sides, bars, crm=True)
        if one.companies:
            yield from goals.unseen_rows(one.companies)
        if one.stored:
            yield from (goals.scored(one.stored.persons, bar.score, bar.at_least) for bar in bars)
            yield goals.largest_row(one.stored.persons)
            if one.stored.companies:
                yield from goals.unseen_rows(one.stored.companies)
    yield goals.growth_row(small[0].sides, large.sides)


def _costs(small: Population, large: Population) -> Iterable[Row]:
    sides = large.sides
    assert small.stored
    assert large.stored
    yield from costs.first_rows(sides.name, sides.ours, large.stored.first, sides.splink)
    names = (small.sides.name, sides.name)
    yield from costs.change_rows(names, small.stored.changes, large.stored.changes, sides.splink)


def _population(work: Path, size: int, seed: int, peer: bool, *, companies: bool, store: bool) -> Population:
    made = exports(work, size, seed)
    name = f"CRM {size:,}, seed {seed}"
    table = crm_table(made, work / f"table_{size}_{seed}")
    sides = _sides(name, table, in_child("benchmarks.identity.ours", "persons", made), peer, more=CHANGED)
    firms = None
    if companies:
        other = company_table(made, work / f"companies_{size}_{seed}")
        firms = _sides(f"{name}, companies", other, in_child("benchmarks.identity.ours", "companies", made), peer)
    print(f"    {name}: matched in memory", flush=True)
    return Population(sides, firms, _stored(work / f"hub_{size}_{seed}", made, sides) if store else None)


def _stored(hub: Path, made: Path, sides: Sides) -> Stored:
    make_hub(hub, made)
    first = in_child("benchmarks.identity.stored", "first", hub)
    scores = customers_of(hub / "unsilo.db", made)
    persons = Sides(f"{sides.name}, in the store", sides.key, sides.splink, _with_truth(scores["persons"], sides))
    theirs, named = scores.get("companies named by persons"), f"{sides.name}, companies of persons in the store"
    companies = Sides(named, None, None, theirs._asdict()) if theirs else None
    changes = in_child("benchmarks.identity.stored", "changes", hub, made / "delta" / CHANGING, ONES)
    shutil.rmtree(hub)
    print(f"    {sides.name}: matched in the store", flush=True)
    return Stored(persons, companies, first, changes)


def _with_truth(scores: Scores, sides: Sides) -> dict[str, Any]:
    return {**scores._asdict(), "true_largest": sides.ours["true_largest"]}


def _sides(name: str, table: Table, ours: dict[str, Any], peer: bool, more: int = 0) -> Sides:
    key = in_child("benchmarks.identity.peers", "key", table.settings, table.folder)
    splink = in_child("benchmarks.identity.peers", "splink", table.settings, table.folder, more) if peer else None
    return Sides(name, key, splink, ours)


def _sets(work: Path, peer: bool) -> Iterable[Row]:
    if not DATA.is_dir():
        print(f"(no labelled sets: {DATA} is not there; name their folder by UNSILO_DATA)")
        return
    for name in (*PUBLIC, *UNSEEN):
        table = public_table(name, work / f"table_{name}")
        sides = _sides(name, table, in_child("benchmarks.identity.ours", "set", name), peer)
        bars: tuple[Bar, ...] = goals.SET_BARS.get(name, ())
        yield from goals.quality_rows(sides, bars, crm=False) if bars else goals.unseen_rows(sides)
    made = DATA / "crm_exports"
    table = crm_table(made, work / "table_crm_exports")
    sides = _sides("crm_exports", table, in_child("benchmarks.identity.ours", "persons", made), peer)
    yield from goals.quality_rows(sides, goals.CRM_BARS, crm=True)
    table = company_table(made, work / "table_companies")
    ours = in_child("benchmarks.identity.ours", "companies", made)
    yield from goals.unseen_rows(_sides("crm_exports, companies", table, ours, peer))
